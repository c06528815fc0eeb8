"""The audit of a matrix of vectors: its shape, and what its numbers look like."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["describe"]

#: Rows that are looked at together: the matrix is never copied whole.
_BLOCK_ROWS = 65_536


def describe(array: npt.NDArray[Any]) -> dict[str, Any]:
    """Audit a matrix of vectors.

    Parameters
    ----------
    array
        Numbers (n, d), any dtype.

    Returns
    -------
    dict
        ``shape``, ``dtype``, ``bytes``, ``nan`` and ``infinite`` (counts of values), ``zero_rows``; and ``mean``,
        ``std`` (population), ``min``, ``max`` over the finite values, None when there are none.
    """
    count = nan = infinite = zero_rows = 0
    total, low, high = 0.0, math.inf, -math.inf
    for block in _blocks(array):
        finite = block[np.isfinite(block)]
        nan += int(np.isnan(block).sum())
        infinite += int(np.isinf(block).sum())
        zero_rows += int((block == 0).all(axis=1).sum())
        count, total = count + finite.size, total + float(finite.sum())
        low, high = float(finite.min(initial=low)), float(finite.max(initial=high))
    mean = total / max(count, 1)
    squares = math.fsum(float(((block[np.isfinite(block)] - mean) ** 2).sum()) for block in _blocks(array))
    return {
        "shape": tuple(array.shape),
        "dtype": str(array.dtype),
        "bytes": int(array.nbytes),
        "nan": nan,
        "infinite": infinite,
        "zero_rows": zero_rows,
        "mean": mean if count else None,
        "std": math.sqrt(squares / count) if count else None,
        "min": low if count else None,
        "max": high if count else None,
    }


def _blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.float64]]:
    return (array[at : at + _BLOCK_ROWS].astype(np.float64) for at in range(0, len(array), _BLOCK_ROWS))
