"""How good a density clustering is, and how much of one clustering is found again in another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["best_overlaps", "relative_validity"]

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]


def relative_validity(labels: I32, one: I32, other: I32, distance: F64) -> float | None:
    """Score a clustering against the spanning tree that it was read from.

    The density-based validity of Moulavi et al. (2014) with two shortcuts, those of ``relative_validity_`` in the
    package hdbscan: a cluster is as sparse as its longest edge of the tree, and as far from the others as the shortest
    edge between it and another cluster; where there is none, twice the longest edge of all. Which of several edges of
    equal length the tree has moves the score: it compares readings of one tree with each other, and nothing else.

    Parameters
    ----------
    labels
        int32 (n,): -1 is noise.
    one, other, distance
        (n - 1,): ends and lengths of the edges.

    Returns
    -------
    float or None
        From -1 to 1, the higher the better: over clusters, (separation - sparseness) / the larger of them, weighted by
        size, noise counting as 0. None without clusters.
    """
    k = int(labels.max(initial=-1)) + 1
    if not k:
        return None
    ends = np.stack([labels[one], labels[other]])
    clustered, same = (ends >= 0).all(axis=0), ends[0] == ends[1]
    sparseness, separation = np.zeros(k), np.full(k, np.inf)
    np.maximum.at(sparseness, ends[0][clustered & same], distance[clustered & same])
    for end in ends:
        np.minimum.at(separation, end[clustered & ~same], distance[clustered & ~same])
    at_the_edge = distance[(ends < 0).sum(axis=0) == 1]
    farthest = at_the_edge.min() if k == 1 and at_the_edge.size else distance.max()
    separation[np.isinf(separation)] = 2 * farthest
    validity = (separation - sparseness) / np.maximum(separation, sparseness)
    return float(np.bincount(labels[labels >= 0], minlength=k) @ validity / len(labels))


def best_overlaps(labels: I32, others: I32) -> F64:
    """Find each cluster again in another clustering of the same rows.

    Parameters
    ----------
    labels, others
        int32 (n,): clusters 0…k-1, -1 for noise.

    Returns
    -------
    numpy.ndarray
        float64 (k,) in [0, 1]: the largest Jaccard overlap (rows in both over rows in either) of each cluster of
        ``labels`` with one of ``others``; 0 where it shares rows with none.
    """
    k, width = int(labels.max(initial=-1)) + 1, int(others.max(initial=-1)) + 1
    size, other_size = np.bincount(labels[labels >= 0], minlength=k), np.bincount(others[others >= 0], minlength=width)
    both = (labels >= 0) & (others >= 0)
    pair, shared = np.unique(labels[both].astype(np.int64) * width + others[both], return_counts=True)
    best = np.zeros(k)
    if len(pair):
        mine, theirs = np.divmod(pair, width)
        np.maximum.at(best, mine, shared / (size[mine] + other_size[theirs] - shared))
    return best
