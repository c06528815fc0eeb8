"""``triptych diff``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.show_text import plain

if TYPE_CHECKING:
    from triptych.stages.diff import Diff

#: Changed topics that are printed.
TOPICS = 20


@click.command(name="diff")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option(
    "--level", type=click.IntRange(min=0), default=0, help="compare this level; 0 is the finest  [default: 0]"
)
@click.option("--json", "as_json", is_flag=True, help="print everything as JSON, every row that moved included")
def command(run_a: Path, run_b: Path, *, level: int, as_json: bool) -> None:
    """Compare the topics of two runs of the same data, in folders RUN_A and RUN_B.

    Rows are matched by their ids. Topics are kept, split, merged, lost or new; a topic is the same if the rows that are
    in both are more than half of those that are in either.
    """
    from triptych.core.store import load_atlas
    from triptych.stages.diff import diff

    found = diff(load_atlas(run_a), load_atlas(run_b), level=level)
    if as_json:
        click.echo(json.dumps(_values(found), ensure_ascii=False, indent=1))
        return
    for line in _lines(found):
        click.echo(line)


def _values(found: Diff) -> dict[str, Any]:
    frames = {name: getattr(found, name).to_dicts() for name in ("scores", "topics", "rows")}
    return {"same": found.empty, "common": found.common, "counts": found.counts(), **frames}


def _lines(found: Diff) -> Iterator[str]:
    if found.empty:
        yield f"The two runs are the same: {found.common:,} rows in {found.topics.height:,} topics"
        return
    counts = found.counts()
    yield "Topics    " + ", ".join(f"{counts[name]:,} {name}" for name in ("kept", "split", "merged", "lost", "new"))
    moved = ", ".join(
        f"{counts[name]:,} {words}"
        for name, words in (("moved", "in another topic"), ("to noise", "now noise"), ("from noise", "noise before"))
    )
    only = "".join(f", {counts[name]:,} {name}" for name in ("only in A", "only in B") if counts[name])
    yield f"Rows      {found.common:,} in both: {moved}{only}"
    for row in found.scores.iter_rows(named=True):
        shown = ", ".join(
            f"{name.upper()} {'-' if row[name] is None else format(row[name], '.3f')}" for name in ("ari", "ami", "nmi")
        )
        scope = "rows clustered in both" if row["scope"] == "clustered" else "rows, noise as a topic"
        yield f"Agreement {shown} on {row['rows']:,} {scope}"
    changed = [row for row in found.topics.iter_rows(named=True) if row["change"] != "kept"]
    if changed:
        yield ""
    for row in changed[:TOPICS]:
        yield _topic(row)
    if len(changed) > TOPICS:
        yield f"           … and {len(changed) - TOPICS:,} more: --json"


def _topic(row: dict[str, Any]) -> str:
    became = ", ".join(
        plain(title) or f"topic {topic}" for topic, title in zip(row["topics_b"], row["titles_b"], strict=True)
    )
    if row["change"] == "new":
        return f"  {'new':<7} {row['rows_b']:>7,}  {became}"
    title = plain(row["title_a"]) or f"topic {row['topic_a']}"
    return f"  {row['change']:<7} {row['rows_a']:>7,}  {title}" + (f" → {became}" if became else "")
