"""``triptych label``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.options import limit_options
from triptych.labellers.llm import LLM

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas

_FILE = click.Path(path_type=Path, dir_okay=False)
_LIMITS = {name: limit for name, limit in LLM.limits.items() if name != "model"}
#: What is empty or 0 by default is not shown as such.
_DEFAULTS = {name: LLM.defaults()[name] or None for name in _LIMITS}


@click.command(name="label")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--llm", metavar="MODEL", help="let this model write the titles: anthropic:NAME or openai:NAME")
@click.option("--labeller", metavar="METHOD", help='another method of "triptych methods labellers"')
@click.option("--dump", type=_FILE, help="only write what is to be titled, with the present titles, to this JSON file")
@click.option("--load", type=_FILE, help="take the titles that were written into such a file")
@limit_options(_LIMITS, _DEFAULTS)
@click.option("--quiet", is_flag=True, help="no progress")
def command(
    run: Path,
    *,
    llm: str | None,
    labeller: str | None,
    dump: Path | None,
    load: Path | None,
    quiet: bool,
    **params: Any,
) -> None:
    """Title the topics of the run in folder RUN anew, and draw its pages again.

    With --llm, words and the beginnings of a few documents of every topic are sent to the server. What will be asked is
    told first, what it took afterwards. Each title is kept as soon as it is there: after an interruption, or when the
    budget is spent, the same command continues, and a topic that has not changed is never asked about twice. A key is
    only ever read from the environment.
    """
    import triptych as tp
    from triptych.cli.progress import RichProgress
    from triptych.core.context import Context, Silent, using
    from triptych.core.store import Store, read_config
    from triptych.stages.deliver import deliver
    from triptych.stages.titles import take_titles, titling_tasks

    _check_one(llm=llm, labeller=labeller, dump=dump, load=load)
    atlas, config = tp.load(run), read_config(run)
    if dump is not None:
        click.echo(f"{len(titling_tasks(atlas, dump)['tasks']):,} topics  {dump}")
        return
    given = {name: value for name, value in params.items() if value != _DEFAULTS[name]} | (
        {"model": llm} if llm else {}
    )
    method = "llm" if llm else labeller or ""
    with Store(run) as store:
        with using(Context(progress=Silent() if quiet else RichProgress(), store=store)):
            atlas = take_titles(atlas, load) if load else tp.label(atlas, method, **given)
            atlas = _judged(atlas)
        store.publish(atlas, config if load else _settings(config, method, given))
        deliver(atlas, store.path, name=str(config.get("name") or run.stem), cosmos=bool(config.get("cosmos")))
    click.echo(f"Map       {run / 'map.html'}\n          triptych open {run}")


def _check_one(**ways: object) -> None:
    from triptych.core.errors import UsageError

    if sum(way is not None for way in ways.values()) != 1:
        raise UsageError(
            "label: give one of --llm, --labeller, --dump, --load", hint="such as: triptych label RUN --dump tasks.json"
        )


def _judged(atlas: Atlas) -> Atlas:
    """Return an Atlas whose verdicts, if any, name the topics by their new titles."""
    from triptych.stages._verdicts import judge

    steps = [step for step in atlas.steps if (step.stage, step.name) == ("audit", "verdicts")]
    return judge(atlas, steps[-1].params["left_out"]) if steps else atlas


def _settings(config: dict[str, Any], method: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the run with another labeller, so that the run made again has the same titles."""
    others = [pair for pair in config["params"] if not pair.startswith("labeller.")]
    return config | {"labeller": method, "params": [*others, *(f"labeller.{k}={v}" for k, v in given.items())]}
