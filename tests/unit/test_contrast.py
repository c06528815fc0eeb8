"""The words and titles of the same topics, side by side."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
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


def test_f054_one_level_alone(planted_atlas: Atlas) -> None:
    every = tp.contrast(planted_atlas, planted_atlas)
    assert tp.contrast(planted_atlas, planted_atlas, level=1).rows() == every.filter(level=1).rows()
    for level in (-1, 3):
        with pytest.raises(UsageError, match=f"no level {level}") as raised:
            tp.contrast(planted_atlas, planted_atlas, level=level)
        assert raised.value.hint == "levels go from 0 to 2"


def figures(html: str) -> dict[str, str]:
    """Return the figures at the top of a page: what they count -> the number."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", html))


def test_f054_page_says_what_changed_on_the_whole(planted_atlas: Atlas) -> None:
    other = tp.label(tp.describe(planted_atlas, "ctfidf", top=4))
    topics = tp.contrast(planted_atlas, other).to_dicts()
    html = tp.contrast_page(planted_atlas, other).html
    both = [set(row["words_before"]) & set(row["words_after"]) for row in topics]
    share = sum(map(len, both)) / sum(len(row["words_before"]) for row in topics)
    changed = sum(row["title_before"] != row["title_after"] for row in topics)
    assert 0 < share < 1
    assert figures(html) == {
        "topics": str(len(topics)), "titles changed": str(changed), "of the words kept": f"{share:.0%}",
    }  # fmt: skip
    assert html.count("<mark>") == 2 * sum(map(len, both))
    assert html.count('class="pair"') == len(topics)
    assert html.count("another title") == changed
    assert html.count("same title") == len(topics) - changed
    for row in topics:
        for shown in (row["title_before"], row["title_after"], f"{row['size']} rows (", " · ".join(row["examples"])):
            assert escape(shown) in html
    assert "words by mmr, titles by phrases · after: words by ctfidf, titles by phrases" in html


def test_f054_page_of_one_level(planted_atlas: Atlas, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    page = tp.contrast_page(planted_atlas, planted_atlas, path, level=0, title="Twice <the> same")
    assert path.read_text(encoding="utf-8") == page.html
    assert re.findall(r'id="level-(\d)"', page.html) == ["0"]
    assert figures(page.html) == {"topics": "6", "titles changed": "0", "of the words kept": "100%"}
    assert "<title>Twice &lt;the&gt; same</title>" in page.html


def test_f054_page_without_words_or_titles_says_so() -> None:
    atlas = tp.read(np.random.default_rng(0).normal(size=(40, 4)), roles=tp.Roles())
    atlas = tp.describe(tp.nest(tp.cluster(tp.relate(atlas), "kmeans", on="given", n_clusters=3), on="given"))
    html = tp.contrast_page(atlas, atlas).html
    assert "of the words kept" not in html
    assert html.count("No words") == 2 * tp.contrast(atlas, atlas).height
    assert "no titles" in html
    assert "Untitled" in html


def test_f054_page_has_the_scores_of_both_beside_chance(demo_atlas: Atlas) -> None:
    """Scores that were asked of other titles, or of one run alone, are not shown as those of both."""
    other = tp.label(demo_atlas, "keywords")
    assert "What the titles are worth" not in tp.contrast_page(demo_atlas, other).html
    one = tp.audit(demo_atlas, "faithfulness")
    assert "The titles after were not asked" in tp.contrast_page(one, other).html
    stale = tp.label(one, "keywords")
    assert "faithfulness_levels" in stale.audits
    assert "The titles after were not asked" in tp.contrast_page(one, stale).html
    two = tp.audit(other, "faithfulness")
    html = tp.contrast_page(one, two).html
    cells = re.findall(r'<td class="number">([\d.]+)</td>', html)
    for run in (one, two):
        for row in run.audits["faithfulness_levels"].iter_rows(named=True):
            for name in ("matched", "matched_chance", "intruder", "intruder_chance", "grounded"):
                assert f"{row[name]:.3f}" in cells
    before, after = (run.audits["faithfulness_levels"].row(0, named=True)["matched"] for run in (one, two))
    assert f"{before:.0%} → {after:.0%}" in figures(html).values()
    at_one = tp.contrast_page(one, two, level=1).html
    assert "find their title on level 1" in at_one


def test_f054_command_line_writes_the_page(folders: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "contrast.html"
    result = CliRunner().invoke(command, [*folders, "--level", "0", "--save", str(path)], catch_exceptions=False)
    assert result.stdout.strip() == str(path)
    assert path.read_text(encoding="utf-8").count('class="pair"') == 6
    with pytest.raises(UsageError, match="ending"):
        CliRunner().invoke(command, [*folders, "--save", str(tmp_path / "contrast.xls")], catch_exceptions=False)
