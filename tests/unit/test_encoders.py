"""MiniLM: vectors that depend on the text alone."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

import triptych as tp
from triptych.core.errors import InputError, StepFailed, UsageError
from triptych.encoders import minilm
from triptych.encoders.base import Encoding
from triptych.encoders.minilm import MiniLM

#: Of the vectors of TEXTS in 8 bits.
GOLDEN = "f2a75367974c7aa310e3f890a46f73719a2cd89d924f09a0ba3d47a7dc974967"

TEXTS = [
    "A hitman takes one last contract.",
    "An assassin accepts a final job.",
    "How to bake sourdough bread at home.",
    "naïve café 🤖",
    "x",
    "long " * 400,
]


def encode(texts: list[str], threads: int = 2, **params: object) -> np.ndarray:
    return MiniLM(**params).encode(texts, threads=threads, advance=lambda _: None).vectors


def test_f012_texts_become_unit_vectors_of_384() -> None:
    vectors = encode(TEXTS)
    assert vectors.shape == (6, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    cosines = vectors @ vectors.T
    assert cosines[0, 1] > 0.3 > 0.1 > cosines[0, 2]


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_f012_a_vector_depends_on_its_text_alone(precision: str) -> None:
    together = encode(TEXTS, precision=precision)
    alone = np.vstack([encode([text], threads=1, precision=precision) for text in TEXTS])
    backwards = encode(TEXTS[::-1] * 20, threads=3, precision=precision)[: len(TEXTS)][::-1]
    assert together.tobytes() == alone.tobytes() == np.ascontiguousarray(backwards).tobytes()


def test_f012_bytes_say_what_single_precision_says() -> None:
    cosines = (encode(TEXTS) * encode(TEXTS, precision="fp32")).sum(axis=1)
    assert (cosines > 0.995).all()
    assert cosines.max() < 1 - 1e-6


def test_f012_vectors_are_the_same_bytes_on_every_processor() -> None:
    # Whoever changes the arithmetic changes this on purpose, and raises the version of the encoder.
    assert sha256(encode(TEXTS).tobytes()).hexdigest() == GOLDEN


def test_f012_progress_counts_every_text() -> None:
    done: list[int] = []
    MiniLM().encode([f"text {i}" for i in range(70)], threads=2, advance=done.append)
    assert sum(done) == 70


def test_f122_texts_cut_at_the_window_are_marked() -> None:
    found = MiniLM().encode(TEXTS, threads=1, advance=lambda _: None)
    assert found.cut.tolist() == [False] * 5 + [True]
    assert MiniLM(window=512).encode(TEXTS, threads=1, advance=lambda _: None).cut.sum() == 0
    # What is cut off has no say.
    assert np.array_equal(encode(["long " * 400]), encode(["long " * 400 + "bread"]))


def test_f122_cut_and_foreign_texts_are_counted_and_shown() -> None:
    german = "Die Katze sitzt auf der Matte und der Hund liegt nicht unter dem Tisch, weil er müde ist"
    atlas = tp.encode(tp.read([*TEXTS, german], roles=tp.Roles()))
    vectors = atlas.vectors["minilm"]
    assert vectors.cut.tolist() == [False] * 5 + [True, False]
    assert vectors.foreign.tolist() == [False] * 6 + [True]
    notes = atlas.steps[-1].notes
    assert notes[0].startswith("1 of 7 texts (14.3%) longer than the encoder's window")
    assert notes[1].startswith("1 of 7 texts (14.3%) probably not in English")


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_another_model_file_is_refused(precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "MODEL_SHA256", "0" * 64)
    for loader in ("_model", "_transformer", "_session"):
        monkeypatch.setattr(minilm, loader, getattr(minilm, loader).__wrapped__)
    with pytest.raises(InputError, match="not the one that Triptych was tested with"):
        encode(["a"], precision=precision)


def test_no_text_to_encode() -> None:
    atlas = tp.read(np.eye(3, dtype=np.float32), roles=tp.Roles())
    with pytest.raises(UsageError, match="no text to encode"):
        tp.encode(atlas)


def test_vectors_that_are_not_finite_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: MiniLM, items: list[str], **_: object) -> Encoding:
        return Encoding(np.full((len(items), 384), np.nan, dtype=np.float32), np.zeros(len(items), dtype=bool))

    monkeypatch.setattr(MiniLM, "encode", broken)
    with pytest.raises(StepFailed, match="encoders/minilm returned numbers that are not finite"):
        tp.encode(tp.read(["a", "b"], roles=tp.Roles()))
