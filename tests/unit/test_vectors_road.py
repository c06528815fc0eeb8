"""The stages between vectors and levels, on planted data whose answer is known."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

import triptych as tp
from tests.conftest import planted, planted_run
from triptych.core.atlas import Atlas
from triptych.core.context import Context, using
from triptych.core.errors import UsageError
from triptych.measures.partition import nests
from triptych.neighbours.exact import Exact


def start(rows: int = 240, **changes: object) -> Atlas:
    vectors, frame = planted(rows)
    return tp.read(vectors, roles=tp.Roles(text="words", group=("kind",)), metadata=frame, **changes)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_graph_equals_brute_force(metric: str) -> None:
    atlas = tp.relate(start(), k=7, metric=metric)
    values = atlas.vectors["given"].values.astype(np.float64)
    if metric == "cosine":
        values /= np.linalg.norm(values, axis=1, keepdims=True)
        distances = 1 - values @ values.T
    else:
        distances = np.linalg.norm(values[:, None] - values[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    graph = atlas.graphs["given"]
    assert graph.indices.shape == (240, 7)
    assert np.allclose(graph.distances, np.sort(distances, axis=1)[:, :7], atol=1e-5)
    assert np.array_equal(graph.indices, np.argsort(distances, axis=1, kind="stable")[:, :7])


def test_equal_rows_are_neighbours_at_distance_zero_and_never_their_own() -> None:
    vectors = np.repeat(np.eye(3, dtype=np.float32), 6, axis=0)
    indices, distances = Exact().search(vectors, 4, threads=2)
    assert not (indices == np.arange(18)[:, None]).any()
    assert (distances == 0).all()
    assert (indices // 6 == np.arange(18)[:, None] // 6).all()


def test_f020_umap_in_any_dimension_and_with_any_knob() -> None:
    atlas = tp.relate(start(), k=29)
    for params in ({"n_components": 5, "min_dist": 0.0}, {"n_components": 3, "n_neighbors": 30}, {"n_neighbors": 5}):
        atlas = tp.reduce(atlas, **params)
    assert {name: layout.values.shape for name, layout in atlas.layouts.items()} == {
        "umap5": (240, 5), "umap3": (240, 3), "umap2": (240, 2),
    }  # fmt: skip
    for layout in atlas.layouts.values():
        assert layout.values.dtype == np.float32
        assert np.isfinite(layout.values).all()
    kinds = np.unique(atlas.kept["kind"].to_numpy(), return_inverse=True)[1]
    centres = np.stack([atlas.layouts["umap2"].values[kinds == k].mean(axis=0) for k in range(6)])
    nearest = np.linalg.norm(atlas.layouts["umap2"].values[:, None] - centres[None], axis=2).argmin(axis=1)
    assert (nearest == kinds).mean() > 0.99


def test_f020_more_neighbours_than_the_graph_has() -> None:
    with pytest.raises(UsageError, match=r"n_neighbors 30 is more than the graph of 240 rows holds\n.*value is 8"):
        tp.reduce(tp.relate(start(), k=7), n_neighbors=30)


def test_f023_clustering_without_reduction() -> None:
    atlas = planted_run(reduction=0)
    assert "reduce/umap5" not in atlas.step_names
    labels = atlas.clusterings["hdbscan"].labels
    assert adjusted_rand_score(labels, atlas.kept["kind"].to_numpy()) > 0.95
    assert "umap2" in atlas.layouts


@pytest.mark.parametrize("method", ["pca"])
def test_principal_components_are_those_of_scikit_learn(method: str) -> None:
    from sklearn.decomposition import PCA

    atlas = tp.reduce(tp.relate(start(), metric="euclidean"), method, n_components=3)
    reference = PCA(3).fit_transform(atlas.vectors["given"].values)
    assert np.allclose(np.abs(atlas.layouts["pca3"].values), np.abs(reference), atol=1e-3)


def test_f024_same_seed_same_bytes_for_any_thread_count() -> None:
    runs = []
    for threads in (1, 2, 4):
        with using(Context(threads=threads)):
            runs.append(planted_run(threads=threads).digests)
    assert runs[0] == runs[1] == runs[2]
    assert len(runs[0]) > 8


def test_f024_same_seed_same_bytes_in_another_process() -> None:
    code = "import json; from tests.conftest import planted_run; print(json.dumps(dict(planted_run().digests)))"
    env = {**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "1"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=env, capture_output=True, text=True, check=True
    )
    import json

    assert json.loads(found.stdout) == dict(planted_run().digests)


def test_f024_another_seed_another_layout() -> None:
    one, two = planted_run(), planted_run(seed=1)
    assert one.digests["layouts/umap2"] != two.digests["layouts/umap2"]
    assert one.digests["vectors/given"] == two.digests["vectors/given"]


def test_f026_hdbscan_finds_planted_clusters_and_keeps_noise() -> None:
    vectors, frame = planted(240)
    random = np.random.default_rng(5)
    scattered = random.normal(scale=1.2, size=(24, vectors.shape[1])).astype(np.float32)
    both = np.vstack([vectors, scattered])
    atlas = tp.read(both, roles=tp.Roles())
    atlas = tp.cluster(tp.relate(atlas), "hdbscan", on="given", min_cluster_size=15, min_samples=5)
    clustering = atlas.clusterings["hdbscan"]
    assert clustering.labels.max() == 5
    assert (clustering.labels[240:] == -1).mean() > 0.9
    assert (clustering.strength[clustering.labels == -1] == 0).all()
    assert adjusted_rand_score(clustering.labels[:240], frame["kind"].to_numpy()) > 0.95
    assert clustering.strength.dtype == np.float32


def test_f026_leaf_finds_no_fewer_clusters_than_eom() -> None:
    atlas = planted_run()
    eom = tp.cluster(atlas, "hdbscan", on="umap5", min_cluster_size=5, selection="eom", name="eom")
    leaf = tp.cluster(eom, "hdbscan", on="umap5", min_cluster_size=5, selection="leaf", name="leaf")
    assert leaf.clusterings["leaf"].labels.max() >= leaf.clusterings["eom"].labels.max()


def test_f027_kmeans_takes_every_row() -> None:
    atlas = tp.cluster(planted_run(), "kmeans", on="given", n_clusters=6)
    labels = atlas.clusterings["kmeans"].labels
    assert labels.min() == 0
    assert adjusted_rand_score(labels, atlas.kept["kind"].to_numpy()) == 1


def test_ids_are_by_size_then_first_row() -> None:
    labels = planted_run().clusterings["hdbscan"].labels
    sizes = np.bincount(labels[labels >= 0])
    firsts = [int(np.argmax(labels == c)) for c in range(len(sizes))]
    assert sorted(range(len(sizes)), key=lambda c: (-sizes[c], firsts[c])) == list(range(len(sizes)))


@pytest.mark.parametrize(
    ("method", "params", "message"),
    [
        ("hdbscan", {"min_cluster_size": 241}, r"min_cluster_size 241 is more than the 240 rows\n.*legal value is 240"),
        ("hdbscan", {"min_samples": 999}, r"min_samples 999 is more than the 240 rows"),
        ("kmeans", {"n_clusters": 300}, r"n_clusters 300 is more than the 240 rows\n.*legal value is 240"),
    ],
)
def test_parameters_larger_than_the_data(method: str, params: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tp.cluster(start(), method, on="given", **params)


def test_neighbours_more_than_rows() -> None:
    with pytest.raises(UsageError, match=r"k must be from 1 to 239 for 240 rows, got 240"):
        tp.relate(start(), k=240)
    with pytest.raises(UsageError, match=r"n_neighbors 300 is more than the 240 rows\n.*legal value is 240"):
        planted_run(n_neighbors=300)


def test_f061_asked_levels_become_effective_nested_levels() -> None:
    tree = planted_run(levels=(80, 40, 4, 3, 2)).trees["topics"]
    assert tree.sizes == (6, 4, 3, 2)
    for fine, coarse in zip(tree.levels, tree.levels[1:], strict=False):
        assert nests(fine, coarse)
        assert ((fine == -1) == (coarse == -1)).all()


def test_f061_parents_hold_their_children() -> None:
    tree = planted_run(levels=(4, 2)).trees["topics"]
    for level in range(len(tree.sizes)):
        for cluster, parent in enumerate(tree.parents(level)):
            if level + 1 == len(tree.sizes):
                assert parent == -1
            else:
                assert set(tree.levels[level + 1][tree.levels[level] == cluster]) == {parent}


@pytest.mark.parametrize("rows", [1, 2, 3, 5, 9, 12])
def test_few_rows_are_no_trouble(rows: int) -> None:
    vectors, frame = planted(rows)
    atlas = tp.run(vectors, metadata=frame, text="words", title="key", group="kind")
    assert atlas.layouts["umap2"].values.shape == (rows, 2)
    assert np.isfinite(atlas.layouts["umap2"].values).all()
    assert len(atlas.clusterings["hdbscan"].labels) == rows
    assert atlas.map().html.startswith("<!doctype html>")


@pytest.mark.parametrize("vectors", [np.ones((40, 8)), np.repeat(np.eye(2, 8), 20, axis=0)], ids=["constant", "two"])
def test_equal_rows_are_no_trouble(vectors: np.ndarray) -> None:
    atlas = tp.run(vectors.astype(np.float32))
    assert np.isfinite(atlas.layouts["umap2"].values).all()
    assert set(atlas.topics().columns) >= {"label", "size"}


def test_marked_rows_take_no_part_and_none_vanishes() -> None:
    vectors, frame = planted(60)
    vectors[7] = 0
    atlas = tp.run(vectors, metadata=frame, text="words", min_cluster_size=5)
    assert atlas.rows.height == 60
    assert atlas.kept.height == len(atlas.layouts["umap2"].values) == 59
    assert atlas.rows["status"].value_counts().sort("count")["status"].to_list() == ["no_direction", "kept"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clusterer": "kmean"}, r"no method 'kmean' in clusterers\n.*did you mean kmeans\?"),
        (
            {"n_clusters": 3},
            r"clusterers/hdbscan takes no n_clusters\n.*it takes min_cluster_size, min_samples, selection",
        ),
        ({"min_cluster_size": 241}, r"min_cluster_size 241 is more than the 240 rows\n.*value is 240"),
        ({"encoder": "minlm"}, r"no method 'minlm' in encoders\n.*did you mean minilm\?"),
        ({"describer": "ctfidf", "diversity": 0.5}, r"describers/ctfidf takes no diversity"),
    ],
)
def test_wrong_settings_are_told_before_the_first_slow_step(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], message: str
) -> None:
    monkeypatch.setattr(Exact, "search", lambda *_, **__: pytest.fail("a slow step was begun"))
    with pytest.raises(UsageError, match=message):
        planted_run(**changes)


def test_unknown_setting_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"run has no parameter 'min_clustersize'\n.*min_cluster_size"):
        tp.run(["a", "b"], min_clustersize=3)


def test_unknown_input_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"called 'umap6'\n.*umap5"):
        tp.cluster(planted_run(), on="umap6")


def test_f120_an_array_with_metadata_and_frames_come_out() -> None:
    atlas = planted_run()
    assert isinstance(atlas.topics(), pl.DataFrame)
    assert isinstance(atlas.rows, pl.DataFrame)
    assert atlas.kept["kind"].n_unique() == 6


def test_parameters_of_the_methods_of_the_road_are_given_by_name() -> None:
    vectors, _ = planted(240)
    atlas = tp.run(vectors, params=["reducer.spread=2", "clusterer.min_cluster_size=30", "neighbours.rounds=2"],
                   neighbours="ivf", describer="ctfidf")  # fmt: skip
    given = {step.stage: step.params for step in atlas.steps}
    assert given["relate"]["rounds"] == 2
    assert given["reduce"]["spread"] == 2.0
    assert given["cluster"]["min_cluster_size"] == 30


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (["encoder.windo=128"], "encoders/minilm has no parameter 'windo'"),
        (["encoder.window=wide"], "encoders/minilm: window must be a whole number"),
        (["encoder.window=4"], "encoders/minilm: window must be a whole number"),
        (["encoders.window=128"], "no method of the road is called 'encoders'"),
        (["window=128"], "run: params must be a list of parameters"),
        (["reducer.n_components=3"], "n_components has a setting of its own"),
    ],
)
def test_parameters_that_cannot_be_are_refused_before_anything_runs(params: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tp.run(planted(60)[0], params=params)
