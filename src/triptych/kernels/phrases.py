"""Phrases numbered and counted, in time that grows with the places where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Cells", "count_cells", "number_pairs"]

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cells:
    """How often (``times``) which document (``rows``) holds which phrase (``columns``): int32, document by document."""

    rows: I32
    columns: I32
    times: I32


def count_cells(phrases: I32, documents: I32, distinct: int) -> tuple[Cells, I32]:
    """Count how often each document holds each phrase.

    Parameters
    ----------
    phrases
        (m,) the phrase at each place, 0 to ``distinct`` - 1.
    documents
        (m,) the document of each place, ascending.
    distinct
        v, how many phrases there are.

    Returns
    -------
    tuple
        The cells that are not 0, and int32 (v,): how many documents hold each phrase.
    """
    from triptych.kernels import _native

    held = np.empty(distinct, dtype=np.int32)
    rows, columns, times = np.empty((3, len(phrases)), dtype=np.int32)
    count = _native.count_cells(phrases, documents, held, rows, columns, times)
    return Cells(rows[:count], columns[:count], times[:count]), held


def number_pairs(heads: I32, tails: I32, below: tuple[int, int]) -> tuple[I32, I64]:
    """Number the distinct pairs of two numbers, those of the least head first.

    Parameters
    ----------
    heads, tails
        (m,) both numbers at each place.
    below
        What heads and tails are below; both from 0.

    Returns
    -------
    tuple
        int32 (m,): the number of the pair at each place; int64 (p,): where each of the p pairs is first.
    """
    from triptych.kernels import _native

    numbers, first = np.empty(len(heads), dtype=np.int32), np.empty(len(heads), dtype=np.int64)
    count = _native.number_pairs(heads, tails, *below, numbers, first)
    return numbers, first[:count]
