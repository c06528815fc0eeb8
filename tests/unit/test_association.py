"""How much clusters and columns go together: against scipy, scikit-learn, brute force and tables by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import adjusted_mutual_info_score

from triptych.measures.association import (
    STEPS,
    contingency,
    enrichment,
    false_discovery,
    familywise,
    go_together,
    steps_of,
)


def related(n: int, k: int, c: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, k, n)
    codes = np.where(rng.random(n) < 0.3, labels % c, rng.integers(-1, c, n))
    return labels, codes


def test_f108_table_counts_only_rows_that_are_known_and_clustered():
    labels, codes = np.array([0, 0, 1, -1, 1, 1]), np.array([2, 2, 0, 0, -1, 2])
    assert contingency(labels, codes).tolist() == [[0, 0, 2], [1, 0, 1]]
    assert contingency(np.array([-1, -1]), np.array([0, 1])).shape == (0, 2)


@pytest.mark.parametrize(("n", "k", "c"), [(60, 3, 4), (500, 20, 7), (900, 8, 64)])
def test_f108_effect_of_classes_is_the_ami_and_the_purity(n, k, c):
    labels, codes = related(n, k, c, 1)
    use = (labels >= 0) & (codes >= 0)
    found = go_together(contingency(labels, codes), n_permutations=20, seed=0)
    assert found is not None
    assert found.value == pytest.approx(adjusted_mutual_info_score(codes[use], labels[use]), abs=1e-10)
    dominant = sum(np.bincount(codes[use & (labels == i)]).max() for i in range(k) if (use & (labels == i)).any())
    assert found.purity == pytest.approx(dominant / use.sum())
    assert found.rows == use.sum()


@pytest.mark.parametrize("ties", [3, 40])
def test_f108_effect_of_numbers_is_that_of_kruskal_and_wallis(ties):
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 6, 400)
    values = np.round(rng.random(400) * ties + labels / 3)
    found = go_together(contingency(labels, steps_of(values)), ordered=True, n_permutations=20, seed=0)
    h = stats.kruskal(*(values[labels == i] for i in range(6)))
    assert found is not None
    assert found.value == pytest.approx(h.statistic / 399)
    assert found.purity is None


def test_f108_many_values_lose_next_to_nothing_as_steps():
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 5, 3000)
    values = rng.lognormal(size=3000) + labels / 4
    found = go_together(contingency(labels, steps_of(values)), ordered=True, n_permutations=20, seed=0)
    h = stats.kruskal(*(values[labels == i] for i in range(5)))
    assert found is not None
    assert found.value == pytest.approx(h.statistic / 2999, rel=0.02)


def test_f108_steps_are_in_order_and_of_equal_share():
    values = np.array([np.nan, 3.0, -np.inf, 1.0, 3.0, 2.0, np.inf])
    assert steps_of(values).tolist() == [-1, 2, -1, 0, 2, 1, -1]
    many = np.random.default_rng(0).permutation(6400).astype(float)
    steps = steps_of(many)
    assert np.bincount(steps).tolist() == [6400 // STEPS] * STEPS
    assert (np.diff(steps[np.argsort(many)]) >= 0).all()
    half = np.concatenate([np.zeros(900), np.arange(100) + 1.0])
    assert (steps_of(half)[:900] == 0).all()
    assert steps_of(half)[900:].min() > 0
    assert steps_of(np.array([])).tolist() == []


@pytest.mark.parametrize("ordered", [True, False])
def test_f108_p_value_is_that_of_all_orders(ordered):
    labels, codes = np.array([0, 0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 2, 2, 2])

    def score(order: np.ndarray) -> float:
        if ordered:
            return float(stats.kruskal(*(order[labels == i] for i in range(3))).statistic)
        return float(adjusted_mutual_info_score(labels, order))

    # Orders that differ only by rows of one class are equally many each.
    orders = [score(np.array(order)) for order in sorted(set(itertools.permutations(codes.tolist())))]
    exact = np.mean(np.array(orders) >= score(codes) - 1e-9)
    found = go_together(contingency(labels, codes), ordered=ordered, n_permutations=4000, seed=5)
    assert found is not None
    assert found.p_value == pytest.approx(exact, abs=0.02)
    assert 0 < exact < 0.5


def test_f108_baseline_is_what_theory_expects():
    labels, codes = related(400, 8, 20, 4)
    table = contingency(labels, codes)
    ordered = go_together(table, ordered=True, n_permutations=800, seed=0)
    classes = go_together(table, n_permutations=800, seed=0)
    assert ordered is not None
    assert classes is not None
    # The expected share of variance between k groups of n rows is (k - 1) / (n - 1).
    assert ordered.baseline_mean == pytest.approx(7 / (ordered.rows - 1), rel=0.1)
    assert classes.baseline_mean == pytest.approx(0, abs=0.005)
    assert classes.baseline_high > classes.baseline_mean


@pytest.mark.parametrize(
    "table",
    [
        [[5, 5]],
        [[5], [3]],
        [[5, 0], [3, 0]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        [[1, 1, 1], [1, 1, 0]],
        [[0, 0], [0, 0]],
    ],
)
def test_f108_nothing_to_compare_is_none(table):
    counts = np.array(table)
    assert (go_together(counts, n_permutations=20, seed=0) is None) == (counts.tolist() != [[1, 1, 1], [1, 1, 0]])


def test_f108_same_seed_same_numbers():
    table = contingency(*related(300, 5, 6, 0))
    assert go_together(table, seed=3) == go_together(table, seed=3)
    assert go_together(table, seed=3) != go_together(table, seed=4)


def test_f108_cells_have_the_tails_of_the_hypergeometric_distribution():
    rng = np.random.default_rng(0)
    table = rng.integers(0, 12, (9, 7)) * (rng.random((9, 7)) < 0.6)
    table[0, 0] += 60
    table[8] = 0
    n, size, marked = table.sum(), table.sum(axis=1)[:, None], table.sum(axis=0)[None]
    cells = enrichment(table)
    upper, lower = stats.hypergeom.sf(table - 1, n, marked, size), stats.hypergeom.cdf(table, n, marked, size)
    exact = np.minimum(2 * np.minimum(upper, lower), 1)
    computed = cells.p_value < 1
    assert computed.sum() > 8
    assert cells.p_value[computed] == pytest.approx(exact[computed], rel=1e-8)
    assert exact[~computed].min() > 0.05
    assert cells.expected[:8] == pytest.approx(stats.contingency.expected_freq(table[:8]))


def test_f108_cells_of_an_empty_or_certain_table_are_no_finding():
    assert (enrichment(np.zeros((2, 3), dtype=np.int64)).p_value == 1).all()
    assert (enrichment(np.array([[4, 0], [7, 0]])).p_value == 1).all()


def test_f108_holm_and_benjamini_hochberg_by_hand():
    p = [0.01, 0.04, 0.03, 0.005]
    assert familywise(p).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert false_discovery(p).tolist() == pytest.approx(stats.false_discovery_control(p).tolist())
    assert familywise([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert familywise([]).tolist() == []
    assert false_discovery([]).tolist() == []


@pytest.mark.parametrize("ordered", [True, False])
def test_f108_shuffled_columns_are_named_in_five_of_a_hundred(ordered):
    rng = np.random.default_rng(11)
    labels = np.repeat(np.arange(6), [30, 25, 20, 12, 8, 5])
    named = 0
    for seed in range(400):
        codes = rng.permutation(np.arange(100) % (9 if ordered else 4))
        found = go_together(contingency(labels, codes), ordered=ordered, n_permutations=99, seed=seed)
        assert found is not None
        named += found.p_value <= 0.05
    assert 0.03 <= named / 400 <= 0.07
