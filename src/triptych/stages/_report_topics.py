"""The end of the report: the topics with their titles, and what to do with them."""

from __future__ import annotations

from collections import Counter

import polars as pl

from triptych.core.atlas import Atlas
from triptych.core.quantities import duration
from triptych.pages.report_parts import Bars, Branch, Commands, Grid, Icicle, Section, Stage, Tree
from triptych.sources.raw import counted
from triptych.stages._report_words import against, part_of, settings
from triptych.stages._topic_tree import TopicNode, topic_tree
from triptych.stages.draw import about

__all__ = ["actions", "labels"]

#: Typical rows named with each topic.
EXAMPLES = 5
#: Topics with fewer words say little.
WORDS = 3
NAMED = 10

FILES = (
    ("map.html", "the map, offline, in one file"),
    ("results.parquet", "every row with its topics and places"),
    ("results.csv", "the same for a spreadsheet"),
    ("topics.csv", "every topic with its words and sizes"),
    ("topics.json", "every topic with its texts"),
)
COMMANDS = (
    ("triptych open RUN", "look at the map"),
    ("triptych show RUN --level 0", "list the finest topics in the terminal"),
    ("triptych sweep RUN --min-cluster-size 10,20,50,100", "see which clusters survive another size"),
    ("triptych export RUN datamapplot", "draw it with datamapplot, for print"),
    ("triptych export RUN embedding-atlas", "open it in Embedding Atlas"),
)


def labels(atlas: Atlas, tree: str, topics: pl.DataFrame) -> Stage:
    """Return the titles, what is wrong with them, and the tree of topics."""
    titled = topics.filter(pl.col("label") != "").height
    status = Counter(topics["label_status"].to_list())
    levels = " / ".join(map(str, atlas.trees[tree].sizes))
    sentences = [
        f"Levels of {levels} topics, each level inside the next.",
        f"Titles by how they were made: {', '.join(f'{name} {count:,}' for name, count in status.most_common())}.",
    ]
    sizes = topics.group_by("level").agg(pl.len(), pl.col("size").median()).sort("level")
    rows = tuple((str(level), f"{count:,}", f"{size:,.0f}") for level, count, size in sizes.rows())
    good = Section(
        f"{titled:,} of {counted(topics.height, 'topic')} have a title",
        tuple(sentences),
        (Grid(("level#", "topics#", "rows of the middle one#"), rows),),
    )
    top = topics.filter(pl.col("level") == pl.col("level").max()).sort("size", "topic", descending=[True, False])
    bars = tuple((r["label"] or "Untitled", r["size"], f"{r['share']:.1%}") for r in top.head(NAMED).rows(named=True))
    beautiful = Section(
        "What it is about", (), (Bars("The coarsest topics by their share of the rows", bars, whole=atlas.kept.height),)
    )
    bad = against(_doubts(topics), "topics without a title, with one that another has, or with few words")
    branches = _branches(atlas, topic_tree(atlas, tree))
    more = [Section("The topics", (), (Tree(branches),))]
    if len(sizes) > 1:
        more.insert(0, Section("The tree of topics", (), (_picture(atlas, tree, branches),)))
    return Stage("Labels", good, bad, beautiful, tuple(more))


def _doubts(topics: pl.DataFrame) -> list[str]:
    found, whole = [], counted(topics.height, "topic")
    if untitled := topics.filter(pl.col("label") == "").height:
        found.append(f"Without a title: {untitled:,} of {whole}")
    titled = topics.filter(pl.col("label") != "")
    if shared := int(titled.select(pl.struct("level", "label").is_duplicated().sum()).item()):
        found.append(f"A title that another topic of the level has too: {shared:,} of {whole}")
    if same := _as_around(titled):
        found.append(f"The title of the larger topic that they are a part of: {same:,} of {whole}")
    if planted := topics.filter(pl.col("label_status") == "ungrounded").height:
        found.append(f"A model's title in words that the topic does not bear out: {planted:,} of {whole}")
    if few := topics.filter(pl.col("keywords").list.len() < WORDS).height:
        found.append(f"Fewer than {WORDS} words of their own: {few:,} of {whole}")
    return found


def _as_around(titled: pl.DataFrame) -> int:
    around = titled.select(
        level=pl.col("level") - 1, parent=pl.col("topic"), label=pl.col("label"), larger=pl.col("size")
    )
    inside = titled.join(around, on=["level", "parent", "label"])
    return inside.filter(pl.col("size") < pl.col("larger")).height


def _branches(atlas: Atlas, nodes: tuple[TopicNode, ...]) -> tuple[Branch, ...]:
    return tuple(
        Branch(
            title=node.title or "Untitled",
            size=node.topic.size,
            share=node.topic.size / atlas.kept.height,
            words=", ".join(word for word, _ in node.topic.keywords),
            examples="e.g. " + " · ".join(atlas.names[i] for i in node.topic.exemplars[:EXAMPLES]),
            children=_branches(atlas, node.inside),
            level=node.topic.level,
        )
        for node in nodes
    )


def _picture(atlas: Atlas, tree: str, branches: tuple[Branch, ...]) -> Icicle:
    sizes = atlas.trees[tree].sizes
    noise = part_of(int((atlas.trees[tree].levels[0] < 0).sum()), atlas.kept.height)
    caption = (
        "A column for each level. A topic is as tall as it has rows, as wide as the levels on which it stays the same, "
        f"and stands beside the topic that it is a part of. Not in the picture: {noise} in no topic."
    )
    heads = tuple(counted(size, "topic") for size in reversed(sizes))
    return Icicle(caption, heads, tuple(sorted(branches, key=lambda branch: -branch.size)))


def actions(atlas: Atlas) -> Stage:
    """Return what to take along, what to mind, the next commands, and the record of every step."""
    total = sum(step.seconds for step in atlas.steps)
    slowest = max(atlas.steps, key=lambda step: step.seconds)
    doubts = [
        f"One run, with seed {atlas.seed}",
        "Another seed or a neighbouring setting may draw other borders. Before you rely on a topic, see whether it is "
        "found again.",
        f"The steps took {duration(total)}; the longest, {slowest.stage} {slowest.name}, {duration(slowest.seconds)}.",
    ]
    return Stage(
        "Actions",
        Section("Files to take along", ("In the folder of the run:",), (Grid(("file", "what is in it"), FILES),)),
        against(doubts, ""),
        Section("What to do next", ("RUN is the folder of the run.",), (Commands(COMMANDS),)),
        (Section("What each step said", tuple(about(atlas))), _steps(atlas)),
    )


def _steps(atlas: Atlas) -> Section:
    rows = tuple(
        (
            f"{s.stage} {s.name}", s.method, settings({} if s.stage == "read" else s.params),
            f"{s.seconds:.1f}", f"{s.peak_bytes / 1e6:,.0f}",
        )
        for s in atlas.steps
    )  # fmt: skip
    total = ("all", "", "", f"{sum(s.seconds for s in atlas.steps):.1f}", "")
    sentence = "Seconds and memory are those of the run that computed the step; a later run takes its result as it is."
    foretold = [f"{s.stage} {s.name} {s.against_forecast}." for s in atlas.steps if s.against_forecast]
    grid = Grid(("step", "method", "parameters", "seconds#", "peak MB#"), (*rows, total))
    return Section("Steps", (sentence, *foretold), (grid,))
