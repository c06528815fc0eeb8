"""Slot values as bytes and back: safetensors for arrays, Parquet for tables, JSON for the rest; never pickle.

The same value gives the same bytes, so the SHA-256 of the bytes is the name of the value.
"""

from __future__ import annotations

import io
import json
from dataclasses import fields
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.core.errors import StoreError
from triptych.core.slots import (
    Clustering,
    Descriptions,
    Graph,
    Labels,
    Layout,
    Sheet,
    SpanningTree,
    Topic,
    Tree,
    Vectors,
)

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Piece", "canonical", "decode", "digest", "encode"]

Piece = bytes | memoryview

_ARRAYS: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Vectors, Graph, Layout, SpanningTree, Clustering, Tree, Sheet)
}

#: Field -> type and number of dimensions of its array, the same in every slot type.
_SHAPES = {
    "values": ("float32", 2), "distances": ("float32", 2), "strength": ("float32", 1),
    "indices": ("int32", 2), "levels": ("int32", 2), "labels": ("int32", 1),
    "one": ("int32", 1), "other": ("int32", 1), "distance": ("float64", 1), "persistence": ("float32", 1),
    "adopted": ("bool", 1), "cut": ("bool", 1), "foreign": ("bool", 1), "image": ("uint8", 1),
    "texts": ("uint8", 2), "index": ("int32", 1),
}  # fmt: skip

#: Field -> type of what is no array.
_PLAIN = {"unit": bool, "metric": str, "recall": float, "mime": str, "tile": int, "columns": int}

#: Type of an array -> what safetensors calls it, in the order in which it writes them, the last ones first.
_TYPES = {"bool": "BOOL", "uint8": "U8", "int32": "I32", "float32": "F32", "float64": "F64"}

#: Type name -> file ending.
ENDINGS = {
    **dict.fromkeys(_ARRAYS, "safetensors"),
    "Descriptions": "json",
    "Labels": "json",
    "DataFrame": "parquet",
}


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes that depend on nothing but the value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest(*pieces: Piece) -> str:
    """Return the SHA-256 of bytes, or of several pieces in a row, in hex."""
    found = sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


def encode(value: Any) -> tuple[str, tuple[Piece, ...]]:
    """Return the type name of a slot value and its bytes, in pieces: those of an array are the array's own memory.

    Raises
    ------
    TypeError
        If the value is of no slot type: a programming error.
    """
    kind = type(value).__name__
    if kind in _ARRAYS:
        return kind, _encode_arrays(value)
    if kind == "Descriptions":
        return kind, (canonical([vars(topic) for topic in value.topics]),)
    if kind == "Labels":
        return kind, (canonical({key: list(title) for key, title in value.titles.items()}),)
    if kind == "DataFrame":
        return kind, (_encode_frame(value),)
    raise TypeError(f"{kind} is no slot type")


def decode(kind: str, data: bytes) -> Any:
    """Return the slot value that bytes stand for.

    Raises
    ------
    StoreError
        If the type is unknown or the bytes do not hold one.
    """
    if kind not in ENDINGS:
        raise StoreError(f"unknown type {kind!r} in the run", hint="it was written by a newer Triptych, or edited")
    try:
        if kind in _ARRAYS:
            return _decode_arrays(_ARRAYS[kind], data)
        if kind == "Descriptions":
            return Descriptions(tuple(_topic(entry) for entry in json.loads(data)))
        if kind == "Labels":
            return Labels({str(key): (str(t), str(s)) for key, (t, s) in json.loads(data).items()})
        return _decode_frame(data)
    except StoreError:
        raise
    except Exception as error:  # whatever a parser makes of damaged bytes is a damaged store
        raise _unreadable(kind, error) from error


def _encode_arrays(value: Any) -> tuple[Piece, ...]:
    """Return arrays in the format safetensors, as its own library writes it; that would copy them twice."""
    items = {f.name: getattr(value, f.name) for f in fields(value)}
    arrays = {name: np.ascontiguousarray(item) for name, item in items.items() if isinstance(item, np.ndarray)}
    rest = {name: item for name, item in items.items() if name not in arrays}
    header: dict[str, Any] = {"__metadata__": {"triptych": canonical(rest).decode()}}
    end = 0
    order = sorted(arrays, key=lambda name: (-list(_TYPES).index(arrays[name].dtype.name), name))
    for name in order:
        array = arrays[name]
        span = [end, end := end + array.nbytes]
        header[name] = {"dtype": _TYPES[array.dtype.name], "shape": list(array.shape), "data_offsets": span}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    memory = (arrays[name].reshape(-1).view(np.uint8).data for name in order)
    return len(text).to_bytes(8, "little"), text, *memory


def _decode_arrays(cls: type[Any], data: bytes) -> Any:
    from safetensors.numpy import load

    arrays = load(data)  # refuses a header of more than 100 MB, gaps and overlaps
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    rest = json.loads(header["__metadata__"]["triptych"])
    for name, array in arrays.items():
        if (str(array.dtype), array.ndim) != _SHAPES[name]:
            raise ValueError(f"{name!r} is {array.dtype} in {array.ndim} dimensions")
        array.flags.writeable = False
    for name, value in rest.items():
        if type(value) is not _PLAIN[name]:
            raise ValueError(f"{name!r} is {value!r}")
    return cls(**arrays, **rest)


def _encode_frame(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()


def _decode_frame(data: bytes) -> pl.DataFrame:
    import polars as pl

    try:
        return pl.read_parquet(io.BytesIO(data))
    except pl.exceptions.PanicException as error:  # no Exception: polars would end the program with it
        raise _unreadable("DataFrame", error) from error


def _topic(entry: dict[str, Any]) -> Topic:
    numbers = {name: int(entry[name]) for name in ("level", "cluster", "parent", "size")}
    words = tuple((str(word), float(weight)) for word, weight in entry["keywords"])
    places = {name: tuple(int(i) for i in entry[name]) for name in ("exemplars", "popular")}
    return Topic(**entry | numbers | places | {"keywords": words, "evidence": str(entry["evidence"])})


def _unreadable(kind: str, error: BaseException) -> StoreError:
    what = str(error).partition("\n")[0]
    return StoreError(
        f"an object of type {kind} cannot be read: {what}", hint="it was damaged or edited; make the run again"
    )
