"""``triptych open``."""

from __future__ import annotations

from pathlib import Path

import click

from triptych.core.errors import StoreError


@click.command(name="open")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--report", is_flag=True, help="open the report instead of the map")
@click.option("--cosmos", is_flag=True, help="open the cosmos instead of the map")
def command(run: Path, *, report: bool, cosmos: bool) -> None:
    """Open the map of the run in folder RUN in the browser."""
    page = run / ("report.html" if report else "cosmos.html" if cosmos else "map.html")
    if not page.exists():
        flag = " --cosmos" if cosmos else ""
        raise StoreError(f"there is no {page}", hint=f"make it with: triptych run …{flag} --out {run}")
    click.echo(page)
    click.launch(page.resolve().as_uri())
