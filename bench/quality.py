"""Ours beside the peers' own code on three real data sets, several seeds: what the layouts and clusters are worth.

Every side of every data set runs in a fresh process, one after the other; all start from the same vectors, and ours and
umap-learn from the same exact neighbours.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from math import sqrt
from pathlib import Path

import numpy as np

from bench import machine
from bench.datasets import NAMES, prepare
from bench.quality_table import CLUSTERERS, DIMS, SIDES, section

MIN_SAMPLES = 5


def measure(folder: Path, work: Path, seeds: int) -> None:
    """Run every side on a data set, each in a fresh process."""
    same = ("--folder", folder, "--seeds", str(seeds))
    for side in SIDES:
        for dims in DIMS:
            run(side, work, "bench.layouts", "--side", side, "--dims", str(dims), *same)
    size = ("--min-cluster-size", str(cluster_size(folder)), "--min-samples", str(MIN_SAMPLES))
    pairs = [(clusterer, layouts) for layouts, clusterer in SIDES.items()]
    for side, layouts in dict.fromkeys([*pairs, *((clusterer, "ours") for clusterer in CLUSTERERS)]):
        run(side, work, "bench.densities", "--side", side, "--layouts", layouts, *size, *same)


def run(side: str, work: Path, module: str, *arguments: str | Path) -> None:
    """Run a module in the environment of a side."""
    python = sys.executable if side == "ours" else work / "venv" / "bin" / "python"
    subprocess.run([python, "-m", module, *arguments], check=True)


def cluster_size(folder: Path) -> int:
    """Return our default min_cluster_size for the rows of a data set; all sides are given it."""
    return max(5, round(0.28 * sqrt(len(np.load(folder / "classes.npy")))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--data", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--rows", type=int, help="sample data sets that have more")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--save", type=Path, default=Path("bench/work/quality.md"))
    options = parser.parse_args()
    folders = {name: prepare(name, options.work, options.rows) for name in options.data}
    before = machine.facts()
    for folder in folders.values():
        measure(folder, options.work, options.seeds)
    text = "\n\n".join([
        f"# Quality beside the peers, {options.seeds} seeds",
        machine.sentence(before, machine.facts()),
        "Every side of every data set ran in a fresh process, one after the other, from the same vectors. HDBSCAN: "
        f"min_cluster_size is our default, 0.28 √n, and min_samples {MIN_SAMPLES}, the point itself counted, on all "
        "sides. Numbers are means with the range over the seeds. Cold is the first run in a process, with imports and "
        "compilation; warm the least of the others.",
        *(section(name, folder, options.seeds) for name, folder in folders.items()),
    ])  # fmt: skip
    options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
