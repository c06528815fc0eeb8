"""What the audit adds to the report: its answers in the bad panels, and each question with its figures below them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from triptych.checks.base import Check
from triptych.core.atlas import Atlas, Step
from triptych.core.registry import method_class, method_names
from triptych.pages.report_parts import Bars, Columns, Grid, Part, Section, Stage
from triptych.stages._report_words import figure

__all__ = ["audited"]

#: The stage of the report -> the checks that are about it.
ABOUT = {
    "Raw data": ("data",),
    "Encoding": ("distances", "arms"),
    "Dimension reduction": ("trust",),
    "Clustering": ("null", "survival", "knobs", "neighbours"),
    "Labels": ("faithfulness", "judged", "claims", "columns", "time"),
    "Actions": ("verdicts",),
}
#: Checks that tell of single rows, and speak against nothing.
STORIES = ("neighbours",)
#: Lines of a table, and bars of a figure.
LINES, BARS = 200, 12
#: Neighbours that are compared, so that shares of them have so many steps.
STEPS = 15


def audited(stage: Stage, atlas: Atlas) -> Stage:
    """Return a stage of the report with what the audit says against it; as it was where nothing was asked."""
    asked = {step.name: step for step in atlas.steps if step.stage == "audit" and step.name in ABOUT[stage.heading]}
    answers = [step.notes[0] for name, step in asked.items() if name not in STORIES and not _undefined(atlas, name)]
    if stage.heading == "Actions" and asked:
        answers = list(asked["verdicts"].notes)
    known = set(method_names("checks"))
    more = tuple(_section(atlas, step) for step in asked.values() if step.name in known)
    return replace(stage, bad=_against(stage.bad, answers), more=(*more, *stage.more))


def _against(bad: Section, answers: list[str]) -> Section:
    if not answers:
        return bad
    if bad.heading == "Nothing found":
        return Section(answers[0].rstrip("."), (*answers[1:], *bad.sentences), bad.parts)
    return replace(bad, sentences=(*bad.sentences, *answers))


def _undefined(atlas: Atlas, name: str) -> bool:
    return "undefined" in atlas.audits[name].columns


def _section(atlas: Atlas, step: Step) -> Section:
    """Return the question of a check with its answer, a figure where one helps, and its table."""
    question = method_class("checks", step.name, Check).question
    frame = atlas.audits[step.name]
    if _undefined(atlas, step.name):
        return Section(question, (f"Not examined: {frame['undefined'][0]}.",))
    # The titles of topics are where the verdicts are.
    about = atlas.audits["verdicts"] if step.name == "survival" and "verdicts" in atlas.audits else frame
    drawn = FIGURES[step.name](about) if step.name in FIGURES else ()
    return Section(question, step.notes, (*drawn, *_table(frame)))


def _table(frame: pl.DataFrame) -> tuple[Part, ...]:
    shown = frame.head(LINES)
    heads = tuple(name.replace("_", " ") + "#" * frame.schema[name].is_numeric() for name in frame.columns)
    rows = tuple(tuple(_cell(value) for value in row) for row in shown.iter_rows())
    return (Grid(heads, rows, folded=True),) if rows else ()


def _cell(value: Any) -> str:
    return "" if value is None else figure(value)


def _survival(frame: pl.DataFrame) -> tuple[Part, ...]:
    if "title" not in frame.columns:
        return ()
    known = frame.filter((pl.col("level") == 0) & pl.col("survival").is_not_null()).sort("survival", "topic")
    bars = tuple((row["title"], row["survival"], f"{row['survival']:.2f}") for row in known.head(BARS).rows(named=True))
    return (Bars("The topics that come again least: overlap with their best match, 0 to 1", bars, whole=1),)


def _null(frame: pl.DataFrame) -> tuple[Part, ...]:
    rows = frame.group_by("arm", maintain_order=True).agg(pl.col("silhouette").mean())
    names = {"data": "these data", "gaussian": "one Gaussian of the same shape", "permuted": "columns shuffled"}
    bars = tuple((names.get(arm, arm), max(value, 0.0), f"{value:.2f}") for arm, value in rows.iter_rows())
    return (Bars("How far clusters stand apart (silhouette)", bars, whole=1),)


def _trust(frame: pl.DataFrame) -> tuple[Part, ...]:
    counts = np.bincount(np.rint(frame["kept"].to_numpy() * STEPS).astype(int), minlength=STEPS + 1).tolist()
    return (Columns("Rows by the share of their neighbours that the map keeps", tuple(counts), "none", "all"),)


def _knobs(frame: pl.DataFrame) -> tuple[Part, ...]:
    counts = frame["clusters"].fill_null(0).to_list()
    low, high = (f"{frame['value'][place]:g}" for place in (0, -1))
    return (Columns("Topics at each least size of a cluster", tuple(map(int, counts)), low, high),)


#: The checks whose answer is clearer as a figure.
FIGURES: dict[str, Callable[[pl.DataFrame], tuple[Part, ...]]] = {
    "survival": _survival, "null": _null, "trust": _trust, "knobs": _knobs,
}  # fmt: skip
