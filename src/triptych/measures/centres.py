"""Where clusters lie."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["mean_directions"]

#: Dimensions that are summed together, in float64: the vectors are never copied whole.
_SOME = 64


def mean_directions(vectors: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
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
    from scipy.sparse import csr_array

    rows = np.flatnonzero(labels >= 0)
    shape = (int(labels.max(initial=-1)) + 1, len(labels))
    members = csr_array((np.ones(len(rows)), (labels[rows], rows)), shape=shape)
    sums = np.hstack([members @ vectors[:, at : at + _SOME] for at in range(0, vectors.shape[1], _SOME)])
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-12))
