"""``triptych gc``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click


@click.command(name="gc")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="only say what would be removed")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(run: Path, *, dry_run: bool, as_json: bool) -> None:
    """Remove the steps and objects that the current Atlas of the run in folder RUN does not need.

    What is left of other settings goes with them: a run with those would start anew.
    """
    from triptych.core.upkeep import collect_garbage

    found = collect_garbage(run, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({"run": str(run), "dry_run": dry_run, **asdict(found)}, indent=1))
        return
    verb = "would go" if dry_run else "removed"
    click.echo(f"{verb}: steps {found.steps:,}, objects {found.objects:,}, bytes {found.bytes:,}")
