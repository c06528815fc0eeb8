"""Titles that claim a period or a known value, held against the columns that know better."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import floor
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import percent, rows_of, shown
from triptych.checks.base import Case, Check, Column, Finding, Undefined
from triptych.core.params import Limit, Real
from triptych.core.words import normal_form, pieces, stem, word_set

if TYPE_CHECKING:
    import polars as pl

F64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
#: Words of a text, each without its endings.
Stems = tuple[str, ...]

#: Words of a value at most, and letters at least, for a title to name it.
LONGEST, SHORTEST = 4, 3
#: Values that say that nothing is known: a title with such a word claims nothing.
EMPTY = word_set("true false yes no none null unknown other others general misc miscellaneous various all any")
#: Between the parts of a title, which name one thing each.
_AND = re.compile(r"[,;/&+]|\band\b", re.IGNORECASE)
#: A row or two may be misread by anybody: so many have to be wrong before a title is.
FEW = 3
#: Flagged titles that have a sentence of their own.
NAMED = 5


class Claims(Check):
    """Holds titles that name a period, or a value of a column, against what the columns say of the topic's rows."""

    question: ClassVar[str] = "Do the titles promise a time, a place or a class that the rows do not keep?"
    worth: ClassVar[int] = 6
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "columns")

    limits: ClassVar[dict[str, Limit]] = {
        "most_before": Real(
            low=0, high=1, help="share of dated rows before a claimed period above which it is flagged"
        ),
        "least_of_value": Real(low=0, high=1, help="share of rows with a claimed value below which it is flagged"),
    }

    def __init__(self, *, most_before: float = 0.05, least_of_value: float = 0.5) -> None:
        self.most_before = most_before
        self.least_of_value = least_of_value

    def effort(self, case: Case) -> float:
        """Estimate next to nothing."""
        return 0.02

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each claim of a title, and as ``dates`` the dates of every topic of the finest level.

        A claim of a period is flagged for the rows before it: nothing that was made then can be about it. Rows after it
        are counted, and flag nothing: the date may be that of making, and the period that of the story. A claim of a
        value is flagged if too few of the topic's rows have it while most rows that do are elsewhere; of a title in
        several parts, such as ``Hands & music``, each part need hold for its share only.
        """
        from triptych.measures.periods import dated

        if not any(title for titles in case.titles for title in titles):
            raise Undefined("no topic has a title")
        dates = [(column.name, dated(column.values)) for column in case.columns if column.kind == "date"]
        dates = [(name, years) for name, years in dates if np.isfinite(years).any()]
        values = [column for column in case.columns if column.kind == "category" and column.classes]
        if not dates and not values:
            raise Undefined("no column holds dates or categories to hold the titles against")
        rows = [*self._periods(case, dates), *self._values(case, values)]
        frame = _frame(rows)
        advance(1.0)
        return Finding(frame, _sentences(case, frame), {"dates": _dates(case, dates)})

    def _periods(self, case: Case, dates: list[tuple[str, F64]]) -> Iterator[dict[str, Any]]:
        from triptych.measures.periods import claimed_periods

        for level, topic, title in _titles(case):
            for period in claimed_periods(title):
                for name, years in dates:
                    known = np.isfinite(years)
                    inside = known & (case.levels[level] == topic)
                    before, after = np.floor(years) < period.first, np.floor(years) > period.last
                    rows, early = int(inside.sum()), int((inside & before).sum())
                    yield {
                        "level": level, "topic": topic, "title": title, "kind": "period", "claim": period.name,
                        "first_year": period.first, "last_year": period.last, "column": name, "rows": rows,
                        "rows_unknown": int((case.levels[level] == topic).sum()) - rows,
                        "before": early, "after": int((inside & after).sum()),
                        "kept": int((inside & ~before & ~after).sum()),
                        "earliest": float(years[inside].min()) if rows else None,
                        "share_overall": float((known & ~before & ~after).sum() / known.sum()),
                        "before_overall": float((known & before).sum() / known.sum()),
                        "flagged": early >= FEW and early > self.most_before * rows,
                    }  # fmt: skip

    def _values(self, case: Case, columns: list[Column]) -> Iterator[dict[str, Any]]:
        known = _known_values(columns)
        for level, topic, title in _titles(case):
            inside = case.levels[level] == topic
            claims = [(said, _kept(inside, columns[number], codes)) for said, number, codes in _claimed(title, known)]
            least = self.least_of_value / (1 + len(_AND.findall(title)))
            failed = [row["kept"] < least * row["rows"] and 2 * row["kept"] < row["everywhere"] for _, row in claims]
            kept = {word for (said, _), wrong in zip(claims, failed, strict=True) if not wrong for word in said}
            for (said, row), wrong in zip(claims, failed, strict=True):
                # A word may be a value of several columns: it need be true of one.
                flagged = wrong and row["rows"] >= FEW and not said <= kept
                yield row | {"level": level, "topic": topic, "title": title, "kind": "value", "flagged": flagged}


def _kept(inside: Bool, column: Column, codes: list[int]) -> dict[str, Any]:
    """Count the rows of a topic that have one of the values of a column."""
    known, having = column.codes >= 0, np.isin(column.codes, codes)
    rows, found, everywhere = (int(np.count_nonzero(some)) for some in (inside & known, inside & having, having))
    return {
        "claim": " or ".join(column.classes[code] for code in codes), "column": column.name, "rows": rows,
        "rows_unknown": int(inside.sum()) - rows, "kept": found, "everywhere": everywhere,
        "share_of_value": found / everywhere if everywhere else None,
        "share_overall": everywhere / max(int(known.sum()), 1),
    }  # fmt: skip


def _titles(case: Case) -> Iterator[tuple[int, int, str]]:
    """Return level, topic and title of all topics; one that is the same on a coarser level counts once."""
    seen = set()
    for level, titles in enumerate(case.titles):
        sizes = np.bincount(case.levels[level][case.levels[level] >= 0], minlength=len(titles))
        for topic, title in enumerate(titles):
            if title and (title, int(sizes[topic])) not in seen:
                seen.add((title, int(sizes[topic])))
                yield level, topic, title


def _stems(text: str) -> list[str]:
    return [stem(word) for piece in pieces(text) if (word := normal_form(piece))]


def _known_values(columns: list[Column]) -> dict[Stems, list[tuple[int, int]]]:
    """Return column and code of each value that a title may name."""
    known: dict[Stems, list[tuple[int, int]]] = {}
    for number, column in enumerate(columns):
        # Values that nearly every row has for itself are names, not classes.
        if 2 * len(column.classes) > np.count_nonzero(column.codes >= 0):
            continue
        for code, value in enumerate(column.classes):
            said = value.strip().lower()
            if len(said) >= SHORTEST and said not in EMPTY and any(map(str.isalpha, said)):
                known.setdefault(tuple(_stems(value)[: LONGEST + 1]), []).append((number, code))
    return known


def _claimed(title: str, known: dict[Stems, list[tuple[int, int]]]) -> list[tuple[frozenset[str], int, list[int]]]:
    """Return words, column and codes of the values that a title names; those of one column together, as any will do."""
    words = _stems(title)
    said: dict[int, set[str]] = {}
    codes: dict[int, set[int]] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            for number, code in known.get(tuple(words[start:end]), ()):
                said.setdefault(number, set()).update(words[start:end])
                codes.setdefault(number, set()).add(code)
    return [(frozenset(said[number]), number, sorted(codes[number])) for number in sorted(said)]


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    text, whole, real = pl.String(), pl.Int64(), pl.Float64()
    schema: dict[str, pl.DataType] = {"level": whole, "topic": whole, "title": text, "kind": text, "claim": text}
    schema |= {"column": text, "first_year": whole, "last_year": whole, "rows": whole, "rows_unknown": whole}
    schema |= {"before": whole, "kept": whole, "after": whole, "earliest": real, "share": real}
    schema |= {"share_of_value": real, "share_overall": real, "before_overall": real, "flagged": pl.Boolean()}
    for row in rows:
        row["share"] = row["kept"] / row["rows"] if row["rows"] else None
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _dates(case: Case, dates: list[tuple[str, F64]]) -> pl.DataFrame:
    """Return from when to when the rows of every topic of the finest level are, by every column of dates."""
    import polars as pl

    from triptych.measures.periods import spread

    rows = [
        {
            "column": name, "topic": topic, "rows": found.rows, "minimum": found.first, "p5": found.early,
            "median": found.middle, "p95": found.late, "maximum": found.last,
        }
        for name, years in dates
        for topic, found in enumerate(spread(case.labels, years))
    ]  # fmt: skip
    schema: dict[str, pl.DataType] = {"column": pl.String(), "topic": pl.Int64(), "rows": pl.Int64()}
    schema |= dict.fromkeys(("minimum", "p5", "median", "p95", "maximum"), pl.Float64())
    return pl.DataFrame(rows, schema=schema)


def _sentences(case: Case, frame: pl.DataFrame) -> tuple[str, ...]:
    import polars as pl

    titles = sum(1 for _ in _titles(case))
    if not frame.height:
        return (f"none of {titles:,} titles names a period, or a value of a column",)
    flagged = frame.filter(pl.col("flagged"))
    wrong = pl.col("before").fill_null(pl.col("rows") - pl.col("kept"))
    worst = flagged.sort("kind", wrong, "level", "topic", "column", descending=[False, True, False, False, False])
    claiming, doubted = (rows.select("level", "topic").unique().height for rows in (frame, flagged))
    return (
        *(_line(row) for row in worst.head(NAMED).iter_rows(named=True)),
        f"{claiming:,} of {titles:,} titles name a period or a value of a column; the rows of {doubted:,} do not keep "
        "it",
    )


def _line(row: dict[str, Any]) -> str:
    title, rows = shown(row["title"]), row["rows"]
    if row["kind"] == "period":
        return (
            f"{title} claims {row['claim']}, but {percent(row['before'] / rows)} of its {rows_of(rows)} "
            f"({row['before']:,}) are dated before {row['first_year']}, the first {floor(row['earliest'])}"
        )
    return (
        f"{title} claims {shown(row['claim'])}, but {percent(row['share'])} of its {rows_of(rows)} have that "
        f"{row['column']}, and {percent(1 - row['share_of_value'])} of the rows that have it are elsewhere"
    )
