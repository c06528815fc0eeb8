"""The report of a run: topics first, then every stage with its numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from triptych._version import __version__
from triptych.core.atlas import Atlas, Step, last
from triptych.core.schema import STATUS
from triptych.pages.report import Branch, Grid, ReportData, Section, render_report
from triptych.stages.draw import Page, about

__all__ = ["draw_report"]

#: Typical rows named with each topic.
EXAMPLES = 5


def draw_report(atlas: Atlas, path: str | Path | None = None, *, title: str = "Report") -> Page:
    """Draw the report as one offline HTML page.

    Parameters
    ----------
    atlas
        With titles.
    path
        Where to write it; None only returns it.
    title
        The heading.

    Returns
    -------
    Page
        Topics as a tree, rows by status, agreement with groups beside chance, every step with parameters and costs.
    """
    tree = last(atlas.descriptions)
    sections = [_rows(atlas), *_vectors(atlas), *_agreement(atlas), _steps(atlas)]
    levels = " / ".join(map(str, atlas.trees[tree].sizes))
    subtitle = f"{atlas.kept.height:,} rows · levels of {levels} topics · seed {atlas.seed} · Triptych {__version__}"
    page = Page(render_report(ReportData(title, subtitle, tuple(sections), _branches(atlas, tree))))
    if path is not None:
        page.save(path)
    return page


def _branches(atlas: Atlas, tree: str) -> tuple[Branch, ...]:
    titled = atlas.titles(tree)

    def inside(level: int, parent: int, size: int) -> tuple[Branch, ...]:
        """Return the topics in one, passing over levels at which it is all of itself."""
        while level >= 0:
            found = grow(level, parent)
            if len(found) != 1 or found[0].size != size:
                return found
            parent = next(t.cluster for t, _, _ in titled if t.level == level and t.parent == parent)
            level -= 1
        return ()

    def grow(level: int, parent: int) -> tuple[Branch, ...]:
        return tuple(
            Branch(
                title=title or "Untitled",
                size=topic.size,
                share=topic.size / atlas.kept.height,
                words=", ".join(word for word, _ in topic.keywords),
                examples="e.g. " + " · ".join(atlas.names[i] for i in topic.exemplars[:EXAMPLES]),
                children=inside(level - 1, topic.cluster, topic.size),
            )
            for topic, title, _ in titled
            if topic.level == level and topic.parent == parent
        )

    return grow(len(atlas.trees[tree].levels) - 1, -1)


def _rows(atlas: Atlas) -> Section:
    counts = Counter(atlas.rows[STATUS].to_list())
    rows = [(status.replace("_", " "), f"{count:,}") for status, count in counts.most_common()]
    rows.append(("all", f"{atlas.rows.height:,}"))
    return Section("Rows and findings", tuple(about(atlas)), (Grid(("status", "rows#"), tuple(rows)),))


def _vectors(atlas: Atlas) -> list[Section]:
    frames = [atlas.audits[name] for name in atlas.audits if name.endswith("_vectors")]
    if not frames:
        return []
    heads = tuple(f"{name.replace('_', ' ')}#" for name in frames[0].columns)
    rows = tuple(tuple(_figure(cell) for cell in frame.row(0)) for frame in frames)
    return [Section("Vectors", ("As they came, before any row was marked.",), (Grid(heads, rows),))]


def _agreement(atlas: Atlas) -> list[Section]:
    if "agreement" not in atlas.audits:
        return []
    frame = atlas.audits["agreement"].filter(pl.col("scope") == "clustered")
    rows = tuple(
        (
            str(row["column"]), str(row["level"]), str(row["clusters"]), row["metric"].replace("_", " "),
            _number(row["value"]), _number(row["baseline_mean"]),
            f"{_number(row['baseline_low'])} to {_number(row['baseline_high'])}", _number(row["p_value"]),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("group", "level#", "topics#", "score", "value#", "by chance#", "95 % of shuffles#", "p#")
    sentence = (
        "Each score is shown beside what it would be if the groups were shuffled over the same topics; "
        "rows in no topic are left out. A score is worth what it has above chance."
    )
    return [Section("Agreement with known groups", (sentence,), (Grid(heads, rows),))]


def _steps(atlas: Atlas) -> Section:
    rows = tuple(
        (f"{s.stage} {s.name}", s.method, _params(s), f"{s.seconds:.1f}", f"{s.peak_bytes / 1e6:,.0f}")
        for s in atlas.steps
    )
    total = ("all", "", "", f"{sum(s.seconds for s in atlas.steps):.1f}", "")
    sentence = "Seconds and memory are those of the run that computed the step; a later run takes its result as it is."
    grid = Grid(("step", "method", "parameters", "seconds#", "peak MB#"), (*rows, total))
    return Section("Steps", (sentence,), (grid,))


def _params(step: Step) -> str:
    shown = {} if step.stage == "read" else dict(step.params)
    return ", ".join(f"{name} {_value(value)}" for name, value in sorted(shown.items()))


def _value(value: Any) -> str:
    return "auto" if value is None else "/".join(map(str, value)) if isinstance(value, list) else str(value)


def _figure(value: Any) -> str:
    if value is None:
        return "undefined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"
