import json
from pathlib import Path

import numpy as np
import pytest
from bench.corpus import Package, choose, long_text, read_packages, stanzas
from bench.report import LIKE_FOR_LIKE, Side, as_written, like_for_like, pair_cells, table
from bench.scores import neighbourhoods
from bench.stopwatch import Stopwatch, save

PACKAGES = """\
Package: foo
Source: foo-src (1.2)
Section: contrib/games
Description: a game
Description-md5: aaa

Package: bar
Section: text
Description-md5: bbb

Package: untold
Section: text
Description-md5: ccc
"""
TRANSLATIONS = """\
Package: foo
Description-md5: aaa
Description-en: a game
 A game about a fox who
 crosses   the river.
 .
  * many levels

Package: bar
Description-md5: bbb
Description-en: reads text
 Reads every text there is and says nothing.

Package: untold
Description-md5: other
Description-en: an old one
 A description that belongs to another version.
"""


def test_stanzas_join_continued_lines():
    first, second = stanzas(["A: 1\n", "B: x\n", " y\n", "\n", "\n", "A: 2\n"])
    assert first == {"A": "1", "B": "x\ny"}
    assert second == {"A": "2"}


def test_long_text_drops_the_summary_and_joins_lines_into_paragraphs():
    assert long_text("a game\nA fox\n  crosses.\n.\n* levels\n") == "A fox crosses.\n* levels"
    assert long_text("only a summary") == ""


def test_packages_are_matched_with_the_description_of_their_version(tmp_path):
    (tmp_path / "main_Packages").write_text(PACKAGES)
    (tmp_path / "main_Translation-en").write_text(TRANSLATIONS)
    assert read_packages(tmp_path) == [
        Package("bar", "bar", "text", "Reads every text there is and says nothing."),
        Package("foo", "foo-src", "games", "A game about a fox who crosses the river.\n* many levels"),
    ]


def test_one_row_a_source_comes_before_further_packages():
    packages = [
        Package("a", "a", "s", "text of a"),
        Package("a-data", "a", "s", "text of a-data"),
        Package("a-copy", "a", "s", "text of a"),
        Package("lib-b", "b", "s", "text of b"),
    ]
    assert {p.package for p in choose(packages, 2)} == {"a", "lib-b"}
    everything = choose(packages, 10)
    assert {p.package: p.extra for p in everything} == {"a": False, "lib-b": False, "a-data": True}
    assert choose(packages, 10) == everything


def side(folder: Path, name: str, *runs: list[dict[str, float]]) -> Side:
    for i, passes in enumerate(runs):
        laps = [[{"stage": s, "wall": w, "cpu": w, "peak": 2**30 * (1 + i)} for s, w in p.items()] for p in passes]
        (folder / f"{name}-{i}.json").write_text(json.dumps({"passes": laps, "sample": 10}))
    return Side(folder, name)


def every_lap(which: int, seconds: float) -> dict[str, float]:
    return {lap: seconds for row in LIKE_FOR_LIKE for lap in row[which]}


@pytest.fixture
def sides(tmp_path):
    written = every_lap(1, 2.0) | {"import": 3.0, "encode sample": 100.0, "bertopic fit": 7.0}
    reference = side(tmp_path, "reference", [written, every_lap(1, 1.0)], [every_lap(1, 4.0), every_lap(1, 1.0)])
    return reference, side(tmp_path, "ours", [every_lap(2, 1.0) | {"nest": 5.0}, every_lap(2, 0.5)])


def test_roads_as_written_leave_out_only_what_is_not_on_them(sides):
    reference, ours = sides
    (theirs, mine), _ = as_written(reference, ours)
    # "bertopic words only" and "hdbscan as theirs" are measured but not walked.
    assert theirs.high == 2.0 * (len(every_lap(1, 0)) - 1) + 3.0 + 7.0
    assert mine.median == len(every_lap(2, 0)) - 1 + 5.0


def test_like_for_like_sums_the_same_stages(sides):
    *rows, (name, together) = like_for_like(*sides)
    assert name == "together"
    for which in (0, 1):
        assert together[which][1].median == pytest.approx(sum(pairs[which][1].median for _, pairs in rows))
    assert together[0][0] == (3.0 * len(every_lap(1, 0)), 2.0 * len(every_lap(1, 0)), 4.0 * len(every_lap(1, 0)))


def test_peak_is_the_largest_of_all_runs(sides):
    assert (sides[0].peak(), sides[1].peak()) == (2.0, 1.0)


def test_ratios_say_how_many_times_longer_the_reference_takes(sides):
    reference, ours = sides
    cells = pair_cells([(reference.seconds(1, ["hdbscan"]), ours.seconds(1, ["draw"]))])
    assert cells == ["1.0", "0.5", "2.0 ×"]
    assert table(["a", "b"], [["x", 1]]) == "| a | b |\n| --- | --- |\n| x | 1 |"


def test_neighbourhoods_are_whole_for_the_same_points_and_chance_for_shuffled_ones():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(400, 3)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    (trust, kept), (chance, by_chance) = neighbourhoods(points, [points, rng.permutation(points)])
    assert (trust, kept) == (1.0, 1.0)
    assert chance == pytest.approx(0.5, abs=0.05)
    assert by_chance == pytest.approx(15 / 399, abs=0.02)


def test_stopwatch_keeps_the_order_and_saves_readable_laps(tmp_path, capsys):
    watch = Stopwatch()
    for stage in ("first", "second"):
        with watch.lap(stage):
            np.ones(2**21).sum()
    save(tmp_path / "ours-1.json", [watch], rows=3)
    assert [lap["stage"] for lap in Side(tmp_path, "ours").files[0]["passes"][0]] == ["first", "second"]
    assert json.loads((tmp_path / "ours-1.json").read_text())["rows"] == 3
    assert all(lap.wall > 0 and lap.peak > 2**24 for lap in watch.laps)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["first", "second"]
