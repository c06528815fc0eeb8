"""What a sweep of one setting shows: where the clusters stay, and where they break down from one value to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

import numpy as np
import numpy.typing as npt

from triptych.measures.validity import best_overlaps

__all__ = ["agreement_of", "cliffs", "locate", "plateau"]

Bool = npt.NDArray[np.bool_]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

#: A step is a cliff only if the agreement is so much below that of most steps, or the number of clusters changes by so
#: much more, as a factor; and if it stands out by so many robust standard deviations.
DROP, FACTOR, DEVIATIONS = 0.2, 2.0, 3.0
#: Along a plateau the clusters of any two values agree so far, and their numbers differ by no larger factor; its ends
#: are apart by a factor, and no cluster has more than a share of all rows.
AGREE, ALIKE, WIDE, MOST = 0.75, 1.25, 1.5, 0.75
#: The standard deviation of a normal distribution over its median absolute deviation.
NORMAL = 1.4826


def agreement_of(one: I32, other: I32) -> float | None:
    """Return how far two clusterings tell the same story.

    Parameters
    ----------
    one, other
        int32 (n,): clusters 0…k-1, -1 for noise.

    Returns
    -------
    float or None
        In [0, 1]: the largest Jaccard overlap of each cluster with one of the other, a cluster counting as much as it
        has rows; the mean of both directions. None where neither has clusters, 0 where one has none.
    """
    shares = [_weighted(a, b) for a, b in ((one, other), (other, one))]
    known = [share for share in shares if share is not None]
    if not known:
        return None
    return sum(known) / 2


def cliffs(agreement: Sequence[float | None], clusters: Sequence[int]) -> Bool:
    """Mark the steps of a sweep at which the clusters break down beyond what its other steps show.

    Parameters
    ----------
    agreement
        Of each value's clusters with those of the next, v - 1 numbers.
    clusters
        How many there are at each of the v values.

    Returns
    -------
    numpy.ndarray
        bool (v - 1,): the agreement lies below the median of all steps by at least 0.2, or the number of clusters
        changes by a factor that is at least twice the median one; and by three robust standard deviations (1.4826 times
        the median absolute deviation).
    """
    lost = 1 - np.array([np.nan if share is None else share for share in agreement], dtype=np.float64)
    logs = np.log(np.maximum(np.asarray(clusters, dtype=np.float64), 1))
    return _stand_out(lost, DROP) | _stand_out(np.abs(np.diff(logs)), log(FACTOR))


def locate(low: int, high: int, read: Callable[[int], I32]) -> tuple[int, int]:
    """Return the two whole numbers next to each other, from ``low`` to ``high``, between which clusters break down.

    By halving: on goes the half whose ends agree less.

    Parameters
    ----------
    low, high
        The ends of a step that is a cliff.
    read
        From a value to its clusters, int32 (n,).
    """
    one, other = read(low), read(high)
    while high - low > 1:
        middle = (low + high) // 2
        between = read(middle)
        if (agreement_of(one, between) or 0) <= (agreement_of(between, other) or 0):
            high, other = middle, between
        else:
            low, one = middle, between
    return low, high


def plateau(values: Sequence[float], labels: Sequence[I32]) -> tuple[int, int] | None:
    """Return the first and last position of the widest range of values over which the clusters hardly change.

    Any two values of it agree by 0.75 or more, and their numbers of clusters differ by no factor above 1.25. Its last
    value is at least 1.5 times its first: over less, little could change. Where one cluster has more than three
    quarters of all rows nothing changes either, as nothing is told apart; such values are in no plateau. The width is
    that of the logarithms; of equal ones the range with more clusters is taken.

    Parameters
    ----------
    values
        v numbers above 0, rising.
    labels
        The clusters at each.

    Returns
    -------
    tuple or None
        None where there is none.
    """
    counts = [int(found.max(initial=-1)) + 1 for found in labels]
    best: tuple[float, int, int, int] | None = None
    first = 0
    for last in range(len(values)):
        while first < last and not all(_alike(labels, counts, i, last) for i in range(first, last)):
            first += 1
        if values[last] >= WIDE * values[first]:
            found = (log(values[last] / values[first]), counts[first], first, last)
            best = found if best is None or found[:2] > best[:2] else best
    return None if best is None else best[2:]


def _alike(labels: Sequence[I32], counts: Sequence[int], one: int, other: int) -> bool:
    low, high = sorted((counts[one], counts[other]))
    if max(np.bincount(labels[i] + 1)[1:].max(initial=0) for i in (one, other)) > MOST * len(labels[one]):
        return False
    return low > 0 and high <= ALIKE * low and (agreement_of(labels[one], labels[other]) or 0) >= AGREE


def _weighted(labels: I32, others: I32) -> float | None:
    overlaps = best_overlaps(labels, others)
    return float(np.average(overlaps, weights=np.bincount(labels[labels >= 0]))) if len(overlaps) else None


def _stand_out(values: F64, least: float) -> Bool:
    """Tell which values lie above the median by at least so much and by three robust standard deviations."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    middle = float(np.median(known))
    beyond = max(least, DEVIATIONS * NORMAL * float(np.median(np.abs(known - middle))))
    return np.nan_to_num(values, nan=middle) - middle >= beyond
