"""Vectors given by the user: a matrix in memory or in a ``.npy`` file, or columns of a table."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from triptych.core.errors import InputError
from triptych.sources.raw import Raw, counted

__all__ = ["check_matrix", "column_matrix", "finite_and_flat", "read_npy", "vector_columns"]

Matrix = npt.NDArray[np.float32]

#: What numpy raises on damaged headers, which are Python literals.
_BAD_HEADER = (ValueError, EOFError, OverflowError, MemoryError, SyntaxError, TypeError, KeyError, TokenError)
_WIDEST = 16_384


def read_npy(path: Path) -> npt.NDArray[Any]:
    """Read a ``.npy`` file of numbers; its header is checked before anything else is read.

    Raises
    ------
    InputError
        On arrays of Python objects, whose loading would run code, and on damaged files.
    """
    with path.open("rb") as file:
        try:
            version = np.lib.format.read_magic(file)
            header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = header(file)
            if dtype.hasobject:
                raise InputError(
                    f"{path.name} holds Python objects, which could run code when they are loaded: refused",
                    hint="save plain numbers: np.save(path, np.stack(vectors).astype(np.float32))",
                )
            wanted, found = math.prod(shape) * dtype.itemsize, path.stat().st_size - file.tell()
            if wanted < 0 or wanted > found:
                raise InputError(
                    f"{path.name} is cut off: its header promises {wanted:,} bytes of shape {shape}, it has {found:,}",
                    hint="write it again with np.save",
                )
            file.seek(0)
            return np.lib.format.read_array(file, allow_pickle=False)
        except _BAD_HEADER:
            raise InputError(f"{path.name} has a damaged .npy header", hint="write it again with np.save") from None


def check_matrix(array: npt.NDArray[Any], name: str, rows: int | None = None) -> tuple[Matrix, list[str]]:
    """Check that an array is one vector a row and make it float32.

    Parameters
    ----------
    array
        Anything of numpy's.
    name
        What messages call it.
    rows
        How many rows the metadata has; None without metadata.

    Returns
    -------
    matrix, notes
        float32 (n, d), C-contiguous, new if it had to be converted; and what was converted.

    Raises
    ------
    InputError
        Unless the array holds real numbers in the shape (n, d) with n equal to ``rows``.
    """
    if array.dtype.kind not in "fiu":
        raise InputError(
            f"{name} holds {array.dtype} values, wanted numbers in the shape (rows, dimensions)",
            hint="use .astype(np.float32)" + ("; object arrays come of ragged lists" if array.dtype.hasobject else ""),
        )
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            f"{name} has the shape {array.shape}, wanted (rows, dimensions), neither of them 0",
            hint="give one vector a row: np.stack(vectors)",
        )
    if rows is not None and rows != len(array):
        turned = array.shape[1] == rows
        raise InputError(
            f"{name} has {len(array):,} rows, its metadata has {rows:,}",
            hint="the array looks transposed: give its .T" if turned else "give one row of metadata for each vector",
        )
    notes = []
    if array.shape[1] > max(_WIDEST, len(array)):
        notes.append(f"{name} has {array.shape[1]:,} dimensions and {len(array):,} rows: is it transposed?")
    if array.dtype != np.float32:
        notes.append(f"{name} converted from {array.dtype} to float32")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(array, dtype=np.float32), notes


def finite_and_flat(matrix: Matrix) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell which rows have a length in float32, and which of them are so short that they have no direction.

    Parameters
    ----------
    matrix
        float32 (n, d).

    Returns
    -------
    finite, flat
        bool (n,) each. A row with NaN or infinity, or whose squared length overflows, is not finite; a row whose
        squared length is 0 or subnormal is flat.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        squared = np.einsum("ij,ij->i", matrix, matrix)
    finite = np.isfinite(squared)
    return finite, finite & (squared < np.finfo(np.float32).tiny)


def vector_columns(names: Sequence[str], role: str) -> list[str]:
    """Return the columns that hold vectors: the one of that name, or those numbered after a prefix, by number."""
    if role in names:
        return [role]
    numbered = [name for name in names if re.fullmatch(r"[0-9]{1,9}", name.removeprefix(role)) and name != role]
    return sorted((name for name in numbered if name.startswith(role)), key=lambda name: int(name[len(role) :]))


def column_matrix(raw: Raw, columns: Sequence[str], *, mark: bool) -> Matrix:
    """Return the vectors that columns of a table hold.

    Parameters
    ----------
    raw
        The table.
    columns
        Numbered columns, or the one column of lists (or of their JSON text).
    mark
        Give rows of another length, or with things that are no numbers, NaN instead of stopping.

    Returns
    -------
    array
        float32 (n, d); NaN where a value is missing.

    Raises
    ------
    InputError
        On rows that hold no vector, or one of another length, unless marked.
    """
    if len(columns) > 1 or raw.frame[columns[0]].dtype.is_numeric():
        return _from_numbers(raw, columns, mark=mark)
    column = raw.frame[columns[0]]
    if column.dtype == pl.String:
        column = pl.Series(column.name, [_numbers(text) for text in column], dtype=pl.List(pl.Float64))
    elif isinstance(column.dtype, pl.Array):
        column = column.arr.to_list()
    if not isinstance(column.dtype, pl.List) or not column.dtype.inner.is_numeric():
        raise InputError(
            f"{raw.name} column {column.name!r} holds {column.dtype}, wanted lists of numbers",
            hint="name a column of vectors, or the prefix of numbered columns",
        )
    return _from_lists(raw, column, mark=mark)


def _from_numbers(raw: Raw, columns: Sequence[str], *, mark: bool) -> Matrix:
    matrix = np.empty((raw.frame.height, len(columns)), dtype=np.float32)
    for place, name in enumerate(columns):
        column = raw.frame[name]
        numbers = column.cast(pl.Float64, strict=False)
        wrong = (numbers.is_null() & column.is_not_null()).arg_true().to_list()
        if wrong and not mark:
            places = raw.examples(wrong, column.gather(wrong[:5]).to_list())
            raise InputError(
                f"{raw.name} column {name!r}: no numbers in {counted(len(wrong), 'row')}: {places}",
                hint="--on-bad-rows mark keeps such rows off the map",
            )
        with np.errstate(over="ignore"):
            matrix[:, place] = numbers.to_numpy()
    return matrix


def _from_lists(raw: Raw, column: pl.Series, *, mark: bool) -> Matrix:
    lengths = column.list.len().fill_null(0)
    filled = lengths.filter(lengths > 0)
    if filled.is_empty():
        first = raw.examples([0], [raw.frame[column.name][0]])
        raise InputError(
            f"{raw.name} column {column.name!r} holds no list of numbers: {first}",
            hint="write vectors as [0.1, 0.2, …]",
        )
    width = int(filled.mode().sort()[0])
    ragged = [row for row in (lengths != width).arg_true().to_list() if row not in raw.unreadable]
    if ragged and not mark:
        places = ", ".join(f"{raw.place(row)} has {lengths[row]}" for row in ragged[:5])
        more = ", …" if len(ragged) > 5 else ""
        raise InputError(
            f"{raw.name} column {column.name!r}: no vector of {counted(width, 'number')} in "
            f"{counted(len(ragged), 'row')}: {places}{more}",
            hint="--on-bad-rows mark keeps such rows off the map",
        )
    good = (lengths == width).to_numpy()
    matrix = np.full((len(column), width), np.nan, dtype=np.float32)
    with np.errstate(over="ignore"):
        matrix[good] = column.filter(pl.Series(good)).explode().cast(pl.Float64).to_numpy().reshape(-1, width)
    return matrix


def _numbers(text: str | None) -> list[float] | None:
    try:
        values = json.loads(text or "null")
        return [math.nan if value is None else float(value) for value in values] if isinstance(values, list) else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
