"""Clusters of many rows beside scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from triptych.kernels.density import DensityTree
from triptych.kernels.spanning import spanning_tree


def uneven(rows: int, seed: int) -> np.ndarray:
    """Return a hundred groups in five dimensions, of very different spread and size, with rows between them."""
    random = np.random.default_rng(seed)
    spread, share = np.exp(random.normal(-2, 0.6, 100)), random.dirichlet(np.ones(100))
    group = random.choice(100, rows, p=share)
    points = random.uniform(-5, 5, (100, 5))[group] + random.normal(size=(rows, 5)) * spread[group, None]
    loose = random.random(rows) < 0.2
    points[loose] = random.uniform(-6, 6, (loose.sum(), 5))
    return points.astype(np.float32)


@pytest.mark.parametrize("size", [30, 100])
@pytest.mark.parametrize("selection", ["eom", "leaf"])
def test_f026_many_rows_are_clustered_as_by_scikit_learn(size: int, selection: str) -> None:
    points = uneven(20_000, seed=3)
    tree = DensityTree.of(spanning_tree(points, min_samples=5, threads=2))
    ours = tree.clusters(size, selection)[0]
    theirs = HDBSCAN(size, min_samples=5, cluster_selection_method=selection, copy=True).fit_predict(points)
    assert ours.max() >= 20
    assert adjusted_rand_score(theirs, ours) >= 0.98
