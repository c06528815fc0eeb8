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

__all__ = ["canonical", "decode", "digest", "encode"]

_ARRAYS: dict[str, type[Any]] = {
    cls.__name__: cls for cls in (Vectors, Graph, Layout, SpanningTree, Clustering, Tree, Sheet)
}

#: Field -> type and number of dimensions of its array, the same in every slot type.
_SHAPES = {
    "values": ("float32", 2), "distances": ("float32", 2), "strength": ("float32", 1),
    "indices": ("int32", 2), "levels": ("int32", 2), "labels": ("int32", 1),
    "one": ("int32", 1), "other": ("int32", 1), "distance": ("float64", 1), "persistence": ("float32", 1),
    "adopted": ("bool", 1), "cut": ("bool", 1), "foreign": ("bool", 1), "image": ("uint8", 1),
    "texts": ("uint8", 2),
}  # fmt: skip

#: Field -> type of what is no array.
_PLAIN = {"unit": bool, "metric": str, "recall": float, "mime": str, "tile": int, "columns": int}

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


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes, in hex."""
    return sha256(data).hexdigest()


def encode(value: Any) -> tuple[str, bytes]:
    """Return the type name of a slot value and its bytes.

    Raises
    ------
    TypeError
        If the value is of no slot type: a programming error.
    """
    kind = type(value).__name__
    if kind in _ARRAYS:
        return kind, _encode_arrays(value)
    if kind == "Descriptions":
        return kind, canonical([vars(topic) for topic in value.topics])
    if kind == "Labels":
        return kind, canonical({key: list(title) for key, title in value.titles.items()})
    if kind == "DataFrame":
        return kind, _encode_frame(value)
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


def _encode_arrays(value: Any) -> bytes:
    from safetensors.numpy import save

    items = {f.name: getattr(value, f.name) for f in fields(value)}
    arrays = {name: np.ascontiguousarray(item) for name, item in items.items() if isinstance(item, np.ndarray)}
    rest = {name: item for name, item in items.items() if name not in arrays}
    # One metadata entry only: the order of several is not fixed.
    data: bytes = save(arrays, metadata={"triptych": canonical(rest).decode()})
    return data


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
