"""CSV, TSV and other separated text (RFC 4180): every field is text, exactly as written."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from triptych.core.errors import InputError, UsageError, shorten
from triptych.core.schema import ReadOptions
from triptych.sources.decode import decode_lines
from triptych.sources.raw import Raw, check_width, column_names, counted

__all__ = ["read_csv"]

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_ROWS = 100
_BATCH_ROWS = 50_000
_MAX_FIELD = 2**31 - 1
_MAX_BROKEN = 1000


def read_csv(data: bytes, name: str, options: ReadOptions) -> Raw:
    """Read separated text with a header line.

    Parameters
    ----------
    data
        The whole file.
    name
        What messages call it.
    options
        ``encoding``, ``on_bad_bytes``, ``separator``, ``on_bad_rows`` and ``rename`` are used.

    Returns
    -------
    Raw
        A text column for each name in the header, an empty field being ``""``. Blank lines are no rows, unless there is
        only one column.

    Raises
    ------
    InputError
        On bytes of another encoding, bad column names, and rows with broken quotes or too many or few fields, unless
        they are to be marked.
    """
    # The limit is the interpreter's, not the reader's; it is raised and never lowered, so that threads do not meet.
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD))
    lines, notes = decode_lines(data, name, encoding=options.encoding, on_bad_bytes=options.on_bad_bytes)
    separator = _check_separator(options.separator) or _sniff(lines)
    records = _records(lines, separator)
    header = next((record for record in records if not record.blank), None)
    if header is None:
        raise InputError(f"{name} holds blank lines only: 0 rows after cleaning", hint="is the file complete?")
    if header.fields is None:
        raise _broken(name, lines, header)
    check_width(name, len(header.fields))
    names, renamed = column_names(name, header.fields, rename=options.rename)
    body = _Body(name=name, lines=lines, names=names, separator=separator, mark=options.on_bad_rows == "mark")
    frame = body.frame(records)
    if body.skipped:
        notes.append(f"{counted(body.skipped, 'blank line')} of {name} skipped")
    return Raw(name=name, frame=frame, lines=body.starts, unreadable=body.unreadable, notes=(*notes, *renamed))


@dataclass(frozen=True)
class _Record:
    """Lines ``begin`` to ``end`` (without) and their fields; None where the quotes are broken."""

    begin: int
    end: int
    fields: list[str] | None

    @property
    def blank(self) -> bool:
        return self.fields is not None and len(self.fields) <= 1 and not "".join(self.fields).strip()


@dataclass
class _Body:
    name: str
    lines: list[str]
    names: list[str]
    separator: str
    mark: bool
    starts: list[int] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    skipped: int = 0
    broken: int = 0

    def frame(self, records: Iterator[_Record]) -> pl.DataFrame:
        """Make the frame in parts, so that the rows are not held twice as Python lists."""
        rows = self._rows(records)
        schema = dict.fromkeys(self.names, pl.String)
        parts = [pl.DataFrame(schema=schema)]
        while batch := list(islice(rows, _BATCH_ROWS)):
            parts.append(pl.DataFrame(dict(zip(self.names, zip(*batch, strict=True), strict=True)), schema=schema))
        return pl.concat(parts)

    def _rows(self, records: Iterator[_Record]) -> Iterator[list[str] | list[None]]:
        width = len(self.names)
        for record in records:
            if record.blank:
                if width > 1:
                    self.skipped += 1
                    continue
                record = _Record(record.begin, record.end, record.fields or [""])
            self.starts.append(record.begin + 1)
            if record.fields is not None and len(record.fields) == width:
                yield record.fields
            else:
                self._refuse(record)
                yield [None] * width

    def _refuse(self, record: _Record) -> None:
        if record.fields is None:
            self.broken += 1
        # Each broken quote restarts the reader, which may look far ahead: a file of them would take forever.
        if self.broken > _MAX_BROKEN:
            raise InputError(
                f"{self.name} has more than {_MAX_BROKEN:,} rows with broken quotes",
                hint="is it CSV? write it again with quotes doubled inside quoted fields",
            )
        if not self.mark:
            raise self._ragged(record) if record.fields else _broken(self.name, self.lines, record)
        text = "".join(self.lines[record.begin : record.end])
        self.unreadable[len(self.starts) - 1] = text.rstrip("\r\n")

    def _ragged(self, record: _Record) -> InputError:
        fields = record.fields or []
        return InputError(
            f"{self.name} line {record.begin + 1}: {counted(len(fields), 'field')}, the header has {len(self.names)}: "
            f"{shorten(self.lines[record.begin].rstrip())}",
            hint=f"the separator was taken to be a {_SEPARATORS.get(self.separator, repr(self.separator))}: "
            "put fields that hold it between quotes, name another with --separator, "
            "or keep such rows unread with --on-bad-rows mark",
        )


def _records(lines: list[str], separator: str) -> Iterator[_Record]:
    """Split lines into records, going on at the next line after one whose quotes are broken."""
    begin = 0
    while begin < len(lines):
        offset = begin
        reader = csv.reader(map(lines.__getitem__, range(offset, len(lines))), delimiter=separator, strict=True)
        try:
            for fields in reader:
                end = offset + reader.line_num
                yield _Record(begin, end, fields)
                begin = end
        except csv.Error:
            yield _Record(begin, begin + 1, None)
            begin += 1


def _broken(name: str, lines: list[str], record: _Record) -> InputError:
    return InputError(
        f"{name} line {record.begin + 1}: a quote is opened and not closed as it should be: "
        f"{shorten(lines[record.begin].rstrip())}",
        hint='write a quote inside a quoted field twice (""), or keep such rows unread with --on-bad-rows mark',
    )


def _sniff(lines: list[str]) -> str:
    """Return the separator by which most rows of a sample have as many fields as the header."""

    def agreement(separator: str) -> tuple[float, int]:
        sample = list(islice((r for r in _records(lines, separator) if not r.blank), _SAMPLE_ROWS))
        widths = [len(record.fields or []) for record in sample]
        if not widths or widths[0] < 2:
            return 0.0, 0
        return widths.count(widths[0]) / len(widths), widths[0]

    return max(_SEPARATORS, key=agreement)


def _check_separator(separator: str | None) -> str | None:
    if separator is not None and (len(separator) != 1 or separator in '"\r\n'):
        raise UsageError(f"a separator is one character other than a quote or line end, got {shorten(separator)}")
    return separator
