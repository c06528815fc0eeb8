"""Exact nearest neighbours: blocked matrix products with the selection of the best fused in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

__all__ = ["nearest_rows"]

#: Rows and columns of one product: scores of 4 MB, which stay in the cache while the best are taken out.
ROWS, COLUMNS = 256, 4096

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


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
        How many threads to use; never changes the result: blocks are the same, each product runs on one thread.

    Returns
    -------
    numpy.ndarray
        int32 (m, k), nearest first, equal scores by row.
    """
    from threadpoolctl import threadpool_limits

    from triptych.kernels import _native

    n = len(vectors)
    minus = np.square(vectors, dtype=np.float32).sum(axis=1, dtype=np.float64).astype(np.float32) / np.float32(2)
    best = np.full((len(queries), k), -np.inf, dtype=np.float32)
    index = np.zeros((len(queries), k), dtype=np.int32)
    columns = np.ascontiguousarray(vectors)

    def search(start: int) -> None:
        rows = slice(start, min(start + ROWS, len(queries)))
        block = np.ascontiguousarray(queries[rows])
        scores = np.empty((len(block), min(COLUMNS, n)), dtype=np.float32)
        for first in range(0, n, COLUMNS):
            some = slice(first, min(first + COLUMNS, n))
            product = (
                scores
                if scores.shape[1] == some.stop - first
                else np.empty((len(block), some.stop - first), np.float32)
            )
            np.matmul(block, columns[some].T, out=product)
            _native.keep_best(product, minus[some], best[rows], index[rows], *product.shape, first, k)

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(search, range(0, len(queries), ROWS)):
            pass
    return index
