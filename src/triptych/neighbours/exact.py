"""Exact nearest neighbours by blocked matrix products."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import Found, mutual_rows, nearest_rows
from triptych.neighbours.base import Neighbours


class Exact(Neighbours):
    """Compares every row with every other: n² d / 2 products, exact, affordable to about 100,000 rows."""

    minimum_rows = 2

    def search(
        self, vectors: npt.NDArray[np.float32], k: int, *, threads: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the k nearest other rows of every row and their Euclidean distances."""
        self.require_rows(len(vectors))
        found = mutual_rows(vectors, min(k + 1, len(vectors)), threads=threads)
        return without_self(found, k)


def without_self(found: Found, k: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Drop each row from its own list; where equal rows crowded it out, drop the farthest instead."""
    n, width = found.indices.shape
    own = found.indices == np.arange(n)[:, None]
    own[~own.any(axis=1), width - 1] = True
    indices, distances = (array[~own].reshape(n, width - 1)[:, :k] for array in (found.indices, found.distances))
    return indices, distances


def nearest_known(
    vectors: npt.NDArray[np.float32], queries: npt.NDArray[np.float32], k: int, *, threads: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Return the k vectors nearest to each query and their Euclidean distances, nearest first, ties by row.

    Parameters
    ----------
    vectors, queries
        float32 (n, d) and (m, d).
    k
        From 1 to n.
    threads
        How many threads to use; never changes the result.
    """
    found = nearest_rows(vectors, queries, k, threads=threads)
    return found.indices, found.distances
