"""The spanning tree and the clusters read from it, against scipy, scikit-learn and plain definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from triptych.core.atlas import Atlas
from triptych.kernels import _native
from triptych.kernels.density import DensityTree
from triptych.kernels.spanning import FEW_DIMENSIONS, spanning_tree


def blobs(n: int, p: int, centres: int, spread: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    group = np.arange(n) % centres
    return (random.normal(scale=4, size=(centres, p))[group] + random.normal(scale=spread, size=(n, p))).astype("f4")


def tree_of(points: np.ndarray, min_samples: int = 5, threads: int = 2) -> DensityTree:
    return DensityTree.of(spanning_tree(points, min_samples=min_samples, threads=threads))


@pytest.mark.parametrize(("n", "p"), [(2, 2), (9, 1), (300, 2), (700, 5), (500, FEW_DIMENSIONS), (400, 50)])
def test_f026_spanning_tree_weighs_what_scipys_does(n: int, p: int) -> None:
    points = blobs(n, p, 4, 1.0, seed=n)
    tree = spanning_tree(points, min_samples=min(5, n), threads=2)
    gaps = np.linalg.norm(points[:, None].astype(float) - points[None], axis=2)
    core = np.sort(gaps, axis=1)[:, min(5, n) - 1]
    reach = np.maximum(gaps, np.maximum(core[:, None], core[None]))
    assert np.allclose(tree.distance, np.sort(minimum_spanning_tree(reach).data), rtol=1e-4)
    assert np.allclose(tree.distance, reach[tree.one, tree.other], rtol=1e-4)


@pytest.mark.parametrize(("p", "spread"), [(2, 0.5), (5, 0.9), (50, 2.0)])
@pytest.mark.parametrize("selection", ["eom", "leaf"])
def test_f026_clusters_are_those_of_scikit_learn(p: int, spread: float, selection: str) -> None:
    points = blobs(900, p, 9, spread, seed=p)
    tree = tree_of(points)
    for size in (15, 40):
        theirs = HDBSCAN(size, min_samples=5, cluster_selection_method=selection, copy=True).fit_predict(points)
        ours, strength, _ = tree.clusters(size, selection)
        # Equal mutual reachability distances are common, and theirs depend on the order in which they are joined.
        assert adjusted_rand_score(theirs, ours) >= (0.98 if selection == "eom" else 0.93)
        assert ((ours >= 0) == (theirs >= 0)).mean() >= 0.99
        assert ((strength > 0) == (ours >= 0)).all()
        assert strength.max() <= 1


@pytest.mark.parametrize("size", [12, 20, 40])
def test_f026_clusters_of_a_real_layout_are_those_of_scikit_learn(demo_atlas: Atlas, size: int) -> None:
    points = demo_atlas.layouts["umap5"].values
    ours, strength, _ = tree_of(points).clusters(size)
    found = []
    # Of equal distances scikit-learn joins one before another by the order of the rows; in some order it says the same.
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(points))
        theirs = HDBSCAN(size, min_samples=5, copy=True).fit(points[order])
        both = (ours[order] >= 0) & (theirs.labels_ >= 0)
        apart = np.abs(strength[order] - theirs.probabilities_)[both].mean()
        found.append((adjusted_rand_score(theirs.labels_, ours[order]), apart))
    score, apart = max(found)
    assert score >= 0.98
    assert apart < 0.03


@pytest.mark.parametrize("p", [2, 5, 50])
def test_f026_the_order_of_the_rows_changes_nothing(p: int) -> None:
    points = np.round(blobs(600, p, 6, 0.9, seed=p), 1)
    order = np.random.default_rng(0).permutation(len(points))
    for selection in ("eom", "leaf"):
        labels, strength, persistence = tree_of(points).clusters(12, selection)
        again, as_strong, as_persistent = tree_of(points[order]).clusters(12, selection)
        pairs = set(zip(labels[order].tolist(), again.tolist(), strict=True))
        assert len(pairs) == len(set(labels.tolist())), "the same partition"
        assert np.array_equal(strength[order], as_strong)
        assert np.allclose(sorted(persistence), sorted(as_persistent), rtol=1e-6)


@pytest.mark.parametrize("p", [1, 2, 3, 5, FEW_DIMENSIONS])
@pytest.mark.parametrize("decimals", [1, 7])
def test_f026_any_number_of_threads_gives_the_same_bytes(p: int, decimals: int) -> None:
    points = np.round(np.random.default_rng(p).normal(size=(4000, p)), decimals).astype(np.float32)
    trees = [spanning_tree(points, min_samples=5, threads=threads) for threads in (1, 2, 3, 4)]
    for tree in trees[1:]:
        assert all(getattr(tree, name).tobytes() == getattr(trees[0], name).tobytes() for name in vars(tree))


@pytest.mark.parametrize("scale", [1e-30, 1e-6, 1.0, 1e6, 1e30])
def test_f026_the_scale_of_the_points_does_not_matter(scale: float) -> None:
    points = blobs(300, 3, 5, 0.5, seed=1)
    labels, strength, persistence = tree_of(points).clusters(10)
    # A power of two leaves every digit as it is.
    scaled = (points * np.float32(2.0 ** round(np.log2(scale)))).astype(np.float32)
    again = tree_of(scaled).clusters(10)
    assert np.array_equal(again[0], labels)
    assert np.allclose(again[1], strength)
    assert np.allclose(again[2], persistence)


ODD = {
    "all the same": np.ones((3000, 4)),
    "many the same": np.repeat(np.random.default_rng(0).normal(size=(30, 3)), 100, axis=0),
    "a grid": np.stack(np.meshgrid(np.arange(60), np.arange(60)), axis=-1).reshape(-1, 2),
    "a line": np.arange(3000)[:, None],
    "one far away": np.vstack([np.random.default_rng(0).normal(size=(2999, 3)), [[1e6, 0, 0]]]),
    "two points": np.array([[0.0, 1.0], [2.0, 1.0]]),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("min_samples", [1, 2, 50])
def test_f026_odd_points_have_a_tree(name: str, min_samples: int) -> None:
    points = ODD[name].astype(np.float32)
    n = len(points)
    tree = spanning_tree(points, min_samples=min(min_samples, n), threads=1)
    merges = DensityTree.of(tree)
    assert sorted(np.concatenate([merges.left, merges.right]).tolist()) == list(range(2 * n - 2))
    assert (np.diff(tree.distance) >= 0).all()
    gaps = np.linalg.norm(points[tree.one].astype(float) - points[tree.other], axis=1)
    assert (tree.distance >= gaps * (1 - 1e-5)).all()
    if name == "a grid" and min_samples == 1:
        assert np.allclose(tree.distance, 1)
    labels, strength, _ = merges.clusters(5)
    assert labels.shape == strength.shape == (n,)


def test_f026_rounds_over_a_tree_cost_less_than_all_pairs() -> None:
    """Of 30,000 equal or evenly spaced points no search may look at more than a few; else this takes minutes."""
    for points in (np.zeros((30_000, 3)), np.arange(30_000)[:, None]):
        tree = spanning_tree(points.astype(np.float32), min_samples=5, threads=1)
        assert len(set(tree.distance[:-10].tolist())) <= 2


def test_f026_one_point_has_an_empty_tree() -> None:
    tree = spanning_tree(np.ones((1, 3), dtype=np.float32), min_samples=1, threads=1)
    assert len(tree.one) == len(tree.other) == len(tree.distance) == 0


def test_points_that_are_not_finite_do_not_hang() -> None:
    points = np.zeros((40, 2), dtype=np.float32)
    points[3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        spanning_tree(points, min_samples=2, threads=1)


def test_f026_persistence_is_that_of_the_definition() -> None:
    # On a line: three points 1 apart, three 2 apart, 10 between them.
    points = np.array([[0], [1], [2], [12], [14], [16]], dtype=np.float32)
    labels, strength, persistence = tree_of(points, min_samples=1).clusters(3)
    assert labels.tolist() == [labels[0]] * 3 + [labels[3]] * 3
    assert persistence[labels[0]] == pytest.approx(1 - 1 / 10)
    assert persistence[labels[3]] == pytest.approx(1 - 2 / 10)
    assert strength.tolist() == [1] * 6


def test_arrays_that_do_not_fit_are_refused() -> None:
    f, i, d = np.zeros(16, dtype=np.float32), np.zeros(16, dtype=np.int32), np.ones(15)
    for call in (
        lambda: _native.grow_kdtree(f, i, f, f, 1, 15),
        lambda: _native.core_squares(f, f[:6], f, 1, 16, 17, 0, 16),
        lambda: _native.nearest_foreign(f, f[:6], f, i, i[:3], f, i, f, 1, 16, 0, 0, 16),
        lambda: _native.nearest_foreign(f, f[:6], f, i + 9, i[:3], f, i, f, 1, 16, 2, 0, 16),
        lambda: _native.join_components(f, i, i, i[:3], f, i, i, f, 16, 2),
        lambda: _native.join_components(f, i, i + 2, i[:3], f, i[1:], i[1:], f[1:], 16, 2),
        lambda: _native.link_edges(i[1:] + 16, i[1:], i[1:], i[1:], 16),
        lambda: _native.condense(i[1:], i[1:], d, i, i, i, i, 16, 2),
        lambda: _native.condense(i[1:], i[1:], d[1:], i, i, i, i, 16, 2),
    ):
        with pytest.raises(ValueError, match="do not fit"):
            call()
    with pytest.raises(ValueError, match="circle"):
        _native.link_edges(i[1:], i[1:] + 1, i[1:].copy(), i[1:].copy(), 16)
