"""What the machine can do at the time of the run: the yardstick for every share of it."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import numpy as np


def matmul_rate(size: int = 4096, repeats: int = 5) -> float:
    """Return the best fp32 matrix product of a few, in GFLOP/s."""
    a = np.random.default_rng(0).random((size, size), dtype=np.float32)
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds) / 1e9


def processor() -> str:
    """Return the name of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, required=True)
    path = parser.parse_args().save
    facts = {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "gflops": matmul_rate(),
    }
    path.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    print(f"{facts['gflops']:.0f} GFLOP/s, load {facts['load']:.1f} on {facts['cores']} cores before the test")


if __name__ == "__main__":
    main()
