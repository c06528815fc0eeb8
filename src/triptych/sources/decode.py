"""Bytes of a text file → its lines, in an encoding that is known and not guessed."""

from __future__ import annotations

import codecs
import io

from triptych.core.errors import InputError, UsageError
from triptych.sources.raw import counted

__all__ = ["decode_lines"]

# UTF-32's mark starts with UTF-16's: the longer ones come first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1000


def decode_lines(data: bytes, name: str, *, encoding: str | None, on_bad_bytes: str) -> tuple[list[str], list[str]]:
    """Decode a text file and cut it at its line ends (LF, CR LF or CR), which are kept.

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it.
    encoding
        A codec; None reads the byte order mark and takes UTF-8 without one.
    on_bad_bytes
        ``"error"`` stops at bytes that are not of the encoding; ``"replace"`` puts U+FFFD in their place.

    Returns
    -------
    lines, notes
        The lines, without byte order mark, and what was detected or replaced.

    Raises
    ------
    InputError
        On bytes that are not of the encoding; names their offset and line.
    UsageError
        On an unknown encoding.
    """
    found = _detect(data, name) if encoding is None else encoding
    notes = [f"{name} is {found.upper()}"] if encoding is None and found != "utf-8" else []
    try:
        text_size = len(data.decode(found))
    except UnicodeDecodeError as error:
        if on_bad_bytes != "replace":
            raise _not_of(found, data, name, error.start) from None
        text_size = -1
    except (LookupError, UnicodeError):
        raise UsageError(f"unknown encoding {found!r}", hint="for example utf-8, utf-16, latin-1, cp1252") from None
    lines = list(io.TextIOWrapper(io.BytesIO(data), encoding=found, errors="replace", newline=""))
    if text_size < 0:
        bad = sum("\ufffd" in line for line in lines)
        notes.append(f"bytes that are not {found.upper()} replaced by U+FFFD on {counted(bad, 'line')} of {name}")
    if lines:
        lines[0] = lines[0].removeprefix("\ufeff")
    return lines, notes


def _detect(data: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) / 4:
        guess = "utf-16-be" if even > odd else "utf-16-le"
        raise InputError(
            f"{name} has no byte order mark and a zero in every second byte: it looks like UTF-16",
            hint=f"--encoding {guess}",
        )
    return "utf-8"


def _not_of(encoding: str, data: bytes, name: str, offset: int) -> InputError:
    line = data.count(b"\n", 0, offset) + 1
    return InputError(
        f"{name}: byte 0x{data[offset]:02X} at offset {offset:,} (line {line:,}) is not {encoding.upper()}",
        hint="--encoding latin-1 or cp1252 if the file is from an older program, "
        "or --on-bad-bytes replace to put U+FFFD there",
    )
