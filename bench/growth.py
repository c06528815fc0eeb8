"""How our stages grow with the number of rows: seconds and memory of each, and the exponent fitted to them.

Every walk of the road is in a fresh process that has walked 2,000 rows before, so that no import is counted.
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

from bench import machine
from bench.datasets import grown
from bench.report import table

WARM = 2_000
WANTED = 1.2
#: Ours by default above 10,000 rows; 500 below would hide growth.
EPOCHS = 200
#: Its work grows with the square of the rows, by its nature.
EXACT = "relate"

Laps = dict[str, dict[str, float]]


def walk(work: Path, n: int, method: str, repeats: int) -> Laps:
    """Walk the road on n rows several times; return the least of every figure of every stage."""
    corpus, vectors = grown(work, n)
    runs = []
    for _ in range(repeats):
        saved = work / "growth" / f"{method}-{n}.json"
        print(f"{n:,} rows", flush=True)
        files = ("--corpus", corpus, "--vectors", vectors, "--out", work / "growth", "--save", saved)
        how = ("--method", method, "--n-epochs", str(EPOCHS), "--passes", "1", "--warm", str(min(WARM, n)))
        subprocess.run([sys.executable, "-m", "bench.ours", *files, *how], check=True)
        runs.append(json.loads(saved.read_text(encoding="utf-8"))["passes"][0])
    return {
        laps[0]["stage"]: {clock: min(lap[clock] for lap in laps) for clock in ("wall", "cpu", "peak")}
        for laps in zip(*runs, strict=True)
        if not laps[0]["stage"].startswith("import")
    }


def together(laps: Laps, stages: Sequence[str]) -> dict[str, float]:
    """Return the seconds of some stages in a row, and the largest peak."""
    gather: dict[str, Callable[[list[float]], float]] = {"wall": sum, "cpu": sum, "peak": max}
    return {clock: combine([laps[stage][clock] for stage in stages]) for clock, combine in gather.items()}


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the slope of the straight line through log values over log sizes, least squares."""
    slope: float = np.polyfit(np.log(sizes), np.log(values), 1)[0]
    return float(slope)


def render(by_size: dict[int, Laps], title: str, machine_line: str) -> str:
    """Return the tables as markdown."""
    sizes, stages = list(by_size), list(next(iter(by_size.values())))
    rest = [stage for stage in stages if stage != EXACT]
    groups = {**{stage: [stage] for stage in stages}, f"all but {EXACT}": rest, "all": stages}
    found = {name: [together(laps, group) for laps in by_size.values()] for name, group in groups.items()}
    seconds, memory = [], []
    for name, figures in found.items():
        cells = [f"{figure['wall']:.2f} / {figure['cpu']:.2f}" for figure in figures]
        slopes = [f"{exponent(sizes, [figure[clock] for figure in figures]):.2f}" for clock in ("wall", "cpu")]
        seconds.append([name, *cells, *(slopes if len(sizes) > 1 else ["", ""])])
        if name != f"all but {EXACT}":
            memory.append([name, *(f"{figure['peak'] / 2**30:.2f}" for figure in figures)])
    columns = [f"{n:,}" for n in sizes]
    return "\n\n".join([
        title,
        machine_line,
        table(("seconds, wall / processor", *columns, "exponent, wall", "exponent, processor"), seconds),
        f"The exponent is fitted over all sizes; wanted for all but {EXACT}: at most {WANTED}. Figures are the least "
        f"of the repeats, each in a fresh process that had walked {WARM:,} rows; layouts of {EPOCHS} epochs at every "
        "size. Rows above 45,000 are mixtures of a row and one of its neighbours, with the row's text.",
        table(("peak memory of the process, GiB", *columns), memory),
    ])  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 20_000, 50_000, 100_000])
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--method", default="exact", help="of the search for neighbours")
    parser.add_argument("--save", type=Path, default=Path("bench/work/growth.md"))
    options = parser.parse_args()
    before: dict[str, Any] = machine.facts()
    by_size = {n: walk(options.work, n, options.method, options.repeats) for n in options.sizes}
    title = f"# Growth of the stages, neighbours by {options.method}, {options.repeats} runs a size"
    text = render(by_size, title, machine.sentence(before, machine.facts()))
    options.save.write_text(text + "\n", encoding="utf-8")
    options.save.with_suffix(".json").write_text(json.dumps(by_size, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
