"""Which documents stand for a cluster."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["most_popular", "nearest_centre"]

Rows = npt.NDArray[np.int64]

#: Rows that are looked at together: copies of them stay in the cache.
_BLOCK_ROWS = 512


def nearest_centre(vectors: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], top: int) -> list[Rows]:
    """Return, for each cluster, the rows nearest its mean direction.

    Parameters
    ----------
    vectors
        (n, d), rows of unit length.
    labels
        (n,) clusters 0…k-1, -1 for none.
    top
        Most rows for each cluster, at least 1.

    Returns
    -------
    list
        k arrays of row numbers, highest cosine first, ties by row.
    """
    nearest = []
    for rows in _members(labels):
        parts = [rows[at : at + _BLOCK_ROWS] for at in range(0, len(rows), _BLOCK_ROWS)]
        total = sum(vectors[part].sum(axis=0, dtype=np.float64) for part in parts)
        cosine = np.concatenate([vectors[part] @ (total / len(rows)) for part in parts])
        # Rounded, so that equal documents tie and their order is that of the rows.
        nearest.append(rows[np.argsort(-cosine.round(9), kind="stable")[:top]])
    return nearest


def most_popular(popularity: npt.NDArray[np.float64], labels: npt.NDArray[np.int32], top: int) -> list[Rows]:
    """Return, for each cluster, the rows with the highest popularity.

    Parameters
    ----------
    popularity
        (n,) higher is better; NaN is unknown and comes last.
    labels
        (n,) clusters 0…k-1, -1 for none.
    top
        Most rows for each cluster, at least 1.

    Returns
    -------
    list
        k arrays of row numbers, highest first, ties by row.
    """
    rank = np.where(np.isnan(popularity), -np.inf, popularity)
    return [rows[np.argsort(-rank[rows], kind="stable")[:top]] for rows in _members(labels)]


def _members(labels: npt.NDArray[np.int32]) -> list[Rows]:
    """Return the rows of each cluster, ascending."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(int(labels.max(initial=-1)) + 2))
    return [order[first:last] for first, last in pairwise(starts)]
