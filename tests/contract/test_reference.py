"""docs/reference/ says what the code says, and the code says it of everything."""

from __future__ import annotations

import inspect
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import triptych
from triptych.cli.run import command as run_command
from triptych.core.errors import TriptychError
from triptych.core.registry import KINDS, method_names
from triptych.stages.run import SETTINGS, Road

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_reference  # noqa: E402

PAGES = make_reference.pages()
NAMES = [name for name in triptych.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_up_to_date(name: str) -> None:
    path = ROOT / "docs" / "reference" / name
    assert path.read_text(encoding="utf-8") == PAGES[name], "run: python scripts/make_reference.py"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(PAGES)


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_on_a_page(name: str) -> None:
    assert f"### tp.{name}\n" in PAGES["python.md"] or f"| `tp.{name}` |" in PAGES["errors.md"]


@pytest.mark.parametrize("name", [name for name in NAMES if inspect.isfunction(getattr(triptych, name))])
def test_every_parameter_of_a_verb_is_explained(name: str) -> None:
    function = getattr(triptych, name)
    taken = set(inspect.signature(function).parameters)
    assert make_reference.documented(function) == taken, name
    titles = [title for title, _ in make_reference.sections(inspect.getdoc(function))]
    assert "Returns" in titles, name
    assert "Raises" in titles, name


@pytest.mark.parametrize("name", [name for name in NAMES if is_dataclass(getattr(triptych, name))])
def test_every_field_of_a_class_is_explained(name: str) -> None:
    """In its docstring, or by its limit, which stands on the page of settings."""
    for item in fields(getattr(triptych, name)):
        explained = item.name in make_reference.documented(getattr(triptych, name)) or "limit" in item.metadata
        assert explained or item.name == "digests", f"{name}.{item.name}"


def test_every_setting_is_on_the_page() -> None:
    for limits in SETTINGS.values():
        for name in limits:
            assert f"\n| `{name}` | " in PAGES["settings.md"]
    assert {item.name for item in fields(Road)} == set(SETTINGS["road"])


def test_every_flag_of_run_is_explained() -> None:
    """Each one has a line of help; each one that is no setting belongs to the terminal alone."""
    others = set()
    for parameter in run_command.params:
        known = any(parameter.name in limits for limits in SETTINGS.values())
        assert getattr(parameter, "help", None) or parameter.name == "source"
        others |= set() if known else {parameter.name}
    assert others == {"config", "threads", "quiet", "as_json"}


def test_every_error_is_on_the_page() -> None:
    for error in TriptychError.__subclasses__():
        assert f"| `tp.{error.__name__}` | {error.exit_code} | " in PAGES["errors.md"]
        assert error.__name__ in triptych.__all__


def test_every_method_is_on_the_page() -> None:
    for kind in KINDS:
        for name in method_names(kind):
            assert f"\n### {kind}/{name}\n" in PAGES["methods.md"]


def test_docstrings_are_read_as_they_are_written() -> None:
    def example() -> None:
        """Say one thing.

        Parameters
        ----------
        one, two
            A :class:`thing`
            of two lines.
        **rest
            More.

        Raises
        ------
        UsageError
            Never.
        """

    assert make_reference.documented(example) == {"one", "two", "rest"}
    text = inspect.getdoc(example)
    assert [title for title, _ in make_reference.sections(text)] == ["", "Parameters", "Raises"]
    assert make_reference.entries(make_reference.sections(text)[1][1])[0] == (
        "one, two", "A :class:`thing` of two lines.",
    )  # fmt: skip
