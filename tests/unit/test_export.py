"""Folders for other map tools: all of the run that they can show, nothing that runs, the same bytes each time."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result

import triptych as tp
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.slots import Labels, Layout, Shelf
from triptych.export.datamapplot import NOISE, SCRIPT, write_datamapplot
from triptych.export.embedding_atlas import write_embedding_atlas
from triptych.export.topics import unique_titles


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def same_titled(atlas: Atlas, title: str) -> Atlas:
    """Return the Atlas with one title for every topic."""
    topics = atlas.descriptions["topics"].topics
    return replace(atlas, labels=Shelf({"topics": Labels({t.evidence: (title, "given") for t in topics})}))


def noisy(atlas: Atlas) -> Atlas:
    """Return the Atlas with its first three rows in no topic."""
    tree = atlas.trees["topics"]
    levels = tree.levels.copy()
    levels[:, :3] = -1
    return replace(atlas, trees=Shelf({"topics": replace(tree, levels=levels)}))


def test_f119_datamapplot_data_is_that_of_the_run(planted_atlas: Atlas, tmp_path: Path) -> None:
    atlas = noisy(planted_atlas)
    folder = write_datamapplot(atlas, tmp_path / "a", title="The </title> of it")
    assert sorted(path.name for path in folder.iterdir()) == ["draw.py", "points.npz", "words.json"]
    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    with np.load(folder / "points.npz", allow_pickle=False) as points:
        np.testing.assert_array_equal(points["xy"], atlas.layouts["umap2"].values)
        for i, level in enumerate(atlas.trees["topics"].levels):
            np.testing.assert_array_equal(points[f"level_{i}"], level)
            titles = [*words["titles"][i], words["noise"]]
            named = {(t.level, t.cluster): title for t, title, _ in atlas.titles("topics")}
            for row in (0, 1, 100, 239):
                expected = named[i, int(level[row])] if level[row] >= 0 else NOISE
                assert titles[points[f"level_{i}"][row]].startswith(expected)
    assert words["names"] == atlas.names
    assert words["title"] == "The </title> of it"


def test_f119_datamapplot_script_compiles_and_holds_nothing_of_the_data(planted_atlas: Atlas, tmp_path: Path) -> None:
    folder = write_datamapplot(planted_atlas, tmp_path, title='"""\nimport os')
    assert (folder / "draw.py").read_text(encoding="utf-8") == SCRIPT
    tree = ast.parse(SCRIPT)
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names
    }
    assert imported == {"html", "json", "Path", "datamapplot", "numpy"}
    compile(SCRIPT, "draw.py", "exec")
    assert "\\\\$" in SCRIPT


def test_f119_the_same_run_gives_the_same_folders(planted_atlas: Atlas, tmp_path: Path) -> None:
    for write in (write_datamapplot, write_embedding_atlas):
        one, two = write(planted_atlas, tmp_path / "one"), write(planted_atlas, tmp_path / "two")
        for path in one.iterdir():
            assert path.read_bytes() == (two / path.name).read_bytes(), path.name


def test_f119_titles_that_repeat_on_a_level_are_numbered(planted_atlas: Atlas) -> None:
    levels = unique_titles(same_titled(planted_atlas, NOISE), "topics", NOISE)
    assert [len(titles) for titles in levels] == list(planted_atlas.trees["topics"].sizes)
    assert all(len(set(titles)) == len(titles) and NOISE not in titles for titles in levels)
    assert levels[0][:2] == [f"{NOISE} (2)", f"{NOISE} (3)"]
    untitled = unique_titles(replace(planted_atlas, labels=Shelf({})), "topics")
    assert untitled[0][:2] == ["Untitled", "Untitled (2)"]


def test_f119_embedding_atlas_points_are_the_rows(planted_atlas: Atlas, tmp_path: Path) -> None:
    atlas = noisy(planted_atlas)
    folder = write_embedding_atlas(atlas, tmp_path, columns=["kind", "day"])
    points = pl.read_parquet(folder / "points.parquet")
    assert points.columns[:5] == ["row_id", "name", "text", "x", "y"]
    assert points["row_id"].to_list() == atlas.kept["row_id"].to_list()
    assert points["text"].to_list() == atlas.documents
    np.testing.assert_array_equal(points.select("x", "y").to_numpy(), atlas.layouts["umap2"].values)
    assert points["kind"].to_list() == atlas.kept["kind"].to_list()
    assert points["day"].dtype == pl.Date
    assert "votes" not in points.columns
    assert points["level_0"].is_null().to_list() == [True] * 3 + list(atlas.trees["topics"].levels[0][3:] < 0)
    near = points["neighbors"].to_list()
    graph = atlas.graphs[next(iter(atlas.graphs))]
    assert [row["ids"] for row in near] == graph.indices.tolist()
    np.testing.assert_array_equal(np.array([row["distances"] for row in near], dtype=np.float32), graph.distances)


def test_f119_embedding_atlas_labels_stand_on_their_topics(planted_atlas: Atlas, tmp_path: Path) -> None:
    folder = write_embedding_atlas(planted_atlas, tmp_path)
    labels = pl.read_parquet(folder / "labels.parquet")
    topics = planted_atlas.descriptions["topics"].topics
    assert labels.columns == ["x", "y", "text", "level", "priority"]
    assert labels.height == len(topics)
    assert labels["level"].max() == len(planted_atlas.trees["topics"].levels) - 1
    coarsest = [t for t in topics if t.parent < 0]
    assert sorted(labels.filter(level=0)["priority"]) == sorted(t.size for t in coarsest)
    xy = planted_atlas.layouts["umap2"].values
    for topic, label in zip(topics, labels.rows(named=True), strict=True):
        inside = xy[planted_atlas.trees["topics"].levels[topic.level] == topic.cluster]
        assert (inside.min(axis=0) <= (label["x"], label["y"])).all()
        assert (inside.max(axis=0) >= (label["x"], label["y"])).all()
    points = pl.read_parquet(folder / "points.parquet")
    fine = labels.filter(pl.col("level") == labels["level"].max())
    assert set(points["level_0"].drop_nulls()) == set(fine["text"])


def test_f119_a_column_of_a_name_that_is_taken_is_kept(planted_atlas: Atlas, tmp_path: Path) -> None:
    rows = planted_atlas.rows.with_columns(x=pl.lit("mine"))
    folder = write_embedding_atlas(replace(planted_atlas, rows=rows), tmp_path, columns=["x"])
    points = pl.read_parquet(folder / "points.parquet")
    assert set(points["source_x"]) == {"mine"}
    assert points["x"].dtype == pl.Float32


def test_f119_vectors_without_texts_have_names_to_read(tmp_path: Path) -> None:
    from tests.conftest import planted

    atlas = tp.run(planted(120)[0], min_cluster_size=8, levels=(2,))
    points = pl.read_parquet(write_embedding_atlas(atlas, tmp_path) / "points.parquet")
    assert points["text"].to_list() == atlas.names


@pytest.mark.parametrize("write", [write_datamapplot, write_embedding_atlas])
def test_f119_what_cannot_be_exported_says_why(planted_atlas: Atlas, tmp_path: Path, write: object) -> None:
    assert callable(write)
    with pytest.raises(UsageError, match="no layout 'umap3'"):
        write(planted_atlas, tmp_path / "a", layout="umap3")
    with pytest.raises(UsageError, match="has 5 dimensions"):
        write(planted_atlas, tmp_path / "a", layout="umap5")
    random = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    noise = tp.run(random, min_cluster_size=39, levels=(2,))
    with pytest.raises(UsageError, match="no topics: every row is noise"):
        write(noise, tmp_path / "a")
    bare = replace(planted_atlas, layouts=Shelf[Layout]({}))
    with pytest.raises(UsageError, match="no layout 'umap2'"):
        write(bare, tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["datamapplot"], "datamapplot/draw.py"),
        (["embedding-atlas"], "embedding-atlas/labels.parquet"),
        (["other", "--what", "datamapplot"], "other/words.json"),
        (["datamapplot", "--what", "embedding-atlas"], "datamapplot/points.parquet"),
    ],
    ids=" ".join,
)
def test_f119_a_folder_named_after_a_tool_is_for_it(
    planted_folder: Path, tmp_path: Path, words: list[str], made: str
) -> None:
    result = call("export", planted_folder, tmp_path / words[0], *words[1:])
    assert result.exit_code == 0, result.exception
    assert (tmp_path / made).is_file()
    assert result.stdout.strip() == str(tmp_path / words[0])
    assert "next" in result.stderr


def test_results_are_still_what_is_exported_by_default(planted_folder: Path, tmp_path: Path) -> None:
    assert call("export", planted_folder, tmp_path / "a.parquet").exit_code == 0
    assert pl.read_parquet(tmp_path / "a.parquet").height == 240
