"""The report of a run: its six stages, each with what is good, what is bad and what is beautiful about it."""

from __future__ import annotations

from pathlib import Path

from triptych._version import __version__
from triptych.core.atlas import Atlas, last
from triptych.core.quantities import duration
from triptych.core.tables import topic_table
from triptych.measures.partition import cluster_sizes
from triptych.pages.report import render_report
from triptych.pages.report_parts import ReportData, Stage
from triptych.stages._report_audit import audited
from triptych.stages._report_rows import encoding, raw_data
from triptych.stages._report_space import clustering, reduction
from triptych.stages._report_topics import actions, labels
from triptych.stages.draw import Page

__all__ = ["draw_report"]


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
        Raw data, encoding, dimension reduction, clustering, labels and actions, each as a good, a bad and a beautiful
        panel with numbers of the run; the topics as a tree; agreement with groups beside chance; every step with
        parameters and costs. The same run gives the same page.

    Raises
    ------
    UsageError
        If the Atlas has no topics or no vectors.
    StepFailed
        If the web assets have not been built.
    """
    tree = last(atlas.descriptions)
    topics = topic_table(atlas, tree)
    stages: tuple[Stage, ...] = (
        raw_data(atlas),
        encoding(atlas),
        reduction(atlas, tree),
        clustering(atlas, tree, topics),
        labels(atlas, tree, topics),
        actions(atlas),
    )
    levels = " / ".join(map(str, atlas.trees[tree].sizes))
    subtitle = f"{atlas.kept.height:,} rows · levels of {levels} topics · seed {atlas.seed} · Triptych {__version__}"
    stages = tuple(audited(stage, atlas) for stage in stages)
    page = Page(render_report(ReportData(title, subtitle, stages, _figures(atlas, tree))))
    if path is not None:
        page.save(path)
    return page


def _figures(atlas: Atlas, tree: str) -> tuple[tuple[str, str], ...]:
    found = cluster_sizes(atlas.trees[tree].levels[0])
    return (
        (f"{atlas.kept.height:,}", "rows"),
        (f"{len(found.sizes):,}", "topics on the finest level"),
        (str(len(atlas.trees[tree].levels)), "levels"),
        (f"{found.noise_share or 0:.1%}", "in no topic"),
        (duration(sum(step.seconds for step in atlas.steps)), "of computing"),
    )
