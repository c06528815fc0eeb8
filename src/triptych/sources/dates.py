"""Dates written in many ways → dates and times in UTC; what could mean two things is refused, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from triptych.core.errors import InputError
from triptych.sources.raw import Raw

__all__ = ["Dates", "read_dates"]

_DAY_FIRST, _MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
_ISO = (
    r"^(?P<year>\d{4})(?:[-/](?P<month>\d{1,2})(?:[-/](?P<day>\d{1,2})"
    r"(?:[Tt ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?)?)?)?$"
)
_DATE_SHAPED = r"^\s*[+-]?\d{1,6}[-/]\d{1,2}[-/]\d{1,2}"
_TIME = ("hour", "minute", "second")
_WRITTEN = r"^(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})$"
_WRITTEN_OTHERWISE = r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{2}(?:\d{2})?(?:\D.*)?$"


@dataclass(frozen=True)
class Dates:
    """A column of dates, and whether it tells less than the text did; pl.Date or pl.Datetime("us", "UTC")."""

    values: pl.Series
    notes: tuple[str, ...]
    lossy: bool


def read_dates(raw: Raw, name: str, *, date_format: str | None) -> Dates:
    """Read the dates of a column.

    Parameters
    ----------
    raw
        The table; the column is text.
    name
        The column.
    date_format
        strftime format of every value. None reads ISO 8601 dates and times, years, months, day/month/year where
        one value at least shows the order, and columns of seconds or milliseconds since 1970.

    Returns
    -------
    Dates
        A year or month alone is its first day. Times are in UTC; those without a zone are taken to be. A value
        that is no date between the years 1 and 9999 is null.

    Raises
    ------
    InputError
        On dates that may be day/month or month/day, on years of two digits, and if most values are no dates.
    """
    text = raw.frame[name].str.strip_chars().replace("", None)
    text = text.str.replace(r"^(\d+)\.0$", "$1").str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3").alias("text")
    moved = False
    if date_format:
        values, notes, moved = _by_format(text, date_format), [], "%z" in date_format
    elif unit := _epoch_unit(text):
        values = pl.from_epoch(text.cast(pl.Int64), time_unit=unit).cast(pl.Datetime("us"))
        notes = [f"column {name!r} was read as {'seconds' if unit == 's' else 'milliseconds'} since 1970"]
    elif text.str.contains(_WRITTEN_OTHERWISE).any():
        written = _written_format(raw, name, text)
        values = _by_format(text.str.replace_all("[.-]", "/"), written)
        notes = [f"column {name!r} was read as {'day/month' if written == _DAY_FIRST else 'month/day'}/year"]
    else:
        values, notes, moved = _iso(text, name)
    values = values.set(~values.dt.year().is_between(1, 9999), None)
    if values.dtype != pl.Date:
        values = values.dt.replace_time_zone("UTC") if values.dtype.time_zone is None else values  # type: ignore[attr-defined]
    unread = (values.is_null() & text.is_not_null()).arg_true().to_list()
    unread = [row for row in unread if row not in raw.unreadable]
    notes += _check_unread(raw, name, unread, len(text) - text.null_count())
    return Dates(values=values.alias(name), notes=tuple(notes), lossy=bool(unread) or moved)


def _check_unread(raw: Raw, name: str, unread: list[int], filled: int) -> list[str]:
    if not unread:
        return []
    values = raw.frame[name].gather(unread)
    shown = raw.examples(unread, values.head(5).to_list())
    found = f"column {name!r}: {len(unread):,} of {filled:,} values are no dates from year 1 to 9999: {shown}"
    strange = int((~values.str.contains(_DATE_SHAPED)).sum())
    if 2 * strange > filled:
        raise InputError(f"{raw.name} {found}", hint="name their format, such as --date-format '%d.%m.%Y'")
    return [f"{found}"]


def _by_format(text: pl.Series, date_format: str) -> pl.Series:
    try:
        if not any(f"%{code}" in date_format for code in "HIMSTRXcsfz"):
            return text.str.to_date(date_format, strict=False)
        times = text.str.to_datetime(date_format, strict=False, time_unit="us")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.Series(text.name, [None] * len(text), dtype=pl.Date)
    return times if times.dtype.time_zone is None else times.dt.convert_time_zone("UTC")  # type: ignore[attr-defined]


def _epoch_unit(text: pl.Series) -> Literal["s", "ms"] | None:
    filled = text.drop_nulls()
    if filled.is_empty():
        return None
    if filled.str.contains(r"^\d{9,10}$").all():
        return "s"
    return "ms" if filled.str.contains(r"^\d{12,13}$").all() else None


def _written_format(raw: Raw, name: str, text: pl.Series) -> str:
    """Return the order in which day and month are written, if the values show it."""
    parts = text.str.extract_groups(_WRITTEN).struct.unnest()
    first, second = parts["first"].cast(pl.Int32), parts["second"].cast(pl.Int32)
    day_first, month_first = bool((first > 12).any()), bool((second > 12).any())
    if day_first != month_first:
        return _DAY_FIRST if day_first else _MONTH_FIRST
    rows = text.str.contains(_WRITTEN_OTHERWISE).arg_true().to_list()
    shown = raw.examples(rows, raw.frame[name].gather(rows[:5]).to_list())
    why = "in both orders" if day_first else "that may be day/month or month/day"
    year = "%Y" if parts["year"].is_not_null().any() else "%y"
    raise InputError(
        f"{raw.name} column {name!r} has dates {why}: {shown}",
        hint=f"say which: --date-format '%d/%m/{year}' or --date-format '%m/%d/{year}'",
    )


def _iso(text: pl.Series, name: str) -> tuple[pl.Series, list[str], bool]:
    """Return the values, what to tell, and whether any was moved from its own zone to UTC."""
    parts = text.str.extract_groups(_ISO).struct.unnest()
    day = parts.select(
        pl.format("{}-{}-{}", "year", *(pl.col(p).fill_null("1").str.zfill(2) for p in ("month", "day")))
    ).to_series()
    dates = day.str.to_date("%Y-%m-%d", strict=False)
    timed, zoned = parts["hour"].is_not_null(), parts["zone"].is_not_null()
    clock_runs = parts.select(pl.concat_str([*_TIME, "fraction"], ignore_nulls=True).str.contains("[1-9]").any()).item()
    if not clock_runs and not zoned.any():
        return dates, [], False
    clock = parts.select(
        *(pl.col(part).fill_null("0").cast(pl.Int64) for part in _TIME),
        micro=pl.col("fraction").fill_null("0").str.pad_end(6, "0").str.head(6).cast(pl.Int64),
        minutes=_zone_minutes(pl.col("zone")),
    )
    possible = clock.select(
        (pl.col("hour") < 24) & (pl.col("minute") < 60) & (pl.col("second") < 60) & (pl.col("minutes").abs() < 1440)
    ).to_series()
    since_midnight = clock.select(
        pl.duration(hours="hour", minutes=pl.col("minute") - pl.col("minutes"), seconds="second", microseconds="micro")
    ).to_series()
    times = (dates.cast(pl.Datetime("us")) + since_midnight).set(~possible.fill_null(value=False), None)
    notes = []
    if (timed & ~zoned).any():
        mixed = (
            "mixes times with and without a zone: those without" if zoned.any() else "has times without a zone, which"
        )
        notes.append(f"column {name!r} {mixed} are taken as UTC")
    moved = bool((clock["minutes"] != 0).any())
    if moved:
        notes.append(f"column {name!r}: times converted to UTC")
    return times, notes, moved


def _zone_minutes(zone: pl.Expr) -> pl.Expr:
    sign = pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)
    digits = zone.str.replace_all(r"\D", "").str.pad_end(4, "0")
    minutes = digits.str.head(2).cast(pl.Int64) * 60 + digits.str.tail(2).cast(pl.Int64)
    return (sign * minutes).fill_null(0)
