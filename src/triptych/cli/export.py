"""``triptych export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from triptych.core.errors import UsageError

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas

#: Folders that other tools open.
TOOLS = ("bertopic", "datamapplot", "embedding-atlas")
WHAT = ("results", "topics", "documents", "agreement", "map", "cosmos", *TOOLS)


@click.command(name="export")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--what", type=click.Choice(WHAT),
    help="rows with all results; topics; every topic with title, verdict, words by "
    "every describer, best sentences and all documents (JSON); scores against groups; the map or the "
    "cosmos page; a folder for BERTopic, datamapplot or Embedding Atlas  "
    "[default: the tool that PATH is named after, else results]",
)  # fmt: skip
@click.option(
    "--level", type=click.IntRange(min=0), help="level of the topics, for BERTopic; 0 is the finest  [default: 0]"
)
@click.option("--raw", is_flag=True, help="leave CSV cells that a spreadsheet would run as formulas as they are")
def command(run: Path, path: Path, *, what: str | None, level: int | None, raw: bool) -> None:
    """Write results of the run in folder RUN to PATH; its ending (.csv, .parquet, .json, .html) is the format.

    "triptych export RUN bertopic", "… datamapplot" and "… embedding-atlas" write a folder of that name: a model that
    BERTopic loads, a script that draws the map with datamapplot, or the files that Embedding Atlas opens.
    """
    import triptych as tp
    from triptych.core.store import read_config

    what = what or (path.name if path.name in TOOLS else "results")
    if level is not None and what != "bertopic":
        raise UsageError("--level is for --what bertopic; the others have every level")
    atlas, title = tp.load(run), read_config(run).get("name") or run.stem
    if what in TOOLS:
        _folder(atlas, path, what, title, level or 0)
    elif what == "map":
        atlas.map(path, title=title)
    elif what == "cosmos":
        if "umap3" not in atlas.layouts:
            raise UsageError(f"{run} was not laid out in space", hint="run again with --cosmos")
        atlas.cosmos(path, title=title)
    else:
        _file(atlas, path, what, run, raw=raw)
    click.echo(path)


def _folder(atlas: Atlas, path: Path, what: str, title: str, level: int) -> None:
    if what == "bertopic":
        from triptych.export.bertopic import LOAD, write_bertopic

        write_bertopic(atlas, path, level=level)
        click.echo(f"next, in Python: {LOAD.format(folder=str(path))}", err=True)
    elif what == "datamapplot":
        from triptych.export.datamapplot import write_datamapplot

        write_datamapplot(atlas, path, title=title)
        click.echo(f"next: python {path / 'draw.py'}", err=True)
    else:
        from triptych.export.embedding_atlas import COMMAND, write_embedding_atlas
        from triptych.stages.draw import shown_columns

        write_embedding_atlas(atlas, path, columns=shown_columns(atlas))
        click.echo(f"next, in {path}: {COMMAND}", err=True)


def _file(atlas: Atlas, path: Path, what: str, run: Path, *, raw: bool) -> None:
    from triptych.core.tables import result_table
    from triptych.export.tables import write_json, write_table
    from triptych.stages.topic_contents import topic_contents

    if what == "documents":
        if path.suffix.lower() != ".json":
            raise UsageError(f"documents of topics are written as JSON, not {path.suffix or 'without an ending'}")
        write_json(topic_contents(atlas), path)
    elif what == "agreement":
        if "agreement" not in atlas.audits:
            raise UsageError(f"{run} was compared with no groups", hint="run again with --group COLUMN")
        write_table(atlas.audits["agreement"], path, raw=raw)
    else:
        write_table(result_table(atlas) if what == "results" else atlas.topics(), path, raw=raw)
