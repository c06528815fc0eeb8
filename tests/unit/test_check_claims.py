"""Titles that claim a period or a value, against the columns: what is not kept is flagged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.test_check_columns import case_with, category, examine, numbers
from triptych.checks.claims import Claims


def war_case(early: int = 40):
    """Return films: 300 of a topic called after the war, so many of them from 1900 to 1938; 700 others."""
    rng = np.random.default_rng(0)
    years = np.concatenate([
        np.linspace(1900, 1938.9, early), rng.uniform(1939, 2020, 300 - early), rng.uniform(1900, 2020, 700)
    ])  # fmt: skip
    labels = np.repeat([0, 1, -1], [300, 500, 200])
    return case_with(labels, [numbers("released", years, "date")], ["WWII & Nazi Germany", "Space"])


def test_f109_war_films_from_before_the_war_are_flagged():
    found = examine(Claims(), war_case())
    table = found.table
    assert table["claim"].to_list() == ["World War II", "Nazi Germany"]
    war = table.row(0, named=True)
    years = war_case().columns[0].values[:300]
    assert war["flagged"]
    assert (war["before"], war["rows"]) == (40, 300)
    assert war["kept"] == ((years >= 1939) & (years < 1946)).sum()
    assert war["before"] + war["kept"] + war["after"] == war["rows"]
    assert war["share"] == war["kept"] / 300
    assert war["before_overall"] > 0.2
    assert found.sentences[0] == (
        "“WWII & Nazi Germany” claims World War II, but 13% of its 300 rows (40) are dated before 1939, the first 1900"
    )
    assert found.sentences[-1] == (
        "1 of 2 titles name a period or a value of a column; the rows of 1 do not keep it"
    )  # fmt: skip


def test_f042_a_few_early_rows_are_no_flag_and_late_ones_never():
    table = examine(Claims(), war_case(early=14)).table
    assert table["before"].to_list()[0] == 14
    assert table["after"][0] > 200
    assert not table["flagged"].any()
    assert examine(Claims(most_before=0.04), war_case(early=14)).table["flagged"][0]


def test_f042_dates_of_every_topic():
    case = war_case()
    dates = examine(Claims(), case).more["dates"]
    assert dates.columns == ["column", "topic", "rows", "minimum", "p5", "median", "p95", "maximum"]
    assert dates["topic"].to_list() == [0, 1]
    assert list(dates.row(1))[3:] == pytest.approx(np.percentile(case.columns[0].values[300:800], [0, 5, 50, 95, 100]))


def test_f042_missing_dates_and_placeholders_count_for_nothing():
    years = np.full(100, 1985.5)
    years[:40], years[40:60] = np.tile([0.0, 9999.0, 1.2, np.nan], 10), 1950.0
    case = case_with(np.zeros(100), [numbers("d", years, "date")], ["1980s films"])
    found = examine(Claims(), case)
    row = found.table.row(0, named=True)
    assert (row["rows"], row["rows_unknown"], row["before"], row["kept"]) == (60, 40, 20, 40)
    assert row["flagged"]
    assert found.more["dates"].row(0, named=True)["minimum"] == 1950


def test_f042_a_claimed_topic_without_dates_has_no_numbers():
    years = np.r_[np.full(30, np.nan), np.full(30, 2000.0)]
    table = examine(Claims(), case_with(np.repeat([0, 1], 30), [numbers("d", years, "date")], ["Cold War", "x"])).table
    row = table.row(0, named=True)
    assert row["share"] is None
    assert row["earliest"] is None
    assert not row["flagged"]


def french_case(share: float, title: str = "French cinema", elsewhere: int = 400):
    """Return 1,000 rows; of the first 200, called by the title, so many are French, of the others so many."""
    language = np.full(1000, "English", dtype=object)
    language[: round(200 * share)], language[200 : 200 + elsewhere] = "French", "French"
    return case_with(np.repeat([0, 1], [200, 800]), [category("language", language)], [title, "Space"])


@pytest.mark.parametrize(
    ("share", "title", "elsewhere", "flagged"),
    [
        (0.9, "French cinema", 400, False),
        (0.2, "French cinema", 400, True),
        (0.2, "French cinema", 10, False),  # most rows with it are here
        (0.3, "French & jazz", 400, False),  # one of two parts
        (0.2, "French & jazz", 400, True),
        (0.2, "French and English films", 400, False),  # either will do
    ],
)
def test_f109_a_claimed_value_must_be_that_of_the_rows(share, title, elsewhere, flagged):
    found = examine(Claims(), french_case(share, title, elsewhere))
    row = found.table.row(0, named=True)
    assert row["kind"] == "value"
    assert row["column"] == "language"
    assert row["flagged"] is flagged
    assert row["rows"] == 200
    if "English" not in title:
        assert row["share"] == pytest.approx(share)
        assert row["share_of_value"] == pytest.approx(200 * share / (200 * share + elsewhere))


def test_f109_what_a_flagged_value_is_said_to_be():
    assert examine(Claims(), french_case(0.2)).sentences[0] == (
        "“French cinema” claims “French”, but 20% of its 200 rows have that language, and 91% of the rows that have it "
        "are elsewhere"
    )


def test_f109_a_word_that_is_a_value_of_two_columns_need_be_true_of_one():
    labels = np.repeat([0, 1], [50, 150])
    kind = category("kind", np.where(np.arange(200) < 48, "Flags", "Rest"))
    part = category("part", np.where(np.arange(200) % 10 == 9, "flag", "rest"))
    table = examine(Claims(), case_with(labels, [kind, part], ["Flags", "x"])).table
    assert table["column"].to_list() == ["kind", "part"]
    assert table["share"].to_list() == [pytest.approx(0.96), pytest.approx(0.1)]
    assert not table["flagged"].any()


def test_f109_values_that_say_nothing_or_name_single_rows_are_no_claim():
    labels = np.repeat([0, 1], 50)
    columns = [category("a", ["other", "true", "uk", "12"] * 25), category("b", [f"Film {i}" for i in range(100)])]
    found = examine(Claims(), case_with(labels, columns, ["Other true UK 12", "Film 7"]))
    assert found.table.is_empty()
    assert found.table.schema["flagged"] == pl.Boolean
    assert found.sentences == ("none of 2 titles names a period, or a value of a column",)


def test_f109_a_topic_that_stays_the_same_on_coarser_levels_counts_once():
    case = war_case()
    twice = replace(case, levels=np.stack([case.labels] * 2), titles=[case.titles[0]] * 2)
    assert examine(Claims(), twice).table.equals(examine(Claims(), case).table)
