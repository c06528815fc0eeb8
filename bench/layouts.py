"""Lay one data set out with one side's UMAP, once for each seed, timed: the first in the process is the cold one."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

#: How close points may be packed, by dimensions: what is clustered as close as they go, the map by both sides' default.
MIN_DIST = {2: 0.1, 5: 0.0}
NEIGHBOURS = 15  # the row itself counts

F32 = npt.NDArray[np.float32]
Layout = Callable[[Path, F32, int, int], F32]


def ours(folder: Path, vectors: F32, dims: int, seed: int) -> F32:
    """Lay out the shared graph with our own method, as the stage calls it."""
    from triptych.core.context import available_threads
    from triptych.core.registry import create
    from triptych.core.slots import Graph
    from triptych.reducers.base import Reducer

    graph = Graph(np.load(folder / "indices.npy"), np.load(folder / "distances.npy"), "cosine")
    method = create("reducers", "umap", Reducer, {"n_components": dims, "min_dist": MIN_DIST[dims]})
    return method.fit_transform(vectors, graph, seed=seed, threads=available_threads())


def umap_learn(folder: Path, vectors: F32, dims: int, seed: int) -> F32:
    """Lay out the shared graph with umap-learn from the principal components, seeded: one thread, as it insists."""
    import umap

    others = NEIGHBOURS - 1
    own = np.arange(len(vectors), dtype=np.int32)[:, None]
    indices = np.hstack([own, np.load(folder / "indices.npy")[:, :others]])
    distances = np.hstack([np.zeros_like(own, dtype=np.float32), np.load(folder / "distances.npy")[:, :others]])
    method = umap.UMAP(
        n_components=dims, n_neighbors=NEIGHBOURS, min_dist=MIN_DIST[dims], metric="cosine", init="pca",
        precomputed_knn=(indices, distances), random_state=seed,
    )  # fmt: skip
    return np.asarray(method.fit_transform(vectors), dtype=np.float32)


def as_written(_folder: Path, vectors: F32, dims: int, seed: int) -> F32:
    """Lay the vectors out as tutorials do: umap-learn finds its own neighbours and starts from a spectral layout."""
    import umap

    method = umap.UMAP(n_components=dims, min_dist=MIN_DIST[dims], metric="cosine", random_state=seed)
    return np.asarray(method.fit_transform(vectors), dtype=np.float32)


SIDES: dict[str, Layout] = {"ours": ours, "umap-learn": umap_learn, "as-written": as_written}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=SIDES, required=True)
    parser.add_argument("--dims", type=int, choices=MIN_DIST, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    vectors = np.load(options.folder / "vectors.npy")
    watch = Stopwatch()
    stem = f"{options.side}-{options.dims}d"
    for seed in range(options.seeds):
        with watch.lap(f"{stem} seed {seed}"):
            layout = SIDES[options.side](options.folder, vectors, options.dims, seed)
        np.save(options.folder / f"{stem}-{seed}.npy", layout)
    save(options.folder / f"{stem}.json", [watch])


if __name__ == "__main__":
    main()
