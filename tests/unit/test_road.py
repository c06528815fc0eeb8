"""The road of a finished run, gone again; and the case that checks see."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import triptych as tp
from tests.audit_cases import planted_atlas, planted_case, planted_vectors
from tests.conftest import planted_run
from triptych.core.errors import UsageError
from triptych.measures.partition import by_size
from triptych.stages._case import case_of
from triptych.stages._road import road_of, route


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"kind": "gaussian", "min_cluster_size": 12},
        {"kind": "gaussian", "clusterer": "kmeans", "n_clusters": 8},
        {"kind": "mixture", "reduction": 0},
        {"rows": 9},
        {"rows": 2},
        {"rows": 1},
    ],
)
def test_f106_the_road_gone_again_with_the_seed_of_the_run_is_the_run(options: dict[str, object]) -> None:
    case = planted_case(**({"rows": 300} | options))
    road = case.road
    graph = road.search(case.vectors)
    assert np.array_equal(graph.indices, case.graph.indices)
    assert np.array_equal(graph.distances, case.graph.distances)
    points = road.reduce(case.vectors, graph, seed=case.seed)
    assert np.array_equal(points, case.points)
    labels, persistence = road.cluster(points, seed=case.seed)
    assert np.array_equal(labels, case.labels)
    assert len(persistence) == case.clusters
    assert np.array_equal(persistence[: len(case.persistence)], case.persistence)
    assert np.isnan(persistence).all() == (not len(case.persistence))


def test_f106_pca_euclidean_distance_and_a_vote_on_the_noise_are_gone_again() -> None:
    vectors, _ = planted_vectors(0, 300, "mixture", apart=0.7)
    atlas = tp.relate(tp.read(vectors, roles=tp.Roles()), metric="euclidean", k=7)
    atlas = tp.reduce(atlas, "pca", n_components=4, name="pca4")
    atlas = tp.reduce(atlas, n_components=2, name="umap2")
    atlas = tp.adopt(tp.cluster(atlas, on="pca4", min_cluster_size=10), on="pca4", k=9)
    case = case_of(atlas)
    assert (atlas.clusterings["hdbscan"].labels < 0).any()
    assert np.array_equal(case.vectors, vectors)
    assert [knob.name for knob in case.road.knobs] == ["clusterer.min_cluster_size", "clusterer.min_samples"]
    points = case.road.reduce(case.vectors, case.graph, seed=case.seed)
    assert np.array_equal(case.road.cluster(points, seed=case.seed)[0], case.labels)
    assert np.array_equal(case.labels, atlas.clusterings["hdbscan_nearest"].labels)


def test_f106_unset_settings_are_resolved_and_have_a_step_to_either_side() -> None:
    knobs = {knob.name: knob for knob in planted_case(rows=900).road.knobs}
    assert {name: knob.value for name, knob in knobs.items()} == {
        "reducer.n_neighbors": 15, "reducer.n_epochs": 250, "clusterer.min_cluster_size": 8, "clusterer.min_samples": 5,
    }  # fmt: skip
    assert knobs["clusterer.min_cluster_size"].others == (5, 12)
    assert knobs["reducer.n_neighbors"].others == (10,)  # the graph has no more than it uses
    assert knobs["reducer.n_epochs"].others == (150,)
    kmeans = road_of(planted_atlas(rows=100, clusterer="kmeans", n_clusters=40)).knobs[-1]
    assert (kmeans.name, kmeans.value, kmeans.others) == ("clusterer.n_clusters", 40, (36, 44))
    assert road_of(planted_atlas(rows=100, clusterer="kmeans", n_clusters=1)).knobs[-1].others == (2,)


def test_f106_a_setting_changes_what_it_should_and_the_runs_own_tree_is_read_again() -> None:
    case = planted_case(rows=300, kind="gaussian")
    own = case.road.cluster(case.points, seed=case.seed)[0]
    few = case.road.cluster(case.points, seed=case.seed, min_cluster_size=40.0)[0]
    assert few.max() < own.max()
    assert np.array_equal(case.road.cluster(case.points, seed=case.seed)[0], own)
    assert not np.array_equal(case.road.reduce(case.vectors, case.graph, seed=case.seed, n_neighbors=5), case.points)
    with pytest.raises(UsageError, match="no parameter 'size'"):
        case.road.cluster(case.points, seed=0, size=3)


def test_f106_other_rows_are_searched_in_the_metric_of_the_run() -> None:
    case = planted_case(rows=200)
    half = case.road.search(case.vectors[::2] * 3.0, 4)
    distances = 1 - case.vectors[::2] @ case.vectors[::2].T
    np.fill_diagonal(distances, np.inf)
    assert half.metric == "cosine"
    assert np.allclose(half.distances, np.sort(distances, axis=1)[:, :4], atol=1e-5)
    assert case.road.search(case.vectors[:3]).indices.shape == (3, 2)


def test_f106_swapped_rows_lead_to_the_same_topics_where_there_are_topics() -> None:
    case = planted_case(rows=400)
    order = np.arange(400)
    order[[3, 250]] = order[[250, 3]]
    vectors = case.vectors[order]
    points = case.road.reduce(vectors, case.road.search(vectors), seed=case.seed)
    labels = np.empty_like(case.labels)
    labels[order] = case.road.cluster(points, seed=case.seed)[0]
    assert np.array_equal(by_size(labels), case.labels)


def test_case_has_the_columns_as_what_they_are() -> None:
    case = case_of(planted_run(show="words"))
    columns = {column.name: column for column in case.columns}
    assert {name: column.kind for name, column in columns.items()} == {
        "day": "date", "kind": "category", "votes": "number",
    }  # fmt: skip
    assert columns["kind"].classes == ("boats", "bread", "cats", "chess", "stars", "taxes")
    assert columns["kind"].codes.tolist()[:3] == [2, 5, 0]  # cats, taxes, boats
    assert columns["day"].values[0] == 2000
    assert columns["day"].values[1] == pytest.approx(2001 + 1 / 365)
    assert columns["votes"].values[7] == 7
    assert case.ids[0] == case.names[0] == "k0000"
    assert [len(titles) for titles in case.titles] == [int(level.max()) + 1 for level in case.levels]
    assert np.array_equal(case.levels[0], case.labels)


def test_case_of_awkward_columns() -> None:
    rows = 40
    frame = pl.DataFrame({
        "one": ["same"] * rows, "many": [f"v{i}" for i in range(rows)],
        "when": ["0001-01-01", "9999-12-31"] + [""] * (rows - 2),
    })  # fmt: skip
    roles = tp.Roles(group=("one", "many"), date="when")
    case = case_of(planted_atlas(rows=rows, metadata=frame, roles=roles))
    columns = {column.name: column for column in case.columns}
    assert columns["one"].classes == ("same",)
    assert len(columns["many"].classes) == rows
    assert columns["when"].values[0] == 1
    assert 9999.9 < columns["when"].values[1] < 10000
    assert np.isnan(columns["when"].values[2:]).all()


def test_case_without_a_picture_or_a_clustering_is_refused() -> None:
    vectors, _ = planted_vectors(rows=50)
    atlas = tp.relate(tp.read(vectors, roles=tp.Roles()))
    with pytest.raises(UsageError, match="no result of that kind"):
        case_of(atlas)
    atlas = tp.cluster(atlas, on="given")
    with pytest.raises(UsageError, match="no layout 'umap2'"):
        case_of(atlas)
    assert route(atlas).reduce is None
