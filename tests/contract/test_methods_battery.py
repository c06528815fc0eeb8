"""Every method passes the battery, and the battery finds what is wrong with a bad one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pytest

from tests.contract import broken
from triptych.cli._check_method import check_method_command
from triptych.clusterers.base import Clusterer, Partition
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit
from triptych.core.registry import KINDS, Method, create, kind_of, method_class, method_names
from triptych.testing import Finding, Sample, check_method, check_methods, planted
from triptych.testing.conformance import CHECKS
from triptych.testing.samples import odd_samples
from triptych.testing.trials import TRIALS

METHODS = [(kind, name) for kind in KINDS for name in method_names(kind)]

#: Every check that some method is excused from. A new entry here is a decision, not a repair.
EXEMPT = {
    ("reducers/umap", "row_order"), ("clusterers/kmeans", "row_order"), ("clusterers/evoc", "row_order"),
    ("clusterers/evoc", "memory"), ("neighbours/ivf", "row_order"),
    ("encoders/openai", "result"), ("encoders/openai", "input_untouched"), ("encoders/openai", "memory"),
    *(("labellers/llm", check) for check in ("result", "odd_input", "tiny", "extremes", "input_untouched", "memory")),
}  # fmt: skip


@pytest.fixture(scope="module")
def findings() -> dict[tuple[str, str], list[Finding]]:
    return dict(zip(METHODS, check_methods(METHODS), strict=True))


@pytest.mark.parametrize(("kind", "name"), METHODS)
def test_every_method_conforms(findings: dict[tuple[str, str], list[Finding]], kind: str, name: str) -> None:
    found = findings[kind, name]
    assert [finding.check for finding in found] == list(CHECKS)
    assert [finding for finding in found if finding.status == "failed"] == []


def test_exemptions_are_listed_with_a_reason() -> None:
    declared = {
        (f"{kind}/{name}", check): reason
        for kind, name in METHODS
        for check, reason in method_class(kind, name, Method).exempt.items()
    }
    assert set(declared) == EXEMPT
    assert all(len(reason.split()) > 3 for reason in declared.values())


def test_every_kind_is_on_trial() -> None:
    assert set(TRIALS) == set(KINDS)
    for kind, name in METHODS:
        assert kind_of(method_class(kind, name, Method)) == kind


@pytest.fixture(scope="module")
def flaws() -> dict[str, dict[str, Finding]]:
    """Return what the battery finds in each of the bad methods, by class and check."""
    found = check_methods([(kind_of(cls), cls) for cls in broken.METHODS])
    return {
        cls.__name__: {f.check: f for f in each} for cls, each in zip(broken.METHODS, found, strict=True)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "check", "words"),
    [
        ("Unnamed", "docs", "does not begin with a sentence"),
        ("Unnamed", "docs", "low has no help"),
        ("Forgetful", "parameters", "low=1 is stored as 2"),
        ("Undeclared", "parameters", "limits has"),
        ("BadDefault", "parameters", "the default of low is 0, which is not a whole number of at least 1"),
        ("Lenient", "refusals", "low='1' is not refused"),
        ("WrongType", "result", "strength: float64 (90,), wanted float32 (90,)"),
        ("NotFinite", "result", "strength: not all values are finite"),
        ("Loud", "result", "warns: careful"),
        ("Raises", "odd_input", "on rows that are all equal: ZeroDivisionError"),
        ("Raises", "tiny", "on 1 rows: ZeroDivisionError"),
        ("TooFew", "tiny", "on 1 rows: a result, though minimum_rows is 2"),
        ("Nameless", "tiny", "the error does not name clusterers/broken"),
        ("Nameless", "tiny", "the error has no hint"),
        ("Extreme", "extremes", "with low=9: ValueError: no"),
        ("Restless", "repeatable", "another result the second time"),
        ("Threaded", "repeatable", "another result on 2 threads"),
        ("Ordered", "row_order", "another result for the rows in another order"),
        ("Writes", "result", "ValueError: assignment destination is read-only"),
        ("Unlocks", "input_untouched", "the input was changed"),
        ("View", "input_untouched", "layout shares memory with the input"),
        ("Hashed", "other_process", "another result in another process"),
        ("Hungry", "memory", "the estimate is"),
        ("Boastful", "memory", "the estimate is"),
        ("Misspelt", "result", "exempt names no check: rows_order"),
        ("OneSided", "result", "there are words for [1, 1] clusters a level, wanted [6, 3]"),
        ("SameTitles", "result", "two clusters of a level have the same title"),
        ("Torn", "result", "is no union of finer clusters"),
        ("SelfLoving", "result", "a row is a neighbour of itself"),
        ("Company", "row_order", "another result for the rows in another order"),
    ],
)
def test_the_battery_finds(flaws: dict[str, dict[str, Finding]], name: str, check: str, words: str) -> None:
    finding = flaws[name][check]
    assert finding.status == "failed"
    assert words in finding.detail


def test_what_is_declared_is_known_and_not_run(flaws: dict[str, dict[str, Finding]]) -> None:
    chance = flaws["Chance"]
    assert {name for name, finding in chance.items() if finding.status == "known"} == {
        "repeatable", "row_order", "other_process",
    }  # fmt: skip
    needy = flaws["Needy"]
    assert needy["result"] == Finding("result", "known", "not run: clusterers/broken needs the extra gpu")
    assert needy["memory"].status == needy["other_process"].status == "known"
    assert needy["docs"].status == "ok"


def test_heavy_imports_are_found() -> None:
    from tests.contract import heavy_method

    found = {f.check: f for f in check_method("clusterers", heavy_method.Heavy)}
    assert found["imports"].status == "failed"
    assert "scipy" in found["imports"].detail
    assert not [f for f in found.values() if f.status == "failed" and f.check != "imports"]


def test_a_method_that_ends_the_process_is_a_finding() -> None:
    found = {f.check: f for f in check_method("clusterers", broken.Deadly)}
    assert "ended with code 3" in found["other_process"].detail


def test_wrong_names_are_refused() -> None:
    with pytest.raises(UsageError, match="no kind of method 'clusterer'"):
        check_method("clusterer", "kmeans")
    with pytest.raises(UsageError, match="did you mean kmeans"):
        check_method("clusterers", "kmean")
    with pytest.raises(UsageError, match="not of the reducers"):
        check_method("reducers", broken.Loud)
    with pytest.raises(UsageError, match="extends no contract"):
        kind_of(Method)


def test_the_command_prints_findings(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    check_method_command("nesters/ward", as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [["ok", check] for check in CHECKS]
    monkeypatch.setattr("triptych.testing.check_method", lambda *_: [Finding("docs", "failed", "a\x1b")])
    with pytest.raises(SystemExit) as stop:
        check_method_command("nesters/ward", as_json=True)
    assert stop.value.code == 1
    assert json.loads(capsys.readouterr().out) == [{"check": "docs", "status": "failed", "detail": "a\x1b"}]


def test_too_few_rows_is_said_in_words() -> None:
    search = create("neighbours", "exact", Method, {})
    with pytest.raises(UsageError, match="neighbours/exact needs at least 2 rows, got 1"):
        search.require_rows(1)
    search.require_rows(2)


def test_equal_settings_make_equal_methods() -> None:
    made = create("reducers", "umap", Method, {"min_dist": 0})
    assert repr(made.params()["min_dist"]) == "0.0"


def test_samples_are_what_they_say() -> None:
    sample = planted()
    assert len(sample) == 90
    assert sample.labels.max() == 5
    assert (sample.labels == -1).sum() == 6
    assert not sample.points.flags.writeable
    again = planted()
    assert np.array_equal(sample.points, again.points)
    assert sample.texts == again.texts
    assert len(odd_samples()) == 6
    assert sample.graph is not None
    gaps = np.linalg.norm(sample.points[:, None] - sample.points, axis=2)
    np.fill_diagonal(gaps, np.inf)
    np.testing.assert_array_equal(sample.graph.indices[:, 0], gaps.argmin(axis=1))


@pytest.mark.parametrize("change", [lambda s: s.take([3]), lambda s: s.take([0, 6, 5])])
def test_samples_that_are_cut_have_clusters_without_gaps(change: Callable[[Sample], Sample]) -> None:
    labels = change(planted()).labels
    assert set(labels[labels >= 0]) == set(range(labels.max() + 1))


def test_a_class_of_a_method_is_enough() -> None:
    class Local(Clusterer):
        """Puts all in one."""

        limits: ClassVar[dict[str, Limit]] = {"low": Integer(help="nothing")}

        def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
            return Partition(np.zeros(len(points), dtype=np.int32), np.ones(len(points), dtype=np.float32))

    found = {f.check: f for f in check_method("clusterers", Local)}
    assert "limits has ['low'], __init__ has []" in found["parameters"].detail
    assert found["other_process"].status == "failed", "a class in a function cannot be found elsewhere"
