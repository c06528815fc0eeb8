"""Symmetric positive definite systems, kept as the tiles on and below the diagonal.

That is half the memory of the whole, and threads share out the tiles; what is computed for a tile does not depend on
who does it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import in_spans, share_out

__all__ = ["Tiles", "solve"]

F32 = npt.NDArray[np.float32]
#: ``tiles[i][j]`` for j <= i is float32 (rows of part i, rows of part j); the lower half of those with i = j counts.
Tiles = list[list[F32]]
#: Targets that are solved for together.
COLUMNS = 96


def solve(tiles: Tiles, targets: F32, *, threads: int) -> F32:
    """Solve system · x = targets by the Cholesky factor, which takes the place of the system.

    Parameters
    ----------
    tiles
        The system (n, n).
    targets
        float32 (n, d).
    threads
        How many threads to use; never changes the result.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the system is not positive definite.
    """
    from scipy.linalg import cholesky, solve_triangular
    from threadpoolctl import threadpool_limits

    last = len(tiles)
    for k in range(last):
        with threadpool_limits(1, user_api="blas"):
            tiles[k][k] = factor = cholesky(tiles[k][k], lower=True, check_finite=False)

        def below(i: int, k: int = k, factor: F32 = factor) -> None:
            tiles[i][k] = solve_triangular(factor, tiles[i][k].T, lower=True, check_finite=False).T

        def later(at: tuple[int, int], k: int = k) -> None:
            i, j = at
            tiles[i][j] -= tiles[i][k] @ tiles[j][k].T

        share_out(below, range(k + 1, last), threads)
        share_out(later, [(i, j) for i in range(k + 1, last) for j in range(k + 1, i + 1)], threads)

    solved = targets.astype(np.float32)
    ends = np.cumsum([len(row[0]) for row in tiles])
    rows = [slice(end - len(row[0]), end) for end, row in zip(ends, tiles, strict=True)]

    def substitute(columns: slice) -> None:
        parts = [solved[part, columns] for part in rows]
        for k in range(last):
            for j in range(k):
                parts[k] -= tiles[k][j] @ parts[j]
            parts[k][:] = solve_triangular(tiles[k][k], parts[k], lower=True, check_finite=False)
        for k in reversed(range(last)):
            for i in range(k + 1, last):
                parts[k] -= tiles[i][k].T @ parts[i]
            parts[k][:] = solve_triangular(tiles[k][k], parts[k], lower=True, trans=1, check_finite=False)

    share_out(substitute, in_spans(targets.shape[1], COLUMNS), threads)
    return solved
