"""Frames as CSV, Parquet and JSON files."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triptych.core.errors import UsageError
from triptych.export.files import write_bytes, write_text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FORMATS", "write_json", "write_table"]

FORMATS = ("csv", "parquet", "json")

#: A spreadsheet takes a cell that starts so for a formula (OWASP, CSV injection); full-width forms included.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def write_table(frame: pl.DataFrame, path: str | Path, *, raw: bool = False) -> Path:
    """Write a frame in the format that the file's ending names.

    Parameters
    ----------
    frame
        The table; lists of words become one cell, joined by ``"; "``, in CSV.
    path
        Ends in .csv, .parquet or .json (a list of objects).
    raw
        Leave text cells of a CSV as they are. Otherwise a cell that a spreadsheet would run as a formula gets a
        ``'`` in front.

    Raises
    ------
    UsageError
        If the ending is none of these.
    StoreError
        If the file cannot be written.
    """
    ending = Path(path).suffix.lower().lstrip(".")
    if ending not in FORMATS:
        raise UsageError(f"cannot write {path}: the ending says no format", hint=f"use one of .{', .'.join(FORMATS)}")
    if ending == "json":
        return write_json(frame.to_dicts(), path)
    buffer = io.BytesIO()
    if ending == "csv":
        _flat(frame, raw=raw).write_csv(buffer)
    else:
        frame.write_parquet(buffer)
    return write_bytes(path, buffer.getvalue())


def write_json(value: Any, path: str | Path) -> Path:
    """Write a value as indented JSON; dates in ISO 8601, numbers that are not finite as null."""
    return write_text(path, json.dumps(_finite(value), indent=1, ensure_ascii=False, default=str) + "\n")


def _flat(frame: pl.DataFrame, *, raw: bool) -> pl.DataFrame:
    import polars as pl

    columns = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if isinstance(dtype, pl.List):
            column = column.list.join("; ")
        if isinstance(dtype, pl.String | pl.List) and not raw:
            live = column.str.slice(0, 1).is_in(list(FORMULA_STARTS))
            column = pl.when(live).then(pl.lit("'") + column).otherwise(column)
        columns.append(column.alias(name))
    return frame.select(columns)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value - value != 0 else value
