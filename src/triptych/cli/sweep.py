"""``triptych sweep``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.options import limit_options
from triptych.cli.show_text import plain
from triptych.core.params import Sizes

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas

#: What may be varied, each a list of whole numbers.
PARAMETERS = {
    "min_cluster_size": Sizes(low=2, optional=True, help="fewest rows of a cluster, such as 10,20,50,100"),
    "min_samples": Sizes(low=1, optional=True, help="neighbours that decide how dense a place is"),
    "n_clusters": Sizes(low=1, optional=True, help="number of clusters, of methods that need one"),
}


@click.command(name="sweep")
@click.argument("run", type=click.Path(path_type=Path))
@limit_options(PARAMETERS)
@click.option("--threads", type=click.IntRange(min=1), help="threads to use; never changes a result  [default: all]")
@click.option("--quiet", is_flag=True, help="no progress")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(run: Path, *, threads: int | None, quiet: bool, as_json: bool, **values: Any) -> None:
    """Cluster the run in folder RUN again with several values of one parameter, and keep the table in it.

    Everything else is as in the run. The score compares density and separation (relative validity, higher is better),
    survival says how much of the clusters is found again at the next value. The map stays as it is.
    """
    import triptych as tp
    from triptych.cli.progress import RichProgress
    from triptych.core.context import Context, Silent, available_threads, using
    from triptych.core.store import Store, read_config

    atlas, config = tp.load(run), read_config(run)
    method, on, params = _clustered(atlas)
    params |= {name: value for name, value in values.items() if value is not None}
    with Store(run) as store:
        context = Context(
            threads=threads or available_threads(), progress=Silent() if quiet else RichProgress(), store=store
        )
        with using(context):
            atlas = tp.sweep(atlas, method, on=on, **params)
        store.publish(atlas, config)
    rows = atlas.audits["sweep"].to_dicts()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    click.echo(f"\n{rows[0]['parameter']:>16} {'clusters':>9} {'noise':>16} {'score':>7} {'survival':>9}")
    for row in rows:
        click.echo(_line(row))


def _clustered(atlas: Atlas) -> tuple[str, str, dict[str, Any]]:
    """Return the method, the input and the parameters of the newest clustering of a run."""
    from triptych.core.errors import UsageError
    from triptych.stages._given import is_given

    for step in reversed(atlas.steps):
        if step.stage == "cluster":
            if is_given(step):
                raise UsageError("the topics of this run were given", hint="sweep a run of the same rows without them")
            on = next(path for path in step.inputs if path.startswith(("layouts/", "vectors/")))
            return step.method, on.partition("/")[2], dict(step.params)
    raise UsageError("the run has no clustering", hint="make one with: triptych run")


def _line(row: dict[str, Any]) -> str:
    if row["skipped"]:
        return f"{row['value']:>16} skipped: {plain(row['skipped'])}"
    noise = f"{row['noise']:,} ({row['noise_share']:.0%})"
    score, survival = ("-" if row[name] is None else f"{row[name]:.2f}" for name in ("score", "survival"))
    return f"{row['value']:>16} {row['clusters']:>9,} {noise:>16} {score:>7} {survival:>9}"
