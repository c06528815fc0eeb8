"""Nearest neighbours: exact by bytes and by floats, approximate by cells, and the near copies among them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

import triptych as tp
from triptych.core import codec
from triptych.core.errors import UsageError
from triptych.kernels import _native, cells, neighbours
from triptych.kernels.neighbours import ByteProducts, FloatProducts, mutual_rows, nearest_rows
from triptych.measures.copies import near_copies
from triptych.neighbours.ivf import IVF

bytes_only = pytest.mark.skipif(not _native.has_byte_products(), reason="this processor does not multiply bytes fast")


def clouds(n: int, d: int, seed: int, *, unit: bool = False) -> np.ndarray:
    random = np.random.default_rng(seed)
    found = random.normal(size=(max(n // 40, 1), d))[np.arange(n) % max(n // 40, 1)] + random.normal(
        scale=0.7, size=(n, d)
    )
    return (found / np.linalg.norm(found, axis=1, keepdims=True) if unit else found).astype(np.float32)


def brute(vectors: np.ndarray, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    gaps = cdist(queries.astype(float), vectors.astype(float))
    order = np.argsort(gaps, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(gaps, order, axis=1)


@pytest.mark.parametrize("unit", [True, False])
@pytest.mark.parametrize(("n", "d", "k"), [(700, 64, 16), (1100, 97, 5), (40, 384, 40), (600, 128, 100)])
def test_neighbours_equal_brute_force(n: int, d: int, k: int, unit: bool) -> None:
    vectors = clouds(n, d, seed=n, unit=unit)
    expected, distances = brute(vectors, vectors, k)
    found = mutual_rows(vectors, k, threads=2)
    assert np.array_equal(found.indices, expected)
    assert np.allclose(found.distances, distances, rtol=1e-5, atol=1e-6)
    other = nearest_rows(vectors, vectors[:50], k, threads=2)
    assert np.array_equal(other.indices, expected[:50])


@bytes_only
@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 300),
    d=st.sampled_from([64, 65, 100]),
    kinds=st.integers(1, 300),
    spread=st.sampled_from([0.0, 1e-15, 1e-6, 1e-3, 1.0, 1e6]),
    far=st.booleans(),
    seed=st.integers(0, 2**31),
)
@example(n=300, d=64, kinds=1, spread=0.0, far=False, seed=0)
def test_bytes_find_what_floats_find(n: int, d: int, kinds: int, spread: float, far: bool, seed: int) -> None:
    # Whole numbers far from 0, copies by the dozen, one row far from all: rounding to 8 bits hides most of it.
    random = np.random.default_rng(seed)
    vectors = random.integers(-3, 4, size=(min(kinds, n), d))[np.arange(n) % min(kinds, n)] * np.float32(spread)
    vectors = (vectors + random.integers(-1, 2, size=(n, d)) * np.float32(spread)).astype(np.float32)
    if far:
        vectors[-1] += np.float32(1000 * max(spread, 1e-9))
    k = min(n, 7)
    found = mutual_rows(vectors, k, threads=1)
    _, distances = brute(vectors, vectors, k)
    assert np.allclose(found.distances, distances, rtol=1e-3, atol=1e-3 * spread)
    assert all(len(set(row)) == k for row in found.indices.tolist())
    assert np.array_equal(found.indices, mutual_rows(vectors, k, threads=3).indices)


@bytes_only
def test_candidates_that_rounding_may_have_missed_are_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # A hundred rows nearer to each other than 8 bits can tell, among rows far away.
    random = np.random.default_rng(0)
    near = random.normal(size=64) + random.normal(scale=1e-2, size=(100, 64))
    vectors = np.concatenate([near, random.normal(scale=9, size=(900, 64))]).astype(np.float32)
    looked = []
    whole = FloatProducts.__init__
    monkeypatch.setattr(FloatProducts, "__init__", lambda self, v, q: (looked.append(len(q)), whole(self, v, q))[1])
    found = mutual_rows(vectors, 5, threads=1)
    assert np.allclose(found.distances, brute(vectors, vectors, 5)[1], rtol=1e-6)
    assert np.array_equal(found.indices[:100], brute(vectors, vectors[:100], 5)[0])
    assert sum(looked) >= 100


@bytes_only
@pytest.mark.parametrize("shape", [(64, 96, 64), (32, 32, 4)])
def test_byte_products_are_the_products_of_the_bytes(shape: tuple[int, int, int]) -> None:
    m, n, d = shape
    random = np.random.default_rng(m)
    rows, columns = (random.normal(size=(size, d)).astype(np.float32) for size in (m, n))
    products = ByteProducts(columns, rows)
    scores = products.of(slice(0, m), slice(0, n)).copy()
    exact = (rows - columns.mean(axis=0)) @ (columns - columns.mean(axis=0)).T
    hidden = np.abs(scores - exact)
    assert hidden.max() < 0.03 * np.abs(exact).max()
    assert hidden.max() > 0


def test_a_processor_without_byte_products_gives_the_same_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = clouds(900, 80, seed=3, unit=True)
    fast = mutual_rows(vectors, 16, threads=2)
    monkeypatch.setattr(_native, "has_byte_products", lambda: False)
    plain = mutual_rows(vectors, 16, threads=2)
    assert fast.indices.tobytes() == plain.indices.tobytes()
    assert fast.distances.tobytes() == plain.distances.tobytes()


def shapeless(n: int, d: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("d", [8, 64])
def test_approximate_neighbours_find_most_and_never_a_wrong_distance(d: int) -> None:
    vectors = shapeless(4000, d, seed=1) * np.float32(0.9) ** np.arange(d, dtype=np.float32)
    search = IVF(cell_size=64, probes=8)
    indices, distances = search.search(vectors, 10, threads=2)
    _, true = brute(vectors, vectors[:500], 11)
    recall = (distances[:500] <= true[:, 10:] * (1 + 1e-6)).mean()
    assert 0.85 < recall < 1
    gaps = np.linalg.norm(vectors[indices].astype(float) - vectors[:, None], axis=2)
    assert np.allclose(gaps, distances, atol=1e-6)
    measured = search.recall(vectors, distances, seed=0, threads=2)
    assert measured == pytest.approx(recall, abs=0.03)
    for threads in (1, 3, 4):
        again = search.search(vectors, 10, threads=threads)
        assert again[0].tobytes() == indices.tobytes()
        assert again[1].tobytes() == distances.tobytes()


def test_asking_neighbours_of_neighbours_finds_more() -> None:
    vectors = shapeless(4000, 12, seed=2)
    recalls = []
    for rounds in (0, 1, 2):
        search = IVF(cell_size=64, probes=3, rounds=rounds)
        recalls.append(search.recall(vectors, search.search(vectors, 10, threads=2)[1], seed=0, threads=2))
    assert recalls[0] + 0.02 < recalls[1] < recalls[2]


@pytest.mark.parametrize("n", [2, 3, 33, 500])
def test_cells_smaller_than_the_lists_still_fill_them(n: int) -> None:
    vectors = clouds(n, 6, seed=n)
    indices, distances = IVF(cell_size=4, probes=1, rounds=0).search(vectors, min(30, n - 1), threads=1)
    assert np.isfinite(distances).all()
    assert indices.min() >= 0
    assert all(len(set(row)) == len(row) for row in indices.tolist())


def test_the_recall_of_an_approximate_graph_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    atlas = tp.read(clouds(600, 64, seed=4), roles=tp.Roles())
    exact = tp.relate(atlas)
    assert exact.graphs["given"].recall == 1.0
    assert exact.steps[-1].method == "exact"
    monkeypatch.setattr("triptych.stages.relate.EXACT_ROWS", 599)
    rough = tp.relate(atlas, cell_size=16, probes=2, rounds=0)
    graph = rough.graphs["given"]
    assert rough.steps[-1].method == "ivf"
    assert 0.3 < graph.recall < 1
    true = exact.graphs["given"].distances[:, -1:]
    assert graph.recall == pytest.approx((graph.distances <= true * (1 + 1e-5)).mean(), abs=1e-3)
    kind, pieces = codec.encode(graph)
    assert codec.decode(kind, b"".join(pieces)).recall == graph.recall
    assert f"{graph.recall:.1%}" in rough.steps[-1].notes[0]


def test_cells_need_no_more_centres_than_there_are_kinds_of_row() -> None:
    vectors = np.repeat(np.eye(3, dtype=np.float32), 50, axis=0)
    centres = cells.cell_centres(vectors, 10, seed=0, threads=1)
    assert np.isfinite(centres).all()
    assert {tuple(row) for row in centres} == {tuple(row) for row in np.eye(3)}


def test_near_copies_are_joined_by_chains_and_numbered_by_their_first_row() -> None:
    points = np.array([9.0, 0.0, 5.0, 1.0, 5.5, 2.0, 30.0])
    gaps = np.abs(points[:, None] - points)
    np.fill_diagonal(gaps, np.inf)
    indices = np.argsort(gaps, axis=1, kind="stable")[:, :2].astype(np.int32)
    distances = np.take_along_axis(gaps, indices, axis=1).astype(np.float32)
    assert near_copies(indices, distances, 1.0).tolist() == [-1, 0, 1, 0, 1, 0, -1]
    assert (near_copies(indices, distances, 0.1) == -1).all()


def test_near_copies_of_an_atlas_are_named_and_counted() -> None:
    vectors = clouds(60, 8, seed=5)
    vectors[40] = vectors[3] + 1e-4
    vectors[41] = vectors[3] * 2
    atlas = tp.relate(tp.read(vectors, roles=tp.Roles()), k=5)
    ids = atlas.kept["row_id"]
    found = tp.near_copies(atlas, within=1e-4)
    assert found["row_id"].to_list() == [ids[3], ids[40], ids[41]]
    assert found["group"].to_list() == [0, 0, 0]
    assert set(found["nearest"]) <= {ids[3], ids[40], ids[41]}
    assert "near copies" in atlas.steps[-1].notes[1]
    with pytest.raises(UsageError, match="within"):
        tp.near_copies(atlas, within=-1.0)
    assert tp.near_copies(atlas, within=0.0).schema["group"] == pl.Int32


def test_arrays_that_do_not_fit_are_refused() -> None:
    f, i = np.zeros((4, 8), dtype=np.float32), np.zeros((4, 2), dtype=np.int32)
    with pytest.raises(ValueError, match="do not fit"):
        _native.rank_candidates(f, f, i, i, f, 4, 8, 4, 2, 2)
    with pytest.raises(ValueError, match="do not fit"):
        _native.explore(f, i + 9, np.zeros(5, np.int32), i[:0], i[:, 0].copy(), i, i.astype("f4"), 4, 8, 2, 0, 4)
    with pytest.raises(ValueError, match="do not fit"):
        _native.byte_products(f, f, f, f, f, f, 4, 8, 8)
    assert neighbours.in_spans(5, 2) == [slice(0, 2), slice(2, 4), slice(4, 5)]
