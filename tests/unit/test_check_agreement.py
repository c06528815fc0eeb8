"""Agreement of every level with known groups, as a check."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import polars as pl
import pytest
from sklearn import metrics

from tests.unit.test_check_columns import case_with, category, examine, numbers
from triptych.checks.agreement import Agreement
from triptych.checks.base import Undefined
from triptych.core.seeds import child_seed
from triptych.measures.agreement import Score, agreement


def planted() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 6, 300).astype(np.int32)
    codes = np.where(rng.random(300) < 0.6, labels % 3, rng.integers(-1, 3, 300))
    return labels, codes


def test_f036_every_level_and_column_has_the_scores_of_the_measure():
    labels, codes = planted()
    coarse = np.where(labels < 0, -1, labels // 2).astype(np.int32)
    groups = category("group", [None if code < 0 else f"g{code}" for code in codes])
    case = case_with(
        labels, [groups, numbers("n", np.arange(300)), category("other", codes)], levels=np.stack([labels, coarse])
    )
    table = examine(Agreement(n_permutations=30), case).table
    assert table.columns == ["column", "level", *Score.__dataclass_fields__]
    assert table.select("column", "level").unique(maintain_order=True).rows() == [
        ("group", 0), ("group", 1), ("other", 0), ("other", 1),
    ]  # fmt: skip
    own = agreement(coarse, groups.codes, n_permutations=30, seed=child_seed(1, "group"))
    assert table.filter(column="group", level=1).drop("column", "level").to_dicts() == [asdict(score) for score in own]


def test_f036_sentences_name_the_column_that_agrees_best_first():
    labels, codes = planted()
    rng = np.random.default_rng(1)
    columns = [category("luck", rng.integers(0, 3, 300)), category("group", codes)]
    found = examine(Agreement(n_permutations=30), case_with(labels, columns))
    assert found.sentences[0].startswith("Agreement with group: purity 0.")
    assert found.sentences[1].startswith("Agreement with luck: ")
    assert "p = 0.032" in found.sentences[0]


def test_f036_only_named_columns_are_compared():
    labels, codes = planted()
    columns = [category("a", codes), category("b", codes)]
    found = examine(Agreement(columns=("b",), n_permutations=20), case_with(labels, columns))
    assert set(found.table["column"]) == {"b"}


def test_f036_names_of_single_rows_group_nothing():
    labels, _ = planted()
    names = category("name", np.arange(300))
    with pytest.raises(Undefined, match="no column holds known groups"):
        Agreement().examine(case_with(labels, [names]), seed=0, advance=lambda _: None)
    found = examine(Agreement(columns=("name",), n_permutations=20), case_with(labels, [names]))
    assert (found.table.filter(pl.col("metric") == "ami")["value"] < 0.1).all()


def test_f037_two_partitions_are_compared_on_rows_clustered_in_both_and_on_all():
    rng = np.random.default_rng(3)
    one = rng.integers(-1, 5, 400)
    other = np.where(rng.random(400) < 0.6, one, rng.integers(-1, 5, 400))
    scores = {"ari": metrics.adjusted_rand_score, "ami": metrics.adjusted_mutual_info_score}
    scores["nmi"] = metrics.normalized_mutual_info_score
    both = (one >= 0) & (other >= 0)
    joint = {s.metric: s for s in agreement(one, other, n_permutations=1, seed=0) if s.scope == "clustered"}
    # Noise of the second partition is a class of its own only if it has a number.
    whole = {s.metric: s for s in agreement(one, other + 1, n_permutations=1, seed=0) if s.scope == "all"}
    for name, score in scores.items():
        assert joint[name].value == pytest.approx(score(one[both], other[both]))
        assert whole[name].value == pytest.approx(score(one, other))
    assert joint["ari"].rows == both.sum() < whole["ari"].rows == 400
