"""``triptych show``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.show_text import plain
from triptych.cli.summary import report

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas
    from triptych.stages._topic_tree import TopicNode


@click.command(name="show")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--level", type=click.IntRange(min=0), help="print every topic of one level; 0 is the finest")
@click.option("--tree", is_flag=True, help="print the topics inside one another, down to the level if one is given")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(run: Path, *, level: int | None, tree: bool, as_json: bool) -> None:
    """Print what the run in folder RUN found."""
    import polars as pl

    import triptych as tp
    from triptych.core.atlas import last
    from triptych.core.errors import UsageError

    atlas = tp.load(run)
    if level is None and not tree:
        report(atlas, run, as_json=as_json)
        return
    topics = atlas.topics().filter(pl.col("level") == (level or 0))
    if topics.is_empty():
        coarsest = len(atlas.trees[last(atlas.trees)].levels) - 1
        raise UsageError(f"{run} has no level {level or 0}", hint=f"levels go from 0 to {coarsest}")
    if tree:
        _tree(atlas, level or 0, as_json=as_json)
        return
    if as_json:
        click.echo(json.dumps(topics.to_dicts(), ensure_ascii=False, indent=1))
        return
    for row in topics.iter_rows(named=True):
        click.echo(f"{row['size']:>7,}  {plain(row['label']):<42}  {plain(', '.join(row['keywords'][:6]))}")


def _tree(atlas: Atlas, finest: int, *, as_json: bool) -> None:
    from triptych.core.atlas import last
    from triptych.stages._topic_tree import topic_tree

    found = _values(topic_tree(atlas, last(atlas.descriptions)), finest, atlas.verdicts())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for line in _lines(found, ""):
        click.echo(line)


def _values(
    nodes: Sequence[TopicNode], finest: int, verdicts: dict[tuple[int, int], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return topics with those inside them as JSON values."""
    return [
        {
            "level": topic.level, "topic": topic.cluster, "size": topic.size, "label": node.title,
            "verdict": verdicts.get((topic.level, topic.cluster), {}).get("verdict"),
            "inside": _values(node.inside, finest, verdicts),
        }
        for node in nodes
        if (topic := node.topic).level >= finest
    ]  # fmt: skip


def _lines(nodes: Sequence[dict[str, Any]], indent: str) -> Iterator[str]:
    for node in nodes:
        verdict = f"  [{node['verdict']}]" if node["verdict"] else ""
        yield f"{node['size']:>7,}  {indent}{plain(node['label']) or 'Untitled'}{verdict}"
        yield from _lines(node["inside"], f"{indent}    ")
