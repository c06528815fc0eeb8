"""How much of the spread of vectors lies along few directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["variance_shares"]


def variance_shares(vectors: npt.NDArray[np.floating[Any]], *, sample: int = 2000) -> npt.NDArray[np.float64]:
    """Return the share of the variance along each principal direction, greatest first.

    Parameters
    ----------
    vectors
        float (n, d), finite.
    sample
        Rows that are looked at, evenly spaced, where there are more.

    Returns
    -------
    numpy.ndarray
        float64 (min(rows looked at, d),), at least 0, sum 1; all 0 where the vectors do not differ.
    """
    step = max(1, -(-len(vectors) // sample))
    rows = vectors[::step].astype(np.float64)
    rows -= rows.mean(axis=0)
    products = rows.T @ rows if rows.shape[0] > rows.shape[1] else rows @ rows.T
    spread = np.clip(np.linalg.eigvalsh(products)[::-1], 0, None)
    total = spread.sum()
    return spread / total if total > 0 else np.zeros_like(spread)
