"""The compiled loops against plain NumPy, scipy and umap-learn's own definitions."""

from __future__ import annotations

import numpy as np
import pytest

from triptych.kernels import _native
from triptych.kernels.neighbours import mutual_rows, nearest_rows


@pytest.mark.parametrize(
    ("n", "m", "d", "k"), [(1, 3, 4, 1), (300, 40, 7, 5), (5000, 300, 3, 20), (4097, 257, 9, 4097)]
)
def test_nearest_rows_equal_brute_force(n: int, m: int, d: int, k: int) -> None:
    random = np.random.default_rng(n)
    vectors, queries = random.normal(size=(n, d)).astype(np.float32), random.normal(size=(m, d)).astype(np.float32)
    found = nearest_rows(vectors, queries, k, threads=2).indices
    distances = ((queries.astype(float)[:, None] - vectors.astype(float)[None]) ** 2).sum(axis=2)
    assert np.allclose(np.take_along_axis(distances, found, axis=1), np.sort(distances, axis=1)[:, :k], atol=1e-4)
    assert all(len(set(row)) == k for row in found)
    assert np.array_equal(found, nearest_rows(vectors, queries, k, threads=1).indices)


@pytest.mark.parametrize(("n", "d", "k"), [(1, 3, 1), (2, 3, 2), (300, 7, 5), (2049, 3, 40), (3000, 20, 16)])
def test_half_the_products_find_the_same(n: int, d: int, k: int) -> None:
    # Whole numbers: scores are exact and many are equal, so that the order of equals is seen too.
    vectors = np.random.default_rng(n).integers(-3, 4, size=(n, d)).astype(np.float32)
    expected = nearest_rows(vectors, vectors, k, threads=1).indices
    for threads in (1, 2, 3):
        assert np.array_equal(mutual_rows(vectors, k, threads=threads).indices, expected)


def test_equal_scores_come_in_order_of_row() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), 5, axis=0)
    assert nearest_rows(vectors, vectors[:1], 5, threads=1).indices.tolist() == [[0, 1, 2, 3, 4]]


def test_arrays_that_do_not_fit_are_refused() -> None:
    f, i = np.zeros((2, 8), dtype=np.float32), np.zeros(9, dtype=np.int32)
    with pytest.raises(ValueError, match="do not fit"):
        _native.keep_best(f, f, f, i, 2, 8, 0, 3, False)
