"""Topics found by a query, in Python and on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import WORDS, planted
from tests.endpoint import Endpoint, serving
from triptych.cli.find import command
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.errors import UsageError
from triptych.describers.ctfidf import likeness_to
from triptych.measures.centres import mean_directions


class Told(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


def kind_of(atlas: Atlas, found: pl.DataFrame) -> str:
    """Return the planted group of most rows of the first topic found."""
    level, topic = found.row(0)[:2]
    inside = atlas.trees[next(iter(atlas.trees))].levels[level] == topic
    return str(atlas.kept.filter(pl.Series(inside))["kind"].mode()[0])


@pytest.mark.parametrize("kind", WORDS)
def test_f057_words_of_a_group_find_its_topic(planted_atlas: Atlas, kind: str) -> None:
    found = tp.find(planted_atlas, f"anything about {WORDS[kind][0]}s and {WORDS[kind][3]}?", level=0)
    assert kind_of(planted_atlas, found) == kind
    assert found["by"].unique().to_list() == ["words"]
    assert found["similarity"].to_list() == sorted(found["similarity"], reverse=True)
    assert found["similarity"].is_between(0, 1, closed="right").all()


def test_f057_given_vectors_are_searched_by_words_and_it_is_said(planted_atlas: Atlas) -> None:
    told = Told()
    with using(Context(progress=told)):
        tp.find(planted_atlas, "kitten")
        tp.find(planted_atlas, "kitten", by="words")
    assert told.sentences == [
        "by words, not by vectors: its vectors were given, so nothing here can make one of a query"
    ]
    with pytest.raises(UsageError, match="cannot be searched by vectors: its vectors were given"):
        tp.find(planted_atlas, "kitten", by="vectors")


def test_f057_every_level_or_one_and_only_so_many(planted_atlas: Atlas) -> None:
    levels = len(planted_atlas.trees[next(iter(planted_atlas.trees))].levels)
    assert set(tp.find(planted_atlas, "kitten", top=50)["level"]) == set(range(levels))
    assert set(tp.find(planted_atlas, "kitten", level=1)["level"]) == {1}
    assert tp.find(planted_atlas, "kitten boat", top=2).height == 2
    assert tp.find(planted_atlas, "xylophone").is_empty()
    assert tp.find(planted_atlas, "the of and").is_empty()


def test_f057_a_question_that_makes_no_sense_is_refused(planted_atlas: Atlas) -> None:
    for wrong, message in (
        ({"query": " \n"}, "query is empty"), ({"top": 0}, "at least 1"), ({"level": 9}, "no level 9"),
        ({"level": -1}, "no level -1"), ({"by": "magic"}, "not one of"), ({"on": "nothing"}, "no vectors 'nothing'"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            tp.find(planted_atlas, **{"query": "cat"} | wrong)
    vectors, _ = planted()
    bare = tp.describe(
        tp.nest(tp.cluster(tp.relate(tp.read(vectors, roles=tp.Roles())), "kmeans", on="given"), on="given")
    )
    with pytest.raises(UsageError, match="no texts"):
        tp.find(bare, "cat")
    with pytest.raises(UsageError, match="no result of that kind"):
        tp.find(tp.read(vectors, roles=tp.Roles()), "cat")


def test_f057_an_encoder_finds_what_has_no_word_in_common(demo_atlas: Atlas) -> None:
    found = tp.find(demo_atlas, "wildlife photography safari", level=0, top=5)
    assert found["by"].unique().to_list() == ["vectors"]
    assert any("animal" in " ".join(words) for words in found["keywords"][:2])
    assert found["similarity"].is_between(-1, 1).all()
    assert tp.find(demo_atlas, "kitten", by="words")["by"].unique().to_list() == ["words"]


def test_f057_a_text_of_a_topic_finds_it(demo_atlas: Atlas) -> None:
    labels = demo_atlas.trees[next(iter(demo_atlas.trees))].levels[0]
    rows = np.flatnonzero(labels >= 0)[:: len(labels) // 8]
    hits = [labels[row] == tp.find(demo_atlas, demo_atlas.documents[row], level=0)["topic"][0] for row in rows]
    assert np.mean(hits) >= 0.7


def test_f057_another_model_than_that_of_the_run_is_refused(demo_atlas: Atlas) -> None:
    steps = tuple(
        replace(step, inputs={**step.inputs, "model": "0" * 64}) if step.stage == "encode" else step
        for step in demo_atlas.steps
    )
    with pytest.raises(UsageError, match="encoders/minilm is not what it was"):
        tp.find(replace(demo_atlas, steps=steps), "cat")
    assert tp.find(replace(demo_atlas, steps=steps), "cat", by="words").height


def test_f057_an_encoder_of_all_texts_together_is_not_asked() -> None:
    _, frame = planted()
    atlas = tp.encode(tp.read(frame, roles=tp.Roles(text="words")), "tfidf")
    atlas = tp.describe(tp.nest(tp.cluster(tp.relate(atlas), "kmeans", on="tfidf", n_clusters=6), on="tfidf"))
    told = Told()
    with using(Context(progress=told)):
        assert tp.find(atlas, "kitten")["by"][0] == "words"
    assert told.sentences == ["by words, not by vectors: tfidf makes vectors of all texts together, not of one"]


@pytest.fixture
def asking() -> Iterator[tuple[Atlas, Endpoint]]:
    """Return an Atlas whose vectors came from a server, and that server."""
    _, frame = planted(60)
    with serving() as endpoint:
        atlas = tp.encode(
            tp.read(frame, roles=tp.Roles(text="words")), "openai", url=endpoint.url, model="planted"
        )  # fmt: skip
        yield (
            tp.describe(tp.nest(tp.cluster(tp.relate(atlas), "kmeans", on="openai", n_clusters=6), on="openai")),
            endpoint,
        )


def test_f057_a_server_that_a_run_names_is_asked_only_on_request(
    asking: tuple[Atlas, Endpoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas, endpoint = asking
    monkeypatch.setenv("PLANTED_SECRET", "canary-1234567890")
    steps = tuple(
        replace(step, params={**step.params, "key_from": "PLANTED_SECRET"}) if step.stage == "encode" else step
        for step in atlas.steps
    )
    endpoint.asked.clear()
    endpoint.headers.clear()
    told = Told()
    with using(Context(progress=told)):
        assert tp.find(replace(atlas, steps=steps), "kitten")["by"][0] == "words"
    assert (endpoint.asked, endpoint.headers) == ([], [])
    assert "asks a server" in told.sentences[0]
    assert tp.find(atlas, "kitten", by="vectors")["by"][0] == "vectors"
    assert endpoint.asked[-1]["input"] == ["kitten"]


def test_f057_likeness_is_a_cosine_and_forms_of_a_word_are_one() -> None:
    texts = ["red foxes run", "a fox runs", "blue whales", "a whale", "blue sky"]
    labels = np.array([0, 0, 1, 1, 1], dtype=np.int32)
    [fox] = likeness_to("foxes", texts, [labels])
    assert fox[0] > 0
    assert fox[1] == 0
    assert likeness_to("fox", texts, [labels])[0] == pytest.approx(fox)
    assert likeness_to("zebra", texts, [labels])[0].tolist() == [0, 0]
    [itself] = likeness_to("red fox run", ["red fox run", "blue whale"], [np.array([0, 1], dtype=np.int32)])
    assert itself == pytest.approx([1, 0])


def test_f057_mean_directions() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, -1], [0, 1], [1, 0]], dtype=np.float32)
    found = mean_directions(vectors, np.array([0, 0, 1, 1, -1], dtype=np.int32))
    assert found == pytest.approx(np.array([[np.sqrt(0.5), np.sqrt(0.5)], [0, 0]]))
    assert mean_directions(vectors, np.full(5, -1, dtype=np.int32)).shape == (0, 2)


def test_f057_command_line(planted_folder: Path) -> None:
    result = CliRunner().invoke(command, [str(planted_folder), "kitten", "--level", "0"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "its vectors were given" in result.stderr
    header, first, *_ = result.stdout.splitlines()
    assert header.split() == ["by", "words", "level", "topic", "rows", "title"]
    assert "whiskers" in first
    result = CliRunner().invoke(
        command, [str(planted_folder), "kitten", "--json", "--top", "1"], catch_exceptions=False
    )
    assert [set(line) for line in json.loads(result.stdout)] == [
        {"level", "topic", "size", "label", "similarity", "by", "keywords"}
    ]
    result = CliRunner().invoke(command, [str(planted_folder), "xylophone"], catch_exceptions=False)
    assert result.stdout == "No topic has a word of the query\n"


def test_f057_command_line_prints_no_control_characters(planted_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = Atlas.titles
    monkeypatch.setattr(Atlas, "titles", lambda self, tree: [(t, "\x1b[2J" + s, x) for t, s, x in evil(self, tree)])
    result = CliRunner().invoke(command, [str(planted_folder), "kitten"], catch_exceptions=False)
    assert "[2J" in result.stdout
    assert "\x1b" not in result.stdout
