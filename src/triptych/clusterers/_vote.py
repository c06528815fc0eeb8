"""The nearest cluster of a row in none, by a vote of its nearest rows in clusters (weighted as by Dudani 1976)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import nearest_rows

__all__ = ["nearest_clusters"]

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


def nearest_clusters(points: F32, labels: I32, strength: F32, k: int, *, threads: int) -> tuple[I32, F32]:
    """Let the nearest rows in clusters vote on where each row in none belongs.

    Parameters
    ----------
    points
        float32 (n, p), finite.
    labels
        int32 (n,): -1 for noise; some are noise and some are not.
    strength
        float32 (n,) in [0, 1]: how firmly each row belongs to its cluster.
    k
        How many rows vote, at most all those in clusters.
    threads
        How many threads to use; never changes the result.

    Returns
    -------
    cluster
        int32, one for each row of noise: that of the most votes, of several the one with the nearest voter.
    membership
        float32, one for each row of noise, in [0, 1]: its share of the votes, each times how firmly the voter belongs.
        So it is small where the choice is close, and where the row is near to the rim of a cluster only.

    Notes
    -----
    A vote weighs one over its distance; where some voters lie on the row itself, only theirs count.
    """
    outside, inside = np.flatnonzero(labels < 0), np.flatnonzero(labels >= 0)
    found = nearest_rows(points[inside], points[outside], min(k, len(inside)), threads=threads)
    voted, distance = labels[inside][found.indices], found.distances.astype(np.float64)
    nearest = distance[:, :1]
    weight = np.where(nearest > 0, nearest / np.where(distance > 0, distance, 1), distance == 0)
    votes = np.stack([np.where(voted == voted[:, [j]], weight, 0).sum(axis=1) for j in range(voted.shape[1])], axis=1)
    most = votes.argmax(axis=1)
    rows = np.arange(len(outside))
    cluster = voted[rows, most]
    firm = np.where(voted == cluster[:, None], weight * strength[inside][found.indices], 0).sum(axis=1)
    return cluster.astype(np.int32), np.minimum(firm / weight.sum(axis=1), 1).astype(np.float32)
