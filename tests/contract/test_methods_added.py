"""A method is one file, ours or a stranger's."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from click.testing import CliRunner

import triptych as tp
import triptych.clusterers
from tests.conftest import planted
from triptych.cli.app import app
from triptych.core import registry
from triptych.core.errors import UsageError
from triptych.core.registry import Method, method_class, method_names
from triptych.testing.conformance import CHECKS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "add-a-method.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose modules are clusterers for the length of a test."""
    monkeypatch.setattr(triptych.clusterers, "__path__", [*triptych.clusterers.__path__, str(tmp_path)])
    yield tmp_path
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"triptych.clusterers.{path.stem}", None)
        vars(triptych.clusterers).pop(path.stem, None)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_that_adds_a_method_is_true(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example, call, check, exemption = blocks("python")
    (commands,) = blocks("bash")
    assert example.count("\n") <= 40
    (folder / "dbscan.py").write_text(example, encoding="utf-8")
    assert "dbscan" in method_names("clusterers")
    vectors, frame = planted(60)
    frame.select(overview="words").write_csv(tmp_path / "movies.csv")
    monkeypatch.chdir(tmp_path)
    for command in commands.splitlines():
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, (command, result.output, result.exception)
    assert [s.method for s in tp.load("movies.trip").steps if s.stage == "cluster"] == ["dbscan"]
    atlas = tp.reduce(tp.relate(tp.read(vectors, roles=tp.Roles())), "pca", n_components=5, name="umap5")
    names = {"tp": tp, "atlas": atlas, "ClassVar": ClassVar}
    for code in (call, check, exemption):
        exec(code, names)
    labels = names["atlas"].clusterings["dbscan"].labels
    assert len(set(zip(np.arange(60) % 6, labels.tolist(), strict=True))) == 6, "not the six groups"
    assert "row_order" in names["exempt"]
    with pytest.raises(UsageError, match="clusterers/dbscan: radius must be a number of at least 1e-09, got 0"):
        tp.cluster(atlas, "dbscan", radius=0)


def test_the_package_of_the_page_is_the_one_that_is_tested() -> None:
    (written,) = map(tomllib.loads, blocks("toml"))
    tested = tomllib.loads((ROOT / "tests" / "plugin" / "pyproject.toml").read_text(encoding="utf-8"))
    assert written["project"] == tested["project"]


def test_the_page_has_every_check() -> None:
    table = PAGE.partition("| check |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE) == list(CHECKS)


def test_the_page_has_every_kind() -> None:
    table = re.findall(r"^\| `([a-z_]+)` \|.*\| `(\w+)\.(\w+)` \|$", PAGE, re.MULTILINE)
    assert [kind for kind, *_ in table] == list(registry.KINDS)
    for kind, contract, call in table:
        module = __import__(f"triptych.{kind}.base", fromlist=[contract])
        assert callable(getattr(getattr(module, contract), call))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "must define exactly one public Clusterer"),
        ("from tests.contract.broken import One\nclass A(One):\n ...\nclass B(One):\n ...", "exactly one public"),
        (
            "from tests.contract.broken import One\nclass A(One):\n def __init__(self, *, a=1): self.a = a",
            "the names in limits and in __init__ differ",
        ),
    ],
)
def test_a_file_that_is_no_method_is_refused(folder: Path, code: str, message: str) -> None:
    from triptych.clusterers.base import Clusterer

    (folder / "wrong.py").write_text(code)
    with pytest.raises(UsageError, match=message):
        method_class("clusterers", "wrong", Clusterer)


def installed(folder: Path) -> Path:
    """Install the package of tests/plugin into a folder, without a network."""
    shutil.copytree(ROOT / "tests" / "plugin", folder / "source", ignore=shutil.ignore_patterns("__pycache__"))
    target = folder / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
         "--no-build-isolation", "--target", str(target), str(folder / "source")],
        check=True, capture_output=True,
    )  # fmt: skip
    return target


def test_a_package_with_an_entry_point_adds_a_method(tmp_path: Path) -> None:
    target = installed(tmp_path)

    def triptych(*words: str) -> str:
        start = f"import sys; sys.path.append({str(target)!r}); sys.argv = ['triptych', *{words!r}]"
        code = f"{start}\nfrom triptych.cli import main\nmain()"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    listed = json.loads(triptych("methods", "clusterers", "--json"))["clusterers"]
    assert listed["halves"] == "Cuts the rows in two where they spread most; a third party's method."
    assert {"hdbscan", "kmeans"} < set(listed)
    assert "clusterers/halves" in triptych("methods", "clusterers/halves")
    code = f"import sys; sys.path.append({str(target)!r})\n"
    code += "from triptych.testing import check_method\n"
    code += "print([f for f in check_method('clusterers', 'halves') if f.status != 'ok'])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.fixture
def plugins(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[EntryPoint, ...]]]:
    """Return a mapping that stands for the entry points of all packages."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    monkeypatch.setattr(registry, "_plugins", lambda _: found)
    return found


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, "triptych.clusterers")


def test_a_plugin_that_breaks_is_named(plugins: dict[str, tuple[EntryPoint, ...]]) -> None:
    plugins["lost"] = (entry("lost", "no_such_module:Lost"),)
    with pytest.raises(UsageError, match="clusterers/lost cannot be loaded from no_such_module:Lost: ModuleNotFound"):
        method_class("clusterers", "lost", Method)
    plugins["odd"] = (entry("odd", "tests.contract.broken:LOW"),)
    with pytest.raises(UsageError, match="clusterers/odd is not a Method"):
        method_class("clusterers", "odd", Method)


def test_two_methods_of_one_name_are_refused(plugins: dict[str, tuple[EntryPoint, ...]]) -> None:
    plugins["kmeans"] = (entry("kmeans", "other:KMeans"),)
    with pytest.raises(UsageError, match="clusterers/kmeans is defined more than once: by triptych and other:KMeans"):
        method_class("clusterers", "kmeans", Method)
    plugins["twin"] = (entry("twin", "one:Twin"), entry("twin", "two:Twin"))
    with pytest.raises(UsageError, match="by one:Twin and two:Twin"):
        method_class("clusterers", "twin", Method)
