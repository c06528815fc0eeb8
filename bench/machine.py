"""What the machine can do at the time of the run: the yardstick for every share of it."""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

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


def facts() -> dict[str, Any]:
    """Return the machine's name, cores and best matrix product, and how busy others keep it."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "gflops": matmul_rate(),
    }


def sentence(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return what to say of the machine under a table of seconds."""
    rates, loads = (" and ".join(f"{side[key]:{form}}" for side in (before, after))
                    for key, form in (("gflops", ".0f"), ("load", ".1f")))  # fmt: skip
    return f"{before['processor']}, {before['cores']} cores, {rates} GFLOP/s fp32 before and after, load {loads}."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, required=True)
    found = facts()
    parser.parse_args().save.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"{found['gflops']:.0f} GFLOP/s, load {found['load']:.1f} on {found['cores']} cores before the test")


if __name__ == "__main__":
    main()
