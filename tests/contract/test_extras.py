"""An optional package that is not there: said at once, with the line that installs it; all else works."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import planted_run
from triptych.cli.app import app
from triptych.core import registry
from triptych.core.errors import MissingExtra


@pytest.fixture
def without_evoc(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def blind(name: str, *rest: Any) -> Any:
        return None if name == "evoc" else find(name, *rest)

    monkeypatch.setattr(registry.importlib.util, "find_spec", blind)


@pytest.mark.usefixtures("without_evoc")
def test_f103_a_missing_package_is_named_before_the_first_slow_step(monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.neighbours.exact import Exact

    monkeypatch.setattr(Exact, "search", lambda *_, **__: pytest.fail("a slow step was begun"))
    with pytest.raises(MissingExtra) as caught:
        planted_run(clusterer="evoc")
    assert caught.value.message == "clusterers/evoc needs evoc, not installed here"
    assert caught.value.hint == "pip install 'triptych[evoc]'"
    assert caught.value.exit_code == 4


@pytest.mark.usefixtures("without_evoc")
def test_f103_the_list_of_methods_says_what_is_missing_and_the_rest_works() -> None:
    lines = CliRunner().invoke(app, ["methods", "clusterers"]).output.splitlines()
    (evoc,) = [line for line in lines if line.split()[0] == "evoc"]
    assert evoc.endswith("(not installed: triptych[evoc])")
    assert not [line for line in lines if "not installed" in line and line is not evoc]
    assert tp.cluster(planted_run(), "kmeans", on="given", n_clusters=6).clusterings["kmeans"].labels.max() == 5


def test_extras_of_methods_are_those_of_the_package() -> None:
    from importlib.metadata import metadata

    offered = set(metadata("triptych").get_all("Provides-Extra") or [])
    for kind in registry.KINDS:
        for name in registry.method_names(kind):
            method = registry.method_class(kind, name, registry.Method)
            assert (method.extra is None) == (method.requires == ())
            assert method.extra is None or method.extra in offered
