"""Saved models that are damaged, hostile, or no models: each is refused with its name and the fix, and nothing runs."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from triptych.core.errors import InputError, LimitExceeded
from triptych.sources import bertopic
from triptych.sources.bertopic import read_bertopic

GOOD: dict[str, Any] = {
    "topics": [0, 0, -1, 1],
    "topic_representations": {"-1": [["the", 0.1]], "0": [["cat", 0.5], ["dog", 0.4]], "1": [["sea", 1], ["salt", 1]]},
    "custom_labels": ["noise", "Pets", "Water"],
}


def folder_of(place: Path, text: str | bytes, *, weights: bool = True) -> Path:
    place.mkdir(exist_ok=True)
    (place / "topics.json").write_bytes(text.encode() if isinstance(text, str) else text)
    if weights:
        (place / "topic_embeddings.safetensors").touch()
    return place


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.sprung, "sprung")


def test_f119_a_good_folder_is_read(tmp_path: Path) -> None:
    found = read_bertopic(folder_of(tmp_path, json.dumps(GOOD)))
    assert found.topics.tolist() == [0, 0, -1, 1]
    assert found.words == {0: (("cat", 0.5), ("dog", 0.4)), 1: (("sea", 1.0), ("salt", 1.0))}
    assert found.titles == {-1: "noise", 0: "Pets", 1: "Water"}


def test_f119_a_pickle_is_refused_and_not_opened(tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    (tmp_path / "model.pickle").write_bytes(pickle.dumps(Trap(sprung)))
    folder_of(tmp_path / "torch", json.dumps(GOOD), weights=False)
    (tmp_path / "torch" / "topic_embeddings.bin").write_bytes(pickle.dumps(Trap(sprung)))
    with pytest.raises(InputError, match=r"is a file: a pickle could run code(?s:.*)serialization=\"safetensors\""):
        read_bertopic(tmp_path / "model.pickle")
    with pytest.raises(InputError, match=r"no topic_embeddings\.safetensors(?s:.*)serialization=\"safetensors\""):
        read_bertopic(tmp_path / "torch")
    assert not sprung.exists()


def test_f119_folders_that_are_missing_or_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no file"):
        read_bertopic(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"has no topics\.json"):
        read_bertopic(tmp_path)
    place = folder_of(tmp_path / "folder", "{}")
    (place / "topics.json").unlink()
    (place / "topics.json").mkdir()
    with pytest.raises(InputError, match=r"has no topics\.json"):
        read_bertopic(place)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", b"\xff\xfe\x00", '{"topics": [0', "[" * 100_000, '{"a":' * 100_000,
        '{"topics": [1' + "0" * 5000 + "]}", json.dumps(GOOD)[:-20],
    ],
    ids=["empty", "cut", "no text", "cut list", "nested lists", "nested objects", "huge number", "half"],
)  # fmt: skip
def test_f119_what_is_no_json_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(InputError, match=r"topics\.json' is no JSON"):
        read_bertopic(folder_of(tmp_path, text))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"topics": None}, "'topics' is no list"),
        ({"topics": []}, "'topics' is no list"),
        ({"topics": {"0": 1}}, "'topics' is no list"),
        ({"topics": [0, True]}, "document 1 has the topic True"),
        ({"topics": [0, 1.0]}, "document 1 has the topic 1.0"),
        ({"topics": [0, -2]}, "document 1 has the topic -2"),
        ({"topics": [0, 10**100]}, "document 1 has the topic 1000"),
        ({"topics": [0, "1"]}, "document 1 has the topic '1'"),
        ({"topics": [0, None]}, "document 1 has the topic None"),
        ({"topics": [0, 7]}, "has no topic 7"),
        ({"topic_representations": []}, "has no words by topic"),
        ({"topic_representations": {"one": []}}, "the topic 'one'"),
        ({"topic_representations": {"٣": []}}, "the topic '٣'"),
        ({"topic_representations": {"1" * 40: []}}, "the topic '1111"),
        ({"topic_representations": {"0": "cat"}}, "topic 0 has no list of words"),
        ({"topic_representations": {"0": [["cat"]]}}, "topic 0 has ['cat']"),
        ({"topic_representations": {"0": [["cat", "much"]]}}, "topic 0 has ['cat', 'much']"),
        ({"topic_representations": {"0": [["cat", float("nan")]]}}, "topic 0 has ['cat', nan]"),
        ({"topic_representations": {"0": [["cat", float("inf")]]}}, "topic 0 has ['cat', inf]"),
        ({"topic_representations": {"0": [["cat", 10**400]]}}, "topic 0 has ['cat', 1000"),
        ({"topic_representations": {"0": [[3, 0.1]]}}, "topic 0 has [3, 0.1]"),
        ({"topic_representations": {"0": [{"cat": 1}]}}, "topic 0 has {'cat': 1}"),
        ({"custom_labels": {"0": "Pets"}}, "'custom_labels' is no list of texts"),
        ({"custom_labels": ["noise", 1, "Water"]}, "'custom_labels' is no list of texts"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_f119_entries_that_cannot_be_used_are_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_bertopic(folder_of(tmp_path, json.dumps(GOOD | changes)))
    assert said in caught.value.message
    assert "topics.json" in caught.value.message
    assert "safetensors" in caught.value.hint
    assert len(caught.value.message) < 400 + len(str(tmp_path))


@pytest.mark.parametrize("value", [[], 3, "topics", None])
def test_f119_json_that_is_no_object_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(InputError, match="holds no topics"):
        read_bertopic(folder_of(tmp_path, json.dumps(value)))


def test_f119_unseen_characters_and_long_words_do_not_come_in(tmp_path: Path) -> None:
    words = [["\x1b[31mred\x07", 0.5], ["a\u202eb\u200b\ud800c", -1], ["x" * 10_000, 0.1], ["\n\t ", 0.2], ["", 1e-5]]
    words += [[f"w{i}", 0.01] for i in range(5000)]
    changed = {"topic_representations": GOOD["topic_representations"] | {"0": words}}
    changed |= {"custom_labels": ["", "Pets\x00\u202e\n and more", "\u200b"]}
    found = read_bertopic(folder_of(tmp_path, json.dumps(GOOD | changed)))
    assert found.words[0][:3] == (("[31mred", 0.5), ("abc", 0.0), ("x" * 80, 0.1))
    assert len(found.words[0]) == 998, "of the first 1,000"
    assert found.titles == {-1: "the", 0: "Pets and more"}


def test_f119_a_file_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bertopic, "LARGEST", 100)
    with pytest.raises(LimitExceeded, match="larger than 100 bytes"):
        read_bertopic(folder_of(tmp_path, json.dumps(GOOD)))
