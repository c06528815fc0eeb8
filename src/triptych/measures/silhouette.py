"""The silhouette of a clustering from the distances between all pairs of rows (Rousseeuw 1987)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["silhouette"]


def silhouette(distances: npt.NDArray[np.float64], labels: npt.NDArray[np.int32]) -> float | None:
    """Return the mean silhouette of the rows that are in a cluster.

    Parameters
    ----------
    distances
        float64 (n, n), symmetric, 0 on the diagonal.
    labels
        int32 (n,): clusters, with or without gaps, -1 for noise, which is left out.

    Returns
    -------
    float or None
        From -1 to 1: (b - a) / the larger of them, where a is the mean distance to the other rows of the own cluster
        and b that to the rows of the nearest other one; 0 for a row alone in its cluster. None unless there are at
        least two clusters and fewer clusters than rows.
    """
    inside = np.flatnonzero(labels >= 0)
    _, own, size = np.unique(labels[inside], return_inverse=True, return_counts=True)
    k, rows = len(size), np.arange(len(inside))
    if not 2 <= k < len(inside):
        return None
    member = np.zeros((len(inside), k))
    member[rows, own] = 1
    total = distances[np.ix_(inside, inside)] @ member
    a = total[rows, own] / np.maximum(size[own] - 1, 1)
    mean = total / size
    mean[rows, own] = np.inf
    b = mean.min(axis=1)
    widest = np.maximum(a, b)
    score = np.divide(b - a, widest, out=np.zeros_like(a), where=(widest > 0) & (size[own] > 1))
    return float(score.mean())
