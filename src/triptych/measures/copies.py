"""Near copies: rows that lie next to each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["near_copies"]


def near_copies(
    indices: npt.NDArray[np.int32], distances: npt.NDArray[np.float32], within: float
) -> npt.NDArray[np.int32]:
    """Return the group of near copies that each row is in.

    Parameters
    ----------
    indices, distances
        int32 and float32 (n, k): neighbours, without the row itself.
    within
        Two rows no farther apart are near copies, and so are those joined by a chain of such.

    Returns
    -------
    numpy.ndarray
        int32 (n,): groups 0, 1, … by their first row, -1 for rows without a near copy.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = len(indices)
    row, place = np.nonzero(distances <= within)
    pairs = csr_array((np.ones(len(row), dtype=np.bool_), (row, indices[row, place])), shape=(n, n))
    _, group = connected_components(pairs, directed=False)
    sizes = np.bincount(group, minlength=1)
    crowded = np.flatnonzero(sizes[group] > 1)
    groups = np.full(n, -1, dtype=np.int32)
    _, first, inverse = np.unique(group[crowded], return_index=True, return_inverse=True)
    groups[crowded] = np.argsort(np.argsort(first))[inverse]
    return groups
