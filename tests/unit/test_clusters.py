"""Clusters as the stages give them: one tree for all readings, sweeps over it, rows in none put with the nearest."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import planted, planted_run
from triptych.cli.app import app
from triptych.clusterers._vote import nearest_clusters
from triptych.clusterers.hdbscan import HDBSCAN
from triptych.core.atlas import Atlas
from triptych.core.context import Context, using
from triptych.core.errors import StoreError, UsageError
from triptych.core.schema import ROW_ID
from triptych.core.slots import Clustering, SpanningTree
from triptych.core.store import Store, read_config
from triptych.core.tables import result_table
from triptych.core.upkeep import check_run
from triptych.core.validate import check_value
from triptych.measures.validity import best_overlaps, relative_validity

SIZES = (5, 10, 30)


def scattered(rows: int = 240) -> np.ndarray:
    """Return vectors of six groups, and as many rows again in no group at all as a tenth of them."""
    vectors, _ = planted(rows)
    loose = np.random.default_rng(5).normal(scale=1.2, size=(rows // 10, vectors.shape[1]))
    return np.vstack([vectors, loose]).astype(np.float32)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return tp.relate(tp.read(scattered(), roles=tp.Roles()))


def test_f026_every_size_is_a_reading_of_one_tree(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fresh = {
        (size, selection): tp.cluster(atlas, on="given", min_cluster_size=size, selection=selection)
        for size in SIZES
        for selection in ("eom", "leaf")
    }
    with Store(tmp_path / "run") as store, using(Context(threads=1, store=store)):
        tp.cluster(atlas, on="given")
    monkeypatch.setattr(HDBSCAN, "span", lambda *_, **__: pytest.fail("the tree was built again"))
    with Store(tmp_path / "run") as store, using(Context(threads=1, store=store)):
        for (size, selection), expected in fresh.items():
            again = tp.cluster(atlas, on="given", min_cluster_size=size, selection=selection)
            assert again.digests == expected.digests


def test_f026_other_samples_are_another_tree(atlas: Atlas) -> None:
    found = tp.cluster(tp.cluster(atlas, on="given"), on="given", min_samples=9, name="other")
    assert set(found.spanning_trees) == {"hdbscan_given", "hdbscan_given_min_samples9"}
    one, other = found.spanning_trees.values()
    assert other.distance.sum() > one.distance.sum()


def test_f026_persistence_stands_beside_each_cluster(planted_atlas: Atlas) -> None:
    clustering = planted_atlas.clusterings["hdbscan"]
    assert len(clustering.persistence) == clustering.labels.max() + 1
    table = planted_atlas.topics()
    finest = table.filter(pl.col("level") == 0).sort("topic")
    assert finest["persistence"].to_list() == pytest.approx(clustering.persistence.tolist())
    assert table.filter(pl.col("level") > 0)["persistence"].is_null().all()
    assert table["adopted"].sum() == 0


def test_f026_a_method_that_says_no_persistence_has_none(atlas: Atlas) -> None:
    found = tp.nest(tp.cluster(atlas, "kmeans", on="given", n_clusters=6), on="given")
    assert found.clusterings["kmeans"].persistence.shape == (0,)
    assert not found.spanning_trees


def test_f026_too_many_samples_are_refused(atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="min_samples 300 is more than the 264 rows"):
        tp.cluster(atlas, on="given", min_samples=300)
    with pytest.raises(UsageError, match="min_cluster_size 300 is more than the 264 rows"):
        tp.cluster(atlas, on="given", min_cluster_size=300)


TREE = SpanningTree(np.array([0, 1], "i4"), np.array([1, 2], "i4"), np.array([1.0, 2.0]))
LABELS, ONES = np.array([0, 1, -1], "i4"), np.ones(3, "f4")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (SpanningTree(TREE.one[:1], TREE.other[:1], TREE.distance[:1]), "has 1 rows in 'one', 3 are kept"),
        (SpanningTree(TREE.one, TREE.other + 1, TREE.distance), "has a number in 'other' that is out of range"),
        (SpanningTree(TREE.one - 1, TREE.other, TREE.distance), "has a number in 'one' that is out of range"),
        (SpanningTree(TREE.one, TREE.other, TREE.distance[::-1]), "has distances that do not rise from above 0"),
        (SpanningTree(TREE.one, TREE.other, TREE.distance - 1), "has distances that do not rise from above 0"),
        (SpanningTree(TREE.one, TREE.other, TREE.distance * np.nan), "has distances that do not rise from above 0"),
        (Clustering(LABELS, ONES, ONES), "has another number of clusters in 'persistence'"),
        (Clustering(LABELS, ONES, ONES[:2], np.ones(2, "?")), "has 2 rows in 'adopted', 3 are kept"),
    ],
)
def test_values_that_do_not_fit_are_refused(value: object, problem: str) -> None:
    check_value("spanning_trees/x", TREE, 3)
    check_value("clusterings/x", Clustering(LABELS, ONES, ONES[:2], LABELS < 0), 3)
    with pytest.raises(StoreError, match=problem):
        check_value("there/x", value, 3)


def test_f030_votes_weigh_one_over_the_distance() -> None:
    points = np.array([[0], [1], [3], [2.5], [50]], dtype=np.float32)
    labels = np.array([0, 0, 1, -1, -1], dtype=np.int32)
    strength = np.array([1, 0.5, 0.8, 0, 0], dtype=np.float32)
    found, membership = nearest_clusters(points, labels, strength, 3, threads=1)
    assert found.tolist() == [1, 0]
    near = np.array([1 / 2.5, 1 / 1.5, 1 / 0.5])
    far = np.array([1 / 50, 1 / 49, 1 / 47])
    expected = [0.8 * near[2] / near.sum(), (far[0] + 0.5 * far[1]) / far.sum()]
    assert membership == pytest.approx(expected)
    assert nearest_clusters(points, labels, strength, 1, threads=1)[1] == pytest.approx([0.8, 0.8])


def test_f030_a_row_on_others_goes_with_them() -> None:
    points = np.array([[0, 0], [0, 0], [0, 0], [1, 0], [0, 0]], dtype=np.float32)
    labels, ones = np.array([0, 0, 1, 1, -1], dtype=np.int32), np.ones(5, dtype=np.float32)
    found, membership = nearest_clusters(points, labels, ones, 9, threads=2)
    assert (found.tolist(), membership.tolist()) == ([0], pytest.approx([2 / 3]))


def test_f030_noise_goes_to_the_nearest_cluster_and_is_flagged(atlas: Atlas) -> None:
    before = tp.cluster(atlas, on="given", min_cluster_size=15)
    found = tp.adopt(before, on="given")
    old, new = found.clusterings["hdbscan"], found.clusterings["hdbscan_nearest"]
    noise = old.labels < 0
    assert noise.sum() >= 20
    assert np.array_equal(new.adopted, noise)
    assert new.labels.min() >= 0
    assert ((new.strength > 0) & (new.strength <= 1)).all()
    assert np.array_equal(new.strength[~noise], old.strength[~noise])
    assert sorted(new.persistence) == sorted(old.persistence)
    for cluster in range(old.labels.max() + 1):
        assert len(set(new.labels[old.labels == cluster].tolist())) == 1, "clusters stay together"
    sizes = np.bincount(new.labels)
    assert (np.diff(sizes) <= 0).all()
    points = before.vectors["given"].values
    row = int(np.flatnonzero(noise)[0])
    gaps = np.where(noise, np.inf, np.linalg.norm(points.astype(float) - points[row], axis=1))
    alone = tp.adopt(before, on="given", k=1).clusterings["hdbscan_nearest"]
    assert alone.labels[row] == alone.labels[gaps.argmin()]
    assert alone.strength[row] == pytest.approx(alone.strength[gaps.argmin()])
    assert f"{noise.sum()} rows in no cluster put into the nearest" in found.steps[-1].notes[0]


def test_f030_nothing_to_adopt_and_nobody_to_adopt_it(atlas: Atlas) -> None:
    full = tp.adopt(tp.cluster(atlas, "kmeans", on="given"), on="given").clusterings["kmeans_nearest"]
    assert not full.adopted.any()
    empty = tp.cluster(atlas, on="given", min_cluster_size=200)
    assert empty.clusterings["hdbscan"].labels.max() == -1
    left = tp.adopt(empty, on="given").clusterings["hdbscan_nearest"]
    assert (left.labels == -1).all()
    assert not left.adopted.any()


def test_f030_adopting_twice_keeps_the_flags(atlas: Atlas) -> None:
    once = tp.adopt(tp.cluster(atlas, on="given", min_cluster_size=15), on="given", name="once")
    twice = tp.adopt(once, on="given", name="twice").clusterings
    assert np.array_equal(twice["twice"].adopted, twice["once"].adopted)


def test_f030_the_road_tells_who_was_adopted(tmp_path: Path) -> None:
    vectors = scattered()
    loose = pl.DataFrame({"words": [f"word{i % 7} other{i % 5}" for i in range(len(vectors))]})
    run = tmp_path / "run"
    atlas = tp.run(
        vectors, metadata=loose, text="words", out=run, noise="nearest", min_cluster_size=15, levels=(2,), reduction=0
    )
    adopted = int(atlas.clusterings["hdbscan_nearest"].adopted.sum())
    noise = int((atlas.clusterings["hdbscan"].labels < 0).sum())
    assert adopted == noise > 0
    rows = pl.read_csv(run / "results.csv")
    assert rows["hdbscan_nearest_adopted"].sum() == adopted
    assert (rows["hdbscan"] == -1).sum() == noise
    assert result_table(atlas).filter(pl.col("hdbscan_nearest_adopted"))["level_0"].min() >= 0
    table = atlas.topics()
    for level in table["level"].unique():
        assert table.filter(pl.col("level") == level)["adopted"].sum() == adopted
    assert pl.read_csv(run / "topics.csv")["adopted"].to_list() == table["adopted"].to_list()
    said = CliRunner().invoke(app, ["show", str(run)]).output
    assert f"with {noise:,} rows in none" in said
    assert f"of these {adopted:,} put into the nearest" in said
    summary = json.loads(CliRunner().invoke(app, ["show", str(run), "--json"]).output)
    assert (summary["noise"], summary["adopted"]) == (noise, adopted)
    assert summary["noise_share"] == pytest.approx(noise / len(vectors))
    assert read_config(run)["noise"] == "nearest"
    assert {element.state for element in check_run(run)} == {"intact"}


def test_f030_by_default_noise_stays_noise(planted_atlas: Atlas) -> None:
    assert planted_atlas.clusterings["hdbscan"].adopted.shape == (0,)
    assert "hdbscan_adopted" not in result_table(planted_atlas).columns
    assert ROW_ID in result_table(planted_atlas).columns


def test_f033_relative_validity_by_hand() -> None:
    labels = np.array([0, 0, 1, 1, -1], dtype=np.int32)
    one, other = np.array([0, 2, 1, 3]), np.array([1, 3, 2, 4])
    distance = np.array([1.0, 2.0, 4.0, 9.0])
    expected = (2 * (4 - 1) / 4 + 2 * (4 - 2) / 4 + 0) / 5
    assert relative_validity(labels, one, other, distance) == pytest.approx(expected)
    # No edge between clusters: each is taken to lie twice the longest edge away.
    apart = relative_validity(np.array([0, 0, -1, 1, 1]), np.arange(4), np.arange(1, 5), np.array([1.0, 2, 4, 9]))
    assert apart == pytest.approx((2 * (18 - 1) / 18 + 2 * (18 - 9) / 18) / 5)
    # One cluster: the nearest row outside of it counts.
    single = relative_validity(np.array([0, 0, 0, -1]), np.arange(3), np.arange(1, 4), np.array([1.0, 2, 4]))
    assert single == pytest.approx(3 * (8 - 2) / 8 / 4)
    assert relative_validity(np.full(3, -1), np.arange(2), np.arange(1, 3), np.ones(2)) is None


def test_f033_overlaps_by_hand() -> None:
    labels = np.array([0, 0, 0, 1, 1, 2, -1], dtype=np.int32)
    others = np.array([1, 1, 0, 0, 0, -1, 0], dtype=np.int32)
    assert best_overlaps(labels, others).tolist() == [2 / 3, 2 / 4, 0]
    assert best_overlaps(labels, labels).tolist() == [1, 1, 1]
    assert best_overlaps(labels, np.full(7, -1, dtype=np.int32)).tolist() == [0, 0, 0]


def test_f033_a_sweep_reads_one_tree(atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    separate = [tp.cluster(atlas, on="given", min_cluster_size=size).clusterings["hdbscan"].labels for size in SIZES]
    built: list[int] = []
    span = HDBSCAN.span
    monkeypatch.setattr(HDBSCAN, "span", lambda self, *a, **k: built.append(1) or span(self, *a, **k))
    swept = tp.sweep(atlas, on="given", min_cluster_size=(*SIZES, SIZES[0], 1000))
    assert len(built) == 1
    tree = swept.spanning_trees["hdbscan_given"]
    frame = swept.audits["sweep"]
    assert frame["value"].to_list() == [*SIZES, 1000]
    assert set(frame["parameter"]) == {"min_cluster_size"}
    for row, labels, following in zip(frame.to_dicts(), separate, [*separate[1:], None], strict=False):
        assert row["clusters"] == labels.max() + 1
        assert row["noise"] == (labels < 0).sum()
        assert row["noise_share"] == pytest.approx((labels < 0).mean())
        assert row["score"] == pytest.approx(relative_validity(labels, tree.one, tree.other, tree.distance))
        if following is None:
            assert row["survival"] is None
        else:
            assert row["survival"] == pytest.approx(best_overlaps(labels, following).mean())
        assert row["skipped"] is None
    assert "1000 is more than the 264 rows" in frame["skipped"][-1]
    assert frame["clusters"][-1] is None
    assert set(swept.clusterings) == set(atlas.clusterings), "a sweep changes no clustering"


def test_f033_trees_are_shared_and_other_methods_have_no_score(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    built: list[int] = []
    span = HDBSCAN.span
    monkeypatch.setattr(HDBSCAN, "span", lambda self, *a, **k: built.append(1) or span(self, *a, **k))
    with Store(tmp_path / "run") as store, using(Context(threads=1, store=store)):
        tp.sweep(tp.cluster(atlas, on="given"), on="given", min_cluster_size=SIZES)
        assert len(built) == 1
        tp.sweep(atlas, on="given", min_samples=(5, 6, 7))
        assert len(built) == 1 + 3
    means = tp.sweep(atlas, "kmeans", on="given", n_clusters=[2, 6]).audits["sweep"]
    assert means["clusters"].to_list() == [2, 6]
    assert means["noise"].to_list() == [0, 0]
    assert means["score"].is_null().all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "one parameter must have a list of values, got none"),
        ({"min_cluster_size": 5}, "got none"),
        ({"min_cluster_size": ()}, "one parameter must have a list of values, got min_cluster_size"),
        ({"min_cluster_size": (5, 6), "min_samples": (5, 6)}, "got min_cluster_size, min_samples"),
        ({"min_cluster_size": (5, 1)}, "min_cluster_size must be a whole number of at least 2, got 1"),
        ({"min_cluster_sizes": (5, 6)}, "has no parameter 'min_cluster_sizes'"),
        ({"min_cluster_size": (5, 6), "on": "nowhere"}, "there is no layout and there are no vectors called 'nowhere'"),
    ],
)
def test_f033_a_sweep_that_makes_no_sense_is_refused(atlas: Atlas, params: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tp.sweep(atlas, **{"on": "given"} | params)


def test_f033_the_command_prints_the_table_and_keeps_it(tmp_path: Path) -> None:
    run = tmp_path / "run"
    planted_run(out=run)
    before = (run / "map.html").read_bytes()
    told = CliRunner().invoke(app, ["sweep", str(run), "--min-cluster-size", "10,30,500", "--quiet"])
    assert told.exit_code == 0, told.output
    lines = told.output.strip().splitlines()
    assert lines[0].split() == ["min_cluster_size", "clusters", "noise", "score", "survival"]
    assert lines[1].split()[:2] == ["10", "6"]
    assert "skipped: " in lines[3]
    atlas = tp.load(run)
    assert atlas.audits["sweep"]["value"].to_list() == [10, 30, 500]
    assert atlas.step_names[-1] == "sweep/sweep"
    assert atlas.topics().height > 0
    assert (run / "map.html").read_bytes() == before
    as_json = CliRunner().invoke(app, ["sweep", str(run), "--min-cluster-size", "10,30,500", "--quiet", "--json"])
    assert json.loads(as_json.output) == atlas.audits["sweep"].to_dicts()
    assert {element.state for element in check_run(run)} == {"intact"}
    planted_run(out=run)
    assert tp.load(run).clusterings["hdbscan"].labels.max() == 5


def test_f033_the_command_takes_one_parameter(planted_folder: Path) -> None:
    for flags in ([], ["--min-cluster-size", "5,6", "--min-samples", "5,6"], ["--n-clusters", "5,6"]):
        found = CliRunner().invoke(app, ["sweep", str(planted_folder), "--quiet", *flags])
        assert isinstance(found.exception, UsageError)
