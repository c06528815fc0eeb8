"""``triptych demo``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from triptych.cli.summary import report


@click.command(name="demo")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("emoji.trip"),
    show_default=True,
    help="folder of the run",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="root of all random choices")
@click.option("--threads", type=click.IntRange(min=1), help="threads to use; never changes a result  [default: all]")
@click.option("--quiet", is_flag=True, help="no progress")
@click.option("--json", "as_json", is_flag=True, help="print the summary as JSON")
def command(*, out: Path, seed: int, threads: int | None, quiet: bool, as_json: bool) -> None:
    """Map 1,906 emoji by what they mean: real data, offline, in about ten seconds."""
    import triptych as tp
    from triptych.cli.progress import RichProgress
    from triptych.sources.demo import ROLES, demo_path, sprites

    atlas = tp.run(
        demo_path(), **asdict(ROLES), out=out, name="What is in 1,906 emoji?", seed=seed, threads=threads,
        sprites=sprites(), cosmos=True, audit="full",
        progress=None if quiet else RichProgress(),
    )  # fmt: skip
    report(atlas, out, as_json=as_json)
