"""Which model is meant, and what it is known by: all that needs no torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed: it comes with triptych[torch]")

from triptych.core.errors import MissingExtra, UsageError
from triptych.encoders import sentence_transformers
from triptych.encoders.sentence_transformers import SentenceTransformers


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a folder that looks like a model's."""
    for name, data in {"config.json": b"{}", "model.safetensors": b"weights", "1_Pooling/config.json": b"{}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def fingerprint(folder: Path) -> str:
    return SentenceTransformers(model=str(folder)).fingerprint()


def test_a_model_is_known_by_its_files_and_not_by_its_name(model: Path, tmp_path: Path) -> None:
    known = fingerprint(model)
    assert len(known) == 64
    (model / "README.md").write_text("advice", encoding="utf-8")
    moved = model.rename(tmp_path.parent / f"{tmp_path.name}_moved")
    assert fingerprint(moved) == known
    seen = {known}
    for name in ("model.safetensors", "1_Pooling/config.json", "config.json"):
        (moved / name).write_bytes(b"other " + name.encode())
        seen.add(fingerprint(moved))
    (moved / "vocab.txt").write_bytes(b"")
    seen.add(fingerprint(moved))
    assert len(seen) == 5


@pytest.mark.parametrize("name", ["./nowhere", "/nowhere/at/all", "~/nowhere-at-all", "a/b/c"])
def test_a_folder_that_is_not_there(name: str) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        SentenceTransformers(model=name).fingerprint()


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("gte-small-that-nobody-has", "hf download sentence-transformers/gte-small-that-nobody-has,"),
        ("nobody/has-this", "hf download nobody/has-this,"),
        ("no name of a model", "hf download"),
    ],
)
def test_a_model_that_is_not_on_this_machine_is_not_fetched(name: str, line: str) -> None:
    with pytest.raises(MissingExtra, match="which is not on this machine") as caught:
        SentenceTransformers(model=name).fingerprint()
    assert caught.value.hint.startswith(line)
    assert name in caught.value.message


def test_a_model_of_the_hub_is_found_where_its_client_keeps_it(
    model: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path_factory.mktemp("hub") / "models--some--model"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("abc", encoding="ascii")
    (kept / "snapshots").mkdir()
    model.rename(kept / "snapshots" / "abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(kept.parent))
    assert sentence_transformers._folder("some/model") == kept / "snapshots" / "abc"
    assert SentenceTransformers(model="some/model").fingerprint() == fingerprint(kept / "snapshots" / "abc")


def test_weights_that_are_a_pickle_are_refused(model: Path) -> None:
    (model / "pytorch_model.bin").write_bytes(b"beside safetensors, so not read")
    fingerprint(model)
    (model / "2_Dense").mkdir()
    (model / "2_Dense" / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(UsageError, match=r"are a pickle, pytorch_model\.bin, which can run code") as caught:
        fingerprint(model)
    assert "safetensors" in caught.value.hint


def test_texts_that_go_together_are_of_equal_length() -> None:
    lengths = np.array([5, 3, 5, 5, 3, 8, 5])
    assert list(sentence_transformers._batches(lengths, 2)) == [[5], [0, 2], [3, 6], [1, 4]]
    assert list(sentence_transformers._batches(lengths, 1)) == [[5], [0], [2], [3], [6], [1], [4]]
