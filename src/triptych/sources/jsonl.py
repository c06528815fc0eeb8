"""JSON Lines: one object a line, values as text exactly as they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from triptych.core.errors import InputError, shorten
from triptych.core.schema import ReadOptions
from triptych.sources.decode import decode_lines
from triptych.sources.raw import Raw, column_names, counted, text_frame

__all__ = ["read_jsonl"]


class _Number(str):
    """A number as it is written, so that 1.10 and 12345678901234567890 stay what they are."""

    __slots__ = ()


def read_jsonl(data: bytes, name: str, options: ReadOptions) -> Raw:
    """Read one JSON object a line.

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it.
    options
        ``encoding``, ``on_bad_bytes``, ``on_bad_rows`` and ``rename`` are used.

    Returns
    -------
    Raw
        A text column for each key, in order of first appearance; null where a line lacks it. Lists and objects are
        their JSON text.

    Raises
    ------
    InputError
        On a line that is not one JSON object, unless such rows are to be marked.
    """
    lines, notes = decode_lines(data, name, encoding=options.encoding, on_bad_bytes=options.on_bad_bytes)
    starts: list[int] = []
    unreadable: dict[int, str] = {}
    rows: list[dict[str, str | None]] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = _parse(line)
        except ValueError as error:
            if options.on_bad_rows != "mark":
                raise _refuse(name, number, line, error, whole=not rows) from None
            unreadable[len(rows)], row = line.rstrip("\r\n"), {}
        starts.append(number)
        rows.append(row)
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        raise InputError(
            f"{name}: 0 rows after cleaning: {counted(len(rows), 'line')} and not one value",
            hint='each line is an object such as {"text": "…"}',
        )
    names, renamed = column_names(name, keys, rename=options.rename)
    columns = {new: [row.get(key) for row in rows] for key, new in zip(keys, names, strict=True)}
    frame, repaired = text_frame(columns)
    return Raw(name=name, frame=frame, lines=starts, unreadable=unreadable, notes=(*notes, *renamed, *repaired))


def _parse(line: str) -> dict[str, str | None]:
    try:
        value = _DECODER.decode(line)
        if isinstance(value, dict):
            return {key: _text(item) for key, item in value.items()}
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON ({error.msg.removesuffix(' at')} at character {error.pos + 1})") from None
    kind = {list: "list", _Number: "number", str: "string", bool: "truth value"}.get(type(value), "null")
    raise ValueError(f"holds a {kind}, not an object")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError("has a key twice")
    return row


# Control characters are let through here and replaced, with a count, where those of all sources are.
_DECODER = json.JSONDecoder(
    strict=False, parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_unique
)


def _refuse(name: str, number: int, line: str, error: ValueError, *, whole: bool) -> InputError:
    hint = "mend the line, or keep such rows unread with --on-bad-rows mark"
    if whole and line.lstrip().startswith("["):
        hint = "this looks like one JSON list: write each of its objects on a line of its own"
    return InputError(f"{name} line {number} {error}: {shorten(line.strip())}", hint=hint)


def _text(value: Any) -> str | None:
    if value is None or type(value) is str:
        return value
    return "".join(_write(value))


def _write(value: Any) -> Iterator[str]:
    """Write a value as JSON, numbers as they were found."""
    if isinstance(value, _Number):
        yield str(value)
    elif isinstance(value, dict):
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield f"{', ' if place else ''}{json.dumps(key, ensure_ascii=False)}: "
            yield from _write(item)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for place, item in enumerate(value):
            yield ", " if place else ""
            yield from _write(item)
        yield "]"
    else:
        yield json.dumps(value, ensure_ascii=False)
