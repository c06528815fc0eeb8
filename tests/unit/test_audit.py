"""The audit as a whole: every check a step, a verdict for every topic, in the table, on the map and in the report."""

from __future__ import annotations

import shutil
from html import escape
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import triptych as tp
from tests.audit_cases import planted_atlas
from tests.conftest import planted, planted_run
from triptych.checks.base import AskingCheck, Check
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.errors import UsageError
from triptych.core.registry import method_class, method_names
from triptych.core.store import Store
from triptych.measures.survival import joined
from triptych.measures.verdicts import verdict
from triptych.stages.draw import draw_map
from triptych.stages.report import draw_report

#: The checks that are made where none is named: all but those that ask a server.
UNASKED = {name for name in method_names("checks") if not issubclass(method_class("checks", name, Check), AskingCheck)}


class Ear(Silent):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.done: list[str] = []
        self.shares = 0
        self.most = 0

    def start(self, step: str, total: int | None, unit: str) -> None:
        self.step, self.shares = step, 0

    def advance(self, count: int) -> None:
        self.shares += count
        self.most = max(self.most, self.shares)

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def finish(self, summary: str) -> None:
        self.done.append(f"{self.step}: {summary}")


@pytest.fixture(scope="module")
def folder(planted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the planted run with everything asked."""
    copy = tmp_path_factory.mktemp("audited") / "run.trip"
    shutil.copytree(planted_folder, copy)
    asked(copy)
    return copy


def asked(folder: Path, **options: object) -> tuple[Atlas, Ear]:
    ear = Ear()
    with Store(folder) as store, using(Context(threads=2, store=store, progress=ear)):
        atlas = tp.audit(tp.load(folder), **options)
        store.publish(atlas, {})
    return atlas, ear


def test_f113_every_topic_has_a_verdict_and_its_reason(folder: Path) -> None:
    atlas = tp.load(folder)
    table = atlas.audits["verdicts"]
    assert table.height == atlas.topics().height
    assert set(table["verdict"]) <= {"solid", "shaky", "no evidence"}
    finest = table.filter(level=0)
    assert finest["verdict"].to_list() == ["solid"] * 6, "the planted groups are far apart"
    assert all(why.startswith("It comes again") and "at worst" in why for why in finest["why"])
    assert atlas.topics()["verdict"].to_list() == table.sort("level", "topic")["verdict"].to_list()
    notes = next(step.notes for step in atlas.steps if step.name == "verdicts")
    assert notes[0].startswith("Trust for decisions: 6 topics")


def test_f113_the_verdict_is_on_the_card_of_the_topic_and_a_layer_of_the_map(folder: Path) -> None:
    from triptych.stages.draw import _map_data

    atlas = tp.load(folder)
    data = _map_data(atlas, atlas.layouts["umap2"].values, None, "t")
    assert all(topic.verdict.startswith("Solid. It comes again") for topic in data.levels[0].topics)
    assert set(data.fields["verdict"]) <= {"solid", None}
    assert len(data.fields["neighbours kept"]) == atlas.kept.height
    assert "verdict" in draw_map(atlas).html


def test_f113_the_report_asks_every_question_at_its_stage(folder: Path) -> None:
    page = draw_report(tp.load(folder)).html
    places = [page.index(heading) for heading in ("Would structureless data", "Do the titles promise", "Trust for dec")]
    assert places == sorted(places), "clustering, labels, actions"
    for name in UNASKED - {"agreement"}:  # which has a section of its own
        assert escape(method_class("checks", name, Check).question) in page
    assert "Agreement with known groups" in page


def test_what_was_asked_is_not_asked_again_and_every_answer_is_a_sentence(folder: Path) -> None:
    atlas, ear = asked(folder)
    again = [line for line in ear.done if line.startswith("audit ")]
    assert len(again) == len(UNASKED) + 1
    assert all(line.endswith(": already done") for line in again)
    for step in atlas.steps:
        if step.stage == "audit":
            assert step.notes
            assert all(note[0] == note[0].upper() and note.endswith(".") for note in step.notes)


def test_a_map_whose_answers_are_known_is_not_looked_at_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_at(_atlas: Atlas) -> None:
        raise AssertionError("nothing was left to ask")

    monkeypatch.setattr("triptych.stages.audit.case_of", looked_at)
    assert asked(folder)[1].done


def test_a_changed_title_asks_only_the_checks_that_read_titles_again(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "run")
    atlas = tp.load(tmp_path / "run")
    ear = Ear()
    with Store(tmp_path / "run") as store, using(Context(threads=1, store=store, progress=ear)):
        tp.audit(tp.describe(atlas, "ctfidf"))
    asked_again = {line.split(":")[0].removeprefix("audit ") for line in ear.done if not line.endswith("already done")}
    assert "claims" in asked_again
    assert not asked_again & {"null", "survival", "agreement", "distances", "arms", "knobs"}


def test_progress_is_told_up_to_the_end(planted_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(planted_folder, tmp_path / "run")
    _, ear = asked(tmp_path / "run", method="survival")
    assert 50 <= ear.most <= 100


def test_a_budget_leaves_out_what_is_worth_least_and_says_so(planted_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(planted_folder, tmp_path / "run")
    atlas, ear = asked(tmp_path / "run", budget=1e-9)
    assert len(ear.said) == len(UNASKED)
    assert all(line.startswith("left out: ") for line in ear.said)
    assert "verdicts" not in atlas.audits, "there is nothing to judge by"


def test_what_cannot_be_asked_is_refused() -> None:
    atlas = planted_atlas(rows=120)
    with pytest.raises(UsageError, match="nul"):
        tp.audit(atlas, "nul")
    with pytest.raises(UsageError, match="of which check"):
        tp.audit(atlas, twins=3)
    with pytest.raises(UsageError, match="above 0"):
        tp.audit(atlas, budget=0)


def odd_runs() -> dict[str, Atlas]:
    """Return runs with little to examine."""
    vectors, frame = planted(rows=60)
    constant = frame.with_columns(kind=pl.lit("same"), day=pl.lit(""))
    many = frame.with_columns(kind=pl.col("key"), day=pl.lit("0000-01-01"))
    return {
        "three rows": tp.run(vectors[:3], metadata=frame[:3], text="words", group="kind"),
        "one cluster": tp.run(vectors[frame["kind"].to_numpy() == "cats"].repeat(6, axis=0)),
        "all noise": tp.run(vectors[:20], min_cluster_size=15),
        "constant columns, no dates": tp.run(vectors, metadata=constant, text="words", group="kind", date="day"),
        "a class for each row, year 0": tp.run(vectors, metadata=many, group="kind", show="day"),
        "no text": tp.run(vectors, reduction=0),
        "k-means": tp.run(vectors, clusterer="kmeans", n_clusters=4),
    }


def test_runs_with_little_to_examine_are_undefined_and_say_why() -> None:
    for name, atlas in odd_runs().items():
        found = tp.audit(atlas)
        for check in sorted(UNASKED):
            table = found.audits[check]
            (step,) = (s for s in found.steps if (s.stage, s.name) == ("audit", check))
            if "undefined" in table.columns:
                assert step.notes == (f"undefined: {table['undefined'][0]}",), name
            for column in table.select(pl.col(pl.Float64, pl.Float32)):
                assert column.drop_nulls().is_finite().all(), f"{name}: {check}.{column.name}"
        if "verdicts" in found.audits:
            assert found.audits["verdicts"]["survival"].is_between(0, 1).all()
        draw_report(found)


def test_a_gaussian_gets_no_evidence_for_any_topic() -> None:
    found = tp.audit(tp.label(tp.describe(planted_atlas(0, 600, "gaussian"))))
    if "verdicts" in found.audits:
        assert set(found.audits["verdicts"]["verdict"]) == {"no evidence"}
        notes = next(step.notes for step in found.steps if step.name == "verdicts")
        assert any(note.startswith("Do not decide on: ") for note in notes)
        assert any(note.startswith("Explore with this map") for note in notes)


@pytest.mark.parametrize(
    ("survival", "evidence", "wanted"),
    [(0.9, True, "solid"), (0.75, None, "solid"), (0.74, True, "shaky"), (0.5, True, "shaky"),
     (0.49, True, "no evidence"), (0.9, False, "no evidence"), (None, False, "no evidence")],
)  # fmt: skip
def test_verdicts(survival: float | None, evidence: bool | None, wanted: str) -> None:
    found = verdict(survival, lowest=survival, hardest="seed 1", evidence=evidence)
    assert found is not None
    assert found.verdict == wanted


def test_nothing_measured_nothing_said() -> None:
    assert verdict(None, lowest=None, hardest="", evidence=True) is None


def test_clusters_that_replays_join_are_named() -> None:
    labels = np.repeat(np.arange(4, dtype=np.int32), 10)
    rows = np.arange(40)
    two = np.repeat(np.array([0, 0, 1, -1], dtype=np.int32), 10)  # the first two joined, the last one lost
    assert joined(labels, [(two, rows), (labels, rows)]) == [(0, 1, 0.5)]
    half = np.where(np.arange(40) % 2, labels, 7).astype(np.int32)  # no cluster has most of any
    assert joined(labels, [(half, rows)]) == []
    assert joined(np.full(5, -1, dtype=np.int32), [(np.zeros(5, dtype=np.int32), np.arange(5))]) == []


def test_the_quick_audit_of_a_run_looks_at_the_data_and_the_full_one_at_all() -> None:
    quick = {step.name for step in planted_run().steps if step.stage == "audit"}
    assert quick == {"agreement", "data"}
    full = {step.name for step in planted_run(audit="full").steps if step.stage == "audit"}
    assert full == {*UNASKED, "verdicts"}


def test_f118_a_long_check_is_foretold_and_the_truth_stands_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    atlas = planted_run()
    told: list[str] = []
    progress = Silent()
    monkeypatch.setattr(progress, "say", told.append, raising=False)
    with using(Context(progress=progress)):
        assert tp.audit(atlas, "null").steps[-1].forecast_seconds is None
        monkeypatch.setattr("triptych.stages.audit.WORTH", 0.0)
        step = tp.audit(atlas, "null").steps[-1]
    [said] = told
    assert said.startswith("about ")
    assert said.endswith(": Would structureless data give clusters like these?")
    assert step.forecast_seconds is not None
    assert step.forecast_seconds > 0
    assert "were forecast" in step.against_forecast
    assert "MB" not in step.against_forecast, "nobody foretold its memory"
