"""Topics over time: calendar periods, shares of them, and the test of change, against scipy and brute force."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from triptych.measures.change import change, shares_by_period, time_bins


def year_of(day: date) -> float:
    first, following = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - first).days / (following - first).days


@pytest.mark.parametrize(
    ("days", "most", "length"),
    [
        (700, 40, "month"),
        (2500, 40, "quarter"),
        (12_000, 40, "year"),
        (12_000, 10, "5 years"),
        (300_000, 40, "50 years"),
    ],
)
def test_f088_length_of_the_periods_follows_the_span(days, most, length):
    years = np.array([year_of(date(1200, 1, 1) + timedelta(days=int(day))) for day in np.linspace(0, days, 400)])
    bins = time_bins(years, most=most)
    assert bins.length == length
    assert len(bins.starts) <= most
    assert (np.diff(bins.starts) > 0).all()
    assert (years >= bins.starts[bins.of_row] - 0.01).all()


def test_f088_every_day_is_in_the_month_of_the_calendar():
    days = [date(1999, 12, 1) + timedelta(days=i) for i in range(800)]
    bins = time_bins(np.array([year_of(day) for day in days]))
    assert bins.length == "month"
    assert bins.of_row.tolist() == [12 * (day.year - 1999) + day.month - 12 for day in days]
    assert bins.starts[0] == pytest.approx(1999 + 11 / 12)


def test_f088_shares_are_of_all_rows_of_the_period():
    labels = np.array([0, 0, 1, -1, 1, 0], dtype=np.int32)
    bins = time_bins(np.array([2000.0, 2001.0, 2001.0, 2001.0, np.nan, 2003.0]), most=4)
    counts, rows = shares_by_period(labels, bins)
    assert bins.starts.tolist() == [2000, 2001, 2002, 2003]
    assert counts.tolist() == [[1, 1, 0, 1], [0, 1, 0, 0]]
    assert rows.tolist() == [1, 3, 0, 1]
    assert time_bins(np.array([np.nan])).of_row.tolist() == [-1]


def planted(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    years = np.floor(rng.uniform(1990, 2020, 600))
    late = (years - 1990) / 30
    labels = np.where(rng.random(600) < 0.3 * late, 0, np.where(rng.random(600) < 0.3 * (1 - late), 1, 2))
    labels[rng.random(600) < 0.2] = -1
    years[rng.random(600) < 0.1] = np.nan
    return labels.astype(np.int32), years


def test_f088_change_is_the_test_of_mann_and_whitney():
    labels, years = planted(0)
    found = change(labels, years)
    known = np.isfinite(years)
    for topic in range(3):
        mine, others = years[known & (labels == topic)], years[known & (labels != topic)]
        test = stats.mannwhitneyu(mine, others, method="asymptotic")
        assert found.rows[topic] == len(mine)
        assert found.later[topic] == pytest.approx(test.statistic / len(mine) / len(others))
        assert found.p_value[topic] == pytest.approx(test.pvalue)


def test_f088_p_value_is_that_of_shuffled_dates():
    labels, years = planted(3)
    labels, years = labels[:120], years[:120]
    found = change(labels, years)
    rng, known = np.random.default_rng(0), np.isfinite(years)
    shuffled = np.array([change(labels[known], rng.permutation(years[known])).later for _ in range(1500)])
    far = np.abs(shuffled - 0.5) >= np.abs(found.later - 0.5) - 1e-12
    assert found.p_value == pytest.approx(far.mean(axis=0), abs=0.03)


def test_f088_growing_and_shrinking_topics_are_told_apart():
    found = change(*planted(1))
    assert found.later[0] > 0.6 > 0.4 > found.later[1]
    assert found.p_value[:2].max() < 1e-4
    assert found.late_share[0] > 2 * found.early_share[0]
    assert found.early_share[1] > 2 * found.late_share[1]


def test_f088_busy_years_alone_are_no_change():
    years = np.concatenate([np.full(30, 1990.0), np.full(900, 2010.0)])
    found = change((np.arange(930) % 3).astype(np.int32), years)
    assert found.p_value.min() > 0.9
    assert found.late_share == pytest.approx(found.early_share)


def test_f088_halves_hold_every_row_once():
    labels, years = planted(2)
    found = change(labels, years)
    dated = np.isfinite(years).sum()
    assert (found.early_share + found.late_share) * dated / 2 == pytest.approx(found.rows)


def test_f088_shuffled_dates_are_named_in_five_of_a_hundred():
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(5), [60, 50, 40, 30, 20]).astype(np.int32)
    p_values = [change(labels, np.floor(rng.uniform(0, 25, 200))).p_value for _ in range(400)]
    assert 0.03 <= np.mean(np.array(p_values) <= 0.05) <= 0.07


@pytest.mark.parametrize(
    ("labels", "years"),
    [([], []), ([-1, -1], [1.0, 2.0]), ([0, 0], [1.0, 2.0]), ([0, 1], [np.nan, np.nan]), ([0, 1, 1], [5.0, 5.0, 5.0])],
)
def test_f088_nothing_to_test_is_no_number_and_no_warning(labels, years):
    found = change(np.array(labels, dtype=np.int32), np.array(years, dtype=np.float64))
    assert all(p != p or p == 1 for p in found.p_value)
