"""A raw table and its roles → a validated one: identifiers, documents, what became of each row, typed columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from triptych.core.errors import InputError, UsageError, shorten
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS, ReadOptions, Roles, Status, Table
from triptych.measures.vectors import describe
from triptych.sources.dates import read_dates
from triptych.sources.raw import Raw, clean, counted, free_name
from triptych.sources.roles import check_roles, rename_reserved, text_pieces
from triptych.sources.vectors import column_matrix, finite_and_flat, vector_columns

__all__ = ["MAX_DOCUMENT", "build"]

#: Longest document in characters; what is behind it stays in the user's column and is not encoded.
MAX_DOCUMENT = 100_000

Matrix = npt.NDArray[np.float32]

# A letter, a digit, or a symbol such as an emoji; the replacement character says nothing.
_SAYS_SOMETHING = r"[[\p{L}\p{N}\p{So}]--[\x{FFFD}]]"
_SHOWN = 5


def build(raw: Raw, roles: Roles, options: ReadOptions, *, vectors: Matrix | None = None, digest: str = "") -> Table:
    """Validate a raw table.

    Parameters
    ----------
    raw
        What a reader found; no column at all is legal when ``vectors`` are given.
    roles
        Over the columns of ``raw``.
    options
        How strict to be.
    vectors
        float32 (n, d), one for each row, when they do not come from columns.
    digest
        Of the source, passed on.

    Returns
    -------
    Table
        With every row of ``raw``, kept or marked. Rows with given vectors are kept or marked by these; otherwise by
        their text, when there is a text role.

    Raises
    ------
    InputError
        On whatever makes the data unusable as it is.
    UsageError
        If there is nothing to put on a map: no text, image or vectors.
    """
    raw = clean(raw)
    roles = check_roles(raw.name, roles, raw.frame.columns)
    count = raw.frame.height if vectors is None else len(vectors)
    if count == 0:
        raise InputError(f"{raw.name} has column names and no rows: 0 rows after cleaning", hint="is it complete?")
    if vectors is None and roles.vectors is not None:
        columns = vector_columns(raw.frame.columns, roles.vectors)
        vectors = column_matrix(raw, columns, mark=options.on_bad_rows == "mark")
        raw, roles = replace(raw, frame=raw.frame.drop(columns)), replace(roles, vectors=None)
    if vectors is None and roles.text is None and roles.image is None:
        raise UsageError(
            f"which column of {raw.name} holds the text?",
            hint=f"--text COLUMN, or --vectors; columns: {', '.join(raw.frame.columns[:12])}",
        )
    work = _Work(raw=raw, options=options, count=count, notes=list(raw.notes))
    row_ids = work.row_ids(roles.id)
    document = work.document(roles.text)
    if vectors is not None:
        statuses = work.vector_statuses(vectors, row_ids)
    elif roles.text is not None:
        statuses = work.text_statuses(document)
    else:
        statuses = pl.Series([Status.KEPT.value] * count, dtype=pl.String)
    statuses, document = work.mark_unreadable(statuses, document)
    kept = work.count_statuses(statuses)
    typed = work.typed(roles)
    roles, new_names = rename_reserved(roles, typed.columns)
    work.notes += [f"column {old!r} is called {new!r}: the name is ours" for old, new in new_names.items()]
    ours = [row_ids.alias(ROW_ID), statuses.alias(STATUS), document.alias(DOCUMENT)]
    return Table(
        rows=pl.DataFrame([*ours, *typed.rename(new_names)]),
        roles=roles,
        vectors=vectors if vectors is None or kept.all() else vectors[kept.to_numpy()],
        notes=tuple(work.notes),
        digest=digest,
        audit=None if vectors is None else describe(vectors),
    )


@dataclass
class _Work:
    """One table on its way; the methods add to ``notes``."""

    raw: Raw
    options: ReadOptions
    count: int
    notes: list[str] = field(default_factory=list)

    def row_ids(self, column: str | None) -> pl.Series:
        """Return the identifiers: a column's, or the row numbers from 0."""
        numbers = pl.Series(range(self.count), dtype=pl.Int64).cast(pl.String)
        if column is None:
            return numbers
        raw = self.raw
        ids = raw.frame[column]
        if raw.unreadable:
            taken = set(ids)
            stand_ins = [free_name(raw.place(row).replace(" ", "-"), taken) for row in raw.unreadable]
            ids = ids.scatter(list(raw.unreadable), stand_ins)
        missing = ids.is_null() | (ids.str.strip_chars() == "")
        repeated = ids.is_duplicated() & ~missing
        bad = (missing | repeated).arg_true().to_list()
        if not bad:
            return ids
        found = f"column {column!r} has {missing.sum():,} missing and {repeated.sum():,} repeated identifiers"
        if self.options.make_ids:
            self.notes.append(f"{found}: the rows are numbered from 0 instead")
            return numbers
        raise InputError(
            f"{raw.name} {found}: {raw.examples(bad, ids.gather(bad[:_SHOWN]).to_list())}",
            hint="--make-ids numbers the rows instead",
        )

    def document(self, template: str | None) -> pl.Series:
        """Return the texts to encode; ``""`` where no column of the template says anything."""
        if template is None:
            return pl.Series([""] * self.count, dtype=pl.String)
        pieces = text_pieces(template, self.raw.frame.columns)
        fields = [pl.col(column) for _, column in pieces if column is not None]
        parts = [part for plain, c in pieces for part in (pl.lit(plain), *([pl.col(c).fill_null("")] if c else []))]
        says = pl.any_horizontal(column.fill_null("").str.contains(_SAYS_SOMETHING) for column in fields)
        document = self.raw.frame.select(pl.when(says).then(pl.concat_str(parts)).otherwise(pl.lit(""))).to_series()
        long = int((document.str.len_chars() > MAX_DOCUMENT).sum())
        if long:
            self.notes.append(f"{counted(long, 'text')} cut for encoding to the first {MAX_DOCUMENT:,} characters")
            document = document.str.head(MAX_DOCUMENT)
        return document

    def text_statuses(self, document: pl.Series) -> pl.Series:
        """Mark what is empty or too short."""
        size = pl.col("document").str.strip_chars().str.len_chars()
        status = (
            pl.when(size == 0).then(pl.lit(Status.EMPTY.value))
            .when(size < self.options.min_chars).then(pl.lit(Status.TOO_SHORT.value))
            .otherwise(pl.lit(Status.KEPT.value))
        )  # fmt: skip
        return document.to_frame("document").select(status).to_series()

    def vector_statuses(self, vectors: Matrix, row_ids: pl.Series) -> pl.Series:
        """Mark vectors that are not finite and those without direction."""
        finite, flat = finite_and_flat(vectors)
        bad = [int(row) for row in np.flatnonzero(~finite) if int(row) not in self.raw.unreadable]
        if bad and self.options.on_bad_rows != "mark":
            shown = ", ".join(shorten(row_ids[row]) for row in bad[:_SHOWN]) + (", …" if len(bad) > _SHOWN else "")
            raise InputError(
                f"{self.raw.name}: {len(bad):,} of {self.count:,} vectors hold missing, NaN, infinite or too large "
                f"values (beyond float32): row_id {shown}",
                hint="--on-bad-rows mark keeps such rows off the map",
            )
        status = np.where(finite, np.where(flat, Status.NO_DIRECTION, Status.KEPT), Status.BAD_VECTOR)
        return pl.Series(status.tolist(), dtype=pl.String)

    def mark_unreadable(self, statuses: pl.Series, document: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Mark the rows that could not be split into columns, and keep their text."""
        rows, texts = list(self.raw.unreadable), list(self.raw.unreadable.values())
        if not rows:
            return statuses, document
        return statuses.scatter(rows, Status.UNREADABLE.value), document.scatter(rows, texts)

    def count_statuses(self, statuses: pl.Series) -> pl.Series:
        """Return which rows are kept, having told of the others."""
        kept = statuses == Status.KEPT.value
        told = {status: int((statuses == status.value).sum()) for status in Status if status is not Status.KEPT}
        reasons = {
            Status.EMPTY: "no text",
            Status.TOO_SHORT: f"fewer than {self.options.min_chars} characters",
            Status.UNREADABLE: "could not be read",
            Status.BAD_VECTOR: "no finite vector",
            Status.NO_DIRECTION: "vector of zeros",
        }
        counts = [f"{n:,} {s} ({reasons[s]})" for s, n in told.items() if n]
        if not kept.any():
            raise InputError(
                f"{self.raw.name}: 0 rows after cleaning, of {self.count:,}: {', '.join(counts)}",
                hint="lower --min-chars" if told[Status.TOO_SHORT] else "is this the right column, and the right file?",
            )
        if counts:
            self.notes.append(f"left off the map, of {counted(self.count, 'row')}: {', '.join(counts)}")
        return kept

    def typed(self, roles: Roles) -> pl.DataFrame:
        """Return the user's columns, those with a type read as it; a ``source_`` column keeps what it cannot say."""
        frame = self.raw.frame
        readers: list[tuple[str | None, Callable[[str], tuple[pl.Series, bool]]]] = [
            (roles.date, self._dates),
            (roles.popularity, self._numbers),
        ]
        for column, read in readers:
            if column is not None:
                values, lossy = read(column)
                if lossy:
                    kept_as = free_name(f"source_{column}", frame.columns)
                    frame = frame.with_columns(self.raw.frame[column].alias(kept_as))
                    self.notes.append(f"column {column!r}: the text as it was is in {kept_as!r}")
                frame = frame.with_columns(values.alias(column))
        return frame

    def _dates(self, column: str) -> tuple[pl.Series, bool]:
        dates = read_dates(self.raw, column, date_format=self.options.date_format)
        self.notes += dates.notes
        return dates.values, dates.lossy

    def _numbers(self, column: str) -> tuple[pl.Series, bool]:
        text = self.raw.frame[column].str.strip_chars().replace("", None)
        values = text.cast(pl.Float64, strict=False)
        values = values.set((~values.is_finite()).fill_null(value=False), None)
        wrong = (values.is_null() & text.is_not_null()).arg_true().to_list()
        if not wrong:
            return values, False
        shown = self.raw.examples(wrong, text.gather(wrong[:_SHOWN]).to_list())
        found = f"column {column!r}: not finite numbers in {counted(len(wrong), 'row')}: {shown}"
        if self.options.on_bad_rows != "mark":
            raise InputError(
                f"{self.raw.name} {found}", hint="leave them empty, or --on-bad-rows mark to go on without them"
            )
        self.notes.append(f"{found}; they have no number")
        return values, True
