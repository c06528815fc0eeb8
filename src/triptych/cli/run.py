"""``triptych run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from triptych.cli.options import dataclass_options
from triptych.cli.summary import report
from triptych.core.schema import ReadOptions
from triptych.stages.run import Road

ROLES = ("text", "title", "date", "link", "image", "popularity", "id", "group", "show", "vectors")


@click.command(name="run")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--text", metavar="COLUMN", help='text to map: a column, or a template such as "{name}. {summary}"')
@click.option("--title", metavar="COLUMN", help="what a row is called")
@click.option("--date", metavar="COLUMN", help="date of a row")
@click.option("--link", metavar="TEMPLATE", help='address of a row, such as "https://example.org/{id}"')
@click.option("--image", metavar="COLUMN", help="path of a row's picture")
@click.option("--popularity", metavar="COLUMN", help="number by which rows are best known")
@click.option("--id", metavar="COLUMN", help="the row's own identifier; rows are numbered without one")
@click.option("--group", metavar="COLUMN", multiple=True, help="known categories to compare with; may be repeated")
@click.option("--show", metavar="COLUMN", multiple=True, help="further columns for the hover card; may be repeated")
@click.option("--vectors", metavar="NAME", help="given vectors: a list column, or the prefix of numbered columns")
@click.option("--metadata", type=click.Path(path_type=Path), help="table with a row for each row of a .npy matrix")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="folder of the run  [default: SOURCE with the ending .trip]",
)
@click.option("--name", help="heading of the pages  [default: the name of SOURCE]")
@click.option("--threads", type=click.IntRange(min=1), help="threads to use; never changes a result  [default: all]")
@click.option("--quiet", is_flag=True, help="no progress")
@click.option("--json", "as_json", is_flag=True, help="print the summary as JSON")
@dataclass_options(ReadOptions)
@dataclass_options(Road)
def command(source: Path, out: Path | None, *, quiet: bool, as_json: bool, **flags: Any) -> None:
    """Take SOURCE (CSV, TSV, JSONL, Parquet, .npy) all the way to a labelled map.

    The folder that it makes has map.html, report.html, results.parquet, results.csv, topics.csv and topics.json. The
    same command again does nothing twice; after an interruption it continues.
    """
    import triptych as tp
    from triptych.cli.progress import RichProgress

    reading = ReadOptions(**{name: flags.pop(name) for name in ReadOptions.__dataclass_fields__})
    folder = out or source.with_suffix(".trip")
    atlas = tp.run(source, out=folder, reading=reading, progress=None if quiet else RichProgress(), **flags)
    report(atlas, folder, as_json=as_json)
