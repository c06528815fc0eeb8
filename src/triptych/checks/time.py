"""Topics over time as shares of all rows of a period, and which of them grew or shrank (Mann & Whitney 1947)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import percent, rows_of, title_of
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.params import Integer, Limit, Real

if TYPE_CHECKING:
    import polars as pl

    from triptych.measures.change import Bins

F64 = npt.NDArray[np.float64]

#: Topics that a sentence names.
NAMED = 3


class Time(Check):
    """Counts every topic in every period, as a share of all its rows, and tests which topics grew or shrank."""

    question: ClassVar[str] = "Which topics grew or shrank, once it is allowed for how many rows each period has?"
    worth: ClassVar[int] = 5
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "columns")

    limits: ClassVar[dict[str, Limit]] = {
        "most_periods": Integer(low=2, high=1000, help="periods that nearly all dates may take; decides their length"),
        "significance": Real(low=0.0001, high=0.5, help="the corrected p-value up to which a change is named"),
    }

    def __init__(self, *, most_periods: int = 40, significance: float = 0.05) -> None:
        self.most_periods = most_periods
        self.significance = significance

    def effort(self, case: Case) -> float:
        """Estimate next to nothing."""
        return 0.01

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each topic of every level, and as ``periods`` one for each of its periods with rows.

        Periods are those of the first column of dates that tells rows apart. P-values are corrected for the topics of a
        level by the method of Benjamini and Hochberg.
        """
        from triptych.measures.change import time_bins

        if not case.clusters:
            raise Undefined("there are no clusters")
        column, years = _first_dates(case)
        bins = time_bins(years, most=self.most_periods)
        topics, periods = [], []
        for level in range(len(case.levels)):
            topics.append(_topics(case, level, years, bins, self.significance).with_columns(column=_constant(column)))
            periods.append(_periods(case, level, bins))
            advance(1 / len(case.levels))
        frame, shares = _stacked(topics), _stacked(periods)
        return Finding(frame, _sentences(case, frame, int(np.isfinite(years).sum())), {"periods": shares})


def _first_dates(case: Case) -> tuple[str, F64]:
    """Return the first column of dates that tells rows apart, without placeholders."""
    from triptych.measures.periods import dated

    found = [(column.name, dated(column.values)) for column in case.columns if column.kind == "date"]
    if not found:
        raise Undefined("no column holds dates")
    for name, years in found:
        if len(np.unique(years[np.isfinite(years)])) > 1:
            return name, years
    raise Undefined("no two rows have different dates")


def _constant(name: str) -> pl.Expr:
    import polars as pl

    return pl.lit(name, dtype=pl.String())


def _stacked(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    return pl.concat(frames)


def _topics(case: Case, level: int, years: F64, bins: Bins, significance: float) -> pl.DataFrame:
    """Return how each topic of a level changed."""
    import polars as pl

    from triptych.measures.association import false_discovery
    from triptych.measures.change import change, shares_by_period

    found = change(case.levels[level], years)
    counts, rows = shares_by_period(case.levels[level], bins)
    tested = np.isfinite(found.p_value)
    adjusted = np.full(len(tested), np.nan)
    adjusted[tested] = false_discovery(found.p_value[tested])
    sure = np.nan_to_num(adjusted, nan=1.0) <= significance
    changed = np.where(sure, np.where(found.later > 0.5, "grew", "shrank"), "no change found")
    peak = bins.starts[np.argmax(counts / np.maximum(rows, 1), axis=1)]
    return pl.DataFrame({
        "level": np.full(len(tested), level, dtype=np.int64), "topic": np.arange(len(tested)),
        "rows": found.rows, "early_share": found.early_share, "late_share": found.late_share, "later": found.later,
        "p_value": found.p_value, "p_adjusted": adjusted,
        "change": pl.Series(np.where(tested, changed, "").tolist(), dtype=pl.String()).replace("", None),
        "peak": np.where(found.rows > 0, peak, np.nan),
    }).with_columns(pl.col(pl.Float64).fill_nan(None))  # fmt: skip


def _periods(case: Case, level: int, bins: Bins) -> pl.DataFrame:
    """Return the counts and shares of a level's topics in the periods that have rows of them."""
    import polars as pl

    from triptych.measures.change import shares_by_period

    counts, rows = shares_by_period(case.levels[level], bins)
    topic, period = np.nonzero(counts)
    here = counts[topic, period]
    return pl.DataFrame({
        "level": np.full(len(topic), level, dtype=np.int64), "topic": topic, "start": bins.starts[period],
        "rows": here, "rows_of_period": rows[period], "share": here / rows[period],
    }).with_columns(length=_constant(bins.length))  # fmt: skip


def _sentences(case: Case, frame: pl.DataFrame, rows: int) -> tuple[str, ...]:
    import polars as pl

    finest = frame.filter((pl.col("level") == 0) & pl.col("p_adjusted").is_not_null())
    moved = finest.filter(pl.col("change") != "no change found")
    grew = moved.filter(pl.col("change") == "grew").height
    lines = [
        f"as shares of all rows of their time, {grew:,} of {finest.height:,} topics grew and {moved.height - grew:,} "
        f"shrank; {rows_of(rows)} are dated"
    ]
    by = moved.with_columns(gain=pl.col("late_share") - pl.col("early_share"))
    most = by.sort(pl.col("gain").abs(), "topic", descending=[True, False]).head(NAMED)
    return (*lines, *(_line(case, row) for row in most.iter_rows(named=True)))


def _line(case: Case, row: dict[str, Any]) -> str:
    return (
        f"{title_of(case, row['topic'])} {row['change']} from {percent(row['early_share'])} of the earlier half of the "
        f"dated rows to {percent(row['late_share'])} of the later half (corrected p = {row['p_adjusted']:.2g})"
    )
