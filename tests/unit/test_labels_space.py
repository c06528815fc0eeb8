"""Titles that lie near their topics: where phrases are, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

import triptych as tp
from tests.conftest import WORDS, planted_run
from triptych.core.atlas import Atlas
from triptych.encoders.minilm import MiniLM
from triptych.encoders.student import Student
from triptych.encoders.tfidf import TfIdf
from triptych.labellers.base import Evidence, Space
from triptych.labellers.phrases import Phrases
from triptych.measures.centres import outward_directions
from triptych.stages._space import Vantage

F32 = npt.NDArray[np.float32]
HEARTS = ["the red heart of a king", "the red heart of a queen", "the red heart, again", "the red heart"]


def piece(texts: Sequence[str], words: str, cluster: int = 0) -> Evidence:
    keywords = tuple((word, 1.0) for word in words.split())
    return Evidence(0, cluster, -1, len(texts), keywords, tuple(texts), ("",) * len(texts))


def titled(centre: Sequence[float], places: dict[str, Sequence[float]]) -> str:
    """Return the title of a topic in a plane where phrases lie as told, and others nowhere."""
    texts = [" and ".join(f"the {word}" for word in places)] * 4
    evidence = [piece(texts, " ".join(places)), piece(["some rain"] * 4, "rain", 1)]

    def place(phrases: Sequence[str]) -> F32:
        return np.array([places.get(phrase.removesuffix("s"), (0, 0)) for phrase in phrases], dtype=np.float32)

    return Phrases().title(evidence, Space(np.array([centre, [0, -1]], dtype=np.float64), place))[0].text


def test_f055_of_phrases_that_all_documents_hold_the_nearest_is_the_title() -> None:
    assert titled((1, 0), {"oak": (-1, 0.2), "elm": (1, 0.1), "ash": (0, 1)}) == "Elm"
    assert titled((0, 1), {"oak": (-1, 0.2), "elm": (1, 0.1), "ash": (0, 1)}) == "Ash"


def test_f055_a_second_phrase_is_there_if_both_together_are_nearer() -> None:
    assert titled((1, 0), {"oak": (1, 1), "elm": (1, -1), "ash": (-1, 0)}) == "Elm & oak"
    assert titled((1, 0), {"oak": (1, 0), "elm": (1, -1), "ash": (-1, 0)}) == "Oak"


def test_f063_keywords_that_no_exemplar_holds_may_be_the_title() -> None:
    def place(phrases: Sequence[str]) -> F32:
        return np.array([(1, 0) if phrase.startswith("valentine") else (0, 1) for phrase in phrases], dtype=np.float32)

    evidence = [piece(HEARTS, "heart valentine"), piece(["some rain"] * 4, "rain", 1)]
    found = Phrases().title(evidence, Space(np.array([[1.0, 0], [0, -1]]), place))
    assert "valentine" in found[0].text.casefold()


def test_outward_directions_point_from_the_mean_of_all_rows() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    found = outward_directions(vectors, np.array([0, 0, 1, -1], dtype=np.int32))
    half = 0.5**0.5
    np.testing.assert_allclose(found, [[half, -half], [-half, half]], atol=1e-6)
    assert outward_directions(vectors, np.zeros(4, dtype=np.int32)).tolist() == [[0, 0]]
    assert outward_directions(vectors, np.full(4, -1, dtype=np.int32)).shape == (0, 2)


def test_f055_given_vectors_say_where_words_are_by_the_documents_that_hold_them(planted_atlas: Atlas) -> None:
    step = next(step for step in planted_atlas.steps if step.stage == "label")
    assert "model" not in step.inputs
    assert "documents" in step.inputs
    tree = next(iter(planted_atlas.trees))
    topics = [topic for topic, _, _ in planted_atlas.titles(tree) if topic.level == 0]
    space = Vantage(planted_atlas, tree).space(topics)
    assert space is not None
    names = [WORDS[kind][0] for kind in WORDS]
    cosines = space.centres @ space.place(names).T
    kinds = [planted_atlas.kept["kind"][topic.exemplars[0]] for topic in topics]
    assert [list(WORDS)[best] for best in cosines.argmax(axis=1)] == kinds


def test_f055_the_encoder_of_the_run_says_where_words_are(demo_atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = next(iter(demo_atlas.trees))
    step = next(step for step in demo_atlas.steps if step.stage == "label")
    assert step.inputs["model"] == MiniLM().fingerprint()
    topics = [topic for topic, _, _ in demo_atlas.titles(tree)]
    space = Vantage(demo_atlas, tree).space(topics)
    assert space is not None
    wanted = MiniLM().encode(["flags"], threads=1, advance=lambda _: None).vectors
    np.testing.assert_array_equal(space.place(["flags"]), wanted)
    monkeypatch.setattr(MiniLM, "fingerprint", lambda _: "0" * 64)  # another model by now: its space is another one
    other = Vantage(demo_atlas, tree)
    assert "model" not in other.reads
    space = other.space(topics)
    assert space is not None
    assert not np.allclose(space.place(["flags"]), wanted)


def test_f055_titles_are_made_anew_only_where_what_they_rest_on_changes() -> None:
    atlas = planted_run()
    [first] = [step for step in atlas.steps if step.stage == "label"]
    again = tp.label(atlas)
    assert again.steps[-1].key == first.key
    rows = atlas.rows.with_columns(document=atlas.rows["document"] + " today")
    assert Vantage(replace(atlas, rows=rows), first.name).reads != Vantage(atlas, first.name).reads


def test_a_student_stands_for_its_teacher_and_bags_of_words_for_nobody() -> None:
    assert Student.single() is MiniLM
    assert MiniLM.single() is MiniLM
    assert TfIdf.single() is None
