"""Frames and lists in memory; pandas and Arrow are recognised when the caller has imported them, never imported."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from triptych.core.errors import InputError, shorten
from triptych.core.schema import ReadOptions
from triptych.sources.raw import Raw, column_names, counted, text_frame
from triptych.sources.vectors import vector_columns

__all__ = ["TEXT", "from_frame", "from_strings", "is_frame", "is_series", "to_text"]

#: The name of the only column of a list of strings.
TEXT = "text"


def is_frame(source: object) -> bool:
    """Tell whether an object is a Polars, pandas or Arrow table."""
    if isinstance(source, pl.DataFrame | pl.LazyFrame) or _is(source, "pandas", "DataFrame"):
        return True
    return _is(source, "pyarrow", "Table") or _is(source, "pyarrow", "RecordBatch")


def is_series(source: object) -> bool:
    """Tell whether an object is a Polars or pandas column."""
    return isinstance(source, pl.Series) or _is(source, "pandas", "Series")


def from_strings(texts: Sequence[object]) -> Raw:
    """Return a list of strings as a table with one column, ``text``.

    Raises
    ------
    InputError
        On anything that is not a string; names its position, counted from 0, and its type.
    """
    strings: list[str | None] = []
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(
                f"the list: item {position} is {type(text).__name__} {shorten(text)}, wanted a string",
                hint="use '' for a text that is missing",
            )
        strings.append(str(text))
    frame, notes = text_frame({TEXT: strings})
    return Raw(name="the list", frame=frame, notes=tuple(notes))


def from_frame(source: Any, options: ReadOptions, *, vectors: str | None = None) -> Raw:
    """Return a Polars, pandas or Arrow table as text.

    Parameters
    ----------
    source
        The table; a pandas index is not read.
    options
        ``rename`` is used.
    vectors
        The role whose columns stay numbers.

    Raises
    ------
    InputError
        On bad column names.
    """
    if isinstance(source, pl.LazyFrame):
        source = source.collect()
    names, renamed = column_names("the frame", _names(source), rename=options.rename)
    keep = set(vector_columns(names, vectors)) if vectors else set()
    if _is(source, "pandas", "DataFrame"):
        columns = [_from_pandas(source.iloc[:, i], is_vector=name in keep) for i, name in enumerate(names)]
        frame = pl.DataFrame([column.alias(name) for column, name in zip(columns, names, strict=True)])
    elif isinstance(source, pl.DataFrame):
        frame = source
    else:
        frame = pl.DataFrame(pl.from_arrow(source.rename_columns(names)))
    frame, notes = to_text(frame, keep)
    return Raw(name="the frame", frame=frame, notes=(*renamed, *notes))


def to_text(frame: pl.DataFrame, keep: set[str]) -> tuple[pl.DataFrame, list[str]]:
    """Write typed columns as text without loss: whole numbers exact, floats so that they read back the same, dates ISO.

    Parameters
    ----------
    frame
        Typed columns.
    keep
        Columns that stay as they are, because they hold vectors.

    Returns
    -------
    frame, notes
        Nested values are JSON text. Columns of lists of floats, which are vectors that nobody asked for, are left out.
    """
    columns, notes = [], []
    for column in frame:
        if column.name in keep:
            columns.append(column)
        elif isinstance(column.dtype, pl.List | pl.Array) and _inner(column.dtype).is_float():
            notes.append(f"column {column.name!r} ({column.dtype}) is left out: it holds vectors and no role names it")
        else:
            text, said = _column_text(column)
            columns.append(text)
            notes.extend(said)
    return pl.DataFrame(columns), notes


def _inner(dtype: Any) -> pl.DataType:
    inner: pl.DataType = dtype.inner
    return inner


def _column_text(column: pl.Series) -> tuple[pl.Series, list[str]]:
    dtype = column.dtype
    if dtype == pl.Duration:
        return column.dt.to_string("iso"), []
    if not dtype.is_nested() and dtype not in (pl.Binary, pl.Object):
        return column.cast(pl.String), []
    texts, notes = text_frame({column.name: [_value_text(value) for value in column.to_list()]})
    lost = texts.to_series().null_count() - column.null_count()
    if lost:
        notes.append(
            f"column {column.name!r}: left empty where the bytes are not UTF-8 text ({counted(lost, 'value')})"
        )
    return texts.to_series(), notes


def _value_text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return None
        case dt.datetime():
            return value.isoformat(sep=" ")
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=False, default=str)
        case np.ndarray():
            return json.dumps(value.tolist(), ensure_ascii=False, default=str)
        case _:
            return str(value)


def _from_pandas(column: Any, *, is_vector: bool) -> pl.Series:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufbM":
        return pl.Series("", column.to_numpy(), nan_to_null=True)
    values = [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]
    if is_vector:
        try:
            lists = [None if value is None else np.asarray(value, dtype=np.float64).tolist() for value in values]
            return pl.Series("", lists, dtype=pl.List(pl.Float64))
        except (TypeError, ValueError):
            pass
    return text_frame({"": [_value_text(value) for value in values]})[0].to_series()


def _names(source: Any) -> list[str]:
    if isinstance(source, pl.DataFrame):
        return source.columns
    if _is(source, "pandas", "DataFrame"):
        return [str(name) for name in source.columns]
    return [str(name) for name in source.schema.names]


def _is(source: object, module: str, name: str) -> bool:
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(source, getattr(loaded, name))
