"""The layout, memberships and starts: the compiled loops against plain NumPy, scipy and the definitions."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from triptych.kernels import _native
from triptych.kernels.layout import LANES, PULL, Springs, optimise, settle
from triptych.kernels.layout_plain import power
from triptych.kernels.memberships import Fuzzy, curve, fuzzy_graph, memberships
from triptych.kernels.spectral import unfold


def random_graph(n: int, degree: float, seed: int) -> Fuzzy:
    random = np.random.default_rng(seed)
    rows, columns = random.integers(0, n, size=(2, int(n * degree)))
    keep = rows != columns
    one_way = csr_matrix((random.uniform(0.05, 1, keep.sum()), (rows[keep], columns[keep])), shape=(n, n))
    graph = one_way.maximum(one_way.T).astype(np.float32)
    graph.sort_indices()
    return Fuzzy(graph.indptr, graph.indices, graph.data)


def matrix(graph: Fuzzy) -> csr_matrix:
    return csr_matrix((graph.weight, graph.other, graph.begin), shape=(len(graph), len(graph)))


def layout(graph: Fuzzy, p: int, epochs: int, **changes: object) -> np.ndarray:
    start = np.random.default_rng(1).normal(size=(len(graph), p)).astype(np.float32)
    settings_: dict[str, object] = {"epochs": epochs, "a": 1.577, "b": 0.895, "seed": 3, "threads": 1}
    return optimise(graph, start, **settings_ | changes)


def newcomers(m: int, n: int, p: int, **changes: object) -> np.ndarray:
    random = np.random.default_rng(m + n)
    nearest = np.stack([random.permutation(n)[: min(n, 11)] for _ in range(m)]).astype(np.int32)
    weight = random.uniform(0, 1, nearest.shape).astype(np.float32)
    start, fixed = (random.normal(size=(rows, p)).astype(np.float32) for rows in (m, n))
    names = random.integers(0, 2**32, m).astype(np.uint32)
    some: slice = changes.pop("some", slice(None))
    settings_: dict[str, object] = {"epochs": 9, "a": 1.577, "b": 0.895, "seed": 3, "threads": 1}
    return settle(nearest[some], weight[some], start[some], fixed, names[some], **settings_ | changes)


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5, 17])
@pytest.mark.parametrize("n", [3, 7, 8, 9, 500])
def test_f024_compiled_layout_equals_the_plain_one_to_the_bit(n: int, p: int) -> None:
    graph = random_graph(n, 4, seed=n)
    assert np.array_equal(layout(graph, p, 12), layout(graph, p, 12, compiled=False))
    assert np.array_equal(newcomers(20, n, p), newcomers(20, n, p, compiled=False))


@pytest.mark.parametrize("p", [2, 5])
def test_f024_layout_is_the_same_for_any_number_of_threads(p: int) -> None:
    graph = random_graph(9000, 3, seed=0)
    assert len({layout(graph, p, 6, threads=threads).tobytes() for threads in (1, 2, 3, 4)}) == 1
    assert len({newcomers(5000, 40, p, threads=threads).tobytes() for threads in (1, 2, 3, 4)}) == 1


def test_f025_what_becomes_of_a_new_row_does_not_depend_on_the_others() -> None:
    together = newcomers(40, 100, 2)
    for some in (slice(0, 1), slice(7, 8), slice(3, 33)):
        assert np.array_equal(newcomers(40, 100, 2, some=some), together[some])


# 5 x 200: with the start of the reducers, a thousand odd graphs.
@pytest.mark.parametrize("scale", [0.0, 1e-12, 1.0, 1e6, 1e15])
@settings(max_examples=200, deadline=None)
@given(n=st.integers(1, 40), degree=st.floats(0, 6), seed=st.integers(0, 2**31 - 1), p=st.integers(1, 6))
def test_f020_layout_is_finite_on_odd_graphs(scale: float, n: int, degree: float, seed: int, p: int) -> None:
    graph = random_graph(n, degree, seed)
    random = np.random.default_rng(seed)
    start = (random.normal(size=(n, p)) * scale).astype(np.float32)[random.integers(0, n, n)]
    found = optimise(graph, start, epochs=20, a=1.577, b=0.895, seed=seed, threads=1)
    assert np.isfinite(found).all()
    lonely = np.diff(graph.begin) == 0
    assert np.array_equal(found[lonely], start[lonely])


def test_springs_hold_every_edge_once_and_fill_up_with_nothing() -> None:
    graph = random_graph(50, 3, seed=2)
    order = np.random.default_rng(0).permutation(50).astype(np.int32)
    place = np.argsort(order).astype(np.int32)
    springs = Springs.of(graph, order, place, pull=PULL, negatives=5)
    assert (np.diff(springs.begin) % LANES == 0).all()
    rows = np.repeat(np.arange(50), np.diff(springs.begin))
    back = csr_matrix((springs.weight, (rows, springs.other)), shape=(50, 50))
    assert abs(back[place][:, place] - PULL * matrix(graph)).max() < 1e-6
    expected = 5 * np.asarray(matrix(graph).sum(axis=1)).ravel()[order]
    assert np.allclose(springs.blocks * LANES * springs.share, expected, rtol=1e-5)


@given(st.floats(1e-12, 1e12), st.sampled_from([0.3, 0.79, 0.895, 1.5, 1.93]))
def test_power_is_accurate(x: float, b: float) -> None:
    value = power(np.array([x], dtype=np.float32), np.float32(b))[0]
    assert value == pytest.approx(float(np.float32(x)) ** float(np.float32(b)), rel=1e-5 * (1 + 2 * b))


def bisected(gaps: np.ndarray, target: float) -> float:
    low, high = 1e-9, 1e9
    for _ in range(200):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if np.exp(-gaps / middle).sum() > target else (middle, high)
    return low


def test_memberships_follow_the_definition() -> None:
    x = np.array([0.0, 1.0, 3.0, 10.0, 11.5, 12.0])
    gaps = np.abs(x[:, None] - x[None])
    np.fill_diagonal(gaps, np.inf)
    indices = np.argsort(gaps, axis=1, kind="stable")[:, :3].astype(np.int32)
    graph = matrix(fuzzy_graph(indices, np.take_along_axis(gaps, indices, axis=1).astype(np.float32))).toarray()
    assert np.array_equal(graph, graph.T)
    assert (graph.diagonal() == 0).all()
    one_way = np.zeros((6, 6))
    for i in range(6):
        d = gaps[i, indices[i]] - gaps[i, indices[i, 0]]
        with np.errstate(all="ignore"):
            one_way[i, indices[i]] = np.exp(-d / max(bisected(d, 2), 1e-3 * gaps[i, indices[i]].mean()))
    assert np.allclose(graph, one_way + one_way.T - one_way * one_way.T, atol=1e-5)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**31 - 1), st.sampled_from([2.0**-90, 1.0, 2.0**90]), st.integers(0, 20))
def test_memberships_are_found_whatever_the_distances(k: int, seed: int, scale: float, equal: int) -> None:
    distances = np.sort(np.random.default_rng(seed).exponential(size=(5, k)) ** 3, axis=1).astype(np.float32)
    distances[:, :equal] = distances[:, :1]
    found = memberships(distances * np.float32(scale))
    for row, strength in zip(distances.astype(float), found, strict=True):
        gaps = row - row[0]
        with np.errstate(all="ignore"):
            wanted = np.exp(-gaps / max(bisected(gaps, np.log2(k + 1)), 1e-3 * row.mean()))
        assert np.allclose(strength, wanted, atol=1e-5)


def test_memberships_of_equal_rows_are_full() -> None:
    indices = np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32)
    graph = matrix(fuzzy_graph(indices, np.zeros((3, 2), dtype=np.float32)))
    assert np.array_equal(graph.toarray(), 1 - np.eye(3))


@pytest.mark.parametrize("spread", [0.1, 1.0, 7.0])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_f020_curve_is_the_best_fit(share: float, spread: float) -> None:
    from scipy.optimize import curve_fit

    d = np.linspace(1e-9, 3 * spread, 300)
    wanted = np.where(d < share * spread, 1.0, np.exp((share * spread - d) / spread))
    begin = (spread**-2, 1.0)
    expected, _ = curve_fit(lambda x, a, b: 1 / (1 + a * x ** (2 * b)), d, wanted, p0=begin, bounds=(0, np.inf))
    assert curve(share * spread, spread) == pytest.approx(tuple(expected), rel=1e-3)


@pytest.mark.parametrize(("min_dist", "a", "b"), [(0.1, 1.577, 0.8951), (0.0, 1.9328, 0.7905), (0.5, 0.583, 1.334)])
def test_f020_curve_is_umaps(min_dist: float, a: float, b: float) -> None:
    assert curve(min_dist) == pytest.approx((a, b), abs=1e-3)


def ring(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours of points on a circle, three each way, and their distances."""
    offsets = np.array([1, -1, 2, -2, 3, -3])
    indices = (np.arange(n)[:, None] + offsets) % n
    return indices.astype(np.int32), np.tile(np.abs(offsets).astype(np.float32), (n, 1))


def test_spectral_start_opens_a_ring() -> None:
    indices, distances = ring(60)
    # A ring that is the same all round has pairs of equal eigenvalues, of which the solver may miss one.
    uneven = distances * np.random.default_rng(1).uniform(0.7, 1.3, size=(60, 1)).astype(np.float32)
    uneven[:, 2:] *= np.random.default_rng(2).uniform(1.0, 2.0, size=(60, 1)).astype(np.float32)
    found = unfold(fuzzy_graph(indices, uneven), np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32))
    centred = (found - found.mean(axis=0)) / found.std(axis=0)
    turns = np.diff(np.unwrap(np.arctan2(centred[:, 1], centred[:, 0])))
    assert (np.sign(turns) == np.sign(turns[0])).all()
    assert abs(turns.sum()) == pytest.approx(2 * np.pi, rel=0.1)


def test_spectral_start_keeps_every_part_where_it_was() -> None:
    indices, distances = ring(50)
    both = np.vstack([indices, indices + 50])
    graph = fuzzy_graph(both, np.vstack([distances, distances]))
    lonely = replace(graph, begin=np.append(graph.begin, graph.begin[-1]).astype(np.int32))
    start = np.random.default_rng(0).normal(size=(101, 2)).astype(np.float32)
    start[50:100] += 9
    found = unfold(lonely, start)
    for part in (slice(0, 50), slice(50, 100)):
        assert np.allclose(found[part].mean(axis=0), start[part].mean(axis=0), atol=1e-4)
        assert np.allclose(found[part].std(axis=0), start[part].std(axis=0), rtol=1e-3)
        assert not np.allclose(found[part], start[part])
    assert np.array_equal(found[100:], start[100:])


def test_arrays_that_do_not_fit_are_refused() -> None:
    f, i = np.zeros(60, dtype=np.float32), np.zeros(9, dtype=np.int32)
    with pytest.raises(ValueError, match="layout_epoch: the arrays do not fit"):
        _native.layout_epoch(f, f, f, f, f, i, i, i, f, i, i, 2, 8, 8, 0, 8, 1.0, 1.0, 1.0, 1.0, 1.0, 1)
    with pytest.raises(ValueError, match="memberships: the arrays do not fit"):
        _native.memberships(f, f, 30, 3, 0, 30, 2.0)
    far = np.array([[1], [2], [7]], dtype=np.int32)
    with pytest.raises(ValueError, match="fuzzy_union: the arrays do not fit"):
        fuzzy_graph(far, np.ones((3, 1), dtype=np.float32))
    graph, order = random_graph(9, 2, seed=0), np.arange(9, dtype=np.int32)
    with pytest.raises(ValueError, match="lay_springs: the arrays do not fit"):
        Springs.of(graph, order, order[:4], pull=1.0, negatives=5)


CODE = """
import hashlib, numpy as np
from triptych.core.slots import Graph
from triptych.neighbours.exact import Exact
from triptych.reducers.umap import UMAP
x = np.random.default_rng(0).normal(size=(600, 8)).astype(np.float32)
graph = Graph(*Exact().search(x, 15, threads=1), "euclidean")
for init in ("pca", "spectral"):
    for threads in (1, 3):
        found = UMAP(n_epochs=20, init=init).fit_transform(x, graph, seed=5, threads=threads)
        print(init, hashlib.sha256(found.tobytes()).hexdigest())
"""


def test_f024_layout_is_the_same_in_another_process() -> None:
    lines = set()
    for seed in ("1", "77"):
        ran = subprocess.run(
            [sys.executable, "-c", CODE], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        lines |= set(ran.stdout.splitlines())
    assert sorted(line.split()[0] for line in lines) == ["pca", "spectral"]
