"""The weights in an ONNX file, without the package that reads all of the format.

ONNX is Protocol Buffers: fields of a number, a wire type and a value. Of a model only the initialisers are read, the
constant tensors of its graph (onnx.proto: ModelProto.graph 7, GraphProto.initializer 5; TensorProto.dims 1,
data_type 2, name 8, raw_data 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["initialisers"]

_TYPES = {1: "<f4", 2: "|u1", 3: "|i1", 6: "<i4", 7: "<i8"}


def initialisers(model: bytes) -> dict[str, npt.NDArray[Any]]:
    """Return the constant tensors of a model by name; those not stored as raw data are empty.

    Raises
    ------
    ValueError
        If the bytes are no such model.
    """
    return dict(_tensor(tensor) for graph in _messages(memoryview(model), 7) for tensor in _messages(graph, 5))


def _tensor(tensor: memoryview) -> tuple[str, npt.NDArray[Any]]:
    dims: list[int] = []
    kind, name, raw = 0, b"", memoryview(b"")
    for field, value in _fields(tensor):
        if isinstance(value, int):
            dims += [value] * (field == 1)
            kind = value if field == 2 else kind
        elif field == 1:
            dims += _packed(value)
        elif field == 8:
            name = bytes(value)
        elif field == 9:
            raw = value
    if kind not in _TYPES or not raw:
        return name.decode(), np.zeros(0)
    return name.decode(), np.frombuffer(raw, _TYPES[kind]).reshape(dims)


def _messages(message: memoryview, field: int) -> Iterator[memoryview]:
    return (value for number, value in _fields(message) if number == field and not isinstance(value, int))


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield the number and the value of each field: whole numbers, and the bytes of all else."""
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        wire = tag & 7
        if wire == 0:
            value, at = _number(message, at)
            yield tag >> 3, value
            continue
        if wire == 2:
            length, at = _number(message, at)
        elif wire in (1, 5):
            length = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} is not known")
        if at + length > len(message):
            raise ValueError("the file ends in the middle of a field")
        yield tag >> 3, message[at : at + length]
        at += length


def _packed(numbers: memoryview) -> Iterator[int]:
    at = 0
    while at < len(numbers):
        value, at = _number(numbers, at)
        yield value


def _number(message: memoryview, at: int) -> tuple[int, int]:
    """Read a whole number of seven bits a byte, the lowest first; return it and where the next field begins."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
