"""Sentences that stand for a topic: how texts are split, which are chosen, and what a run says."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import WORDS, planted
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.registry import method_names
from triptych.measures.sentences import LONGEST, READ, best_sentences, read_sentences, split_sentences


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One ends. Two begins! Does three? Yes… Four", ["One ends.", "Two begins!", "Does three?", "Yes…", "Four"]),
        ("Dr. Li and J. R. Ng left. The U.S. Army did, too.", ["Dr. Li and J. R. Ng left.", "The U.S. Army did, too."]),
        ("It costs 3.5 euros, e.g. Here vs. there, etc. and so on.",
         ["It costs 3.5 euros, e.g. Here vs. there, etc. and so on."]),
        ('He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("船が出る。海は広い！「はい。」と言った。", ["船が出る。", "海は広い！", "「はい。」と言った。"]),
        ("क ख। ग घ। هل هذا؟ نعم.", ["क ख।", "ग घ।", "هل هذا؟", "نعم."]),
        ("A title\n\nA text that\nruns on.\n- one\n* two", ["A title", "A text that runs on.", "one", "two"]),
        ("", []), (" \n\n \t", []), ("word", ["word"]), ("...", ["..."]),
    ],
)  # fmt: skip
def test_f048_texts_are_split_in_any_script(text: str, wanted: list[str]) -> None:
    assert split_sentences(text) == wanted


@pytest.mark.parametrize("text", ["word " * 500, "x" * 2500, "語" * 2500, "é" * 999])
def test_f048_without_marks_a_text_is_cut_at_blanks_and_nothing_is_lost(text: str) -> None:
    parts = split_sentences(text)
    assert len(parts) > 1
    assert max(map(len, parts)) <= LONGEST
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")
    assert all(part.split()[-1] == text.split()[0] for part in parts) or " " not in text


def test_f048_only_the_beginning_of_a_long_text_is_read() -> None:
    text = "The cat sat here. " * 100_000
    sentences = read_sentences(text)
    assert sum(len(sentence.text) for sentence in sentences) <= READ
    assert {sentence.text for sentence in sentences} == {"The cat sat here."}
    assert len(read_sentences("word" * READ)) > 0


def test_f048_a_sentence_scores_its_cosine_to_the_words() -> None:
    sentences = read_sentences("Cats purr softly beside warm old stoves today. Boats sail. Cats.")
    words = [("cat", 3.0), ("warm stove", 4.0)]
    scores = dict(best_sentences(sentences, words, 3))
    # Eight words would be counted; "beside" is a stop word, so that seven are left, which count as eight.
    norm = np.sqrt(9 + 16 + 16)
    assert scores == {0: round(11 / norm / np.sqrt(8), 6), 2: round(3 / norm / np.sqrt(8), 6)}


def test_f048_sentences_differ_and_equal_ones_stand_once() -> None:
    text = "Cats and kittens purr at home. Kittens and cats purr at home! Cats chase mice. A boat."
    sentences = read_sentences(text)
    words = [("cat", 1.0), ("kitten", 1.0), ("purr", 1.0), ("mice", 0.2)]
    assert [place for place, _ in best_sentences(sentences, words, 10)] == [0, 2]
    assert best_sentences(sentences, words, 1) == best_sentences(sentences, words, 10)[:1]
    assert best_sentences(sentences, [], 3) == best_sentences([], words, 3) == []


def test_f048_ties_go_by_place() -> None:
    sentences = read_sentences("A red cat. A blue cat. A green cat.")
    assert [place for place, _ in best_sentences(sentences, [("cat", 1.0)], 3)] == [0, 1, 2]


def test_f048_scripts_without_spaces_are_compared_by_pairs() -> None:
    sentences = read_sentences("今日は晴れ。機械学習の本。")
    assert [sentences[place].text for place, _ in best_sentences(sentences, [("機械学習", 1.0)], 2)] == [
        "機械学習の本。"
    ]


def test_f048_every_topic_has_sentences_of_its_own_rows(planted_atlas: Atlas) -> None:
    found = tp.sentences(planted_atlas)
    assert dict(found.schema) == {
        "level": pl.Int32, "topic": pl.Int32, "row_id": pl.String, "sentence": pl.String, "score": pl.Float64,
    }  # fmt: skip
    row = {row_id: place for place, row_id in enumerate(planted_atlas.kept["row_id"])}
    levels, kinds = planted_atlas.trees["topics"].levels, planted_atlas.kept["kind"].to_list()
    for line in found.iter_rows(named=True):
        place = row[line["row_id"]]
        assert levels[line["level"]][place] == line["topic"]
        assert line["sentence"] in planted_atlas.documents[place]
        assert set(WORDS[kinds[place]]) & set(line["sentence"].split())
        assert 0 < line["score"] <= 1
    assert set(found.group_by("level", "topic").len()["len"]) == {3}
    assert tp.sentences(planted_atlas, top=1).height == planted_atlas.topics().height
    assert found.equals(tp.sentences(planted_atlas))


@pytest.mark.parametrize(
    "texts",
    [
        ["same text for all."] * 60,
        ["cat" if row % 2 else "boat" for row in range(60)],
        ["The cat sat. " * 80_000 if row == 0 else "the boat sails" for row in range(60)],
        ["of the and"] * 60,
        [""] * 60,
        ["" if row % 3 else "def f(x): return x\n\n\n{}" for row in range(60)],
    ],
    ids=["equal", "one word", "1 MB", "stop words", "empty", "code"],
)
def test_f048_awkward_documents(texts: list[str]) -> None:
    vectors, _ = planted(60)
    frame = pl.DataFrame({"text": texts})
    atlas = tp.run(vectors, metadata=frame, text="text", min_cluster_size=8, levels=(2,))
    found = tp.sentences(atlas, top=2)
    described = {(t.level, t.cluster) for t in atlas.descriptions["topics"].topics if t.keywords}
    assert set(found.select("level", "topic").iter_rows()) <= described
    assert all(0 < len(sentence) <= LONGEST for sentence in found["sentence"])
    if texts[1] == "cat":
        assert found.height > 0
    if texts[0] in ("", "of the and", "same text for all."):  # no word sets a topic apart
        assert found.is_empty()


def test_f048_what_makes_no_sense_is_refused(planted_atlas: Atlas) -> None:
    with pytest.raises(UsageError, match="top is 0"):
        tp.sentences(planted_atlas, top=0)
    with pytest.raises(UsageError, match="no described tree 'other'"):
        tp.sentences(planted_atlas, tree="other")
    with pytest.raises(UsageError, match="top is -1"):
        tp.topic_contents(planted_atlas, top=-1)


def test_f059_all_that_is_known_of_every_topic(planted_atlas: Atlas, planted_folder: Path, tmp_path: Path) -> None:
    """The exported file has the words of every describer, verdict, sentences and all documents."""
    path = tmp_path / "topics.json"
    result = CliRunner().invoke(app, ["export", str(planted_folder), str(path), "--what", "documents"])
    assert result.exit_code == 0, result.output
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found == json.loads(json.dumps(tp.topic_contents(planted_atlas)))
    said = tp.sentences(planted_atlas)
    table = {(row["level"], row["topic"]): row for row in planted_atlas.topics().to_dicts()}
    assert {(entry["level"], entry["topic"]) for entry in found} == set(table)
    for entry in found:
        row = table[entry["level"], entry["topic"]]
        assert {name: entry[name] for name in ("size", "parent", "label", "label_status", "verdict")} == {
            name: row[name] for name in ("size", "parent", "label", "label_status", "verdict")
        }
        assert set(entry["words"]) == set(method_names("describers"))
        assert entry["words"]["mmr"] == entry["keywords"]
        assert all(entry["words"].values())
        lines = said.filter((pl.col("level") == entry["level"]) & (pl.col("topic") == entry["topic"]))
        assert entry["sentences"] == lines.drop("level", "topic").to_dicts()
        assert len(entry["documents"]) == entry["size"]


def test_f059_words_of_a_describer_are_those_it_finds_by_itself(planted_atlas: Atlas) -> None:
    other = tp.describe(planted_atlas, "ctfidf")
    for entry, topic in zip(tp.topic_contents(planted_atlas, top=0), other.descriptions["topics"].topics, strict=True):
        assert entry["words"]["ctfidf"] == [list(word) for word in topic.keywords]
        assert entry["sentences"] == []


def test_f059_a_verdict_stands_where_the_map_was_audited() -> None:
    vectors, frame = planted(180)
    atlas = tp.audit(tp.run(vectors, metadata=frame, text="words", levels=(2,)))
    verdicts = {(row["level"], row["topic"]): row["verdict"] for row in atlas.topics().to_dicts()}
    found = {(entry["level"], entry["topic"]): entry["verdict"] for entry in tp.topic_contents(atlas)}
    assert found == verdicts
    assert set(verdicts.values()) - {None}


def test_f059_rows_without_texts_have_no_sentences_and_the_words_of_their_columns() -> None:
    vectors, frame = planted(180)
    [entry, *_] = tp.topic_contents(tp.run(vectors, metadata=frame.select("kind"), levels=(2,)))
    assert list(entry["words"]) == ["values"]
    assert entry["sentences"] == []
    assert entry["documents"][0]["text"] == ""
