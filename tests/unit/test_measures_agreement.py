import itertools

import numpy as np
import pytest
from sklearn import metrics

from triptych.core.errors import UsageError
from triptych.measures.agreement import METRICS, Score, agreement, level_agreement


def by_name(scores: list[Score], scope: str) -> dict[str, Score]:
    return {score.metric: score for score in scores if score.scope == scope}


def purity(labels: np.ndarray, classes: np.ndarray) -> float:
    shares = [np.bincount(classes[labels == cluster]).max() / np.sum(labels == cluster) for cluster in set(labels)]
    return float(np.mean(shares))


def weighted_purity(labels: np.ndarray, classes: np.ndarray) -> float:
    return sum(np.bincount(classes[labels == cluster]).max() for cluster in set(labels)) / len(labels)


REFERENCE = {
    "purity": purity,
    "weighted_purity": weighted_purity,
    "ari": lambda labels, classes: metrics.adjusted_rand_score(classes, labels),
    "ami": lambda labels, classes: metrics.adjusted_mutual_info_score(classes, labels),
    "nmi": lambda labels, classes: metrics.normalized_mutual_info_score(classes, labels),
}


def related(n: int, k: int, c: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, k, n)
    classes = np.where(rng.random(n) < 0.4, labels % c, rng.integers(0, c, n))
    classes[rng.random(n) < 0.1] = -1
    return labels, classes


@pytest.mark.parametrize(("n", "k", "c"), [(60, 3, 4), (500, 20, 7), (2000, 5, 40), (300, 80, 90)])
@pytest.mark.parametrize("seed", [0, 1])
def test_f036_scores_equal_scikit_learn(n, k, c, seed):
    labels, classes = related(n, k, c, seed)
    scores = agreement(labels, classes, n_permutations=1, seed=0)
    use = (labels >= 0) & (classes >= 0)
    for metric, score in by_name(scores, "clustered").items():
        assert score.value == pytest.approx(REFERENCE[metric](labels[use], classes[use]), abs=1e-10)
    for metric, score in by_name(scores, "all").items():
        known = classes >= 0
        assert score.value == pytest.approx(REFERENCE[metric](labels[known] + 1, classes[known]), abs=1e-10)


@pytest.mark.parametrize("metric", METRICS)
def test_f036_baseline_equals_brute_force_permutation(metric):
    labels, classes = related(150, 6, 5, seed=3)
    score = by_name(agreement(labels, classes, n_permutations=60, seed=11), "clustered")[metric]
    use = (labels >= 0) & (classes >= 0)
    labels, classes = labels[use], classes[use]
    rng = np.random.default_rng(11)
    shuffled = np.array([REFERENCE[metric](labels, rng.permutation(classes)) for _ in range(60)])
    assert score.baseline_mean == pytest.approx(shuffled.mean(), abs=1e-10)
    assert score.baseline_low == pytest.approx(np.percentile(shuffled, 2.5), abs=1e-10)
    assert score.baseline_high == pytest.approx(np.percentile(shuffled, 97.5), abs=1e-10)
    observed = REFERENCE[metric](labels, classes)
    assert score.p_value == pytest.approx((1 + np.sum(shuffled >= observed - 1e-12)) / 61)


def test_f036_baseline_approaches_every_possible_permutation():
    labels, classes = np.array([0, 0, 0, 1, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0, 1])
    every = np.array([purity(labels, np.array(order)) for order in itertools.permutations(classes)])
    score = by_name(agreement(labels, classes, n_permutations=4000, seed=0), "clustered")["purity"]
    assert score.baseline_mean == pytest.approx(every.mean(), abs=0.01)
    assert score.p_value == pytest.approx(np.mean(every >= score.value - 1e-12), abs=0.03)


def test_f036_purity_of_small_clusters_is_high_by_chance_alone():
    rng = np.random.default_rng(0)
    score = by_name(agreement(np.arange(600) // 3, rng.integers(0, 4, 600), seed=0), "clustered")
    assert score["purity"].value > 0.5  # the commonest class is about a quarter
    assert score["purity"].baseline_low <= score["purity"].value <= score["purity"].baseline_high
    assert score["ami"].baseline_mean == pytest.approx(0, abs=0.02)


def test_f036_perfect_agreement_scores_one_with_the_smallest_p_value():
    classes = np.repeat([0, 1, 2], 20)
    for score in agreement(classes + 5, classes, n_permutations=99, seed=0):
        assert score.value == pytest.approx(1)
        assert score.p_value == 0.01


def test_f036_p_values_are_uniform_when_there_is_nothing_to_find():
    rng = np.random.default_rng(5)
    p_values = [
        by_name(agreement(rng.integers(0, 4, 80), rng.integers(0, 3, 80), n_permutations=19, seed=seed), "all")
        for seed in range(200)
    ]
    low = np.mean([scores["ami"].p_value <= 0.05 for scores in p_values])
    assert 0.01 <= low <= 0.10


def test_f036_noise_and_unknown_classes_are_counted():
    labels = np.array([0, 0, 1, 1, -1, -1, 0])
    classes = np.array([0, 1, 0, 1, 1, -1, -1])
    scores = agreement(labels, classes, n_permutations=5, seed=0)
    clustered, everything = by_name(scores, "clustered")["ari"], by_name(scores, "all")["ari"]
    assert (clustered.rows, clustered.rows_unknown, clustered.clusters, clustered.classes) == (4, 1, 2, 2)
    assert (everything.rows, everything.rows_unknown, everything.clusters, everything.classes) == (5, 2, 3, 2)
    assert [(score.scope, score.metric) for score in scores] == [
        (scope, metric) for scope in ("clustered", "all") for metric in METRICS
    ]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([], []),
        ([0], [0]),
        ([0, 0, 0], [0, 1, 2]),
        ([0, 1, 2], [4, 4, 4]),
        ([-1, -1, -1], [0, 1, 2]),
        ([0, 1, 0], [-1, -1, -1]),
        ([0, 1, 2], [2, 1, 0]),
    ],
    ids=["empty", "one row", "one cluster", "one class", "all noise", "none known", "all apart"],
)
def test_f036_scores_are_undefined_where_there_is_nothing_to_compare(labels, classes):
    for score in agreement(labels, classes, n_permutations=5, seed=0):
        numbers = (score.value, score.baseline_mean, score.baseline_low, score.baseline_high, score.p_value)
        assert numbers == (None,) * 5


def test_f036_one_cluster_and_noise_is_undefined_only_without_the_noise():
    scores = agreement([0, 0, -1, -1], [0, 0, 1, 1], n_permutations=5, seed=0)
    assert by_name(scores, "clustered")["ari"].value is None
    assert by_name(scores, "all")["ari"].value == pytest.approx(1)


@pytest.mark.parametrize(
    ("labels", "classes", "n_permutations", "message"),
    [
        ([0, 1], [0], 5, "differ in length: 2 and 1"),
        ([[0, 1]], [0, 1], 5, r"labels must be one-dimensional integers, got int64 of shape \(1, 2\)"),
        ([0, 1], [0.0, 1.0], 5, "classes must be one-dimensional integers, got float64"),
        ([0, -2], [0, 1], 5, "labels must be -1 or more, got -2"),
        ([0, 1], [0, 1], 0, "n_permutations must be at least 1"),
    ],
)
def test_f036_wrong_arrays_are_refused(labels, classes, n_permutations, message):
    with pytest.raises(UsageError, match=message):
        agreement(labels, classes, n_permutations=n_permutations, seed=0)


def test_f036_levels_have_the_scores_of_each_by_itself():
    labels, classes = related(400, 12, 6, seed=4)
    levels = [labels, np.where(labels >= 0, labels // 4, -1), np.where(labels >= 0, 0, -1)]
    together = level_agreement(levels, classes, n_permutations=30, seed=7)
    assert together == [agreement(level, classes, n_permutations=30, seed=7) for level in levels]
    assert by_name(together[2], "clustered")["ari"].value is None
    assert level_agreement([], classes, seed=0) == []


def test_f036_levels_with_other_noise_are_refused():
    with pytest.raises(UsageError, match="the noise of two levels differs"):
        level_agreement([[0, 1, -1], [0, -1, 1]], [0, 1, 1], seed=0)


@pytest.mark.parametrize("sizes", [((9000, 8000, 2999, 1), (15_000, 4000, 1000)), ((19_999, 1), (10_000, 10_000))])
def test_f036_unlikely_counts_do_not_matter_to_what_is_expected_by_chance(sizes):
    rng = np.random.default_rng(0)
    labels, classes = (rng.permutation(np.repeat(np.arange(len(part)), part)) for part in sizes)
    score = by_name(agreement(labels, classes, n_permutations=1, seed=0), "clustered")["ami"]
    assert score.value == pytest.approx(metrics.adjusted_mutual_info_score(classes, labels), abs=1e-12)


def test_f036_tables_with_more_cells_than_rows_have_the_same_scores():
    rng = np.random.default_rng(1)
    labels, classes = rng.integers(0, 300, 400), rng.integers(0, 350, 400)
    for metric, score in by_name(agreement(labels, classes, n_permutations=3, seed=0), "all").items():
        assert score.value == pytest.approx(REFERENCE[metric](labels, classes), abs=1e-10)
