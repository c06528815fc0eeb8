"""Find the 15 nearest neighbours of every row by one method, timed: the first call in the process is the cold one.

A method is ours, by its name among ``triptych methods neighbours``, or one of the peers below. All use every core.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

K = 15
SEED = 0

F32 = npt.NDArray[np.float32]
Found = npt.NDArray[np.integer]


def ours(vectors: F32, method: str) -> Found:
    """Search with a method of ours, as the stage calls it."""
    from triptych.core.context import available_threads
    from triptych.core.registry import create
    from triptych.neighbours.base import Neighbours

    return create("neighbours", method, Neighbours, {}).search(vectors, K, threads=available_threads())[0]


def faiss_flat(vectors: F32) -> Found:
    """Compare every row with every other."""
    return _faiss(vectors, lambda faiss, d: faiss.IndexFlatIP(d))


def faiss_hnsw(vectors: F32) -> Found:
    """Walk a graph of 16 links a row, 64 candidates at hand."""

    def index(faiss: Any, d: int) -> Any:
        made = faiss.IndexHNSWFlat(d, 16, faiss.METRIC_INNER_PRODUCT)
        made.hnsw.efConstruction, made.hnsw.efSearch = 100, 64
        return made

    return _faiss(vectors, index)


def faiss_ivf(vectors: F32) -> Found:
    """Compare a row with those of the 16 nearest of about √n cells."""

    def index(faiss: Any, d: int) -> Any:
        made = faiss.index_factory(d, f"IVF{round(len(vectors) ** 0.5)},Flat", faiss.METRIC_INNER_PRODUCT)
        made.nprobe = 16
        return made

    return _faiss(vectors, index)


def pynndescent(vectors: F32) -> Found:
    """Descend by neighbours of neighbours: what umap-learn uses."""
    nndescent = import_module("pynndescent").NNDescent
    return _others(nndescent(vectors, n_neighbors=K + 1, metric="cosine", random_state=SEED).neighbor_graph[0])


def evoc(vectors: F32) -> Found:
    """Make the graph that EVoC clusters."""
    graph = import_module("evoc.knn_graph").knn_graph
    return _others(graph(vectors, n_neighbors=K + 1, random_state=SEED)[0])


PEERS: dict[str, Callable[[F32], Found]] = {
    "faiss-flat": faiss_flat,
    "faiss-hnsw": faiss_hnsw,
    "faiss-ivf": faiss_ivf,
    "pynndescent": pynndescent,
    "evoc": evoc,
}


def _faiss(vectors: F32, index: Callable[[Any, int], Any]) -> Found:
    faiss = import_module("faiss")
    faiss.omp_set_num_threads(len(os.sched_getaffinity(0)))
    made = index(faiss, vectors.shape[1])
    made.train(vectors)
    made.add(vectors)
    return _others(made.search(vectors, K + 1)[1])


def _others(found: Found) -> Found:
    """Drop each row from its own list, or the last of the list where it is not in there."""
    own = found == np.arange(len(found))[:, None]
    own[~own.any(axis=1), -1] = True
    others: Found = found[~own].reshape(len(found), K)
    return others


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument(
        "--save", type=Path, required=True, help="without ending: .npy is what was found, .json the laps"
    )
    options = parser.parse_args()
    vectors = np.load(options.vectors)
    watch = Stopwatch()
    for _ in range(options.repeats):
        with watch.lap(options.method):
            peer = PEERS.get(options.method)
            found = peer(vectors) if peer else ours(vectors, options.method)
    np.save(options.save.with_suffix(".npy"), found)
    save(options.save.with_suffix(".json"), [watch])


if __name__ == "__main__":
    main()
