"""What the audit says of data whose truth is known, over seeds, and what it costs beside the run it is of.

Prints the tables in Markdown. ``--part detection`` and ``--part cost`` print one of them; the error rates of the null
model are ``python -m bench.null``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench import machine
from bench.report import table
from bench.stopwatch import Stopwatch, save

ROWS, DIMENSIONS, GROUPS = 900, 24, 8
SIZES = (5_000, 45_000)
#: What the audit is compared with: the run but for its encoding. Both end with the pages and tables.
RUN = ("read", "relate", "umap 5-d", "hdbscan", "umap 2-d", "nest", "describe", "label", "pages")

F32 = npt.NDArray[np.float32]


def groups(seed: int, spread: float = 0.15) -> tuple[F32, npt.NDArray[np.int64]]:
    """Return vectors of 8 groups far apart, and the group of each row."""
    random = np.random.default_rng(seed)
    group = np.arange(ROWS) % GROUPS
    centres = random.normal(size=(GROUPS, DIMENSIONS))
    return (centres[group] + random.normal(scale=spread, size=(ROWS, DIMENSIONS))).astype(np.float32), group


def audited(vectors: F32, columns: dict[str, Any], **roles: Any) -> Any:
    """Take vectors along the road, with columns, and ask everything."""
    import polars as pl

    import triptych as tp

    frame = pl.DataFrame({"name": [f"row {row}" for row in range(len(vectors))], **columns})
    return tp.run(vectors, metadata=frame, title="name", levels=(4,), audit="full", **roles)


def solid(seed: int) -> bool:
    """Groups far apart: every topic is solid."""
    verdicts = audited(groups(seed)[0], {}).audits["verdicts"].filter(level=0)
    return bool(verdicts.height == GROUPS and (verdicts["verdict"] == "solid").all())


def splinter(seed: int) -> bool:
    """A third of the largest topic, and a random handful: neither is solid, all others are."""
    from tests.audit_cases import planted_case

    from triptych.checks.survival import Survival

    case = planted_case(seed, rows=ROWS, kind="splinter")
    found = Survival().examine(case, seed=seed, advance=lambda _: None).table.filter(level=0)["survival"]
    return bool((found[-2:] < 0.5).all() and (found[1:-2] >= 0.75).all())


def none(seed: int) -> bool:
    """One Gaussian with unequal axes: no topic has evidence."""
    random = np.random.default_rng(seed)
    axes = np.arange(1, DIMENSIONS + 1) ** -0.5
    vectors = (random.normal(size=(ROWS, DIMENSIONS)) * axes).astype(np.float32)
    audits = audited(vectors, {}).audits
    return "verdicts" not in audits or bool((audits["verdicts"]["verdict"] == "no evidence").all())


def modality(seed: int) -> bool:
    """Two kinds of rows that lie apart, and no other structure: the topics go with the kind, and the audit says so."""
    random = np.random.default_rng(seed)
    kind = random.integers(2, size=ROWS)
    vectors = random.normal(size=(ROWS, DIMENSIONS)) + 6 * kind[:, None] * np.eye(DIMENSIONS)[0]
    columns = {"kind": np.where(kind, "text", "picture"), "other": random.choice(["a", "b"], ROWS)}
    found = audited(vectors.astype(np.float32), columns, group=("kind", "other"), metric="euclidean").audits["columns"]
    named = {row["column"]: row for row in found.iter_rows(named=True)}
    return bool(named["kind"]["p_adjusted"] <= 0.05 < named["other"]["p_adjusted"])


def drifting(seed: int) -> bool:
    """One of 8 groups grows from 2000 to 2020: the audit says that it grew, and of no other that it did."""
    random = np.random.default_rng(seed)
    vectors, group = groups(seed)
    year = random.integers(2000, 2020, ROWS)
    year[group == 0] = 2019 - np.minimum(random.exponential(4, (group == 0).sum()).astype(int), 19)
    dates = [f"{y}-06-{d:02d}" for y, d in zip(year, random.integers(1, 29, ROWS), strict=True)]
    atlas = audited(vectors, {"day": dates}, date="day")
    labels = atlas.clusterings["hdbscan"].labels
    mine = int(np.bincount(labels[(group == 0) & (labels >= 0)]).argmax())
    grew = atlas.audits["time"].filter(level=0, change="grew")["topic"].to_list()
    return bool(grew == [mine])


#: Name in the table → one seed of it.
PLANTED: dict[str, Callable[[int], bool]] = {
    "solid": solid, "splinter": splinter, "none": none, "two kinds": modality, "drifting": drifting,
}  # fmt: skip


def detection(seeds: int) -> str:
    """Return the table of what is planted, what is to be said, and of how many seeds it is."""
    rows = []
    for name, planted in PLANTED.items():
        said = sum(planted(seed) for seed in range(seeds))
        rows.append([name, (planted.__doc__ or "").rstrip("."), f"{said} of {seeds}"])
        print(rows[-1], flush=True)
    return table(("planted", "what is to be said", "said"), rows)


def measure(corpus: Path, vectors: Path, rows: int, saved: Path) -> None:
    """Run the road and the audit once in this process; two thousand rows before warm what is loaded and compiled."""
    watches = []
    for n in (2_000, rows):
        watch = Stopwatch()
        atlas = _walked(corpus, vectors, n, watch, saved.parent)
        _asked(atlas, watch, saved.parent)
        watches.append(watch)
    save(saved, watches[1:])


def _walked(corpus: Path, vectors: Path, rows: int, watch: Stopwatch, out: Path) -> Any:
    import polars as pl

    import triptych as tp
    from triptych.stages.deliver import deliver

    with watch.lap("read"):
        frame = pl.read_parquet(corpus, n_rows=rows)
        roles = tp.Roles(text="text", title="package", group=("section",))
        atlas = tp.read(np.load(vectors)[:rows], metadata=frame, roles=roles)
    verbs: dict[str, Callable[[Any], Any]] = {
        "relate": tp.relate,
        "umap 5-d": lambda a: tp.reduce(a, n_components=5, min_dist=0.0),
        "hdbscan": lambda a: tp.cluster(a, on="umap5"),
        "umap 2-d": lambda a: tp.reduce(a, n_components=2),
        "nest": tp.nest, "describe": tp.describe, "label": tp.label,
    }  # fmt: skip
    for name, verb in verbs.items():
        with watch.lap(name):
            atlas = verb(atlas)
    with watch.lap("pages"):
        deliver(atlas, out, name="Debian packages")
    return atlas


def _asked(atlas: Any, watch: Stopwatch, out: Path) -> None:
    import triptych as tp
    from triptych.checks.base import AskingCheck, Check
    from triptych.core.registry import method_class, method_names
    from triptych.stages.deliver import deliver

    for name in method_names("checks"):
        if issubclass(method_class("checks", name, Check), AskingCheck):
            continue  # what a server takes is its own affair
        with watch.lap(f"audit {name}"):
            atlas = tp.audit(atlas, name)
    with watch.lap("audit pages"):
        deliver(atlas, out, name="Debian packages")


def cost(work: Path, repeats: int) -> str:
    """Return the table of what the audit takes beside the run without encoding."""
    parts = []
    for rows in SIZES:
        runs = []
        for _ in range(repeats):
            saved = work / "audit" / "laps.json"
            saved.parent.mkdir(parents=True, exist_ok=True)
            arguments = ("--part", "measure", "--rows", str(rows), "--save", saved, "--work", work)
            subprocess.run([sys.executable, "-m", "bench.audit", *arguments], check=True)
            runs.append({lap["stage"]: lap for lap in json.loads(saved.read_text(encoding="utf-8"))["passes"][0]})
        parts.append(f"### {rows:,} rows\n\n{_cost_table(runs)}")
    return "\n\n".join(parts)


def _cost_table(runs: Sequence[dict[str, Any]]) -> str:
    def least(stages: Sequence[str], clock: str) -> float:
        return float(min(sum(run[stage][clock] for stage in stages) for run in runs))

    checks = [stage for stage in runs[0] if stage.startswith("audit ")]
    lines = []
    for name, stages in [
        ("the run, without encoding", RUN),
        *((stage, [stage]) for stage in checks),
        ("audit", checks),
    ]:
        peak = max(run[stage]["peak"] for run in runs for stage in stages) / 2**30
        wall = least(stages, "wall")
        ratio = f"{wall / least(RUN, 'wall'):.2f}"
        lines.append([name, f"{wall:.2f}", f"{least(stages, 'cpu'):.2f}", ratio, f"{peak:.2f}"])
    return table(("", "s", "processor s", "of the run", "peak GiB"), lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("all", "detection", "cost", "measure"), default="all")
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--rows", type=int, default=SIZES[0])
    parser.add_argument("--save", type=Path, default=Path("bench/work/audit.md"))
    options = parser.parse_args()
    work = options.work
    if options.part == "measure":
        measure(work / "corpus-45000.parquet", work / "vectors-45000.npy", options.rows, options.save)
        return
    before = machine.facts()
    parts = []
    if options.part in ("all", "detection"):
        parts.append(f"## What is found\n\n{detection(options.seeds)}")
    if options.part in ("all", "cost"):
        parts.append(f"## What it costs\n\n{cost(work, options.repeats)}")
    text = "\n\n".join(["# The audit", machine.sentence(before, machine.facts()), *parts])
    options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
