"""``triptych export``."""

from __future__ import annotations

from pathlib import Path

import click

from triptych.core.errors import UsageError

WHAT = ("results", "topics", "documents", "agreement", "map")


@click.command(name="export")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--what", type=click.Choice(WHAT), default="results", show_default=True,
    help="rows with all results; topics; every topic with its documents (JSON); scores against groups; the map page",
)  # fmt: skip
@click.option("--raw", is_flag=True, help="leave CSV cells that a spreadsheet would run as formulas as they are")
def command(run: Path, path: Path, *, what: str, raw: bool) -> None:
    """Write results of the run in folder RUN to PATH; its ending (.csv, .parquet, .json, .html) is the format."""
    import triptych as tp
    from triptych.core.atlas import last
    from triptych.core.store import read_config
    from triptych.core.tables import result_table, topic_documents
    from triptych.export.tables import write_json, write_table

    atlas = tp.load(run)
    if what == "map":
        atlas.map(path, title=read_config(run).get("name") or run.stem)
    elif what == "documents":
        if path.suffix.lower() != ".json":
            raise UsageError(f"documents of topics are written as JSON, not {path.suffix or 'without an ending'}")
        write_json(topic_documents(atlas, last(atlas.descriptions)), path)
    elif what == "agreement":
        if "agreement" not in atlas.audits:
            raise UsageError(f"{run} was compared with no groups", hint="run again with --group COLUMN")
        write_table(atlas.audits["agreement"], path, raw=raw)
    else:
        write_table(result_table(atlas) if what == "results" else atlas.topics(), path, raw=raw)
    click.echo(path)
