"""Untrusted bytes → a validated table: files, frames, lists and arrays."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triptych.core.errors import InputError, UsageError
from triptych.core.schema import ReadOptions, Roles, Table
from triptych.sources.files import steady

if TYPE_CHECKING:
    import numpy.typing as npt

    from triptych.sources.raw import Raw

__all__ = ["read"]

_PARQUET, _NPY = b"PAR1", b"\x93NUMPY"
_REFUSED = {
    b"PK\x03\x04": "a zip archive (.xlsx, .npz, .zip)",
    b"\x1f\x8b": "a gzip archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"SQLite format 3": "a SQLite database",
    b"ARROW1": "an Arrow IPC (Feather) file",
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"\xd0\xcf\x11\xe0": "an old Office file (.xls)",
    b"\x89HDF": "an HDF5 file",
}
_JSONL = (".jsonl", ".ndjson", ".json")


def read(source: Any, *, roles: Roles, options: ReadOptions | None = None, metadata: Any = None) -> Table:
    """Read a source and validate it.

    Parameters
    ----------
    source
        The path of a CSV (or TSV), JSON Lines, Parquet or ``.npy`` file; a list of strings; a Polars, pandas or Arrow
        frame; or a numpy array (n, d) of vectors. A file is known by its first bytes, then by its suffix.
    roles
        Which column plays which part; the column of a list of strings is ``text``.
    options
        How to read untrusted bytes.
    metadata
        For arrays and ``.npy`` files: a frame or path with one row for each vector.

    Returns
    -------
    Table
        Every row of the source, kept or marked.

    Raises
    ------
    InputError
        On data that cannot be used as it is.
    UsageError
        On a call that makes no sense.
    LimitExceeded
        On more than 10,000 columns.
    """
    import numpy as np

    from triptych.sources import frames
    from triptych.sources.table import build

    options = options or ReadOptions()
    if isinstance(source, np.ndarray):
        return _read_vectors(source, "the array", _digest_array(source), roles, options, metadata)
    if isinstance(source, str | Path):
        path = Path(source)
        with steady(path) as digest:
            found = _read_file(path, roles, options)
        if isinstance(found, np.ndarray):
            return _read_vectors(found, path.name, digest, roles, options, metadata)
        raw = found
    elif frames.is_frame(source):
        raw = frames.from_frame(source, options, vectors=roles.vectors)
        digest = _digest_raw(raw)
    elif isinstance(source, list | tuple) or frames.is_series(source):
        raw = frames.from_strings(source if isinstance(source, list | tuple) else source.to_list())
        digest = _digest_raw(raw)
        roles = roles if roles.text is not None else replace(roles, text=frames.TEXT)
    else:
        raise UsageError(
            f"cannot read a {type(source).__module__}.{type(source).__qualname__}",
            hint="give a path, a list of strings, a Polars, pandas or Arrow frame, or a numpy array (n, d)",
        )
    if metadata is not None:
        raise UsageError("metadata goes with an array or a .npy file", hint="a table brings its own columns")
    return build(raw, roles, options, digest=digest)


def _read_vectors(
    array: npt.NDArray[Any], name: str, digest: str, roles: Roles, options: ReadOptions, metadata: Any
) -> Table:
    """Read vectors and, aligned by row, what is known about each."""
    import polars as pl

    from triptych.sources import frames
    from triptych.sources.raw import Raw
    from triptych.sources.table import build
    from triptych.sources.vectors import check_matrix

    if roles.vectors is not None:
        raise UsageError("the vectors role names columns of a table, and the source is an array of vectors")
    raw, rows = Raw(name=name, frame=pl.DataFrame()), None
    if metadata is not None:
        if frames.is_frame(metadata):
            raw = frames.from_frame(metadata, options)
            digest = _combine(digest, _digest_raw(raw))
        elif isinstance(metadata, str | Path):
            with steady(Path(metadata)) as other:
                found = _read_file(Path(metadata), roles, options)
            if not isinstance(found, Raw):
                raise UsageError(f"{metadata} holds vectors, wanted a table as metadata")
            raw, digest = found, _combine(digest, other)
        else:
            raise UsageError("metadata must be a frame or the path of a table", hint="one row for each vector")
        rows = raw.frame.height
    matrix, notes = check_matrix(array, name, rows)
    return build(replace(raw, notes=(*notes, *raw.notes)), roles, options, vectors=matrix, digest=digest)


def _read_file(path: Path, roles: Roles, options: ReadOptions) -> Raw | npt.NDArray[Any]:
    """Read a file by what it is: its first bytes decide, then its suffix."""
    with path.open("rb") as file:
        head = file.read(16)
    suffix = path.suffix.lower()
    if not head:
        raise InputError(f"{path.name} is empty (0 bytes): 0 rows after cleaning", hint="is it complete?")
    if head.startswith(_NPY):
        from triptych.sources.vectors import read_npy

        return read_npy(path)
    if head.startswith(_PARQUET):
        from triptych.sources.parquet import read_parquet

        return read_parquet(path, options, vectors=roles.vectors)
    if head[0] == 0x80 and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise InputError(
            f"{path.name} is a Python pickle, which could run code when it is loaded: refused",
            hint="save tables as Parquet or CSV, and vectors as .npy",
        )
    if suffix in (".parquet", ".pq", ".npy"):
        raise InputError(
            f"{path.name} does not start like a {suffix} file: {head[:8]!r}", hint="write it again, or rename it"
        )
    for start, kind in _REFUSED.items():
        if head.startswith(start):
            raise InputError(f"{path.name} is {kind}", hint="save it as CSV, JSON Lines or Parquet")
    if suffix in _JSONL:
        from triptych.sources.jsonl import read_jsonl

        return read_jsonl(path.read_bytes(), path.name, options)
    from triptych.sources.csv import read_csv

    return read_csv(path.read_bytes(), path.name, options)


def _digest_raw(raw: Raw) -> str:
    written = io.BytesIO()
    raw.frame.write_ndjson(written)
    return _combine(*raw.frame.columns, hashlib.sha256(written.getbuffer()).hexdigest())


def _digest_array(array: npt.NDArray[Any]) -> str:
    import numpy as np

    if array.dtype.hasobject:
        return ""
    values = hashlib.sha256(np.ascontiguousarray(array).view(np.uint8).data).hexdigest() if array.size else ""
    return _combine(str(array.dtype), str(array.shape), values)


def _combine(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
