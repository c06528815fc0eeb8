"""The columns of a map: numbers, dates, categories and other text, as the page reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError, shorten

Cell: TypeAlias = str | float | bool | None
Column: TypeAlias = Sequence[Cell] | npt.NDArray[Any]
Kind: TypeAlias = Literal["number", "date", "category", "text"]

#: Above it a browser's numbers are no longer exact, so such a column is carried as text.
_EXACT = 2**53
#: Browsers know dates this many days around 1970.
_DAYS = 100_000_000
#: Few values are categories in any column, more of them only where they repeat.
_FEW = 12
_MOST = 1000


def describe_column(name: str, column: Column) -> dict[str, Any]:
    """Return a column as the page reads it: ``name``, ``kind`` and ``cells``, a list of ``(n,)`` values.

    Dates (``datetime64``) are days since 1970-01-01 UTC, with fractions for times. What is missing, not finite or not a
    time is None.

    Raises
    ------
    UsageError
        If a value is neither text, number, boolean nor date.
    """
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        return {"name": name, "kind": "date", "cells": _days(column)}
    cells = _cells(name, column)
    kind = _kind(cells)
    if kind == "number" and any(isinstance(cell, int) and abs(cell) > _EXACT for cell in cells):
        cells = [None if cell is None else str(cell) for cell in cells]
        kind = _kind(cells)
    return {"name": name, "kind": kind, "cells": cells}


def _days(column: npt.NDArray[np.datetime64]) -> list[Cell]:
    days = column.astype("M8[ms]").astype(np.int64) / 86_400e3
    return [_whole(round(day, 6)) if abs(day) <= _DAYS else None for day in days.tolist()]


def _kind(cells: list[Cell]) -> Kind:
    present = [cell for cell in cells if cell is not None and cell != ""]
    if present and not any(isinstance(cell, str | bool) for cell in present):
        return "number"
    values = len(set(map(str, present)))
    repeat = values <= _FEW or (values <= _MOST and 2 * values <= len(present))
    return "category" if values > 1 and repeat else "text"


def _cells(name: str, column: Column) -> list[Cell]:
    if isinstance(column, np.ndarray):
        if column.dtype == np.float32:  # the shortest decimal of a float32, not the digits of its float64
            return [_cell(name, float(str(value))) for value in column]
        column = column.tolist()
    return [_cell(name, value) for value in column]


def _cell(name: str, value: object) -> Cell:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return _whole(value) if math.isfinite(value) else None
    raise UsageError(
        f"field {shorten(name)}: {shorten(value)} is neither text, number, boolean nor date",
        hint="turn the column into text",
    )


def _whole(value: float) -> float:
    """Return a number without a fraction as an integer, which is shorter to write."""
    return int(value) if value.is_integer() and abs(value) < _EXACT else value
