"""The words and titles of the same topics, side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import planted_run
from triptych.cli.contrast import command
from triptych.core.atlas import Atlas
from triptych.core.errors import InputError, UsageError
from triptych.core.slots import Shelf


def test_f054_words_of_two_describers_stand_side_by_side(planted_atlas: Atlas) -> None:
    other = tp.label(tp.describe(planted_atlas, "ctfidf", top=4))
    found = tp.contrast(planted_atlas, other)
    before, after = planted_atlas.topics(), other.topics()
    assert found.select("level", "topic", "size").rows() == before.select("level", "topic", "size").rows()
    assert found["words_before"].to_list() == before["keywords"].to_list()
    assert found["words_after"].to_list() == after["keywords"].to_list()
    assert found["title_after"].to_list() == after["label"].to_list()
    for line in found.to_dicts():
        one, two = set(line["words_before"]), set(line["words_after"])
        assert line["words_shared"] == pytest.approx(len(one & two) / len(one | two))
        assert 1 <= len(line["examples"]) <= 3
    assert found["words_shared"].max() < 1


def test_f054_titles_before_and_after_a_labeller(planted_atlas: Atlas) -> None:
    bare = replace(planted_atlas, labels=Shelf())
    found = tp.contrast(bare, tp.label(bare))
    assert set(found["title_before"]) == {""}
    assert all(found["title_after"])
    assert found["words_shared"].to_list() == [1.0] * found.height


def test_f054_without_words_nothing_is_shared() -> None:
    atlas = tp.read(np.random.default_rng(0).normal(size=(40, 4)), roles=tp.Roles())
    atlas = tp.describe(tp.nest(tp.cluster(tp.relate(atlas), "kmeans", on="given", n_clusters=3), on="given"))
    found = tp.contrast(atlas, atlas)
    assert found.height
    assert found["words_shared"].null_count() == found.height


def test_f054_other_topics_or_rows_are_refused(planted_atlas: Atlas) -> None:
    fewer = tp.describe(tp.nest(tp.cluster(planted_atlas, "kmeans", on="given", n_clusters=5)))
    with pytest.raises(InputError, match="same rows in the same topics") as raised:
        tp.contrast(planted_atlas, fewer)
    assert "triptych diff" in raised.value.hint
    with pytest.raises(UsageError, match="no result of that kind"):
        tp.contrast(planted_atlas, tp.read(np.eye(4), roles=tp.Roles()))


@pytest.fixture(scope="module")
def folders(planted_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Return the folder of the planted run, and of one with another describer."""
    folder = tmp_path_factory.mktemp("contrast") / "other.trip"
    planted_run(out=folder, describer="keybert")
    return str(planted_folder), str(folder)


def test_f054_command_line_prints_both(folders: tuple[str, str]) -> None:
    result = CliRunner().invoke(command, [*folders, "--level", "0"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 18
    assert [line.split()[0] for line in lines[:3]] == ["level", "before", "after"]
    found = json.loads(CliRunner().invoke(command, [*folders, "--json"], catch_exceptions=False).stdout)
    assert {line["level"] for line in found} == {0, 1, 2}
    with pytest.raises(UsageError, match="no level 7"):
        CliRunner().invoke(command, [*folders, "--level", "7"], catch_exceptions=False)


def test_f054_table_as_csv(folders: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "contrast.csv"
    CliRunner().invoke(command, [*folders, "--save", str(path)], catch_exceptions=False)
    found = pl.read_csv(path)
    assert found.columns == [
        "level", "topic", "size", "title_before", "title_after", "words_before", "words_after", "words_shared",
        "examples",
    ]  # fmt: skip
    assert "; " in found["words_after"][0]


def test_f054_command_line_prints_no_control_characters(
    folders: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = Atlas.titles
    monkeypatch.setattr(Atlas, "titles", lambda self, tree: [(t, "\x1b[2J" + s, x) for t, s, x in evil(self, tree)])
    result = CliRunner().invoke(command, list(folders), catch_exceptions=False)
    assert "[2J" in result.stdout
    assert "\x1b" not in result.stdout
