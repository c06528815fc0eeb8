"""How far a picture of the rows can be trusted at each of them: what it shows together, and what it tears apart."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Trust", "picture_neighbours", "trust"]

#: Rows that are compared with the sample together.
_BLOCK = 256

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trust:
    """How well each row's neighbourhood is kept.

    Attributes
    ----------
    k
        Neighbours that make a neighbourhood.
    kept
        float64 (n,), 0 to 1: the share of the k nearest rows that are among the k nearest in the picture.
    trustworthiness
        float64 (n,), 0 to 1: 1 unless rows are shown near that are far; less the farther they are.
    continuity
        float64 (n,), 0 to 1: 1 unless rows that are near are shown far; less the farther they are shown.
    """

    k: int
    kept: F64
    trustworthiness: F64
    continuity: F64


def picture_neighbours(picture: F32, k: int, *, threads: int) -> I32:
    """Return the k nearest other rows of each row in a picture.

    Parameters
    ----------
    picture
        float32 (n, p) with p small.
    k
        From 1 to n - 1.
    threads
        How many threads to use; never changes the result.

    Returns
    -------
    numpy.ndarray
        int32 (n, k), nearest first.
    """
    from scipy.spatial import KDTree

    n = len(picture)
    _, found = KDTree(picture).query(picture, k + 1, workers=threads)
    own = found == np.arange(n)[:, None]
    # Where equal rows crowded a row out of its own list, the farthest goes instead.
    own[~own.any(axis=1), k] = True
    others: I32 = found[~own].reshape(n, k).astype(np.int32)
    return others


def trust(vectors: F32, neighbours: I32, picture: F32, *, k: int, sample: I64, threads: int) -> Trust:
    """Compare each row's neighbourhood with the one that it has in a picture.

    Trustworthiness and continuity as Venna and Kaski define them (2001, "Neighborhood preservation in nonlinear
    projection methods"), kept apart for each row: a row j that is among the k nearest of i on one side only, and has
    rank r there on the other, costs i ``2 (r - k) / (k (2n - 3k - 1))``. Their means over the rows are the usual
    figures. Up to the length of the lists ranks are exact. Beyond it they are estimated from a sample of the rows; the
    standard error of a rank is then at most n / (2 √s), that of a row's figure 1 / (2 √s).

    Parameters
    ----------
    vectors
        float32 (n, d), ordered by Euclidean distance; cosine is the same for unit vectors.
    neighbours
        int32 (n, K): the nearest other rows, nearest first, K at least k.
    picture
        float32 (n, p).
    k
        Neighbours that make a neighbourhood; from 1 to (n - 1) / 2.
    sample
        int64 (s,): the rows that ranks are estimated from, none twice; all rows make them exact.
    threads
        How many threads to use; never changes the result.
    """
    from threadpoolctl import threadpool_limits

    n = len(vectors)
    shown = picture_neighbours(picture, k, threads=threads)
    near = neighbours[:, :k]
    true_side = _Side(vectors, neighbours, sample)
    shown_side = _Side(picture.astype(np.float64), shown, sample)
    found = Trust(k, np.empty(n), np.empty(n), np.empty(n))

    def compare(rows: slice) -> None:
        both = near[rows, :, None] == shown[rows, None, :]
        found.kept[rows] = both.any(axis=2).mean(axis=1)
        false = np.where(both.any(axis=1), k, true_side.ranks(rows, shown[rows])) - k
        torn = np.where(both.any(axis=2), k, shown_side.ranks(rows, near[rows])) - k
        found.trustworthiness[rows] = 1 - 2 * false.sum(axis=1) / (k * (2 * n - 3 * k - 1))
        found.continuity[rows] = 1 - 2 * torn.sum(axis=1) / (k * (2 * n - 3 * k - 1))

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(compare, _spans(n)):
            pass
    return found


class _Side:
    """One of the two spaces: ranks of rows among all others, by their distance to a row.

    Nearest neighbours that are known have exact ranks; what comes after them is counted on the sample.
    """

    def __init__(self, points: npt.NDArray[Any], known: I32, sample: I64) -> None:
        # Around their middle, products lose the fewest digits.
        self._points = points - points[sample].mean(axis=0)
        self._known = known
        self._squares = np.einsum("nd,nd->n", self._points, self._points)
        self._sampled, self._sampled_squares = self._points[sample], self._squares[sample]
        self._place = np.full(len(points), -1)
        self._place[sample] = np.arange(len(sample))

    def ranks(self, rows: slice, wanted: I32) -> F64:
        """Return the rank of each wanted row (m, k) among the neighbours of its row, 1 for the nearest."""
        mine, known, place = self._points[rows], self._known[rows], self._place[wanted]
        n, listed, counted = len(self._points), known.shape[1], len(self._sampled)
        # Less the squared length of the row itself, which is the same for all.
        apart = self._sampled_squares - 2 * (mine @ self._sampled.T)
        limit = self._squares[wanted] - 2 * (self._points[wanted] @ mine[:, :, None])[:, :, 0]
        # The very same number, so that a row of the sample never counts as nearer than itself.
        limit = np.where(place >= 0, np.take_along_axis(apart, np.maximum(place, 0), axis=1), limit)
        nearer = np.stack([np.count_nonzero(apart < edge[:, None], axis=1) for edge in limit.T], axis=1)
        passed = (self._place[rows] >= 0) + np.count_nonzero(self._place[known] >= 0, axis=1)
        beyond = np.maximum(nearer - passed[:, None], 0)
        others = np.maximum(counted - passed[:, None] - (place >= 0), 1)
        estimate = 1 + listed + (n - 2 - listed) * np.minimum(beyond / others, 1)
        same = known[:, None, :] == wanted[:, :, None]
        ranks: F64 = np.where(same.any(axis=2), 1 + same.argmax(axis=2), estimate)
        return ranks


def _spans(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK))
