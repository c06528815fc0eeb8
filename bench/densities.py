"""Cluster layouts with one side's HDBSCAN, timed: the first in the process is the cold one.

``min_samples`` means the same for all: a point's density is decided by the distance to so many points, itself counted.
Ours and scikit-learn count so; the hdbscan library counts the others, so it is given one less.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

I64 = npt.NDArray[np.int64]
Clustering = Callable[[npt.NDArray[np.float32], int, int], I64]


def ours(points: npt.NDArray[np.float32], size: int, samples: int) -> I64:
    """Cluster with our own method, as the stage calls it."""
    from triptych.clusterers.base import Clusterer
    from triptych.core.context import available_threads
    from triptych.core.registry import create

    method = create("clusterers", "hdbscan", Clusterer, {"min_cluster_size": size, "min_samples": samples})
    return method.fit_predict(points, seed=0, threads=available_threads()).labels.astype(np.int64)


def hdbscan(points: npt.NDArray[np.float32], size: int, samples: int) -> I64:
    """Cluster with the hdbscan library, the spanning tree exact."""
    from hdbscan import HDBSCAN

    method = HDBSCAN(min_cluster_size=size, min_samples=samples - 1, approx_min_span_tree=False)
    return np.asarray(method.fit_predict(points), dtype=np.int64)


def sklearn(points: npt.NDArray[np.float32], size: int, samples: int) -> I64:
    """Cluster with scikit-learn."""
    from sklearn.cluster import HDBSCAN

    method = HDBSCAN(min_cluster_size=size, min_samples=samples, n_jobs=-1, copy=True)
    return np.asarray(method.fit_predict(points), dtype=np.int64)


SIDES: dict[str, Clustering] = {"ours": ours, "hdbscan": hdbscan, "sklearn": sklearn}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES, required=True)
    parser.add_argument("--layouts", required=True, help="whose 5-D layouts: a side of bench.layouts")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--min-cluster-size", type=int, required=True)
    parser.add_argument("--min-samples", type=int, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    watch = Stopwatch()
    stem = f"{options.side}-on-{options.layouts}"
    for seed in range(options.seeds):
        points = np.load(options.folder / f"{options.layouts}-5d-{seed}.npy")
        with watch.lap(f"{stem} seed {seed}"):
            labels = SIDES[options.side](points, options.min_cluster_size, options.min_samples)
        np.save(options.folder / f"{stem}-{seed}.npy", labels)
    save(options.folder / f"{stem}.json", [watch])


if __name__ == "__main__":
    main()
