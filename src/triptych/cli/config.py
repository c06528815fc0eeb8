"""``triptych config``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="config")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Print the settings of the run in folder RUN as triptych.toml.

    Every setting is there, chosen or not; "triptych config movies.trip > triptych.toml" and "triptych run" repeat the
    run, from the folder in which it was made.
    """
    from triptych.core.config import dump_config
    from triptych.core.store import read_config
    from triptych.stages.run import SETTINGS

    click.echo(dump_config(read_config(run), SETTINGS), nl=False)
