"""What every reader returns: a frame of text that nobody has interpreted yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from triptych.core.errors import InputError, LimitExceeded, shorten

__all__ = ["MAX_COLUMNS", "Raw", "check_width", "clean", "column_names", "counted", "free_name", "text_frame"]

MAX_COLUMNS = 10_000

_SHOWN = 5
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A source as it was found.

    Attributes
    ----------
    name
        What messages call the source: ``"movies.csv"``.
    frame
        One row for each row of the source; text, except for columns of vectors.
    lines
        The line of the file on which each row starts, counted from 1; None where there are no lines.
    unreadable
        Row -> its text, for rows that could not be split into columns.
    notes
        Plain sentences about what was changed.
    """

    name: str
    frame: pl.DataFrame
    lines: Sequence[int] | None = None
    unreadable: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """Return where a row stands: a line counted from 1, or else a row counted from 0."""
        return f"row {row}" if self.lines is None else f"line {self.lines[row]}"

    def examples(self, rows: Sequence[int], values: Sequence[object] | None = None) -> str:
        """Return the places of the first five rows, with the value of each where given."""
        shown = [
            self.place(row) + ("" if values is None else f" {shorten(value)}")
            for row, value in zip(rows[:_SHOWN], values or rows, strict=False)
        ]
        return ", ".join(shown) + (", …" if len(rows) > _SHOWN else "")


def check_width(name: str, width: int) -> None:
    """Refuse a table with more columns than anyone has made on purpose."""
    if width > MAX_COLUMNS:
        raise LimitExceeded(
            f"{name} has {width:,} columns, the limit is {MAX_COLUMNS:,}",
            hint="keep the columns you need; vectors fit in a .npy file",
        )


def column_names(name: str, found: Sequence[str], *, rename: bool) -> tuple[list[str], list[str]]:
    """Check the names of columns, or number the bad ones.

    Parameters
    ----------
    name
        The source, for the message.
    found
        The names as they stand in the source.
    rename
        Give empty and repeated names a number instead of stopping.

    Returns
    -------
    names, notes
        Names that are unique and not blank, and what was changed.

    Raises
    ------
    InputError
        On an empty, blank or repeated name; lists their positions, counted from 1.
    """
    check_width(name, len(found))
    bad = _bad_names(found)
    if not bad:
        return list(found), []
    if not rename:
        listed = ", ".join(f"column {position} {shorten(found[position - 1])}" for position in bad[:_SHOWN])
        more = ", …" if len(bad) > _SHOWN else ""
        raise InputError(
            f"{name}: empty or repeated column names: {listed}{more}",
            hint="--rename gives them a number; if the first line holds data, add a header line",
        )
    taken, names, notes = set(found), list(found), []
    for position in bad:
        old = found[position - 1]
        new = free_name(f"{old}_{position}" if old.strip() else f"column_{position}", taken)
        taken.add(new)
        names[position - 1] = new
        notes.append(f"column {position} {shorten(old)} is called {new!r}")
    return names, notes


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``"1 row"``, ``"1,200 rows"``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def free_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: the wanted one, or the same with underscores behind it."""
    while wanted in taken:
        wanted += "_"
    return wanted


def clean(raw: Raw) -> Raw:
    """Replace control characters, which no text needs, by U+FFFD and say how many there were."""
    columns, notes = [], []
    for column in raw.frame:
        count = int(column.str.count_matches(_CONTROL).sum()) if column.dtype == pl.String else 0
        if count:
            notes.append(f"column {column.name!r}: {counted(count, 'control character')} replaced by U+FFFD")
            column = column.str.replace_all(_CONTROL, "\ufffd")
        columns.append(column)
    return replace(raw, frame=pl.DataFrame(columns), notes=(*raw.notes, *notes)) if notes else raw


def text_frame(columns: Mapping[str, Iterable[str | None]]) -> tuple[pl.DataFrame, list[str]]:
    """Make a frame of texts that come from memory or from escapes, so that they may hold unpaired surrogates.

    Returns
    -------
    frame, notes
        The columns, with U+FFFD for surrogates, which are in no Unicode text; and how many rows that concerned.
    """
    series, notes = [], []
    for name, values in columns.items():
        repaired = [_repair(value) for value in values]
        count = sum(changed for _, changed in repaired)
        series.append(pl.Series(_repair(name)[0], [text for text, _ in repaired], dtype=pl.String))
        if count:
            notes.append(f"column {shorten(name)}: unpaired surrogates replaced by U+FFFD in {counted(count, 'row')}")
    return pl.DataFrame(series), notes


def _repair(value: str | None) -> tuple[str | None, bool]:
    if value is None or value.isascii():
        return value, False
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), True
    return value, False


def _bad_names(names: Sequence[str]) -> list[int]:
    seen: set[str] = set()
    bad = []
    for position, name in enumerate(names, start=1):
        if not name.strip() or name in seen:
            bad.append(position)
        seen.add(name)
    return bad
