"""``triptych run``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from triptych.cli.options import dataclass_options, limit_options
from triptych.cli.summary import report
from triptych.core.config import COLUMNS, FILE, load_config
from triptych.core.errors import UsageError
from triptych.core.schema import ReadOptions
from triptych.stages.run import SETTINGS, Road


@click.command(name="run")
@click.argument("source", type=click.Path(path_type=Path), required=False)
@limit_options(COLUMNS)
@click.option("--metadata", type=click.Path(path_type=Path), help="table with a row for each row of a .npy matrix")
@click.option("--images", type=click.Path(path_type=Path), help="folder of the pictures  [default: that of the table]")
@click.option(
    "--bertopic",
    type=click.Path(path_type=Path),
    help="folder of a BERTopic model that was fitted on these rows; its topics, words and labels are taken",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="folder of the run  [default: SOURCE with the ending .trip]",
)
@click.option("--name", help="heading of the pages  [default: the name of SOURCE]")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help=f"file with settings; flags go before it  [default: {FILE} if there is no SOURCE]",
)
@click.option("--threads", type=click.IntRange(min=1), help="threads to use; never changes a result  [default: all]")
@click.option("--quiet", is_flag=True, help="no progress")
@click.option("--json", "as_json", is_flag=True, help="print the summary as JSON")
@dataclass_options(ReadOptions)
@dataclass_options(Road)
@click.pass_context
def command(
    ctx: click.Context, /, *, config: Path | None, threads: int | None, quiet: bool, as_json: bool, **flags: Any
) -> None:
    """Take SOURCE (CSV, TSV, JSONL, Parquet, .npy) all the way to a labelled map.

    The folder that it makes has map.html, report.html, results.parquet, results.csv, topics.csv and topics.json, and
    with --cosmos cosmos.html. The same command again does nothing twice; after an interruption it continues.

    Without SOURCE the settings come from triptych.toml; "triptych config" writes that of a finished run.
    """
    import triptych as tp
    from triptych.cli.progress import RichProgress

    chosen = {name: value for name, value in flags.items() if _given(ctx, name)}
    settings = flags | _configured(config, has_source="source" in chosen) | chosen
    source = settings.pop("source")
    if source is None:
        raise UsageError(f"there is nothing to read: {config or FILE} names no source", hint="add: source = …")
    reading = ReadOptions(**{name: settings.pop(name) for name in ReadOptions.__dataclass_fields__})
    folder = Path(settings.pop("out") or Path(source).with_suffix(".trip"))
    progress = None if quiet else RichProgress()
    atlas = tp.run(source, out=folder, reading=reading, threads=threads, progress=progress, **settings)
    report(atlas, folder, as_json=as_json)


def _given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _configured(path: Path | None, *, has_source: bool) -> dict[str, Any]:
    """Return the settings of the file named, or of the one that lies here when there is no source."""
    if path is None and has_source:
        return {}
    if path is None and not Path(FILE).exists():
        raise UsageError(
            f"there is nothing to read: no SOURCE is given, and here is no {FILE}",
            hint="triptych run movies.csv --text overview; or see how it goes first: triptych demo",
        )
    return load_config(path or Path(FILE), SETTINGS)
