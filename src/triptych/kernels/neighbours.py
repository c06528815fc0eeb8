"""Exact nearest neighbours: blocked matrix products with the selection of the best fused in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["mutual_rows", "nearest_rows"]

#: Rows of a tile: its scores are 4 MB and stay in the cache while the best are taken out.
TILE = 1024

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
T = TypeVar("T")


class Lists:
    """The k best rows found so far for each of m rows; the order in which scores are offered makes no difference."""

    def __init__(self, m: int, k: int) -> None:
        self.score = np.full((m, k), -np.inf, dtype=np.float32)
        self.index = np.full((m, k), np.iinfo(np.int32).max, dtype=np.int32)

    def offer(self, lists: slice, scores: F32, minus: F32, first: int, *, by_column: bool) -> None:
        """Offer a tile of scores to the lists of its rows, or columns; ``first`` is the row of the first other."""
        from triptych.kernels import _native

        k = self.score.shape[1]
        _native.keep_best(scores, minus, self.score[lists], self.index[lists], *scores.shape, first, k, by_column)


def nearest_rows(vectors: F32, queries: F32, k: int, *, threads: int) -> I32:
    """Return the k vectors nearest to each query by Euclidean distance.

    The score x·y - |y|²/2 orders vectors y as their distance to x does; it is found in float32, so that of two that are
    equally far to seven digits either may come first or, at the end of the list, be left out.

    Parameters
    ----------
    vectors
        float32 (n, d).
    queries
        float32 (m, d).
    k
        From 1 to n.
    threads
        How many threads to use; never changes the result: tiles are the same, each product runs on one thread.

    Returns
    -------
    numpy.ndarray
        int32 (m, k), nearest first, equal scores by row.
    """
    lists, minus = Lists(len(queries), k), _half_squares(vectors)

    def search(rows: slice) -> None:
        for some in _tiles(len(vectors)):
            lists.offer(rows, queries[rows] @ vectors[some].T, minus[some], some.start, by_column=False)

    _share_out(search, _tiles(len(queries)), threads)
    return lists.index


def mutual_rows(vectors: F32, k: int, *, threads: int) -> I32:
    """Return the k rows nearest to each row, itself among them: half the products of :func:`nearest_rows`.

    Each tile of scores serves its rows and its columns. See there for the rest.
    """
    lists, minus = Lists(len(vectors), k), _half_squares(vectors)
    tiles = _tiles(len(vectors))
    locks = [Lock() for _ in tiles]

    def search(pair: tuple[int, int]) -> None:
        i, j = pair
        rows, columns = tiles[i], tiles[j]
        scores = vectors[rows] @ vectors[columns].T
        with locks[i]:
            lists.offer(rows, scores, minus[columns], columns.start, by_column=False)
        if i != j:
            with locks[j]:
                lists.offer(columns, scores, minus[rows], rows.start, by_column=True)

    # Along the diagonals: tiles that follow each other share no rows, and seldom wait.
    pairs = [(i, i + apart) for apart in range(len(tiles)) for i in range(len(tiles) - apart)]
    _share_out(search, pairs, threads)
    return lists.index


def _half_squares(vectors: F32) -> F32:
    halves: F32 = (np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64) / 2).astype(np.float32)
    return halves


def _tiles(rows: int) -> list[slice]:
    return [slice(start, min(start + TILE, rows)) for start in range(0, rows, TILE)]


def _share_out(work: Callable[[T], None], parts: Iterable[T], threads: int) -> None:
    from threadpoolctl import threadpool_limits

    # One thread a product: how several share its sums out would show in the last bits.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, parts):
            pass
