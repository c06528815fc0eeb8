"""``triptych audit``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.show_text import plain

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas


@click.command(name="audit")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("checks", nargs=-1)
@click.option(
    "--budget",
    type=click.FloatRange(min=0, min_open=True),
    help="minutes that all checks may take; those of least worth are left out first  [default: no limit]",
)
@click.option(
    "--params",
    "pairs",
    multiple=True,
    metavar="CHECK.NAME=VALUE",
    help="a parameter of one of CHECKS, such as judged.model=openai:NAME; may be repeated",
)
@click.option("--threads", type=click.IntRange(min=1), help="threads to use; never changes a result  [default: all]")
@click.option("--quiet", is_flag=True, help="no progress")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(
    run: Path,
    *,
    checks: tuple[str, ...],
    budget: float | None,
    pairs: tuple[str, ...],
    threads: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Ask whether the topics of the run in folder RUN are real, and keep the answers in it.

    Without CHECKS all are made, and every topic gets a verdict: solid, shaky, or no evidence. Map and report are drawn
    again with them. What was answered before is not asked again; after an interruption it continues. "triptych methods
    checks" says what is asked. A check that asks a server, such as judged, is made only where it is named.
    """
    import triptych as tp
    from triptych.cli.progress import RichProgress
    from triptych.core.context import Context, Silent, available_threads, using
    from triptych.core.store import Store, read_config
    from triptych.stages.deliver import deliver

    params = _params(checks, pairs)
    atlas, config = tp.load(run), read_config(run)
    with Store(run) as store:
        context = Context(
            threads=threads or available_threads(), progress=Silent() if quiet else RichProgress(), store=store
        )
        with using(context):
            for check in checks or (None,):
                atlas = tp.audit(atlas, check, budget=budget, **params.get(check or "", {}))
        store.publish(atlas, config)
        deliver(atlas, store.path, name=str(config.get("name") or run.stem), cosmos=bool(config.get("cosmos")))
    if as_json:
        click.echo(json.dumps(_found(atlas), ensure_ascii=False, indent=1))
    else:
        _print(atlas, run)


def _params(checks: Sequence[str], pairs: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the parameters of each check that is named."""
    from triptych.checks.base import Check
    from triptych.core.errors import UsageError
    from triptych.core.params import read_pairs
    from triptych.core.registry import method_class

    for pair in pairs:
        owner, dot, _ = pair.partition("=")[0].partition(".")
        if not dot or "=" not in pair or owner not in checks:
            raise UsageError(
                f"audit: {pair.partition('=')[0]!r} is a parameter of none of the checks that are named",
                hint="such as: triptych audit RUN judged --params judged.model=openai:NAME",
            )
    return {
        name: read_pairs(pairs, name, f"checks/{name}", method_class("checks", name, Check).limits) for name in checks
    }


def _found(atlas: Atlas) -> dict[str, Any]:
    """Return the answers as JSON values."""
    answers = {step.name: list(step.notes) for step in atlas.steps if step.stage == "audit"}
    verdicts = atlas.audits["verdicts"].to_dicts() if "verdicts" in atlas.audits else []
    return {"answers": answers, "verdicts": verdicts}


def _print(atlas: Atlas, run: Path) -> None:
    from triptych.checks.base import Check
    from triptych.core.registry import method_class, method_names

    known = set(method_names("checks"))
    for step in atlas.steps:
        if step.stage == "audit" and step.name in known:
            click.echo(f"\n{method_class('checks', step.name, Check).question}")
            for note in step.notes:
                click.echo(f"  {plain(note)}")
    if "verdicts" in atlas.audits:
        click.echo("\nThe topics")
        for row in atlas.audits["verdicts"].filter(level=0).iter_rows(named=True):
            overlap = "     -" if row["survival"] is None else f"{row['survival']:6.2f}"
            click.echo(f"  {row['verdict']:<12}{overlap}  {plain(row['title'])}")
        (closing,) = (step for step in atlas.steps if step.stage == "audit" and step.name == "verdicts")
        click.echo("\nWhat to do")
        for note in closing.notes:
            click.echo(f"  {plain(note)}")
    click.echo(f"\nReport    {run / 'report.html'}\n          triptych open {run}")
