"""Reducers on odd vectors, and layouts that begin from another or take new rows."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import triptych as tp
from tests.conftest import planted
from triptych.core.atlas import Atlas
from triptych.core.context import Context, using
from triptych.core.errors import InputError, UsageError
from triptych.core.slots import Graph
from triptych.neighbours.exact import Exact
from triptych.reducers.pca import PCA
from triptych.reducers.umap import UMAP


def known(rows: int = 240) -> Atlas:
    vectors, _ = planted(rows)
    return tp.relate(tp.read(vectors, roles=tp.Roles()))


def disparity(one: np.ndarray, two: np.ndarray) -> float:
    """Return what is left of the second after it is shifted, turned and scaled onto the first, as a share."""
    a, b = (x - x.mean(axis=0) for x in (one.astype(float), two.astype(float)))
    shared = np.linalg.svd((a / np.linalg.norm(a)).T @ (b / np.linalg.norm(b)))[1].sum()
    return float(1 - shared**2)


def test_principal_components_are_those_of_the_covariance() -> None:
    random = np.random.default_rng(0)
    vectors = (random.normal(size=(5000, 30)) * np.linspace(5, 1, 30) + 40).astype(np.float32)
    found = PCA(n_components=6).fit_transform(vectors, None, seed=0, threads=2)
    centred = vectors.astype(float) - vectors.mean(axis=0, dtype=float)
    axes = np.linalg.svd(centred, full_matrices=False)[2][:6]
    expected = centred @ axes.T
    expected *= np.sign((expected * found).sum(axis=0))
    assert np.allclose(found, expected, atol=2e-3)
    runs = [PCA(n_components=6).fit_transform(vectors, None, seed=0, threads=n).tobytes() for n in (1, 2, 3, 4)]
    assert set(runs) == {found.tobytes()}


def test_axes_beyond_the_rank_are_zero() -> None:
    line = np.outer(np.arange(40), np.ones(5)).astype(np.float32)
    found = PCA(n_components=7).fit_transform(line, None, seed=0, threads=1)
    assert (found[:, 0] != 0).sum() >= 39
    assert (found[:, 1:] == 0).all()


@pytest.mark.parametrize("method", ["pca", "spectral"])
@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(2, 60), d=st.integers(1, 6), p=st.integers(1, 5), seed=st.integers(0, 2**31 - 1),
    kinds=st.integers(1, 60), scale=st.sampled_from([0.0, 1e-18, 1.0, 1e6, 1e12]), shift=st.sampled_from([0.0, 1e6]),
)  # fmt: skip
def test_f020_layouts_of_odd_vectors_are_finite(
    method: str, n: int, d: int, p: int, seed: int, kinds: int, scale: float, shift: float
) -> None:
    random = np.random.default_rng(seed)
    vectors = ((random.normal(size=(kinds, d)) + shift) * scale).astype(np.float32)[random.integers(0, kinds, n)]
    graph = Graph(*Exact().search(vectors, min(15, n - 1), threads=1), "euclidean")
    for reducer in (UMAP(n_components=p, n_epochs=5, init=method), PCA(n_components=p)):
        found = reducer.fit_transform(vectors, graph, seed=seed, threads=1)
        assert found.shape == (n, p)
        assert found.dtype == np.float32
        assert np.isfinite(found).all()


@pytest.mark.parametrize(
    "params",
    [
        {"spread": 3.0}, {"spread": 0.3, "min_dist": 0.0}, {"negative_sample_rate": 15}, {"init": "spectral"},
        {"n_epochs": 20}, {"n_components": 7},
    ],
    ids=str,
)  # fmt: skip
def test_f020_every_knob_turns_the_layout_and_keeps_the_groups(params: dict[str, object]) -> None:
    atlas = known()
    usual, other = (tp.reduce(atlas, name="x", **p).layouts["x"].values for p in ({}, params))
    kinds = np.arange(240) % 6
    assert usual.shape != other.shape or not np.array_equal(usual, other)
    centres = np.stack([other[kinds == k].mean(axis=0) for k in range(6)])
    assert (np.linalg.norm(other[:, None] - centres, axis=2).argmin(axis=1) == kinds).mean() > 0.99


def test_f020_spread_sets_the_distance_of_groups_and_min_dist_that_of_neighbours() -> None:
    atlas = known()

    def nearest(**params: float) -> float:
        values = tp.reduce(atlas, name="x", **params).layouts["x"].values
        gaps = np.linalg.norm(values[:, None] - values[None], axis=2)
        np.fill_diagonal(gaps, np.inf)
        return float(np.median(gaps.min(axis=1)))

    assert nearest(min_dist=0.5) > 1.5 * nearest(min_dist=0.0)
    extents = [np.ptp(tp.reduce(atlas, name="x", spread=s).layouts["x"].values, axis=0).mean() for s in (0.5, 2.0)]
    assert extents[1] > 1.5 * extents[0]


def test_f020_min_dist_beyond_the_spread_is_refused() -> None:
    with pytest.raises(UsageError, match=r"min_dist 0.9 is more than the spread 0.5\n.*largest legal value"):
        tp.reduce(known(), min_dist=0.9, spread=0.5)


def test_f020_a_layout_that_begins_from_another_moves_it_little() -> None:
    vectors, _ = planted(600)
    atlas = tp.relate(tp.read(vectors, roles=tp.Roles()), k=40)
    atlas = tp.reduce(atlas, n_neighbors=10, name="narrow")
    fresh = tp.reduce(atlas, n_neighbors=40, name="wide").layouts["wide"].values
    warm = tp.reduce(atlas, n_neighbors=40, name="wide", start="narrow")
    narrow = atlas.layouts["narrow"].values
    assert disparity(narrow, warm.layouts["wide"].values) < 0.6 * disparity(narrow, fresh)
    step = warm.steps[-1]
    assert step.params["start"] == "narrow"
    assert step.inputs["layouts/narrow"] == atlas.digests["layouts/narrow"]
    assert "start" not in atlas.steps[-1].params


def test_f020_a_start_that_does_not_fit_is_refused() -> None:
    atlas = tp.reduce(known(), name="flat")
    with pytest.raises(UsageError, match=r"the layout 'flat' has 2 dimensions, wanted 5\n.*n_components=2"):
        tp.reduce(atlas, n_components=5, start="flat")
    with pytest.raises(UsageError, match="reducers/pca takes no start"):
        tp.reduce(atlas, "pca", n_components=2, start="flat")
    with pytest.raises(UsageError, match=r"no layout 'flet'.*\n.*did you mean flat"):
        tp.reduce(atlas, start="flet")


@pytest.mark.parametrize("params", [{}, {"n_components": 5, "min_dist": 0.0, "n_neighbors": 8}], ids=["umap2", "umap5"])
def test_f025_new_rows_land_in_their_group_and_equal_ones_on_their_twin(params: dict[str, object]) -> None:
    vectors, _ = planted(300)
    atlas = tp.reduce(tp.relate(tp.read(vectors[:240], roles=tp.Roles())), name="map", **params)
    before = atlas.layouts["map"].values.tobytes()
    placed = tp.place(atlas, vectors, layout="map")
    values = atlas.layouts["map"].values
    assert values.tobytes() == before
    assert np.array_equal(placed.values[:240], values)
    kinds = np.arange(300) % 6
    nearest = np.linalg.norm(placed.values[240:, None] - values[None], axis=2).argmin(axis=1)
    assert (kinds[nearest] == kinds[240:]).all()
    assert (kinds[placed.indices[240:, 0]] == kinds[240:]).all()
    assert (np.diff(placed.distances, axis=1) >= 0).all()


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_f025_a_new_row_is_placed_the_same_in_any_company(method: str) -> None:
    vectors, _ = planted(300, dimensions=80)
    atlas = tp.reduce(tp.relate(tp.read(vectors[:240], roles=tp.Roles())), method, n_components=2, name="map")
    new = vectors[240:]
    with using(Context(threads=1)):
        together = tp.place(atlas, new, layout="map")
    for rows, threads in ((slice(0, 1), 1), (slice(13, 20), 2), (slice(None, None, -1), 4)):
        with using(Context(threads=threads)):
            some = tp.place(atlas, new[rows], layout="map")
        for field in ("values", "indices", "distances", "novelty"):
            assert np.array_equal(getattr(some, field), getattr(together, field)[rows]), field


def test_f025_novelty_tells_rows_that_are_unlike_all_known_ones() -> None:
    vectors, _ = planted(300)
    atlas = tp.reduce(tp.relate(tp.read(vectors[:240], roles=tp.Roles())))
    alike, unlike = (tp.place(atlas, rows).novelty for rows in (vectors[240:], -vectors[240:]))
    assert alike.mean() < 0.8
    assert (unlike == 1).all()
    assert (tp.place(atlas, vectors[:240]).novelty <= alike.max()).all()


def test_f025_new_rows_may_come_as_an_atlas_and_other_vectors_are_refused() -> None:
    vectors, _ = planted(300)
    atlas = tp.reduce(tp.relate(tp.read(vectors[:240], roles=tp.Roles()), metric="euclidean"))
    new = tp.read(vectors[240:], roles=tp.Roles())
    assert np.array_equal(tp.place(atlas, new).values, tp.place(atlas, vectors[240:]).values)
    with pytest.raises(InputError, match="the new rows have 7 dimensions, the known ones 24"):
        tp.place(atlas, vectors[:, :7])
    vectors[251] = np.nan
    with pytest.raises(InputError, match=r"new row 11 has no finite length \(1 such rows\)"):
        tp.place(atlas, vectors[240:])
    with pytest.raises(UsageError, match=r"no layout 'umap3'"):
        tp.place(atlas, new, layout="umap3")


@pytest.mark.parametrize("rows", [1, 2, 5, 12])
def test_f025_few_known_rows_are_no_trouble(rows: int) -> None:
    vectors, _ = planted(40)
    atlas = tp.reduce(tp.relate(tp.read(vectors[:rows], roles=tp.Roles())))
    placed = tp.place(atlas, vectors)
    assert placed.values.shape == (40, 2)
    assert np.isfinite(placed.values).all()
    assert np.allclose(placed.values[:rows], atlas.layouts["umap2"].values, atol=1e-5)
    assert ((placed.novelty >= 0) & (placed.novelty <= 1)).all()


CODE = """
import hashlib, triptych as tp
from tests.conftest import planted
vectors, _ = planted(300)
atlas = tp.reduce(tp.relate(tp.read(vectors[:240], roles=tp.Roles())))
print(hashlib.sha256(tp.place(atlas, vectors[240:]).values.tobytes()).hexdigest())
"""


def test_f024_new_rows_land_in_the_same_place_in_another_process() -> None:
    found = [
        subprocess.run(
            [sys.executable, "-c", CODE], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    ]  # fmt: skip
    assert found[0] == found[1]


def test_f025_a_run_that_was_loaded_takes_new_rows(planted_atlas: Atlas) -> None:
    vectors, _ = planted()
    for name in ("umap2", "umap5"):
        placed = tp.place(planted_atlas, vectors[:9], layout=name)
        assert np.array_equal(placed.values, planted_atlas.layouts[name].values[:9])
        assert (placed.indices[:, 0] == np.arange(9)).all()
