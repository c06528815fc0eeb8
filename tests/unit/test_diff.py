"""Two runs compared, in Python and on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from sklearn import metrics

import triptych as tp
from tests.conftest import planted, planted_run
from triptych.cli.diff import command
from triptych.core.atlas import Atlas
from triptych.core.errors import InputError, UsageError
from triptych.core.slots import Tree
from triptych.stages.diff import CHANGES, Diff, diff


def with_levels(atlas: Atlas, *levels: np.ndarray) -> Atlas:
    """Return the Atlas with other topics, which have no titles."""
    name = list(atlas.trees)[-1]
    tree = Tree(np.stack(levels).astype(np.int32))
    return replace(atlas, trees=atlas.trees.plus({name: tree}), descriptions=type(atlas.descriptions)())


@pytest.fixture(scope="module")
def six(planted_atlas: Atlas) -> tuple[Atlas, np.ndarray]:
    """Return the planted run with its six groups as topics, without noise, and those."""
    groups = (np.arange(planted_atlas.kept.height) % 6).astype(np.int32)
    return with_levels(planted_atlas, groups), groups


def test_f112_a_run_against_itself_is_empty(planted_atlas: Atlas) -> None:
    found = diff(planted_atlas, planted_atlas)
    assert found.empty
    assert found.rows.is_empty()
    assert found.common == planted_atlas.kept.height
    assert found.counts() == dict.fromkeys(found.counts(), 0) | {"kept": found.topics.height}
    assert found.topics["title_a"].to_list() == [title for (title,) in found.topics["titles_b"].to_list()]
    assert found.scores["ari"].to_list() == pytest.approx([1, 1])


def test_f112_numbers_of_clusters_and_order_of_rows_make_no_difference(six: tuple[Atlas, np.ndarray]) -> None:
    atlas, groups = six
    order = np.random.default_rng(0).permutation(len(groups))
    turned = with_levels(replace(atlas, rows=atlas.rows[order]), np.array([3, 5, 0, 1, 4, 2])[groups[order]])
    for found in (diff(atlas, turned), diff(turned, atlas)):
        assert found.empty
        assert found.counts()["kept"] == 6


def test_f112_planted_changes_are_named_and_their_rows_listed(six: tuple[Atlas, np.ndarray]) -> None:
    atlas, groups = six
    other = groups.copy()
    ids = np.array(atlas.kept["row_id"].to_list())
    other[groups == 1] = 0  # 0 and 1 are merged
    other[np.flatnonzero(groups == 2)[:18]] = 6  # 2 is split
    other[groups == 3] = -1  # 3 is lost
    other[np.flatnonzero(groups == 4)[:5]] = 5  # five rows go from 4 to 5
    found = diff(atlas, with_levels(atlas, other))
    changes = {line["topic_a"]: (line["change"], line["topics_b"]) for line in found.topics.to_dicts()}
    assert changes == {
        0: ("merged", [0]), 1: ("merged", [0]), 2: ("split", [2, 6]),
        3: ("lost", []), 4: ("kept", [4]), 5: ("kept", [5]),
    }  # fmt: skip
    moved = found.rows.filter(change="moved")
    assert moved["row_id"].to_list() == ids[np.flatnonzero(groups == 4)[:5]].tolist()
    assert moved.select("topic_a", "topic_b").unique().rows() == [(4, 5)]
    assert found.rows.filter(change="to noise")["row_id"].to_list() == ids[groups == 3].tolist()
    assert found.counts() == {
        "kept": 2, "split": 1, "merged": 2, "lost": 1, "new": 0,
        "moved": 5, "to noise": 40, "from noise": 0, "only in A": 0, "only in B": 0,
    }  # fmt: skip
    assert not found.empty
    back = diff(with_levels(atlas, other), atlas)
    assert back.counts() == found.counts() | {
        "split": 1, "merged": 2, "lost": 0, "new": 1, "to noise": 0, "from noise": 40
    }  # fmt: skip
    assert back.topics.row(-1, named=True) | {"rows_b": 0} == {
        "change": "new", "topic_a": None, "title_a": None, "rows_a": None, "topics_b": [3], "titles_b": [""],
        "rows_b": 0, "overlap": None,
    }  # fmt: skip


def test_f112_rows_of_one_run_alone_are_told_and_do_not_change_topics(six: tuple[Atlas, np.ndarray]) -> None:
    atlas, groups = six
    fewer = with_levels(replace(atlas, rows=atlas.rows[:-12]), groups[:-12])
    found = diff(atlas, fewer)
    assert found.common == len(groups) - 12
    assert found.counts() | {"only in A": 0, "kept": 0} == dict.fromkeys(found.counts(), 0)
    assert (found.counts()["only in A"], diff(fewer, atlas).counts()["only in B"]) == (12, 12)
    only = found.rows.to_dicts()[0]
    assert only["row_id"] == atlas.kept["row_id"][-12]
    assert (only["topic_a"], only["topic_b"], only["name"]) == (int(groups[-12]), None, atlas.names[-12])


def test_f037_scores_are_those_of_scikit_learn_on_all_rows_and_on_those_clustered_in_both(
    six: tuple[Atlas, np.ndarray],
) -> None:
    atlas, groups = six
    random = np.random.default_rng(0)
    one, other = (np.where(random.random(len(groups)) < 0.6, groups, random.integers(-1, 6, len(groups))) for _ in "ab")
    scores = diff(with_levels(atlas, one), with_levels(atlas, other)).scores
    both = (one >= 0) & (other >= 0)
    for scope, rows in (("clustered", both), ("all", np.ones_like(both))):
        line = scores.row(by_predicate=pl.col("scope") == scope, named=True)
        assert line["rows"] == rows.sum()
        assert line["ari"] == pytest.approx(metrics.adjusted_rand_score(one[rows], other[rows]))
        assert line["ami"] == pytest.approx(metrics.adjusted_mutual_info_score(one[rows], other[rows]))
        assert line["nmi"] == pytest.approx(metrics.normalized_mutual_info_score(one[rows], other[rows]))


def test_f037_scores_of_nothing_are_null(six: tuple[Atlas, np.ndarray]) -> None:
    atlas, groups = six
    found = diff(atlas, with_levels(atlas, np.full(len(groups), -1)))
    assert found.scores.row(0) == ("clustered", 0, None, None, None)
    assert found.counts()["lost"] == 6


def test_f112_other_levels_are_compared(planted_atlas: Atlas) -> None:
    sizes = list(planted_atlas.trees.values())[-1].sizes
    for level, size in enumerate(sizes):
        assert diff(planted_atlas, planted_atlas, level=level).topics.height == size
    with pytest.raises(UsageError, match=f"no level {len(sizes)}"):
        diff(planted_atlas, planted_atlas, level=len(sizes))


def test_f112_runs_without_levels_are_compared_by_their_clusters() -> None:
    vectors, _ = planted()
    atlas = tp.cluster(tp.relate(tp.read(vectors, roles=tp.Roles())), "kmeans", on="given", n_clusters=6)
    other = tp.cluster(atlas, "kmeans", on="given", n_clusters=5)
    found = diff(atlas, other)
    assert diff(atlas, atlas).empty
    assert (found.counts()["kept"], found.counts()["merged"]) == (4, 2)
    with pytest.raises(UsageError, match="a run has none"):
        diff(atlas, other, level=1)
    with pytest.raises(UsageError, match="no result of that kind"):
        diff(tp.read(vectors, roles=tp.Roles()), atlas)


def test_f112_other_data_are_refused_even_when_row_numbers_agree(planted_atlas: Atlas) -> None:
    other = replace(planted_atlas, rows=planted_atlas.rows.with_columns(pl.col("row_id") + "x"))
    with pytest.raises(InputError, match="no row in common"):
        diff(planted_atlas, other)
    columns = [name for name in planted_atlas.rows.columns if name not in ("row_id", "status")]
    shifted = planted_atlas.rows.with_columns(pl.col(columns).shift(1).fill_null(strategy="backward"))
    with pytest.raises(InputError, match="the two runs are of different data: of 240 rows"):
        diff(planted_atlas, replace(planted_atlas, rows=shifted))


def test_f112_other_texts_of_the_same_rows_and_further_columns_are_the_same_data(planted_atlas: Atlas) -> None:
    rows = planted_atlas.rows
    for changed in (
        rows.with_columns(document="translated " + pl.col("document")),
        rows.with_columns(votes=pl.col("votes") + 1, more=pl.lit("x")),
    ):
        assert diff(planted_atlas, replace(planted_atlas, rows=changed)).common == 240


@pytest.fixture(scope="module")
def folders(planted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folder of the planted run, and of one with k-means and fewer clusters."""
    folder = tmp_path_factory.mktemp("diff") / "other.trip"
    planted_run(out=folder, clusterer="kmeans", min_cluster_size=None, n_clusters=5)
    return planted_folder, folder


def printed(*words: object) -> str:
    result = CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_f112_command_line_says_what_changed(folders: tuple[Path, Path]) -> None:
    assert printed(folders[0], folders[0]).startswith("The two runs are the same: 240 rows in 6 topics")
    lines = printed(*folders).splitlines()
    assert lines[0] == "Topics    4 kept, 0 split, 2 merged, 0 lost, 0 new"
    assert lines[1].startswith("Rows      240 in both: 0 in another topic")
    assert "rows clustered in both" in lines[2]
    assert [line.split()[0] for line in lines[5:]] == ["merged", "merged"]
    assert "→" in lines[5]


def test_f112_command_line_prints_everything_as_json(folders: tuple[Path, Path]) -> None:
    found = json.loads(printed(*folders, "--json"))
    expected: Diff = diff(tp.load(folders[0]), tp.load(folders[1]))
    assert (found["same"], found["common"], found["counts"]) == (False, 240, expected.counts())
    assert found["topics"] == expected.topics.to_dicts()
    assert found["rows"] == expected.rows.to_dicts()
    assert [*found["counts"]][:5] == [*CHANGES]


def test_f112_command_line_shows_signs_of_titles_and_never_obeys_them(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = Atlas.titles
    monkeypatch.setattr(Atlas, "titles", lambda self, tree: [(t, "\x1b[2J" + s, x) for t, s, x in evil(self, tree)])
    assert "\x1b" not in printed(*folders)
