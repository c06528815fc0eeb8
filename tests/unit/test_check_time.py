"""Topics over time, as a check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.unit.test_check_columns import case_with, category, examine, numbers
from triptych.checks.base import Case, Undefined
from triptych.checks.time import Time
from triptych.measures.change import change, time_bins


def drifting(seed: int = 0, n: int = 1200) -> Case:
    """Return a topic that grows, one that shrinks, three that do neither, noise, and ever more rows a year."""
    rng = np.random.default_rng(seed)
    years = 1980 + 40 * np.sqrt(rng.random(n))
    late = (years - 1980) / 40
    chance = np.stack([0.3 * late, 0.3 * (1 - late), *np.full((4, n), 0.175)])
    labels = (rng.random(n) < np.cumsum(chance, axis=0)).argmax(axis=0)
    labels[labels == 5] = -1
    coarse = np.where(labels < 0, -1, labels // 3)
    case = case_with(labels, [category("c", labels % 2), numbers("day", years, "date")])
    levels, titles = (
        np.stack([labels, coarse]).astype(np.int32),
        [["Growing", "Shrinking", "", "D", "E"], ["Mixed", "Rest"]],
    )
    return replace(case, levels=levels, titles=titles)


def test_f088_topics_that_grow_and_shrink_are_named_and_no_others():
    case = drifting()
    found = examine(Time(), case)
    finest = found.table.filter(level=0)
    assert finest["change"].to_list() == ["grew", "shrank", *["no change found"] * 3]
    assert finest["late_share"][0] > finest["early_share"][0]
    assert found.sentences[0] == (
        "as shares of all rows of their time, 1 of 5 topics grew and 1 shrank; 1,200 rows are dated"
    )  # fmt: skip
    assert {sentence.split()[0] for sentence in found.sentences[1:]} == {"“Growing”", "“Shrinking”"}
    assert found.table["column"].unique().to_list() == ["day"]


def test_f088_every_level_has_the_numbers_of_the_measure():
    case = drifting()
    found = examine(Time(most_periods=10), case)
    years = case.columns[1].values
    for level in range(2):
        own = change(case.levels[level], years)
        mine = found.table.filter(level=level)
        assert mine["p_value"].to_list() == pytest.approx(own.p_value.tolist())
        assert (mine["p_adjusted"] >= mine["p_value"]).all()
    bins = time_bins(years, most=10)
    periods = found.more["periods"]
    assert set(periods["length"]) == {bins.length} == {"5 years"}
    assert periods.filter(level=0)["rows"].sum() == (case.labels >= 0).sum()
    of_period = dict(periods.select("start", "rows_of_period").iter_rows())
    assert sum(of_period.values()) == len(years)
    assert periods["share"].to_list() == pytest.approx((periods["rows"] / periods["rows_of_period"]).to_list())


def test_f088_shuffled_dates_change_no_topic():
    rng, changed = np.random.default_rng(0), 0
    for seed in range(40):
        labels = rng.integers(-1, 8, 300)
        case = case_with(labels, [numbers("d", np.floor(rng.uniform(1990, 2020, 300)), "date")])
        changed += (examine(Time(), case, seed).table["change"] != "no change found").any()
    assert changed <= 5  # 5 % of 40 is 2


def test_f088_rows_without_a_date_and_topics_of_them_have_no_numbers():
    years = np.r_[np.full(40, np.nan), np.linspace(1990, 2000, 60)]
    years[40:50] = [0, 9999] * 5
    case = case_with(np.repeat([0, 1, 2], [40, 30, 30]), [numbers("d", years, "date")])
    first = examine(Time(), case).table.row(0, named=True)
    assert first["rows"] == 0
    assert first["p_value"] is first["change"] is first["peak"] is None


def test_f088_the_first_column_of_dates_that_tells_rows_apart_is_taken():
    years = np.linspace(1990, 2020, 60)
    columns = [numbers("made", np.full(60, 2024.5), "date"), numbers("told", years, "date")]
    assert set(examine(Time(), case_with(np.arange(60) % 2, columns)).table["column"]) == {"told"}
    with pytest.raises(Undefined, match="no two rows have different dates"):
        Time().examine(case_with(np.arange(60) % 2, columns[:1]), seed=0, advance=lambda _: None)


def test_f088_peak_is_the_period_of_the_greatest_share_not_of_the_most_rows():
    years = np.r_[np.full(20, 2000.0), np.full(200, 2001.0)]
    labels = np.r_[np.zeros(15), np.ones(5), np.zeros(60), np.ones(140)]
    table = examine(Time(), case_with(labels, [numbers("d", years, "date")])).table
    assert table["peak"].to_list() == [2000, 2001]
    assert table.schema["peak"] == pl.Float64
