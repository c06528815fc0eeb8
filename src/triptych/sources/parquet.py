"""Parquet files: limits are checked from the metadata, then every column becomes text, vectors excepted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl

from triptych.core.errors import InputError, shorten
from triptych.core.schema import ReadOptions
from triptych.sources.frames import to_text
from triptych.sources.raw import Raw, column_names
from triptych.sources.vectors import vector_columns

__all__ = ["read_parquet"]


def read_parquet(path: Path, options: ReadOptions, *, vectors: str | None = None) -> Raw:
    """Read a Parquet file.

    Parameters
    ----------
    path
        The file.
    options
        ``rename`` is used.
    vectors
        The role whose columns stay numbers.

    Raises
    ------
    InputError
        On a damaged file and on bad column names.
    LimitExceeded
        On more than 10,000 columns.
    """
    _refuse_what_kills(path)
    # A file object, because polars would take a * in a path for a pattern.
    try:
        with path.open("rb") as file:
            found = list(pl.read_parquet_schema(file))
            names, notes = column_names(path.name, found, rename=options.rename)
            file.seek(0)
            frame = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        first = str(error).partition("\n")[0]
        raise InputError(
            f"{path.name} is not a readable Parquet file: {shorten(first, 120)}",
            hint="write it again; it may be cut off or encrypted",
        ) from None
    frame.columns = names
    frame, said = to_text(frame, set(vector_columns(names, vectors)) if vectors else set())
    return Raw(name=path.name, frame=frame, notes=(*notes, *said))


#: Reads a file to see whether that can be done; what it says on the way is of no interest.
_PROBE = "import sys, polars; polars.read_parquet(open(sys.argv[1], 'rb'))"


def _refuse_what_kills(path: Path) -> None:
    """Read the file in another process first: a wrong size in a page header makes polars end the process it is in."""
    probe = subprocess.run(
        [sys.executable, "-P", "-c", _PROBE, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if probe.returncode < 0:  # ended by a signal; any other error will be named by our own reading
        raise InputError(
            f"{path.name} is not a readable Parquet file: reading it ends the program",
            hint="write it again; a size in it is wrong",
        )
