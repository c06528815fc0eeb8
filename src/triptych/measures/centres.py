"""Where clusters lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["mean_directions", "outward_directions"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

#: Dimensions that are summed together, in float64: the vectors are never copied whole.
_SOME = 64


def mean_directions(vectors: F32, labels: I32) -> F64:
    """Return the direction of the mean of each cluster.

    Parameters
    ----------
    vectors
        (n, d), rows of unit length.
    labels
        (n,) clusters 0…k-1, -1 for none.

    Returns
    -------
    ndarray
        float64 (k, d), unit length; 0 where a cluster's vectors cancel out.
    """
    return _units(_sums(vectors, labels))


def outward_directions(vectors: F32, labels: I32) -> F64:
    """Return the direction from the mean of all rows to that of each cluster.

    Parameters
    ----------
    vectors
        (n, d), rows of unit length.
    labels
        (n,) clusters 0…k-1, -1 for none.

    Returns
    -------
    ndarray
        float64 (k, d), unit length; 0 where the two means are the same.
    """
    sizes = np.bincount(labels + 1)[1:, None]
    return _units(_sums(vectors, labels) / sizes.clip(1) - vectors.mean(axis=0, dtype=np.float64))


def _sums(vectors: F32, labels: I32) -> F64:
    from scipy.sparse import csr_array

    rows = np.flatnonzero(labels >= 0)
    shape = (int(labels.max(initial=-1)) + 1, len(labels))
    members = csr_array((np.ones(len(rows)), (labels[rows], rows)), shape=shape)
    parts = [members @ vectors[:, at : at + _SOME] for at in range(0, vectors.shape[1], _SOME)]
    return np.hstack([np.zeros((shape[0], 0)), *parts])


def _units(vectors: F64) -> F64:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12))
