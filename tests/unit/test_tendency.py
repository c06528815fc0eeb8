"""Structureless twins, the Hopkins statistic, the silhouette, and a value beside those of twins."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import t as student

from triptych.measures.tendency import beyond, hopkins, simplified_silhouette
from triptych.measures.twins import Gaussian, is_unit, permuted_columns, shuffled_words
from triptych.measures.vectors import unit_rows


def rows_of(n: int, d: int, seed: int = 0, spread: float = 1.0) -> np.ndarray:
    scale = np.arange(1, d + 1) ** -0.5 * spread
    return (np.random.default_rng(seed).normal(size=(n, d)) * scale).astype(np.float32)


def test_f105_a_gaussian_twin_has_the_mean_and_the_covariance() -> None:
    mixing = np.random.default_rng(1).normal(size=(6, 6)).astype(np.float32)
    rows = rows_of(4_000, 6) @ mixing + 3
    twin = Gaussian.of(rows).rows(200_000, seed=0)
    assert twin.dtype == np.float32
    assert np.allclose(twin.mean(axis=0), rows.mean(axis=0), atol=0.02)
    assert np.allclose(np.cov(twin.T), np.cov(rows.T), atol=0.03 * np.cov(rows.T).max())


def test_f105_a_twin_of_unit_vectors_has_unit_length_and_the_same_spread() -> None:
    rows = unit_rows(rows_of(3_000, 12) + np.float32(0.3))
    twin = Gaussian.of(rows).rows(50_000, seed=0)
    assert is_unit(twin)
    assert np.allclose(twin.mean(axis=0), rows.mean(axis=0), atol=0.02)
    assert np.allclose(np.linalg.eigvalsh(np.cov(twin.T)), np.linalg.eigvalsh(np.cov(rows.T)), rtol=0.1)


def test_f105_twins_of_fewer_rows_than_dimensions_are_finite_and_as_spread() -> None:
    rows = rows_of(40, 100)
    twin = Gaussian.of(rows).rows(4_000, seed=0)
    assert np.isfinite(twin).all()
    assert twin.var(axis=0).sum() == pytest.approx(rows.var(axis=0, ddof=1).sum(), rel=0.05)


def test_f105_few_rows_of_a_round_cloud_have_a_nearly_round_twin() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 100)).astype(np.float32)
    raw = np.sqrt(np.linalg.eigvalsh(np.cov(rows.T)).max())
    assert raw > 2  # one, in the source
    assert Gaussian.of(rows).spread.max() < 1.6


def test_f105_many_rows_keep_their_small_variances() -> None:
    rows = rows_of(4_000, 20)
    raw = np.sqrt(np.linalg.eigvalsh(np.cov(rows.T))[::-1])
    assert np.allclose(Gaussian.of(rows).spread, raw, rtol=0.01)


@pytest.mark.parametrize("unit", [True, False])
def test_f105_equal_rows_have_equal_twins(unit: bool) -> None:
    row = np.full((10, 4), 0.5 if unit else 7, dtype=np.float32)
    assert np.allclose(Gaussian.of(row).rows(5, seed=0), row[:5], atol=1e-5)
    assert np.allclose(permuted_columns(row, seed=0), row)


def test_f105_the_same_seed_gives_the_same_twin() -> None:
    rows = rows_of(50, 5)
    source = Gaussian.of(rows)
    assert np.array_equal(source.rows(30, seed=3), source.rows(30, seed=3))
    assert not np.array_equal(source.rows(30, seed=3), source.rows(30, seed=4))
    assert np.array_equal(permuted_columns(rows, seed=3), permuted_columns(rows, seed=3))


def test_f105_permuted_columns_keep_their_values_and_lose_their_ties() -> None:
    one = np.random.default_rng(0).normal(size=2_000).astype(np.float32)
    rows = np.stack([one, one * 2, one + 1], axis=1)
    twin = permuted_columns(rows, seed=0)
    assert np.array_equal(np.sort(twin, axis=0), np.sort(rows, axis=0))
    assert np.abs(np.corrcoef(twin.T) - np.eye(3)).max() < 0.1
    assert is_unit(permuted_columns(unit_rows(rows), seed=0))


def test_f105_shuffled_words_keep_the_lengths_and_the_corpus() -> None:
    texts = ["one two three", "", "four five", "six  seven\neight nine"]
    twins = shuffled_words(texts, seed=0)
    assert [len(twin.split()) for twin in twins] == [3, 0, 2, 4]
    assert sorted(" ".join(twins).split()) == sorted(" ".join(texts).split())
    assert twins == shuffled_words(texts, seed=0) != [" ".join(text.split()) for text in texts]


def test_f039_hopkins_is_that_of_brute_force() -> None:
    rows, probes, chosen = rows_of(400, 7), rows_of(350, 7, 1), np.arange(10, 340)
    u = cdist(probes, rows).min(axis=1).sum()
    apart = cdist(rows, rows)
    np.fill_diagonal(apart, np.inf)
    w = apart[chosen].min(axis=1).sum()
    assert hopkins(rows, probes, chosen) == pytest.approx(u / (u + w), rel=1e-9)


def test_f039_hopkins_is_a_half_without_clumps_and_more_with_them() -> None:
    rows, every = rows_of(600, 10), np.arange(600)
    assert hopkins(rows, rows_of(600, 10, 1), every) == pytest.approx(0.5, abs=0.01)
    clumps = rows_of(600, 10, spread=0.05) + np.repeat(rows_of(6, 10, 2), 100, axis=0)
    probes = Gaussian.of(clumps).rows(600, seed=0)
    assert hopkins(clumps, probes, every) > 0.8  # type: ignore[operator]


def test_f039_hopkins_of_copies_is_one_and_of_nothing_but_copies_undefined() -> None:
    rows = np.repeat(rows_of(5, 30, spread=40), 2, axis=0)
    assert hopkins(rows, rows_of(4, 30, 1), np.arange(10)) == 1.0
    same = np.ones((6, 3), dtype=np.float32)
    assert hopkins(same, same[:2], np.arange(6)) is None


def test_f039_the_prediction_interval_is_that_of_student() -> None:
    twins = [0.3, 0.5, 0.4, 0.6]
    found = beyond(0.8, twins, least=0.001)
    z = (0.8 - 0.45) / (np.std(twins, ddof=1) * np.sqrt(1.25))
    assert found.z == pytest.approx(z)
    assert found.p_value == pytest.approx(student.sf(z, df=3))
    assert found.rank_p == 0.2
    assert beyond(0.5, twins, least=0.001).rank_p == pytest.approx(3 / 5)


def test_f039_equal_twins_do_not_make_every_value_extreme() -> None:
    found = beyond(0.505, [0.5] * 4, least=0.01)
    assert found.sd == 0.01
    assert 0.2 < found.p_value < 0.5


def test_f039_prediction_p_values_are_uniform_on_normal_twins() -> None:
    random = np.random.default_rng(0)
    p = np.array([beyond(random.normal(), random.normal(size=4).tolist(), least=1e-9).p_value for _ in range(2_000)])
    assert (p <= 0.02).mean() == pytest.approx(0.02, abs=0.01)
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=0.04)


def test_f105_the_silhouette_is_that_of_brute_force() -> None:
    points = rows_of(90, 3)
    labels = (np.arange(90) % 5 - 1).astype(np.int32)
    centres = np.stack([points[labels == k].mean(axis=0) for k in range(4)])
    apart, total = cdist(points, centres), 0.0
    for row in np.flatnonzero(labels >= 0):
        a, b = apart[row, labels[row]], np.delete(apart[row], labels[row]).min()
        total += (b - a) / max(a, b)
    assert simplified_silhouette(points, labels) == pytest.approx(total / 90, abs=1e-6)


def test_f105_the_silhouette_counts_noise_and_needs_two_clusters() -> None:
    points = np.repeat(np.float32([[0, 0], [9, 0]]), 4, axis=0)
    labels = np.repeat(np.int32([0, 1]), 4)
    assert simplified_silhouette(points, labels) == 1.0
    labels[::2] = -1
    assert simplified_silhouette(points, labels) == 0.5
    assert simplified_silhouette(points, np.zeros(8, dtype=np.int32)) == 0.0
    assert simplified_silhouette(points, np.full(8, -1, dtype=np.int32)) == 0.0
    assert simplified_silhouette(np.zeros((4, 2), dtype=np.float32), np.int32([0, 0, 1, 1])) == 0.0
