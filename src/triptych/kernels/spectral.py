"""Spectral start of a layout: the smoothest coordinates on a fuzzy graph (Belkin & Niyogi 2003)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.kernels.memberships import Fuzzy

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["unfold"]

#: Steps of the solver after which the given coordinates are kept, and how exact it must be.
MOST_STEPS, CLOSE = 300, 1e-6

F32 = npt.NDArray[np.float32]


def unfold(graph: Fuzzy, start: F32) -> F32:
    """Replace coordinates within each connected part of a graph by the first eigenvectors of its Laplacian.

    Each part keeps its centre and the spread of its axes; so parts stay where the given coordinates put them. One with
    no more than 2 p + 2 rows, or on which the solver does not converge, is left as it is.

    Parameters
    ----------
    graph
        Memberships of n rows.
    start
        float32 (n, p), such as principal components.

    Returns
    -------
    numpy.ndarray
        float32 (n, p); each eigenvector with its largest entry positive.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    n, p = start.shape
    matrix = csr_matrix((graph.weight.astype(np.float64), graph.other, graph.begin), shape=(n, n))
    parts = connected_components(matrix, directed=False)[1]
    result = start.copy()
    for part in np.flatnonzero(np.bincount(parts) > 2 * p + 2):
        rows = np.flatnonzero(parts == part)
        found = _smoothest(matrix[rows][:, rows], p)
        if found is not None:
            own = start[rows]
            result[rows] = own.mean(axis=0) + found * (own.std(axis=0) / found.std(axis=0))
    return result


def _smoothest(matrix: csr_matrix, p: int) -> npt.NDArray[np.float64] | None:
    """Return the eigenvectors 2 to p + 1 of the normalised Laplacian, None if they are not found in time."""
    from scipy.sparse import diags
    from scipy.sparse.linalg import ArpackError, eigsh
    from threadpoolctl import threadpool_limits

    root = np.sqrt(np.asarray(matrix.sum(axis=1)).ravel())
    walk = diags(1 / root) @ matrix @ diags(1 / root)
    first = np.random.default_rng(0).normal(size=len(root))
    try:
        with threadpool_limits(1, user_api="blas"):
            values, vectors = eigsh(walk, k=p + 1, which="LA", v0=first, tol=CLOSE, maxiter=MOST_STEPS)
    except ArpackError:
        return None
    found: npt.NDArray[np.float64] = vectors[:, np.argsort(values)[::-1][1:]] / root[:, None]
    found *= np.sign(found[np.abs(found).argmax(axis=0), np.arange(p)])
    return found
