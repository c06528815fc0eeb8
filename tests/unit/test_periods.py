"""Periods that titles claim, and the dates of topics."""

from __future__ import annotations

import re

import numpy as np
import pytest

from triptych.measures.periods import PERIODS, claimed_periods, dated, spread


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("WWII & Nazi Germany", [(1939, 1945), (1933, 1945)]),
        ("world war 2 pilots", [(1939, 1945)]),
        ("First World War poetry", [(1914, 1918)]),
        ("Cold War spies", [(1945, 1991)]),
        ("1980s action", [(1980, 1989)]),
        ("'80s music", [(1980, 1989)]),
        ("The eighties", [(1980, 1989)]),
        ("1910s", [(1910, 1919)]),
        ("19th century novels", [(1800, 1900)]),
        ("Nineteenth-century art", [(1800, 1900)]),
        ("17th centuries", [(1600, 1700)]),
        ("Medieval knights", [(400, 1500)]),
        ("trenches 1914-18", [(1914, 1918)]),
        ("1914–1918", [(1914, 1918)]),
        ("1933 to 1945", [(1933, 1945)]),
        ("Election of 2016", [(2016, 2016)]),
        ("80s & 90s pop, 80s rock", [(1980, 1989), (1990, 1999)]),
    ],
)
def test_f109_titles_that_claim_a_period(title, years):
    assert [(period.first, period.last) for period in claimed_periods(title)] == years


@pytest.mark.parametrize(
    "title",
    [
        "",
        "Star Wars",
        "World War III",
        "twenties",  # of which century?
        "1920x1080 screens",
        "1080p video",
        "ISO 8601",
        "room 1234",
        "v2.1999",
        "2020-01-05",
        "1990-1985",
        "5th century BC",
        "post-WWII Europe",
        "after World War II",
        "before 1980",
        "Victorian",  # an eponym too
        "99th century",
        "cold warmth",
    ],
)
def test_f109_titles_that_claim_none(title):
    assert claimed_periods(title) == []


def test_f109_every_period_is_in_order_and_claimed_by_its_name():
    assert len({name for name, *_ in PERIODS}) == len(PERIODS)
    for _, first, last, words in PERIODS:
        assert 1 <= first <= last <= 2099
        assert re.compile(words)
    plain = {name.removeprefix("the ") for name, *_ in PERIODS}
    unnamed = {name for name in plain if not any(p.name.endswith(name) for p in claimed_periods(name))}
    assert unnamed <= {"Victorian era", "Edwardian era", "Meiji era", "Prohibition"}
    assert [p.name for p in claimed_periods("Victorian era, Edwardian houses, Meiji, prohibition era")] == [
        "the Victorian era", "the Edwardian era", "the Meiji era", "Prohibition",
    ]  # fmt: skip


def test_f109_long_titles_are_read_in_time_that_grows_with_them():
    assert claimed_periods("1 " * 50_000 + "-" * 50_000 + "9" * 50_000) == []


def test_f042_placeholders_are_no_dates():
    years = np.array([0.0, 1.5, 2.0, 1999.5, 9998.9, 9999.0, 9999.9, -3.0, 12_000.0, np.nan, np.inf])
    assert np.flatnonzero(np.isfinite(dated(years))).tolist() == [2, 3, 4]


def test_f042_from_when_to_when_a_topic_is():
    rng = np.random.default_rng(0)
    labels, years = rng.integers(-1, 4, 300).astype(np.int32), rng.uniform(1900, 2000, 300)
    years[labels == 2] = np.nan
    years[::7] = np.nan
    found = spread(labels, years)
    assert len(found) == 4
    for topic in (0, 1, 3):
        mine = years[(labels == topic) & np.isfinite(years)]
        assert found[topic].rows == len(mine)
        told = [getattr(found[topic], name) for name in ("first", "early", "middle", "late", "last")]
        assert told == pytest.approx(np.percentile(mine, [0, 5, 50, 95, 100]))
    assert found[2].rows == 0
    assert found[2].middle is None
    assert spread(np.array([-1], dtype=np.int32), np.array([2000.0])) == []
