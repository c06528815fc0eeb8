"""The fuzzy graph of UMAP: distances of neighbours become memberships (McInnes, Healy & Melville 2018, section 3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["curve", "fuzzy_graph"]

#: Halvings of the interval in the search for each row's scale.
STEPS = 48
#: A row's scale is at least this share of its mean distance.
LEAST_SCALE = 1e-3


def fuzzy_graph(indices: npt.NDArray[np.int32], distances: npt.NDArray[np.float32]) -> csr_matrix:
    """Return the symmetric memberships of a neighbour graph.

    Each row's distances, less that to its nearest other point, are scaled so that its memberships sum to log2 (k + 1);
    an edge's membership is the probability that at least one of its two directions is there.

    Parameters
    ----------
    indices
        int32 (n, k), each row's neighbours without itself.
    distances
        float32 (n, k), rising.

    Returns
    -------
    scipy.sparse.csr_matrix
        float32 (n, n), entries in (0, 1], no diagonal, indices sorted.
    """
    from scipy.sparse import csr_matrix

    n, k = indices.shape
    gaps = distances.astype(np.float64)
    positive = np.where(gaps > 0, gaps, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    gaps = np.maximum(gaps - np.where(np.isfinite(positive), positive, 0.0), 0.0)
    scale = _scales(gaps, distances.mean(axis=1, dtype=np.float64), np.log2(k + 1))
    strength = _decay(gaps, scale).astype(np.float32)
    # A copy: sorting the matrix would sort the caller's neighbours.
    one_way = csr_matrix((strength.ravel(), indices.flatten(), np.arange(0, n * k + 1, k)), shape=(n, n))
    one_way.sort_indices()
    other_way = one_way.T.tocsr()
    both = one_way.multiply(other_way)
    graph = (one_way + other_way - both).tocsr()
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph.astype(np.float32)


def _scales(gaps: npt.NDArray[np.float64], mean: npt.NDArray[np.float64], target: float) -> npt.NDArray[np.float64]:
    """Find each row's scale by bisection, doubling while the sum of memberships is too small."""
    low = np.zeros(len(gaps))
    high = np.full(len(gaps), np.inf)
    scale = np.ones(len(gaps))
    for _ in range(STEPS):
        large = _decay(gaps, scale).sum(axis=1) > target
        high = np.where(large, scale, high)
        low = np.where(large, low, scale)
        scale = np.where(np.isinf(high), scale * 2, (low + high) / 2)
    floor = LEAST_SCALE * np.where(mean > 0, mean, float(mean.mean()) or 1.0)
    return np.maximum(scale, floor)


def _decay(gaps: npt.NDArray[np.float64], scale: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    memberships: npt.NDArray[np.float64] = np.exp(-gaps / scale[:, None])
    return memberships


def curve(min_dist: float, spread: float = 1.0) -> tuple[float, float]:
    """Return a and b of 1 / (1 + a d^(2b)), fitted to 1 up to ``min_dist`` and exp(-(d - min_dist) / spread) beyond."""
    from scipy.optimize import curve_fit

    d = np.linspace(0, spread * 3, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp(-(d - min_dist) / spread))
    (a, b), _ = curve_fit(lambda x, a, b: 1.0 / (1.0 + a * x ** (2 * b)), d, wanted)
    return float(a), float(b)
