"""Exact nearest neighbours by blocked matrix products."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import mutual_rows
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
        return _sorted(vectors, _without_self(found, k))


def _without_self(found: npt.NDArray[np.int32], k: int) -> npt.NDArray[np.int32]:
    """Drop each row from its own list; where equal rows crowded it out, drop the farthest instead."""
    n, width = found.shape
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), width - 1] = True
    others: npt.NDArray[np.int32] = found[~own].reshape(n, width - 1)[:, :k]
    return others


def _sorted(
    vectors: npt.NDArray[np.float32], indices: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Order neighbours by exact distance, then by row.

    The search finds distances as differences of large products; those of near neighbours are computed again from the
    differences of the vectors, so that equal rows are at distance 0.
    """
    n, k = indices.shape
    distances = np.empty((n, k), dtype=np.float32)
    for start in range(0, n, 1024):
        rows = slice(start, start + 1024)
        gaps = vectors[indices[rows]] - vectors[rows, None, :]
        distances[rows] = np.sqrt(np.einsum("nkd,nkd->nk", gaps, gaps))
    order = np.lexsort((indices, distances), axis=1)
    return np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1)
