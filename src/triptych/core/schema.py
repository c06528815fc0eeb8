"""What the columns of a table mean, and what may be true of a row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from triptych.core.errors import UsageError, shorten
from triptych.core.params import Choice, Flag, Integer, Text, check_params, limits_of, setting

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl

__all__ = [
    "DOCUMENT", "RESERVED", "ROW_ID", "STATUS", "ReadOptions", "Roles", "Status", "Table", "split_template",
]  # fmt: skip

ROW_ID = "row_id"
STATUS = "status"
DOCUMENT = "document"

#: Columns of ours; a user's column of the same name is kept as ``source_<name>`` and noted.
RESERVED = (ROW_ID, STATUS, DOCUMENT)

_PIECE = re.compile(r"(?P<plain>[^{}]+)|\{\{|\}\}|\{(?P<field>[^{}]+)\}|(?P<stray>[{}])")


class Status(StrEnum):
    """What became of a row: every row is kept or marked, none vanishes."""

    KEPT = "kept"
    EMPTY = "empty"
    TOO_SHORT = "too_short"
    UNREADABLE = "unreadable"
    BAD_VECTOR = "bad_vector"
    NO_DIRECTION = "no_direction"


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Which column plays which part; names are columns of the input.

    Attributes
    ----------
    text
        A column, or a template such as ``"{name}. {summary}"`` that joins several.
    title, date, popularity, id
        Single columns: the name shown, a date, a number, the row's own identifier.
    image
        The file of a row's picture: a column of paths, or a template such as ``"posters/{id}.jpg"``.
    link
        A template such as ``"https://example.org/{id}"``; a column's name stands for ``"{column}"``.
    group
        Columns of known categories, to compare the clusters with.
    show
        Further columns for the hover card of the map.
    vectors
        For given vectors in a table: a list column, or the prefix of numbered columns (``"bert_"``). They are taken
        out of the rows, so this is None in the roles of a :class:`Table`.
    """

    text: str | None = None
    title: str | None = None
    date: str | None = None
    link: str | None = None
    image: str | None = None
    popularity: str | None = None
    id: str | None = None
    group: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    vectors: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How to read untrusted bytes; each setting has the same name here, in ``run`` and on the command line."""

    min_chars: int = setting(
        1,
        Integer(low=0, help="texts with fewer characters (blanks at both ends not counted) are marked too_short"),
    )
    encoding: str | None = setting(
        None,
        Text(
            optional=True,
            help="of a text file; UTF-8 and UTF-16 are detected, anything else is refused unless named",
        ),
    )
    separator: str | None = setting(
        None,
        Text(
            optional=True,
            help="between the fields of a CSV file, one character; found among , ; tab and | by itself",
        ),
    )
    on_bad_bytes: str = setting(
        "error", Choice(options=("error", "replace"), help="stop with the place, or replace and count")
    )
    on_bad_rows: str = setting(
        "error", Choice(options=("error", "mark"), help="stop with the place, or keep the row and mark it")
    )
    make_ids: bool = setting(False, Flag(help="number the rows instead of stopping at missing or repeated identifiers"))
    date_format: str | None = setting(
        None,
        Text(
            optional=True,
            help="strftime format of the date column; ISO 8601, years and what is unambiguous need none",
        ),
    )
    rename: bool = setting(False, Flag(help="give empty and repeated column names a number instead of stopping"))

    def __post_init__(self) -> None:
        check_params("reading", limits_of(type(self)), vars(self))


@dataclass(frozen=True)
class Table:
    """A validated table: what every source returns and the road starts from.

    Attributes
    ----------
    rows
        All n rows: ``row_id`` (string, unique), ``status`` (a :class:`Status`), ``document`` (the text to encode,
        ``""`` when there is none; of an unreadable row, what the file holds), then the user's columns: text as it was,
        the date column as pl.Date or pl.Datetime("us", "UTC") where it could be read, the popularity column as
        pl.Float64.
    roles
        The roles, with column names as they are in ``rows``.
    vectors
        float32 (m, d) of the m rows whose status is ``kept``, in row order; None when the rows are texts.
    notes
        Plain sentences about what was converted, renamed, replaced or marked.
    digest
        SHA-256 (hex) of the source's bytes; of the values when it came from memory.
    audit
        Of given vectors as they were found, by :func:`triptych.measures.vectors.describe`; None for texts.
    """

    rows: pl.DataFrame
    roles: Roles
    vectors: npt.NDArray[np.float32] | None = None
    notes: tuple[str, ...] = field(default=())
    digest: str = ""
    audit: Mapping[str, Any] | None = None


def split_template(template: str) -> list[tuple[str, str | None]]:
    """Split a template into pairs of plain text and the column that follows it.

    Parameters
    ----------
    template
        Text with ``{column}`` fields; ``{{`` and ``}}`` stand for braces.

    Raises
    ------
    UsageError
        On a brace that opens or closes nothing.

    Examples
    --------
    >>> split_template("{name}. {summary}!")
    [('', 'name'), ('. ', 'summary'), ('!', None)]
    """
    pieces: list[tuple[str, str | None]] = []
    plain = ""
    for match in _PIECE.finditer(template):
        if match["stray"]:
            raise UsageError(
                f"the template {shorten(template)} has a lone {match['stray']!r} at character {match.start() + 1}",
                hint="write {column} for a field, {{ and }} for braces",
            )
        if match["field"]:
            pieces.append((plain, match["field"]))
            plain = ""
        else:
            plain += match["plain"] or match[0][0]
    return [*pieces, (plain, None)] if plain else pieces
