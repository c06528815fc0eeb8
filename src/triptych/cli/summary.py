"""What a run found, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triptych.cli.show_text import plain
from triptych.core.atlas import last
from triptych.core.schema import STATUS, Status

if TYPE_CHECKING:
    from triptych.core.atlas import Atlas, Step

__all__ = ["report", "summary"]

#: Lines of topics that a summary prints.
TOPICS = 12


def summary(atlas: Atlas, folder: Path) -> dict[str, Any]:
    """Return what a run found as JSON values."""
    counts = Counter(atlas.rows[STATUS].to_list())
    kept = counts.pop(Status.KEPT.value, 0)
    clustering = atlas.clusterings[last(atlas.clusterings)]
    labels, adopted = clustering.labels, int(clustering.adopted.sum())
    noise = int((labels < 0).sum()) + adopted
    tree = last(atlas.descriptions)
    return {
        "run": str(folder),
        "map": str(folder / "map.html"),
        "rows": {"in": atlas.rows.height, "kept": kept, "marked": dict(sorted(counts.items()))},
        "clusters": int(labels.max(initial=-1)) + 1,
        "noise": noise,
        "noise_share": noise / len(labels),
        "adopted": adopted,
        "levels": list(atlas.trees[tree].sizes),
        "steps": [
            {"stage": s.stage, "name": s.name, "method": s.method, "seconds": s.seconds, "peak_bytes": s.peak_bytes,
             "forecast_seconds": s.forecast_seconds, "forecast_bytes": s.forecast_bytes,
             "notes": list(s.notes)} for s in atlas.steps
        ],
        "topics": atlas.topics(tree).select("level", "topic", "parent", "size", "label", "keywords").to_dicts(),
    }  # fmt: skip


def report(atlas: Atlas, folder: Path, *, as_json: bool) -> None:
    """Print the summary of a run to stdout."""
    found = summary(atlas, folder)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    rows = found["rows"]
    marked = ", ".join(f"{n:,} {status.replace('_', ' ')}" for status, n in rows["marked"].items()) or "none"
    click.echo(f"\nRows      {rows['in']:,} in, {rows['kept']:,} kept, marked: {marked}")
    adopted = f", of these {found['adopted']:,} put into the nearest" if found["adopted"] else ""
    noise = f"{found['noise']:,} rows in none ({found['noise_share']:.0%} noise)"
    click.echo(f"Clusters  {found['clusters']:,}, with {noise}{adopted}")
    click.echo(f"Levels    {' / '.join(map(str, found['levels']))} topics, finest first\n")
    click.echo("Largest topics")
    finest = [topic for topic in found["topics"] if topic["level"] == 0]
    for topic in finest[:TOPICS]:
        click.echo(f"  {topic['size']:>7,}  {plain(topic['label']):<42}  {plain(', '.join(topic['keywords'][:5]))}")
    if len(finest) > TOPICS:
        click.echo(f"           … and {len(finest) - TOPICS:,} more: triptych show {folder} --level 0")
    _steps(atlas.steps)
    click.echo(f"\nMap       {found['map']}\n          triptych open {folder}")


def _steps(steps: Sequence[Step]) -> None:
    click.echo("\nStep                 seconds   peak MB")
    for step in steps:
        name = f"{step.stage} {step.name}"
        click.echo(f"  {name:<18} {step.seconds:>7.1f} {step.peak_bytes / 1e6:>9,.0f}")
    total = sum(step.seconds for step in steps)
    peak = max(step.peak_bytes for step in steps) / 1e6
    click.echo(f"  {'all':<18} {total:>7.1f} {peak:>9,.0f}")
    for step in steps:
        for note in filter(None, (*step.notes, step.against_forecast)):
            click.echo(f"  · {step.stage}: {plain(note)}")
