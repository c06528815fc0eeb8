"""``triptych check``."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triptych.cli.show_text import plain

if TYPE_CHECKING:
    from triptych.core.upkeep import Element


@click.command(name="check")
@click.argument("what", metavar="RUN|METHOD")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(what: str, *, as_json: bool) -> None:
    """Check a run, or a method.

    RUN is the folder of a run: everything in it is read again and compared with its hash; exit code 5 when anything is
    damaged or missing. METHOD is a kind and a name, such as clusterers/kmeans: it goes through the battery that every
    method passes; exit code 1 when it does not.
    """
    from triptych.core.registry import KINDS

    if what.partition("/")[0] in KINDS and not Path(what).exists():
        from triptych.cli._check_method import check_method_command

        check_method_command(what, as_json)
    else:
        _check_run(Path(what), as_json=as_json)


def _check_run(run: Path, *, as_json: bool) -> None:
    from triptych.core.errors import StoreError
    from triptych.core.upkeep import check_run

    elements = check_run(run)
    counts = dict.fromkeys(("intact", "damaged", "missing"), 0) | Counter(e.state for e in elements)
    if as_json:
        click.echo(json.dumps({"run": str(run), **counts, "elements": [asdict(e) for e in elements]}, indent=1))
    else:
        _table(elements)
        click.echo(f"{len(elements)} elements: {', '.join(f'{n} {state}' for state, n in counts.items())}")
    if bad := [element for element in elements if element.state != "intact"]:
        named = "; ".join(f"{plain(e.path)} of {plain(e.step)} is {e.state}" for e in bad)
        steps = ", ".join(dict.fromkeys(plain(e.step) for e in bad))
        raise StoreError(named, hint=f"run the same triptych run command again; only this is redone: {steps}")


def _table(elements: list[Element]) -> None:
    click.echo(f"{'step':<24} {'element':<28} {'bytes':>14}  state")
    for e in elements:
        note = "" if e.current else "  (not of the current Atlas)"
        click.echo(f"{plain(e.step):<24} {plain(e.path):<28} {e.bytes:>14,}  {e.state}{note}")
