"""Searches for neighbours, ours and the peers': how many of the 15 nearest each finds, and in how many seconds."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench import machine
from bench.datasets import grown
from bench.report import table
from bench.scores import recall
from bench.searches import PEERS

HEADER = ("", "recall@15", "s, cold", "s, warm", "processor s, warm", "peak GiB")


def search(work: Path, n: int, method: str) -> list[str]:
    """Run a search in a fresh process; return its row of the table."""
    vectors = grown(work, n)[1]
    saved = work / "growth" / f"found-{method}-{n}"
    python = work / "venv" / "bin" / "python" if method in PEERS else sys.executable
    arguments = ("--method", method, "--vectors", vectors, "--save", saved)
    subprocess.run([python, "-m", "bench.searches", *arguments], check=True)
    found = recall(np.load(vectors), np.load(saved.with_suffix(".npy")))
    cold, *others = json.loads(saved.with_suffix(".json").read_text(encoding="utf-8"))["passes"][0]
    wall, cpu = (min(lap[clock] for lap in others) for clock in ("wall", "cpu"))
    peak = max(lap["peak"] for lap in (cold, *others)) / 2**30
    return [method, f"{found:.3f}", *(f"{seconds:.1f}" for seconds in (cold["wall"], wall, cpu)), f"{peak:.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--sizes", type=int, nargs="+", default=[45_000, 100_000])
    parser.add_argument("--methods", default="exact", help="ours, joined by commas")
    parser.add_argument("--peers", default=",".join(PEERS), help="joined by commas; empty for none")
    parser.add_argument("--save", type=Path, default=Path("bench/work/neighbours.md"))
    options = parser.parse_args()
    methods = [name for names in (options.methods, options.peers) for name in names.split(",") if name]
    before = machine.facts()
    parts = [
        f"## {n:,} rows\n\n{table(HEADER, [search(options.work, n, method) for method in methods])}"
        for n in options.sizes
    ]
    about = (
        "Every search in a fresh process; cold is the first call in it, with imports and compilation, warm the next. "
        "Recall is over 3,000 rows, an equally near row counts."
    )
    text = "\n\n".join(["# Searches for neighbours", machine.sentence(before, machine.facts()), about, *parts])
    options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
