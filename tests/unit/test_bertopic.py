"""Runs as BERTopic models and BERTopic models as runs: the files, what is taken from them, and what is not."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner, Result
from safetensors.numpy import load_file
from sklearn.feature_extraction.text import CountVectorizer

import triptych as tp
from tests.conftest import WORDS, planted
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.context import Silent
from triptych.core.errors import InputError, UsageError
from triptych.core.slots import Labels, Shelf
from triptych.export.bertopic import NOISE, write_bertopic

FILES = ["config.json", "ctfidf.safetensors", "ctfidf_config.json", "row_ids.json", "topic_embeddings.safetensors",
         "topics.json"]  # fmt: skip


class Told(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def say(self, sentence: str) -> None:
        self.sentences.append(sentence)


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def noisy(atlas: Atlas) -> Atlas:
    """Return the Atlas with its first three rows in no topic."""
    tree = atlas.trees["topics"]
    levels = tree.levels.copy()
    levels[:, :3] = -1
    return replace(atlas, trees=Shelf({"topics": replace(tree, levels=levels)}))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def saved(folder: Path, topics: list[int], words: dict[int, list[list[object]]], labels: object = None) -> Path:
    """Write the part of a saved model that is read."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = {str(topic): found for topic, found in words.items()}
    value = {"topics": topics, "topic_representations": listed, "custom_labels": labels}
    (folder / "topics.json").write_text(json.dumps(value), encoding="utf-8")
    (folder / "topic_embeddings.safetensors").touch()
    return folder


def kinds(rows: int = 240, *, noise: int = 12) -> list[int]:
    """Return the planted group of each row, the numbers 0, 10, …, 50; the first rows are noise."""
    return [-1 if row < noise else row % 6 * 10 for row in range(rows)]


def lists() -> dict[int, list[list[object]]]:
    """Return words of each of those groups."""
    groups: dict[int, list[list[object]]] = {-1: [["the", 0.1], ["and", 0.05]]}
    return groups | {10 * i: [[w, 1 / (2 + j)] for j, w in enumerate(WORDS[kind][:4])] for i, kind in enumerate(WORDS)}


def taken(folder: Path, **changes: Any) -> Atlas:
    vectors, frame = planted()
    settings: dict[str, Any] = {"metadata": frame, "text": "words", "id": "key", "levels": (3,)}
    return tp.run(vectors, bertopic=folder, **settings | changes)


def finest(atlas: Atlas) -> pl.DataFrame:
    return atlas.topics().filter(level=0)


def test_f119_bertopic_topics_are_those_of_the_run(planted_atlas: Atlas, tmp_path: Path) -> None:
    atlas = noisy(planted_atlas)
    folder = write_bertopic(atlas, tmp_path / "model")
    assert sorted(path.name for path in folder.iterdir()) == FILES
    found, labels = read_json(folder / "topics.json"), atlas.trees["topics"].levels[0]
    assert found["topics"] == labels.tolist()
    assert found["topic_sizes"] == {str(topic): count for topic, count in sorted(Counter(labels.tolist()).items())}
    assert found["_outliers"] == 1
    topics = finest(atlas)
    assert found["custom_labels"] == [NOISE, *topics["label"]]
    for number, words in enumerate(topics["keywords"]):
        assert [word for word, _ in found["topic_representations"][str(number)]] == words.to_list()
        assert found["topic_labels"][str(number)] == "_".join([str(number), *words[:4]])
    assert found["topic_representations"]["-1"] == [["", 1e-5]]
    assert read_json(folder / "row_ids.json") == atlas.kept["row_id"].to_list()
    means = load_file(folder / "topic_embeddings.safetensors")["topic_embeddings"]
    vectors = atlas.vectors["given"].values
    expected = [vectors[labels == topic].mean(axis=0, dtype=np.float64) for topic in range(-1, len(topics))]
    np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-7)


def test_f119_bertopic_weights_of_words_are_those_of_its_definition(planted_atlas: Atlas, tmp_path: Path) -> None:
    atlas = noisy(planted_atlas)
    folder = write_bertopic(atlas, tmp_path)
    kept, config = load_file(folder / "ctfidf.safetensors"), read_json(folder / "ctfidf_config.json")
    vocabulary = config["vectorizer_model"]["vocab"]
    labels = atlas.trees["topics"].levels[0]
    joined = [" ".join(np.array(atlas.documents)[labels == topic]) for topic in np.unique(labels)]
    counts = CountVectorizer(vocabulary=vocabulary).fit_transform(joined).toarray()
    rarity = np.log(int(counts.sum(axis=1).mean()) / counts.sum(axis=0) + 1)
    dense = np.zeros(kept["shape"])
    of = np.repeat(np.arange(len(dense)), np.diff(kept["indptr"]))
    dense[of, kept["indices"]] = kept["data"]
    np.testing.assert_allclose(kept["diag"], rarity)
    np.testing.assert_allclose(dense, counts / counts.sum(axis=1, keepdims=True) * rarity)
    assert "the" not in vocabulary


def test_f119_bertopic_of_another_level_and_the_same_bytes_again(planted_atlas: Atlas, tmp_path: Path) -> None:
    one, two = (write_bertopic(planted_atlas, tmp_path / name, level=1) for name in ("one", "two"))
    for name in FILES:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    found = read_json(one / "topics.json")
    assert found["topics"] == planted_atlas.trees["topics"].levels[1].tolist()
    assert found["_outliers"] == int(-1 in found["topics"])
    assert found["custom_labels"][-1] == planted_atlas.topics().filter(level=1)["label"][-1]
    with pytest.raises(UsageError, match="no level 9"):
        write_bertopic(planted_atlas, tmp_path / "three", level=9)
    assert not (tmp_path / "three").exists()


def test_f119_bertopic_titles_that_repeat_are_numbered(planted_atlas: Atlas, tmp_path: Path) -> None:
    topics = planted_atlas.descriptions["topics"].topics
    same = Shelf({"topics": Labels({t.evidence: (NOISE, "given") for t in topics})})
    found = read_json(write_bertopic(noisy(replace(planted_atlas, labels=same)), tmp_path) / "topics.json")
    assert found["custom_labels"][:3] == [NOISE, f"{NOISE} (2)", f"{NOISE} (3)"]


def test_f119_bertopic_of_vectors_without_texts(tmp_path: Path) -> None:
    atlas = tp.run(planted(120)[0], min_cluster_size=8, levels=(2,))
    folder = write_bertopic(atlas, tmp_path)
    assert "ctfidf.safetensors" not in {path.name for path in folder.iterdir()}
    assert set(map(str, read_json(folder / "topics.json")["topic_representations"].values())) == {"[['', 1e-05]]"}


def test_f119_bertopic_is_exported_on_the_command_line(planted_folder: Path, tmp_path: Path) -> None:
    result = call("export", planted_folder, tmp_path / "bertopic")
    assert result.exit_code == 0, result.exception
    assert "BERTopic.load(" in result.stderr
    coarse = call("export", planted_folder, tmp_path / "other", "--what", "bertopic", "--level", 1)
    assert coarse.exit_code == 0, coarse.exception
    fine, coarser = (len(read_json(tmp_path / name / "topics.json")["topic_sizes"]) for name in ("bertopic", "other"))
    assert coarser < fine
    refused = call("export", planted_folder, tmp_path / "a.csv", "--level", 1)
    assert isinstance(refused.exception, UsageError)
    assert not (tmp_path / "a.csv").exists()


def test_f119_a_model_gives_its_topics_words_and_labels(tmp_path: Path) -> None:
    labels = ["nothing", *(f"All about {kind}" for kind in WORDS)]
    atlas = taken(saved(tmp_path, kinds(), lists(), labels))
    clusters, topics = atlas.clusterings["bertopic"].labels, finest(atlas)
    assert (clusters < 0).tolist() == [topic < 0 for topic in kinds()]
    strength = atlas.clusterings["bertopic"].strength
    assert (strength[clusters < 0] == 0).all()
    assert (strength[clusters >= 0] > 0.5).all()
    for row, topic in enumerate(kinds()):
        if topic >= 0:
            line = topics.row(int(clusters[row]), named=True)
            assert line["label"] == f"All about {list(WORDS)[topic // 10]}"
            assert line["label_status"] == "given"
            assert line["keywords"] == [word for word, _ in lists()[topic]]
    assert topics["size"].to_list() == [38] * 6
    assert atlas.trees["topics"].sizes == (6, 3)
    assert "extracted" in set(atlas.topics().filter(level=1)["label_status"]), "of joined topics"


def test_f119_a_run_comes_back_from_its_own_export(planted_atlas: Atlas, tmp_path: Path) -> None:
    again = taken(write_bertopic(planted_atlas, tmp_path), title="key", popularity="votes", levels=(4, 2))
    assert again.clusterings["bertopic"].labels.tolist() == planted_atlas.trees["topics"].levels[0].tolist()
    for column in ("label", "keywords", "size"):
        assert finest(again)[column].to_list() == finest(planted_atlas)[column].to_list()
    assert tp.diff(planted_atlas, again).counts()["kept"] == len(finest(planted_atlas))
    assert tp.diff(planted_atlas, again).empty


def test_f119_where_the_model_says_nothing_we_do(tmp_path: Path) -> None:
    words = lists() | {10: [["Ships and harbours", 1], ["", 0], ["", 0]], 20: [["", 1e-5]]}
    atlas = taken(saved(tmp_path, kinds(), words))
    topics = finest(atlas).rows(named=True)
    by_number = {int(kinds()[atlas.clusterings["bertopic"].labels.tolist().index(t["topic"])]): t for t in topics}
    assert by_number[10]["label"] == "Ships and harbours", "a language model's label in the place of words"
    assert by_number[10]["label_status"] == "given"
    assert len(by_number[10]["keywords"]) > 1
    assert set(by_number[20]["keywords"][:4]) <= {*WORDS["boats"]} | {f"{a} {b}" for a in WORDS["boats"] for b in
                                                                    WORDS["boats"]}  # fmt: skip
    assert by_number[0]["label_status"] == "extracted"


def test_f119_labels_that_are_no_titles_are_left_out_and_it_is_said(tmp_path: Path) -> None:
    plain = taken(saved(tmp_path / "a", kinds(), lists()))
    own = dict(zip(finest(plain)["topic"], finest(plain)["label"], strict=True))
    labels = ["", "0_cat_dog", "see www.example.org", "Fine", "FINE", "x" * 81, "<b>bold</b>"]
    told = Told()
    atlas = taken(saved(tmp_path / "b", kinds(), lists(), labels), progress=told)
    titles = finest(atlas)
    assert titles["label_status"].to_list().count("given") == 1
    for line in titles.rows(named=True):
        assert line["label"] == ("Fine" if line["label_status"] == "given" else own[line["topic"]])
    assert next(s for s in told.sentences if "given labels are no titles" in s).startswith("5 ")


def test_f119_a_label_that_another_topic_has_already_is_left_out(tmp_path: Path) -> None:
    plain = finest(taken(saved(tmp_path / "a", kinds(), lists())))
    labels = ["", plain["label"][1].upper(), "markup <i>", "C is", "D is", "E is", "F is"]
    titles = finest(taken(saved(tmp_path / "b", kinds(), lists(), labels)))["label"].to_list()
    assert len({title.casefold() for title in titles}) == 6
    assert {"C is", "D is", "E is", "F is"} < set(titles)


def test_f119_custom_labels_of_before_a_merge_are_not_taken(tmp_path: Path) -> None:
    atlas = taken(saved(tmp_path, kinds(), lists(), ["one", "two"]))
    assert set(finest(atlas)["label_status"]) == {"extracted"}


@pytest.mark.parametrize("of", ["all", "kept"])
def test_f119_rows_that_are_not_kept_count_or_do_not(tmp_path: Path, of: str) -> None:
    vectors, frame = planted(60)
    vectors[5] = np.nan
    topics = kinds(60, noise=0)
    given = topics if of == "all" else topics[:5] + topics[6:]
    folder = saved(tmp_path, given, lists())
    atlas = tp.run(vectors, metadata=frame, text="words", levels=(), bertopic=folder,
                   reading=tp.ReadOptions(on_bad_rows="mark"))  # fmt: skip
    expected = np.array(topics[:5] + topics[6:])
    labels = atlas.clusterings["bertopic"].labels
    assert len(labels) == 59
    assert len({*zip(labels.tolist(), expected.tolist(), strict=True)}) == 6


def test_f119_models_of_other_rows_are_refused_before_anything_slow(tmp_path: Path) -> None:
    folder = saved(tmp_path, kinds(239), lists())
    with pytest.raises(InputError, match="the topics of 239 documents, and there are 240 rows"):
        taken(folder, text="words")


def test_f119_a_model_that_is_all_noise_is_a_map_without_topics(tmp_path: Path) -> None:
    atlas = taken(saved(tmp_path, [-1] * 240, {-1: [["the", 1], ["and", 1]]}, ["noise"]))
    assert atlas.topics().is_empty()


def test_f119_settings_that_find_topics_do_not_go_with_given_ones(tmp_path: Path) -> None:
    folder = saved(tmp_path, kinds(), lists())
    for settings in ({"min_cluster_size": 10}, {"clusterer": "kmeans"}):
        with pytest.raises(UsageError, match=f"{next(iter(settings))} is for finding topics"):
            taken(folder, **settings)


def test_f119_noise_may_go_to_the_nearest_given_topic(tmp_path: Path) -> None:
    atlas = taken(saved(tmp_path, kinds(), lists()), noise="nearest")
    topics = finest(atlas)
    assert topics["size"].to_list() == [40] * 6
    assert topics["adopted"].sum() == 12
    labels = atlas.trees["topics"].levels[0]
    for topic, words in zip(topics["topic"], topics["keywords"], strict=True):
        assert words.to_list() == [w for w, _ in lists()[int(np.flatnonzero(labels == topic)[0]) % 6 * 10]]


def test_f119_checks_that_go_the_road_again_say_why_they_cannot(tmp_path: Path) -> None:
    atlas = tp.audit(taken(saved(tmp_path, kinds(), lists()), group="kind"))
    notes = {step.name: " ".join(step.notes) for step in atlas.steps if step.stage == "audit"}
    assert "what found them is not here" in notes["arms"]
    for name in ("survival", "null", "knobs", "arms"):
        assert notes[name].startswith("undefined: "), name
    for name in ("agreement", "trust", "data", "faithfulness", "neighbours", "distances"):
        assert not notes[name].startswith("undefined"), name
    assert "verdicts" not in atlas.audits


def test_f119_a_model_is_taken_on_the_command_line(tmp_path: Path) -> None:
    _, frame = planted(60)
    frame.write_csv(tmp_path / "films.csv")
    saved(tmp_path / "model", kinds(60, noise=2), lists())
    words = ["run", tmp_path / "films.csv", "--text", "words", "--encoder", "tfidf", "--out", tmp_path / "a.trip",
             "--bertopic", tmp_path / "model", "--json", "--quiet"]  # fmt: skip
    first = call(*words)
    assert first.exit_code == 0, first.exception
    assert call(*words).stdout == first.stdout
    atlas = tp.load(tmp_path / "a.trip")
    assert len(finest(atlas)) == 6
    assert tp.find(atlas, "kitten", by="words").height > 0
    assert "By bertopic (topics given)." in (tmp_path / "a.trip" / "report.html").read_text(encoding="utf-8")
    config = call("config", tmp_path / "a.trip")
    assert f'bertopic = "{tmp_path / "model"}"' in config.stdout
    refused = call("sweep", tmp_path / "a.trip", "--min-cluster-size", "5,6")
    assert isinstance(refused.exception, UsageError)
    assert "topics of this run were given" in str(refused.exception)
    tasks = call("label", tmp_path / "a.trip", "--dump", tmp_path / "tasks.json")
    assert tasks.exit_code == 0, tasks.exception


def test_f119_words_of_a_stranger_are_shown_and_not_run(tmp_path: Path) -> None:
    planted_words: list[list[object]] = [["</script><script>planted()</script>", 1], ["=HYPERLINK(1)", 0.9]]
    taken(saved(tmp_path / "model", kinds(), lists() | {0: planted_words}), out=tmp_path / "run.trip")
    for page in ("map.html", "report.html"):
        assert "<script>planted()" not in (tmp_path / "run.trip" / page).read_text(encoding="utf-8")
    table = (tmp_path / "run.trip" / "topics.csv").read_text(encoding="utf-8")
    assert "planted()" in table
    assert not any(cell.startswith("=") for line in table.splitlines() for cell in line.replace('"', "").split(","))


def test_f119_a_configuration_names_the_model_from_its_own_folder(tmp_path: Path) -> None:
    from triptych.core.config import load_config
    from triptych.stages.run import SETTINGS

    (tmp_path / "triptych.toml").write_text('source = "films.csv"\nbertopic = "model"\n', encoding="utf-8")
    assert load_config(tmp_path / "triptych.toml", SETTINGS)["bertopic"] == str(tmp_path / "model")


def test_f119_words_that_are_known_stay_on_every_level_of_the_same_cluster(planted_atlas: Atlas) -> None:
    known = [((f"word{i}", 2.0), ("more", 1.0)) for i in range(planted_atlas.trees["topics"].sizes[0])]
    tree = planted_atlas.trees["topics"]
    found = tp.describe(planted_atlas, words=[known[0], None, *known[2:]]).descriptions["topics"].topics
    fine = {topic.cluster: topic for topic in found if topic.level == 0}
    assert fine[0].keywords == known[0]
    assert fine[1].keywords != known[1]
    coarser = {topic.cluster: topic for topic in found if topic.level == 1}
    parents = tree.parents(0)
    alone = [child for child, parent in enumerate(parents) if parents.count(parent) == 1 and child != 1]
    assert alone, "the planted tree has clusters that stay what they are"
    for child in alone:
        assert coarser[parents[child]].keywords == known[child]
        assert coarser[parents[child]].evidence == fine[child].evidence
    joined = next(parent for parent in parents if parents.count(parent) > 1)
    assert "more" not in [word for word, _ in coarser[joined].keywords]
    with pytest.raises(UsageError, match="words of 1 clusters"):
        tp.describe(planted_atlas, words=[None])
