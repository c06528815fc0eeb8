"""The adjusted Rand index of two partitions, noise left out or counted as a cluster (Hubert & Arabie 1985)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["adjusted_rand"]

I32 = npt.NDArray[np.int32]
#: Above so many cells a row, the table of two partitions is nearly empty, and sorting the rows is cheaper.
WIDE = 8


def adjusted_rand(labels: I32, others: I32, *, noise: bool = False) -> float | None:
    """Return how far two partitions of the same rows put the same pairs of rows together, chance taken off.

    Parameters
    ----------
    labels, others
        int32 (n,): clusters 0…k-1, -1 for noise.
    noise
        Whether noise is one more cluster; if not, only rows that are in a cluster of both count.

    Returns
    -------
    float or None
        At most 1, for the same partition; 0 on average by chance. None where no pair could be put elsewhere: fewer than
        two rows, or all rows together in both, or all apart in both.
    """
    one, other = labels.astype(np.int64) + 1, others.astype(np.int64) + 1
    if not noise:
        both = (one > 0) & (other > 0)
        one, other = one[both], other[both]
    n, width = len(one), int(other.max(initial=0)) + 1
    codes = one * width + other
    wide = (int(one.max(initial=0)) + 1) * width > WIDE * n
    cells = np.unique(codes, return_counts=True)[1] if wide else np.bincount(codes)
    together, mine, theirs = (_pairs(counts) for counts in (cells, np.bincount(one), np.bincount(other)))
    every = n * (n - 1) / 2
    if every == 0:
        return None
    expected, most = mine * theirs / every, (mine + theirs) / 2
    return (together - expected) / (most - expected) if most > expected else None


def _pairs(counts: npt.NDArray[np.integer]) -> float:
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1)).sum() / 2)
