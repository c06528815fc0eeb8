"""The compiled loops against plain NumPy, scipy and umap-learn's own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from triptych.kernels import _native
from triptych.kernels.density import density_tree
from triptych.kernels.layout import LANES, Springs, optimise, power
from triptych.kernels.memberships import curve, fuzzy_graph
from triptych.kernels.neighbours import mutual_rows, nearest_rows


def random_graph(n: int, degree: float, seed: int) -> csr_matrix:
    random = np.random.default_rng(seed)
    rows, columns = random.integers(0, n, size=(2, int(n * degree)))
    keep = rows != columns
    one_way = csr_matrix((random.uniform(0.05, 1, keep.sum()), (rows[keep], columns[keep])), shape=(n, n))
    graph = one_way.maximum(one_way.T).astype(np.float32)
    graph.sort_indices()
    return graph


def layout(graph: csr_matrix, p: int, epochs: int, **changes: object) -> np.ndarray:
    start = np.random.default_rng(1).normal(size=(graph.shape[0], p)).astype(np.float32)
    settings_: dict[str, object] = {"epochs": epochs, "a": 1.577, "b": 0.895, "seed": 3, "threads": 1}
    return optimise(graph, start, **settings_ | changes)


@pytest.mark.parametrize("p", [1, 2, 3, 5, 17])
@pytest.mark.parametrize("n", [3, 7, 8, 9, 500])
def test_compiled_layout_equals_the_plain_one_to_the_bit(n: int, p: int) -> None:
    graph = random_graph(n, 4, seed=n)
    assert np.array_equal(layout(graph, p, 12), layout(graph, p, 12, compiled=False))


@pytest.mark.parametrize("p", [2, 5])
def test_layout_is_the_same_for_any_number_of_threads(p: int) -> None:
    graph = random_graph(9000, 3, seed=0)
    runs = [layout(graph, p, 6, threads=threads).tobytes() for threads in (1, 2, 3, 4)]
    assert len(set(runs)) == 1


@settings(max_examples=300, deadline=None)
@given(
    n=st.integers(1, 40),
    degree=st.floats(0, 6),
    seed=st.integers(0, 2**31 - 1),
    p=st.integers(1, 6),
    scale=st.sampled_from([0.0, 1e-12, 1.0, 1e6]),
)
def test_layout_is_finite_on_odd_graphs(n: int, degree: float, seed: int, p: int, scale: float) -> None:
    graph = random_graph(n, degree, seed)
    start = (np.random.default_rng(seed).normal(size=(n, p)) * scale).astype(np.float32)
    found = optimise(graph, start, epochs=20, a=1.577, b=0.895, seed=seed, threads=1)
    assert np.isfinite(found).all()
    lonely = np.diff(graph.indptr) == 0
    assert np.array_equal(found[lonely], start[lonely])


def test_springs_hold_every_edge_once_and_fill_up_with_nothing() -> None:
    graph = random_graph(50, 3, seed=2)
    springs = Springs.of(graph)
    assert (np.diff(springs.begin) % LANES == 0).all()
    rows = np.repeat(np.arange(50), np.diff(springs.begin))
    back = csr_matrix((springs.weight, (rows, springs.other)), shape=(50, 50))
    back.eliminate_zeros()
    assert abs(back - 2 * graph / graph.data.max()).max() < 1e-6
    expected = 5 * np.asarray(graph.sum(axis=1)).ravel() / graph.data.max()
    assert np.allclose(springs.blocks * LANES * springs.share, expected, rtol=1e-5)


@given(st.floats(1e-19, 1e12), st.sampled_from([0.3, 0.79, 0.895, 1.5]))
def test_power_is_accurate(x: float, b: float) -> None:
    value = power(np.array([x], dtype=np.float32), np.float32(b))[0]
    assert value == pytest.approx(float(np.float32(x)) ** float(np.float32(b)), rel=1e-5)


def decay(d: np.ndarray, scale: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.exp(-d / scale)


def test_memberships_follow_the_definition() -> None:
    x = np.array([0.0, 1.0, 3.0, 10.0, 11.5, 12.0])
    gaps = np.abs(x[:, None] - x[None])
    np.fill_diagonal(gaps, np.inf)
    indices = np.argsort(gaps, axis=1, kind="stable")[:, :3].astype(np.int32)
    untouched = indices.copy()
    graph = fuzzy_graph(indices, np.take_along_axis(gaps, indices, axis=1).astype(np.float32)).toarray()
    assert np.array_equal(indices, untouched)
    assert np.array_equal(graph, graph.T)
    assert (graph.diagonal() == 0).all()
    one_way = np.zeros((6, 6))
    for i in range(6):
        d = gaps[i, indices[i]] - gaps[i, indices[i, 0]]
        low, high = 1e-9, 1e9
        for _ in range(200):
            middle = (low * high) ** 0.5
            low, high = (low, middle) if decay(d, middle).sum() > 2 else (middle, high)
        one_way[i, indices[i]] = decay(d, max(low, 1e-3 * gaps[i, indices[i]].mean()))
    assert np.allclose(graph, one_way + one_way.T - one_way * one_way.T, atol=1e-5)


def test_memberships_of_equal_rows_are_finite() -> None:
    indices = np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32)
    graph = fuzzy_graph(indices, np.zeros((3, 2), dtype=np.float32))
    assert np.array_equal(graph.toarray(), 1 - np.eye(3))


@pytest.mark.parametrize(("min_dist", "a", "b"), [(0.1, 1.577, 0.8951), (0.0, 1.9328, 0.7905), (0.5, 0.583, 1.334)])
def test_curve_is_umaps(min_dist: float, a: float, b: float) -> None:
    assert curve(min_dist) == pytest.approx((a, b), abs=1e-3)


@pytest.mark.parametrize(
    ("n", "m", "d", "k"), [(1, 3, 4, 1), (300, 40, 7, 5), (5000, 300, 3, 20), (4097, 257, 9, 4097)]
)
def test_nearest_rows_equal_brute_force(n: int, m: int, d: int, k: int) -> None:
    random = np.random.default_rng(n)
    vectors, queries = random.normal(size=(n, d)).astype(np.float32), random.normal(size=(m, d)).astype(np.float32)
    found = nearest_rows(vectors, queries, k, threads=2)
    distances = ((queries.astype(float)[:, None] - vectors.astype(float)[None]) ** 2).sum(axis=2)
    assert np.allclose(np.take_along_axis(distances, found, axis=1), np.sort(distances, axis=1)[:, :k], atol=1e-4)
    assert all(len(set(row)) == k for row in found)
    assert np.array_equal(found, nearest_rows(vectors, queries, k, threads=1))


@pytest.mark.parametrize(("n", "d", "k"), [(1, 3, 1), (2, 3, 2), (300, 7, 5), (2049, 3, 40), (3000, 20, 16)])
def test_half_the_products_find_the_same(n: int, d: int, k: int) -> None:
    # Whole numbers: scores are exact and many are equal, so that the order of equals is seen too.
    vectors = np.random.default_rng(n).integers(-3, 4, size=(n, d)).astype(np.float32)
    expected = nearest_rows(vectors, vectors, k, threads=1)
    for threads in (1, 2, 3):
        assert np.array_equal(mutual_rows(vectors, k, threads=threads), expected)


def test_equal_scores_come_in_order_of_row() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), 5, axis=0)
    assert nearest_rows(vectors, vectors[:1], 5, threads=1).tolist() == [[0, 1, 2, 3, 4]]


def test_arrays_that_do_not_fit_are_refused() -> None:
    f, i = np.zeros((2, 8), dtype=np.float32), np.zeros(9, dtype=np.int32)
    with pytest.raises(ValueError, match="do not fit"):
        _native.layout_epoch(f, f, f, f, i, i, f, i, i, 2, 8, 0, 8, 1.0, 1.0, 1.0, 1.0, 1.0, 1)
    with pytest.raises(ValueError, match="do not fit"):
        _native.keep_best(f, f, f, i, 2, 8, 0, 3, False)


def blobs(n: int, p: int, centres: int, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    group = np.arange(n) % centres
    return (random.normal(scale=4, size=(centres, p))[group] + random.normal(scale=spread, size=(n, p))).astype(
        "f4"
    ), group


@pytest.mark.parametrize(("n", "p"), [(2, 2), (9, 1), (300, 2), (700, 5), (400, 50)])
def test_spanning_tree_weighs_what_scipys_does(n: int, p: int) -> None:
    from scipy.sparse.csgraph import minimum_spanning_tree

    points, _ = blobs(n, p, 4, 1.0, seed=n)
    tree = density_tree(points, min_samples=min(5, n), threads=2)
    gaps = np.linalg.norm(points[:, None].astype(float) - points[None], axis=2)
    core = np.sort(gaps, axis=1)[:, min(5, n) - 1]
    reach = np.maximum(gaps, np.maximum(core[:, None], core[None]))
    expected = np.sort(minimum_spanning_tree(reach).data)
    assert np.allclose(tree.distance, expected, rtol=1e-4)
    assert tree.size[-1] == n


@pytest.mark.parametrize(("p", "spread"), [(2, 0.5), (5, 0.9), (50, 2.0)])
@pytest.mark.parametrize("selection", ["eom", "leaf"])
def test_f026_clusters_are_those_of_scikit_learn(p: int, spread: float, selection: str) -> None:
    from sklearn.cluster import HDBSCAN
    from sklearn.metrics import adjusted_rand_score

    points, _ = blobs(900, p, 9, spread, seed=p)
    tree = density_tree(points, min_samples=5, threads=2)
    for size in (15, 40):
        theirs = HDBSCAN(
            min_cluster_size=size, min_samples=5, cluster_selection_method=selection, copy=True
        ).fit_predict(points)
        ours, strength = tree.clusters(size, selection)
        # Equal mutual reachability distances are common, and leaves depend on the order in which they are joined.
        assert adjusted_rand_score(theirs, ours) >= (0.98 if selection == "eom" else 0.93)
        assert ((ours >= 0) == (theirs >= 0)).mean() >= 0.99
        assert ((strength > 0) == (ours >= 0)).all()
        assert strength.max() <= 1


@settings(max_examples=300, deadline=None)
@given(
    st.integers(2, 60), st.integers(1, 4), st.integers(1, 8), st.integers(2, 20), st.sampled_from(["eom", "leaf"]),
    st.integers(0, 2**31),
)  # fmt: skip
def test_every_cluster_is_large_enough_and_ties_do_no_harm(
    n: int, p: int, min_samples: int, size: int, selection: str, seed: int
) -> None:
    # Whole numbers from a small range: many equal points and equal distances.
    points = np.random.default_rng(seed).integers(0, 4, size=(n, p)).astype(np.float32)
    tree = density_tree(points, min_samples=min(min_samples, n), threads=1)
    assert (np.diff(tree.distance) >= 0).all()
    labels, strength = tree.clusters(size, selection)
    assert np.isfinite(strength).all()
    counts = np.bincount(labels[labels >= 0], minlength=1)
    assert (counts[counts > 0] >= size).all()
