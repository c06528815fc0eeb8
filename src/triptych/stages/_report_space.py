"""The middle of the report: the layouts and the clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from triptych.core.atlas import Atlas, last
from triptych.core.slots import Clustering
from triptych.measures.partition import ClusterSizes, cluster_sizes
from triptych.measures.variance import variance_shares
from triptych.pages.report_parts import Bars, Columns, Dots, Grid, Part, Section, Stage
from triptych.sources.raw import counted
from triptych.stages._report_words import against, number, part_of, settings

__all__ = ["clustering", "reduction"]

#: Points of the small map; more would only lie on top of one another.
DRAWN = 4000
#: Topics that have a colour of their own on it.
COLOURED = 10
#: Directions whose share of the variance is shown.
DIRECTIONS = (1, 2, 5, 10, 20, 50, 100)
#: Columns of the picture of the sizes.
WIDEST = 120
NAMED = 8
#: A cluster below this many rows, and one above this share of all, is worth a second look.
TINY, HUGE = 10, 0.25
#: Below these a cluster hardly lasts when the scale changes, and a row hardly belongs.
FLEETING, LOOSE = 0.1, 0.5
#: Above this a score may well be chance.
CHANCE = 0.05


def reduction(atlas: Atlas, tree: str) -> Stage:
    """Return the layouts, what they cannot show, and the map as a small picture."""
    dimensions = atlas.vectors[last(atlas.vectors)].values.shape[1] if len(atlas.vectors) else 0
    sentences = tuple(
        f"{step.name}: {counted(atlas.layouts[step.name].values.shape[1], 'dimension')} by {step.method} "
        f"({settings(step.params)})."
        for step in atlas.steps
        if step.stage == "reduce" and step.name in atlas.layouts
    )
    sizes = " and ".join(str(layout.values.shape[1]) for layout in atlas.layouts.values())
    heading = f"{counted(dimensions, 'dimension')} laid out in {sizes}" if sizes else "No layout"
    return Stage("Dimension reduction", Section(heading, sentences), _flattened(atlas), _picture(atlas, tree))


def _flattened(atlas: Atlas) -> Section:
    shares = np.cumsum(variance_shares(atlas.vectors[last(atlas.vectors)].values))
    if len(shares) < 2 or not shares[-1]:
        return against((), "variance that a flat picture leaves out")
    steps = [k for k in DIRECTIONS if k < len(shares)]
    bars = tuple((counted(k, "direction"), float(shares[k - 1]), f"{shares[k - 1]:.0%}") for k in steps)
    return Section(
        f"The two strongest directions hold {shares[1]:.0%} of the variance",
        ("A flat map bends the rest: near points are alike, but how far apart far groups lie says little.",),
        (Bars("Share of the vectors' variance that the strongest directions hold", bars, whole=1),),
    )


def _picture(atlas: Atlas, tree: str) -> Section:
    flat = [name for name, layout in atlas.layouts.items() if layout.values.shape[1] == 2]
    if not flat:
        return Section("The map", ("No layout has two dimensions.",))
    top = len(atlas.trees[tree].levels) - 1
    named = [(topic, title) for topic, title, _ in atlas.titles(tree) if topic.level == top]
    named = sorted(named, key=lambda pair: -pair[0].size)[:COLOURED]
    step = max(1, -(-atlas.kept.height // DRAWN))
    points, ids = atlas.layouts[flat[-1]].values[::step], atlas.trees[tree].levels[top][::step]
    groups = [("in no topic, or a smaller one", points[~np.isin(ids, [topic.cluster for topic, _ in named])])]
    groups += [(title or "Untitled", points[ids == topic.cluster]) for topic, title in named]
    drawn = f"{len(points):,} of {counted(atlas.kept.height, 'row')}" if step > 1 else counted(len(points), "row")
    return Section("The map", (), (Dots(f"{drawn} drawn, in the colours of the coarsest topics", tuple(groups)),))


def clustering(atlas: Atlas, tree: str, topics: pl.DataFrame) -> Stage:
    """Return the clusters, what speaks against them, and those that last."""
    found = cluster_sizes(atlas.trees[tree].levels[0])
    finest = topics.filter(pl.col("level") == 0)
    looked_for = "noise, tiny and huge clusters, fleeting ones, rows at an edge, agreement no better than chance"
    doubts = [*_noise(atlas, found, finest), *_fleeting(finest), *_loose(atlas, tree), *_no_better(atlas)]
    return Stage(
        "Clustering", _clusters(atlas, found), against(doubts, looked_for), _lasting(finest), _agreement(atlas)
    )


def _clusters(atlas: Atlas, found: ClusterSizes) -> Section:
    sizes, rows = np.sort(found.sizes)[::-1], atlas.kept.height
    if not len(sizes):
        return Section("No cluster was found", (f"All {counted(rows, 'row')} are noise.",))
    sentences = [f"Half have up to {np.median(sizes):,.0f} rows."]
    sentences += [f"By {s.method} ({settings(s.params)})." for s in atlas.steps if s.stage == "cluster"]
    shown = sizes[np.unique(np.linspace(0, len(sizes) - 1, min(len(sizes), WIDEST)).astype(int))]
    picture = Columns(
        "Rows in each cluster, largest first", tuple(map(int, shown)), f"{sizes[0]:,} rows", f"{sizes[-1]:,} rows"
    )
    heading = f"{counted(len(sizes), 'cluster')} hold {part_of(int(sizes.sum()), rows)}"
    return Section(heading, (*sentences, *_better(atlas)), (picture,))


def _noise(atlas: Atlas, found: ClusterSizes, finest: pl.DataFrame) -> list[str]:
    rows, doubts = atlas.kept.height, []
    if found.noise:
        doubts.append(f"In no cluster: {part_of(found.noise, rows)}")
    if adopted := int(finest["adopted"].sum()):
        doubts.append(f"Noise that was put into the nearest cluster: {part_of(adopted, rows)}")
    if tiny := int((found.sizes < TINY).sum()):
        doubts.append(f"Fewer than {TINY} rows: {tiny:,} of {counted(len(found.sizes), 'cluster')}")
    if len(found.sizes) and found.shares.max() >= HUGE:
        doubts.append(f"One cluster alone holds {found.shares.max():.1%} of the rows")
    return doubts


def _fleeting(finest: pl.DataFrame) -> list[str]:
    weak = finest.filter(pl.col("persistence") < FLEETING).sort("persistence", "topic")
    if not weak.height:
        return []
    weakest = weak.head(3).rows(named=True)
    named = ", ".join(f"{row['label'] or 'Untitled'} {row['persistence']:.2f}" for row in weakest)
    return [
        f"Hardly last when the scale changes (persistence below {FLEETING} of 1): {weak.height:,} of "
        f"{counted(finest.height, 'cluster')} ({named}{', …' if weak.height > len(weakest) else ''})"
    ]


def _loose(atlas: Atlas, tree: str) -> list[str]:
    clusters = _clustered(atlas, tree)
    if clusters is None:
        return []
    edge = int(((clusters.labels >= 0) & (clusters.strength < LOOSE)).sum())
    return [f"At the edge of their cluster (strength below {LOOSE} of 1): {part_of(edge, len(clusters.labels))}"] * (
        edge > 0
    )


def _clustered(atlas: Atlas, tree: str) -> Clustering | None:
    finest = atlas.trees[tree].levels[0]
    found = [clusters for clusters in atlas.clusterings.values() if np.array_equal(clusters.labels, finest)]
    return found[-1] if found else None


def _lasting(finest: pl.DataFrame) -> Section:
    known = finest.filter(pl.col("persistence").is_not_null())
    if known.height:
        rows = known.sort("persistence", "topic", descending=[True, False]).head(NAMED).rows(named=True)
        bars = tuple((row["label"] or "Untitled", row["persistence"], f"{row['persistence']:.2f}") for row in rows)
        return Section(
            "The clusters that last", (), (Bars("Persistence when the scale changes, 0 to 1", bars, whole=1),)
        )
    rows = finest.sort("topic").head(NAMED).rows(named=True)
    bars = tuple((row["label"] or "Untitled", row["size"], f"{row['size']:,}") for row in rows)
    return Section("The largest clusters", (), (Bars("Rows", bars),) if bars else ())


def _compared(atlas: Atlas) -> bool:
    """Tell whether there were groups to compare with."""
    return "agreement" in atlas.audits and "metric" in atlas.audits["agreement"].columns


def _scores(atlas: Atlas, metric: str) -> list[dict[str, Any]]:
    """Return the scores against groups that are defined, rows in no topic left out."""
    if not _compared(atlas):
        return []
    frame = atlas.audits["agreement"].filter((pl.col("scope") == "clustered") & (pl.col("metric") == metric))
    return [row for row in frame.rows(named=True) if row["value"] is not None and row["p_value"] is not None]


def _two(value: float) -> str:
    """Return a score to two places, without a minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _better(atlas: Atlas) -> list[str]:
    return [
        f"They agree with {row['column']} better than chance: AMI {_two(row['value'])} where shuffled groups give "
        f"{_two(row['baseline_mean'])} (p = {row['p_value']:.3f})."
        for row in _scores(atlas, "ami")
        if row["level"] == 0 and row["p_value"] <= CHANCE
    ]


def _no_better(atlas: Atlas) -> list[str]:
    return [
        f"No better than chance on level {row['level']} is the agreement with {row['column']}: "
        f"AMI {_two(row['value'])} where shuffled groups give {_two(row['baseline_mean'])} (p = {row['p_value']:.3f})"
        for row in _scores(atlas, "ami")
        if row["p_value"] > CHANCE
    ]


def _agreement(atlas: Atlas) -> tuple[Section, ...]:
    if not _compared(atlas):
        return ()
    frame = atlas.audits["agreement"].filter(pl.col("scope") == "clustered")
    rows = tuple(
        (
            str(row["column"]), str(row["level"]), str(row["clusters"]), row["metric"].replace("_", " "),
            number(row["value"]), number(row["baseline_mean"]),
            f"{number(row['baseline_low'])} to {number(row['baseline_high'])}", number(row["p_value"]),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = ("group", "level#", "topics#", "score", "value#", "by chance#", "95 % of shuffles#", "p#")
    sentence = (
        "Each score is shown beside what it would be if the groups were shuffled over the same topics; "
        "rows in no topic are left out. A score is worth what it has above chance."
    )
    parts: tuple[Part, ...] = (Grid(heads, rows),)
    return (Section("Agreement with known groups", (sentence,), parts),)
