"""The tree of topics: as text, as JSON, and as a picture to scale."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

import triptych as tp
from triptych.cli.show import command
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.pages.icicle import icicle
from triptych.pages.report_parts import Branch, Icicle
from triptych.stages._topic_tree import TopicNode, topic_tree
from triptych.stages.report import draw_report


def every(nodes: Sequence[TopicNode]) -> Iterator[TopicNode]:
    for node in nodes:
        yield node
        yield from every(node.inside)


def test_f064_every_topic_is_in_the_tree_once_where_it_belongs(demo_atlas: Atlas) -> None:
    tree = demo_atlas.trees["topics"]
    roots = topic_tree(demo_atlas, "topics")
    assert [node.topic.level for node in roots] == [len(tree.levels) - 1] * tree.sizes[-1]
    nodes = list(every(roots))
    rows = {id(node): frozenset((tree.levels[node.topic.level] == node.topic.cluster).nonzero()[0]) for node in nodes}
    assert all(len(rows[id(node)]) == node.topic.size for node in nodes)
    for node in nodes:
        parts = [rows[id(part)] for part in node.inside]
        assert not parts or frozenset().union(*parts) == rows[id(node)]
        assert len(parts) != 1, "a topic that is all of the one around it is that one"
        assert len({part.topic.level for part in node.inside}) <= 1
    distinct = {
        frozenset((level == topic).nonzero()[0]) for level in tree.levels for topic in range(int(level.max()) + 1)
    }
    assert len(nodes) == len(distinct)
    assert set(rows.values()) == distinct


def shown(folder: Path, *options: str) -> str:
    result = CliRunner().invoke(command, [str(folder), "--tree", *options], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_f064_the_terminal_prints_the_tree(demo_folder: Path, demo_atlas: Atlas) -> None:
    nodes = list(every(topic_tree(demo_atlas, "topics")))
    lines = shown(demo_folder).splitlines()
    assert [line.split(None, 1) for line in lines] == [[f"{node.topic.size:,}", node.title] for node in nodes]
    depths = [(len(line) - len(line[9:].lstrip()) - 9) // 4 for line in lines]
    assert depths[0] == 0
    assert max(depths) >= 2
    for i, node in enumerate(nodes):
        inside = list(every(node.inside))
        assert [depth > depths[i] for depth in depths[i + 1 : i + 1 + len(inside)]] == [True] * len(inside)


def test_f064_the_tree_ends_at_the_level_asked_for(demo_folder: Path, demo_atlas: Atlas) -> None:
    coarsest = len(demo_atlas.trees["topics"].levels) - 1
    titles = [node.title for node in topic_tree(demo_atlas, "topics")]
    lines = shown(demo_folder, "--level", str(coarsest)).splitlines()
    assert [line.split(None, 1)[1] for line in lines] == titles
    assert len(lines) < len(shown(demo_folder, "--level", "1").splitlines()) < len(shown(demo_folder).splitlines())
    with pytest.raises(UsageError, match="has no level 9"):
        shown(demo_folder, "--level", "9")


def test_f064_the_tree_as_json_has_verdicts(
    demo_folder: Path, demo_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flat(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for node in nodes:
            yield node
            yield from flat(node["inside"])

    first = topic_tree(demo_atlas, "topics")[0].topic
    verdicts = {(first.level, first.cluster): {"verdict": "shaky"}}
    monkeypatch.setattr(Atlas, "verdicts", lambda self: verdicts)
    found = list(flat(json.loads(shown(demo_folder, "--json"))))
    assert [(node["level"], node["topic"], node["size"], node["label"]) for node in found] == [
        (node.topic.level, node.topic.cluster, node.topic.size, node.title)
        for node in every(topic_tree(demo_atlas, "topics"))
    ]
    assert [node["verdict"] for node in found] == ["shaky"] + [None] * (len(found) - 1)
    lines = shown(demo_folder).splitlines()
    assert [line.endswith("[shaky]") for line in lines] == [True] + [False] * (len(lines) - 1)


def test_f064_the_terminal_prints_no_control_characters(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = Atlas.titles
    monkeypatch.setattr(Atlas, "titles", lambda self, tree: [(t, "\x1b[2J" + s, x) for t, s, x in evil(self, tree)])
    said = shown(demo_folder)
    assert "[2J" in said
    assert "\x1b" not in said


@dataclass(frozen=True)
class Drawn:
    """A block of a picture as it stands in its text."""

    title: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]


def drawn(svg: str) -> list[Drawn]:
    blocks = re.findall(r'<g class="\w+"><title>(.*?)\n.*?</title><rect ([^/]*)/>(.*?)</g>', svg, flags=re.S)
    found = []
    for title, place, inside in blocks:
        x, y, width, height = map(float, re.findall(r'"([\d.]+)"', place))
        found.append(Drawn(title, x, y, width, height, tuple(re.findall(r"<text[^>]*>(.*?)</text>", inside))))
    return found


def halved(depth: int, size: int = 64, name: str = "t") -> tuple[Branch, ...]:
    """Return a topic that falls into two of 5 and 3 eighths, and so on."""
    if depth < 0:
        return ()
    inside = (*halved(depth - 1, size * 5 // 8, f"{name}a"), *halved(depth - 1, size - size * 5 // 8, f"{name}b"))
    return (Branch(name, size, size / 64, "some words", "", inside, level=depth),)


def test_f064_blocks_are_to_scale_and_inside_one_another() -> None:
    blocks = {block.title: block for block in drawn(icicle(Icicle("c", ("1", "2", "3"), halved(2))))}
    assert set(blocks) == {"t", "ta", "tb", "taa", "tab", "tba", "tbb"}
    unit = blocks["t"].height / 64
    sizes = {"ta": 40, "tb": 24, "taa": 25, "tab": 15, "tba": 15, "tbb": 9}
    for title, size in sizes.items():
        around, block = blocks[title[:-1]], blocks[title]
        assert block.height == pytest.approx(size * unit, abs=1.1)
        assert block.x == pytest.approx(around.x + around.width + 2, abs=0.1)
        assert around.y - 0.1 <= block.y
        assert block.y + block.height <= around.y + around.height + 0.1
    assert blocks["tb"].y == pytest.approx(blocks["ta"].y + 40 * unit, abs=1.1)


def test_f064_a_topic_that_stays_the_same_is_one_wide_block() -> None:
    same = Branch("same", 10, 0.5, "", "", (), level=2)
    parted = Branch("parted", 10, 0.5, "", "", (Branch("a", 6, 0.3, "", ""), Branch("b", 4, 0.2, "", "")), level=2)
    blocks = {block.title: block for block in drawn(icicle(Icicle("c", ("1", "2", "3"), (same, parted))))}
    assert (blocks["same"].x, blocks["same"].width) == (0, 1198)
    assert (blocks["parted"].x, blocks["parted"].width) == (0, 798)
    assert (blocks["a"].x, blocks["a"].width) == (800, 398)


def wide_tree(levels: int, finest: int) -> Icicle:
    """Return a tree of so many levels, each topic in two until there are ``finest``, of very unlike sizes."""

    def grow(level: int, first: int, count: int) -> Branch:
        inside: tuple[Branch, ...] = ()
        if level:
            halves = [count] if count == 1 else [count // 2, count - count // 2]
            places = [first, first + halves[0]]
            inside = tuple(
                grow(level - 1, place, part) for place, part in zip(places[: len(halves)], halves, strict=True)
            )
        size = sum(branch.size for branch in inside) or 3 + 20_000 // (count * (first + 1))
        return Branch(f"topic {level} {first} with a title of its own", size, 0.01, "", "", inside, level=level)

    top = 2 ** (levels - 1)
    roots = max(1, finest // top)
    return Icicle("c", tuple(map(str, range(levels))), tuple(grow(levels - 1, i * top, top) for i in range(roots)))


def test_f064_four_hundred_topics_on_six_levels_say_what_is_left_out() -> None:
    value = wide_tree(6, 400)
    html = icicle(value)
    blocks = drawn(html)
    total = sum(_count(branch) for branch in value.branches)
    named = sum(bool(block.lines) for block in blocks)
    small = total - len(blocks)
    assert total > 700
    assert small > 0
    assert 20 < named < len(blocks)
    assert f"{named} of {total} have room for their title; {small} are too small to be drawn; the list of" in html
    assert icicle(value) == html
    assert len(html) < 300_000
    assert max(block.y + block.height for block in blocks) <= 1080 + 24


def _count(branch: Branch) -> int:
    return 1 + sum(map(_count, branch.children))


def test_f064_titles_are_broken_between_words_and_cut_at_the_end() -> None:
    short = Branch("a rather long title of many words", 10, 0.1, "", "", (Branch("x", 10, 0.1, "", ""),), level=1)
    (first, *_) = drawn(icicle(Icicle("c", tuple("123456"), (short,))))
    assert " ".join(first.lines[:-1]) == short.title
    assert first.lines[-1] == "10 · 10.0%"
    narrow = Branch("wordwithoutanyspace" * 20, 10, 0.1, "", "", (Branch("x", 10, 0.1, "", ""),), level=1)
    (first, *_) = drawn(icicle(Icicle("c", tuple("12345678"), (narrow,))))
    assert first.lines[0].endswith("…")
    assert narrow.title.startswith(first.lines[0][:-1])
    chinese = Branch("一个很长的标题" * 60, 10, 0.1, "", "", (Branch("x", 10, 0.1, "", ""),), level=1)
    (first, *_) = drawn(icicle(Icicle("c", tuple("12345678"), (chinese,))))
    assert first.lines[0].endswith("…")
    assert 8 < len(first.lines[0]) < 80


def test_f064_nothing_is_said_to_be_left_out_where_nothing_is() -> None:
    html = icicle(Icicle("All of it.", ("1",), (Branch("one", 5, 1.0, "", ""),)))
    assert 'aria-label="All of it."' in html
    assert "room" not in html


def test_f064_the_report_draws_the_tree(demo_atlas: Atlas) -> None:
    html = draw_report(demo_atlas).html
    (figure,) = re.findall(r'<figure class="icicle">.*?</figure>', html, flags=re.S)
    nodes = list(every(topic_tree(demo_atlas, "topics")))
    assert len(drawn(figure)) == len(nodes)
    heads = re.findall(r'class="head"[^>]*>(.*?)<', figure)
    assert heads == [f"{size} topics" for size in reversed(demo_atlas.trees["topics"].sizes)]
    noise = int((demo_atlas.trees["topics"].levels[0] < 0).sum())
    assert f"{noise:,} rows (" in figure
    top = re.findall(r'<g class="(\w+)"><title>', figure)
    assert set(top) == {f"c{i}" for i in range(len(topic_tree(demo_atlas, "topics")))}


def test_f064_one_level_is_no_tree() -> None:
    from tests.conftest import planted

    vectors, frame = planted()
    atlas = tp.run(vectors, metadata=frame.select(pl.all()), text="words", clusterer="kmeans", n_clusters=6, levels=())
    assert len(atlas.trees["topics"].levels) == 1
    assert '<figure class="icicle">' not in draw_report(atlas).html
