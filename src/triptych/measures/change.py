"""Topics over time: how many of the rows of each period are of a topic, and whether that rises or falls."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

__all__ = ["Bins", "Change", "change", "shares_by_period", "time_bins"]

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Lengths of a period in months, and what they are called.
LENGTHS = (
    (1, "month"), (3, "quarter"), (12, "year"), (24, "2 years"), (60, "5 years"), (120, "10 years"), (240, "20 years"),
    (600, "50 years"), (1200, "100 years"), (12_000, "1,000 years"),
)  # fmt: skip


@dataclass(frozen=True)
class Bins:
    """Periods of one length.

    Attributes
    ----------
    length
        ``"month"``, ``"year"``, ``"10 years"`` …
    starts
        float64 (b,): the year in which each begins, with its fraction in twelfths; rising, without a gap.
    of_row
        int32 (n,): the period of each row, -1 where its date is not known.
    """

    length: str
    starts: F64
    of_row: I32


def time_bins(years: F64, *, most: int = 40) -> Bins:
    """Cut time into calendar periods: the shortest of which at most so many cover nearly all dates.

    Parameters
    ----------
    years
        float64 (n,), 1…9999, the year and the part of its days that has passed; NaN where it is not known.
    most
        Periods that the middle 98 % of the dates may take, at least 1. The rest may take more.
    """
    known = np.isfinite(years)
    if not known.any():
        return Bins(LENGTHS[0][1], np.zeros(0), np.full(len(years), -1, dtype=np.int32))
    months = _months(years[known])
    low, high = np.percentile(months, [1, 99])
    length, name = next((pair for pair in LENGTHS if high // pair[0] - low // pair[0] < most), LENGTHS[-1])
    period = months // length
    of_row = np.full(len(years), -1, dtype=np.int32)
    of_row[known] = period - period.min()
    starts = np.arange(period.min(), period.max() + 1) * length / 12
    return Bins(name, starts, of_row)


def _months(years: F64) -> I64:
    """Return the calendar month, counted from January of the year 0."""
    year = np.floor(years)
    first = (year.astype(np.int64) - 1970).astype("M8[Y]")
    days = ((first + 1).astype("M8[D]") - first.astype("M8[D]")).astype(np.int64)
    # The fraction was made by dividing days: a millionth of one makes up for the rounding.
    passed = np.minimum(np.floor((years - year) * days + 1e-6).astype(np.int64), days - 1)
    months: I64 = (first.astype("M8[D]") + passed).astype("M8[M]").astype(np.int64) + 12 * 1970
    return months


def shares_by_period(labels: I32, bins: Bins) -> tuple[I64, I64]:
    """Count the rows of every topic and period, and all rows of every period.

    Parameters
    ----------
    labels
        int32 (n,): topics 0…k-1, -1 for none.
    bins
        The periods.

    Returns
    -------
    counts
        int64 (k, b).
    rows
        int64 (b,): the rows of the period, in a topic or not: what a share is a share of.
    """
    k, b = int(labels.max(initial=-1)) + 1, len(bins.starts)
    both = (labels >= 0) & (bins.of_row >= 0)
    cells = labels[both].astype(np.int64) * b + bins.of_row[both]
    return np.bincount(cells, minlength=k * b).reshape(k, b), np.bincount(bins.of_row[bins.of_row >= 0], minlength=b)


@dataclass(frozen=True)
class Change:
    """Whether each topic lies late or early among all dated rows; every array has an entry for each topic.

    Attributes
    ----------
    rows
        int64 (k,): dated rows of the topic.
    early_share, late_share
        float64 (k,): share of the topic among the earlier and the later half of all dated rows, 0…1. Rows of the date
        at which they part are split between them.
    later
        float64 (k,): the chance that a row of the topic is later than a row outside it, ties half; NaN where it has no
        dated rows, or all.
    p_value
        float64 (k,), two-sided: that dates shuffled over the rows give a difference as large; NaN where ``later`` is.
    """

    rows: I64
    early_share: F64
    late_share: F64
    later: F64
    p_value: F64


def change(labels: I32, years: F64) -> Change:
    """Test for every topic whether its share of the rows rises or falls with time.

    The dates of a topic's rows are compared with those of all other rows, noise included, so a period with many rows
    counts for no topic. The test is that of Mann and Whitney, in its normal approximation with ties and the step of
    one half: the mean and the variance of the rank sum are those of every shuffling of the dates. A share that rises
    and falls again may go unnoticed, and rows are taken to be independent of one another.

    Parameters
    ----------
    labels
        int32 (n,): topics 0…k-1, -1 for none.
    years
        float64 (n,), NaN where it is not known.

    References
    ----------
    Mann and Whitney (1947), "On a test of whether one of two random variables is stochastically larger than the other".
    """
    k = int(labels.max(initial=-1)) + 1
    known = np.isfinite(years)
    labels, years = labels[known], years[known]
    n, inside = len(labels), labels >= 0
    _, place, ties = np.unique(years, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    rows = np.bincount(labels[inside], minlength=k)
    others = n - rows
    above = np.bincount(labels[inside], weights=ranks[inside], minlength=k) - rows * (rows + 1) / 2
    uneven = 1 - (ties.astype(np.float64) ** 3 - ties).sum() / max(n**3 - n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        later = above / (rows * others)
        spread = np.sqrt(rows * others * (n + 1) / 12 * uneven)
        distance = np.maximum(np.abs(above - rows * others / 2) - 0.5, 0) / spread
    chance = np.array([erfc(far / sqrt(2)) for far in np.nan_to_num(distance)])
    p_value = np.where(np.isfinite(later), np.where(spread > 0, chance, 1.0), np.nan)
    early, late = _halves(labels, k, place, ties)
    return Change(rows, early, late, later, p_value)


def _halves(labels: I32, k: int, place: I64, ties: I64) -> tuple[F64, F64]:
    """Return the share of every topic among the earlier and the later half of the rows."""
    n = len(labels)
    if not n:
        return np.zeros(k), np.zeros(k)
    before = np.cumsum(ties) - ties
    early = np.clip((n / 2 - before) / ties, 0, 1)[place]
    inside = labels >= 0
    rows = np.bincount(labels[inside], minlength=k)
    first = np.bincount(labels[inside], weights=early[inside], minlength=k)
    return first / (n / 2), (rows - first) / (n / 2)
