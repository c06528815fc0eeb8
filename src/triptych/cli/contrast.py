"""``triptych contrast``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from triptych.cli.show_text import plain


@click.command(name="contrast")
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--level", type=click.IntRange(min=0), help="of this level alone; 0 is the finest  [default: every one]")
@click.option(
    "--save",
    type=click.Path(path_type=Path),
    help="write the table to a .csv, .parquet or .json file instead, or a page to an .html file",
)
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(before: Path, after: Path, *, level: int | None, save: Path | None, as_json: bool) -> None:
    """Print the titles and words of the same topics in the runs BEFORE and AFTER, side by side.

    For two runs that differ in the describer or the labeller alone; runs with other topics are compared with
    "triptych diff". The page says besides what changed on the whole and, where both runs were audited, what the titles
    of each are worth.
    """
    from triptych.core.store import load_atlas
    from triptych.export.tables import write_table
    from triptych.stages.contrast import contrast
    from triptych.stages.contrast_page import contrast_page

    runs = load_atlas(before), load_atlas(after)
    if save is not None and save.suffix.lower() == ".html":
        contrast_page(*runs, save, level=level)
        click.echo(save)
        return
    topics = contrast(*runs, level=level)
    if save is not None:
        click.echo(write_table(topics, save))
        return
    if as_json:
        click.echo(json.dumps(topics.to_dicts(), ensure_ascii=False, indent=1))
        return
    for row in topics.iter_rows(named=True):
        click.echo(
            f"level {row['level']}, topic {row['topic']}, {row['size']:,} rows: {plain('; '.join(row['examples']))}"
        )
        for when in ("before", "after"):
            words = plain(", ".join(row[f"words_{when}"][:6]))
            click.echo(f"  {when:<6}  {plain(row[f'title_{when}']):<42}  {words}".rstrip())
