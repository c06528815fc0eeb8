"""The audit of a matrix of vectors: its shape, and what its numbers look like."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["describe", "unit_rows"]

#: Numbers that are looked at together: few enough to stay in the cache.
_BLOCK = 2**17


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
    mean, squares, low, high = 0.0, 0.0, math.inf, -math.inf
    for block in _blocks(array):
        zero_rows += int((~block.any(axis=1)).sum())
        finite = block[np.isfinite(block)]
        if finite.size < block.size:
            nan += int(np.isnan(block).sum())
            infinite += int(np.isinf(block).sum())
        if finite.size:
            low, high = min(low, float(finite.min())), max(high, float(finite.max()))
            part, before = float(finite.mean()), count
            count += finite.size
            apart = part - mean
            mean += apart * finite.size / count
            # The squares of two parts about their common mean (Chan, Golub and LeVeque 1979).
            squares += float(np.square(finite - part).sum()) + apart * apart * before * finite.size / count
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


def unit_rows(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return vectors at unit length.

    Parameters
    ----------
    values
        float32 (n, d), no row without a length.

    Returns
    -------
    numpy.ndarray
        float32 (n, d), each row divided in float64.
    """
    unit = np.empty_like(values)
    at = 0
    for block in _blocks(values):
        unit[at : at + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
        at += len(block)
    return unit


def _blocks(array: npt.NDArray[Any]) -> Iterator[npt.NDArray[np.float64]]:
    rows = max(_BLOCK // max(array.shape[1], 1), 1)
    return (array[at : at + rows].astype(np.float64) for at in range(0, len(array), rows))
