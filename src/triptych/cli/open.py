"""``triptych open``."""

from __future__ import annotations

from pathlib import Path

import click

from triptych.core.errors import StoreError


@click.command(name="open")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--report", is_flag=True, help="open the report instead of the map")
def command(run: Path, *, report: bool) -> None:
    """Open the map of the run in folder RUN in the browser."""
    page = run / ("report.html" if report else "map.html")
    if not page.exists():
        raise StoreError(f"there is no {page}", hint="make it with: triptych run … --out " + str(run))
    click.echo(page)
    click.launch(page.resolve().as_uri())
