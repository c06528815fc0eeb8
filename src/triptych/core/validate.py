"""What a run from anywhere must be like before it is believed: fields of the manifest, values beside the rows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triptych.core.codec import ENDINGS
from triptych.core.errors import StoreError, shorten
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS, Roles, split_template

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

__all__ = ["check_manifest", "check_roles", "check_rows", "check_value"]

#: Shelf of the Atlas -> the type of what is on it.
_SHELVES = {
    "vectors": "Vectors", "graphs": "Graph", "layouts": "Layout", "spanning_trees": "SpanningTree",
    "clusterings": "Clustering", "trees": "Tree", "descriptions": "Descriptions", "labels": "Labels",
    "audits": "DataFrame", "sheets": "Sheet",
}  # fmt: skip

#: Arrays that have no entry for each row, and those that may have none at all.
_NO_ROWS = ("image", "persistence")
_OR_EMPTY = ("cut", "foreign", "texts", "adopted", "index")

_HINT = "the run was damaged, edited, or written by something else; make it again"


@dataclass(frozen=True)
class _Rule:
    wanted: str
    accepts: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None


def _each(value: Any, accepts: Callable[[Any], bool]) -> bool:
    if isinstance(value, dict):
        return all(map(accepts, value.values()))
    return isinstance(value, list) and all(map(accepts, value))


_TEXT = _Rule("text", _is_text)
_TEXTS = _Rule("a list of texts", lambda v: isinstance(v, list) and _each(v, _is_text))
_WHOLE = _Rule("a whole number of at least 0", lambda v: type(v) is int and v >= 0)
_NUMBER = _Rule("a number of at least 0", lambda v: type(v) in (int, float) and math.isfinite(v) and v >= 0)
_FORECAST = _Rule("null or a number of at least 0", lambda v: v is None or _NUMBER.accepts(v))
_MAP = _Rule("an object", lambda v: isinstance(v, dict))
_NAMED = _Rule("an object of texts", lambda v: isinstance(v, dict) and _each(v, _is_text))
_HASH = _Rule("64 hex digits", _is_hash)
_HASHES = _Rule("an object of hashes of 64 hex digits", lambda v: isinstance(v, dict) and _each(v, _is_hash))
_KIND = _Rule(f"one of {', '.join(ENDINGS)}", lambda v: isinstance(v, str) and v in ENDINGS)
_ROLE = _Rule("text or null", lambda v: v is None or isinstance(v, str))

_MANIFEST = {
    "format": _TEXT, "schema": _WHOLE, "triptych": _TEXT, "finished": _TEXT, "objects": _MAP, "parts": _HASHES,
    "known": _MAP, "steps": _TEXTS, "roles": _MAP, "config": _MAP, "seed": _WHOLE,
}  # fmt: skip
_OBJECT = {"type": _KIND, "bytes": _WHOLE}
_STEP = {
    "stage": _TEXT, "name": _TEXT, "method": _TEXT, "version": _TEXT, "params": _MAP, "seed": _WHOLE, "key": _HASH,
    "inputs": _NAMED, "outputs": _HASHES, "seconds": _NUMBER, "peak_bytes": _WHOLE, "notes": _TEXTS,
    "forecast_seconds": _FORECAST, "forecast_bytes": _FORECAST,
}  # fmt: skip
#: Fields that may be missing; then they are null.
_MAY_MISS = {"forecast_seconds", "forecast_bytes"}
_ROLES = {field.name: _TEXTS if field.name in ("group", "show") else _ROLE for field in fields(Roles)}


def check_manifest(manifest: Mapping[str, Any], path: Path) -> None:
    """Check the type of every field and that whatever is named is there.

    Raises
    ------
    StoreError
        Names the field.
    """
    for problem in _problems(manifest):
        raise StoreError(f"{path}: {problem}", hint=_HINT)


def check_rows(rows: Any) -> None:
    """Check that a table has the columns that every Atlas has; raises StoreError."""
    for name in (ROW_ID, STATUS, DOCUMENT):
        if name not in rows.columns or str(rows.schema[name]) != "String":
            raise StoreError(f"the rows of the run have no text column {name!r}", hint=_HINT)


def check_roles(roles: Roles, rows: pl.DataFrame) -> None:
    """Check that the columns which play a part are columns; raises StoreError."""
    used = [*roles.group, *roles.show]
    for field in fields(roles):
        value = getattr(roles, field.name)
        if isinstance(value, str):
            template = field.name == "link" or (field.name in ("text", "image") and value not in rows.columns)
            used += [name for _, name in split_template(value) if name] if template else [value]
    for name in used:
        if name not in rows.columns:
            raise StoreError(f"the run gives a part to the column {shorten(name)}, which it has not", hint=_HINT)


def check_value(path: str, value: Any, kept: int) -> None:
    """Check that a value speaks of the rows that there are.

    Parameters
    ----------
    path
        Its place in the Atlas, for the message.
    value
        A slot value of the right type.
    kept
        How many rows are kept.

    Raises
    ------
    StoreError
        On arrays of another length, and on row numbers that no row has.
    """
    for problem in _misfits(value, kept):
        raise StoreError(f"{path} of the run {problem}", hint=_HINT)


def _problems(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield from _fields("", manifest, _MANIFEST)
    for name, entry in manifest["objects"].items():
        if not _is_hash(name):
            yield f"it names an object that cannot be: {shorten(name)}"
        yield from _fields(f"objects.{name[:8]}…", entry, _OBJECT)
    for key, entry in manifest["known"].items():
        where = f"known.{shorten(key)}"
        yield from _fields(where, entry, _STEP)
        if entry["key"] != key:
            yield f"{where}.key is another key"
        yield from _outputs(where, entry["outputs"], manifest["objects"])
    yield from _fields("roles", manifest["roles"], _ROLES if manifest["steps"] else {})
    yield from _steps(manifest)


def _fields(where: str, entry: Any, rules: Mapping[str, _Rule]) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{where} must be an object, got {shorten(entry)}"
        return
    prefix = f"{where}." if where else ""
    for name in (entry.keys() ^ rules.keys()).difference(_MAY_MISS & rules.keys()):
        yield f"{prefix}{name} is missing" if name in rules else f"{prefix}{shorten(name)} is no field of a run"
    for name, rule in rules.items():
        if name in entry and not rule.accepts(entry[name]):
            yield f"{prefix}{name} must be {rule.wanted}, got {shorten(entry[name])}"


def _outputs(where: str, outputs: Mapping[str, str], objects: Mapping[str, Any]) -> Iterator[str]:
    for path, name in outputs.items():
        shelf, _, item = path.partition("/")
        wanted = "DataFrame" if path == "rows" else _SHELVES.get(shelf) if item else None
        if wanted is None:
            yield f"{where}.outputs: an Atlas has no place {shorten(path)}"
        elif name not in objects:
            yield f"{where}.outputs: the object of {path} is not among the objects"
        elif objects[name]["type"] != wanted:
            yield f"{where}.outputs: {path} must be of type {wanted}, got {objects[name]['type']}"


def _steps(manifest: Mapping[str, Any]) -> Iterator[str]:
    known, steps = manifest["known"], manifest["steps"]
    for key in steps:
        if key not in known:
            yield f"steps names {shorten(key)}, which is not known"
    if steps and "rows" not in known[steps[0]]["outputs"]:
        yield "the first of the steps makes no rows"
    if len(set(steps)) < len(steps):
        yield "steps names one twice"
    for name in manifest["parts"].values():
        if name not in manifest["objects"]:
            yield f"parts names {name[:8]}…, which is not among the objects"


def _misfits(value: Any, kept: int) -> Iterator[str]:
    kind = type(value).__name__
    wanted = max(kept - 1, 0) if kind == "SpanningTree" else kept
    for name, array in vars(value).items() if hasattr(value, "__dataclass_fields__") else ():
        rows = getattr(array, "shape", ())[-1 if kind == "Tree" else 0 :][:1]
        if rows and rows[0] != wanted and name not in _NO_ROWS and not (name in _OR_EMPTY and rows[0] == 0):
            yield f"has {rows[0]:,} rows in {name!r}, {kept:,} are kept"
    for name, low in (("indices", 0), ("one", 0), ("other", 0), ("labels", -1), ("levels", -1), ("index", -1)):
        numbers = getattr(value, name, None)
        if numbers is not None and numbers.size and not low <= numbers.min() <= numbers.max() < kept:
            yield f"has a number in {name!r} that is out of range"
    if kind == "Clustering" and len(value.persistence) not in (0, value.labels.max(initial=-1) + 1):
        yield "has another number of clusters in 'persistence' than in 'labels'"
    if kind == "SpanningTree" and not _rises(value.distance):
        yield "has distances that do not rise from above 0"
    for topic in getattr(value, "topics", ()):
        if not all(0 <= row < kept for row in (*topic.exemplars, *topic.popular)):
            yield "has a topic with a row that there is not"
        if not (0 <= topic.size <= kept and -1 <= topic.parent < kept and min(topic.level, topic.cluster) >= 0):
            yield "has a topic whose size or place cannot be"


def _rises(numbers: npt.NDArray[np.float64]) -> bool:
    """Tell whether numbers are finite, above 0 and never less than the one before."""
    ends = numbers[[0, -1]].tolist() if len(numbers) else [1.0]
    return ends[0] > 0 and math.isfinite(ends[-1]) and bool((numbers[1:] >= numbers[:-1]).all())
