"""``triptych show``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from triptych.cli.show_text import plain
from triptych.cli.summary import report


@click.command(name="show")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--level", type=click.IntRange(min=0), help="print every topic of one level; 0 is the finest")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(run: Path, *, level: int | None, as_json: bool) -> None:
    """Print what the run in folder RUN found."""
    import polars as pl

    import triptych as tp
    from triptych.core.atlas import last
    from triptych.core.errors import UsageError

    atlas = tp.load(run)
    if level is None:
        report(atlas, run, as_json=as_json)
        return
    topics = atlas.topics().filter(pl.col("level") == level)
    if topics.is_empty():
        coarsest = len(atlas.trees[last(atlas.trees)].levels) - 1
        raise UsageError(f"{run} has no level {level}", hint=f"levels go from 0 to {coarsest}")
    if as_json:
        click.echo(json.dumps(topics.to_dicts(), ensure_ascii=False, indent=1))
        return
    for row in topics.iter_rows(named=True):
        click.echo(f"{row['size']:>7,}  {plain(row['label']):<42}  {plain(', '.join(row['keywords'][:6]))}")
