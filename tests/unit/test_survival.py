"""Survival, agreement of partitions and sweeps against counts by hand and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from triptych.core.slots import Graph
from triptych.measures.rand import adjusted_rand
from triptych.measures.survival import restricted, survival, union_survival
from triptych.measures.sweeps import agreement_of, cliffs, locate, plateau


def ints(*labels: int) -> np.ndarray:
    return np.array(labels, dtype=np.int32)


def test_f106_survival_by_hand() -> None:
    labels = ints(0, 0, 0, 0, 1, 1, 1, -1)
    again = ints(0, 0, 0, -1, 0, 1, 1, 1)
    # Rows 0-2 in both of 0-4; rows 5, 6 in both of 4-7.
    assert survival(labels, again).tolist() == [3 / 5, 2 / 4]
    assert survival(labels, ints(*[-1] * 8)).tolist() == [0, 0]
    assert survival(labels, labels).tolist() == [1, 1]
    assert survival(ints(-1, -1), ints(0, 0)).tolist() == []


def test_f106_survival_on_some_of_the_rows() -> None:
    labels = ints(0, 0, 0, 1, 1, 2)
    rows = np.array([0, 1, 3, 4])
    found = survival(labels, ints(0, 0, 0, 1), rows)
    assert found[:2].tolist() == [2 / 3, 1 / 2]
    assert np.isnan(found[2])
    assert np.isnan(survival(ints(0, 1, 1), ints(0, 0), np.array([1, 2]))[0])


@pytest.mark.parametrize("seed", range(5))
def test_f106_survival_equals_sets(seed: int) -> None:
    random = np.random.default_rng(seed)
    labels, again = (random.integers(-1, k, size=60).astype(np.int32) for k in (5, 7))
    sets = [{int(i) for i in np.flatnonzero(again == j)} for j in range(7)]
    for cluster, found in enumerate(survival(labels, again)):
        mine = {int(i) for i in np.flatnonzero(labels == cluster)}
        assert found == pytest.approx(max(len(mine & other) / len(mine | other) for other in sets))


def test_f106_a_coarse_topic_survives_as_a_union() -> None:
    coarse = ints(0, 0, 0, 0, 0, 0, 1, 1, 1, -1)
    again = ints(0, 0, 0, 1, 1, 1, 2, 2, -1, 2)
    assert union_survival(coarse, again).tolist() == [1, 2 / 4]
    assert survival(coarse, again)[0] == 1 / 2
    assert union_survival(coarse, ints(*[-1] * 10)).tolist() == [0, 0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("k", [3, 40])
def test_f038_adjusted_rand_equals_scikit_learn(seed: int, k: int) -> None:
    random = np.random.default_rng(seed)
    one, other = (random.integers(-1, k, size=80).astype(np.int32) for _ in range(2))
    both = (one >= 0) & (other >= 0)
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand_score(one[both], other[both]))
    assert adjusted_rand(one, other, noise=True) == pytest.approx(adjusted_rand_score(one, other))


def test_f038_adjusted_rand_where_there_is_nothing_to_compare() -> None:
    assert adjusted_rand(ints(0, 0, 0), ints(0, 0, 0)) is None
    assert adjusted_rand(ints(0, 1, 2), ints(2, 1, 0)) is None
    assert adjusted_rand(ints(-1, -1), ints(0, 0)) is None
    assert adjusted_rand(ints(0), ints(0)) is None
    assert adjusted_rand(ints(), ints()) is None
    assert adjusted_rand(ints(0, 0, 1), ints(1, 1, 0)) == 1


def test_f106_a_restricted_graph_has_the_neighbours_that_are_left() -> None:
    graph = Graph(
        ints(1, 2, 3, 0, 2, 3, 1, 0, 3, 2, 1, 0).reshape(4, 3), np.arange(12, dtype=np.float32).reshape(4, 3), "cosine"
    )
    kept = restricted(graph, np.array([0, 2, 3]), 2)
    assert kept.indices.tolist() == [[1, 2], [0, 2], [1, 0]]  # in numbers of the sample
    assert kept.distances.tolist() == [[1, 2], [7, 8], [9, 11]]
    two = restricted(graph, np.array([3, 0]), 3)
    assert two.indices.tolist() == [[1, 1, 1], [0, 0, 0]]  # one left each: repeated
    assert two.distances.tolist() == [[11, 11, 11], [2, 2, 2]]


def test_f106_a_row_that_lost_all_its_neighbours_gets_another() -> None:
    graph = Graph(ints(1, 0, 3, 2).reshape(4, 1), np.ones((4, 1), np.float32), "cosine")
    kept = restricted(graph, np.array([0, 2, 3]), 1)
    assert kept.indices.tolist() == [[2], [2], [1]]


def test_f107_agreement_counts_rows() -> None:
    one, other = ints(0, 0, 0, 0, 0, 0, 1, 1), ints(0, 0, 0, 0, 0, 0, 1, 2)
    assert agreement_of(one, other) == pytest.approx(((6 + 2 * 0.5) / 8 + (6 + 1 * 0.5 + 1 * 0.5) / 8) / 2)
    assert agreement_of(one, ints(*[-1] * 8)) == 0
    assert agreement_of(ints(-1, -1), ints(-1, -1)) is None


def test_f107_cliffs_stand_out_from_the_other_steps() -> None:
    steady = [0.9, 0.88, 0.91, 0.87, 0.9]
    assert not cliffs(steady, [60, 50, 42, 35, 30, 25]).any()
    assert cliffs([*steady, 0.2], [60, 50, 42, 35, 30, 25, 3]).tolist() == [False] * 5 + [True]
    assert cliffs([*steady, 0.85], [60, 50, 42, 35, 30, 25, 6]).tolist() == [False] * 5 + [True]  # by the number alone
    assert not cliffs([0.4, 0.35, 0.42, 0.38], [60, 50, 42, 35, 30]).any()  # all alike: no step stands out
    assert not cliffs([None, None], [0, 0, 0]).any()


def test_f107_a_cliff_is_located() -> None:
    apart, together = np.repeat(np.arange(5, dtype=np.int32), 8), np.zeros(40, dtype=np.int32)
    asked: list[int] = []

    def read(value: int) -> np.ndarray:
        asked.append(value)
        return apart if value <= 157 else together

    assert locate(100, 200, read) == (157, 158)
    assert len(asked) <= 9


def test_f107_the_plateau_is_the_widest_range_without_change() -> None:
    fine, middle = np.repeat(np.arange(10, dtype=np.int32), 6), np.repeat(np.arange(5, dtype=np.int32), 12)
    whole, none = np.zeros(60, dtype=np.int32), np.full(60, -1, dtype=np.int32)
    assert plateau([5, 8, 12, 20, 40], [fine, middle, middle, middle, whole]) == (1, 3)
    assert plateau([5, 6, 7], [middle] * 3) is None  # too narrow to say anything
    assert plateau([5, 10, 20, 40], [middle, middle, whole, whole]) == (0, 1)  # a single cluster is none
    assert plateau([5, 10, 20], [none] * 3) is None
