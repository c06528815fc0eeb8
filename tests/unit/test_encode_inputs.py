"""What goes into an encoder, and what is said of it: odd texts, none, texts too long or in another language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

import triptych as tp
from triptych.core.errors import InputError
from triptych.core.registry import method_class
from triptych.encoders.base import Encoder
from triptych.encoders.minilm import MiniLM

ODD = {
    "a megabyte": "a long text " * 87_400,
    "a megabyte without a blank": "x" * 2**20,
    "nul": "one\0two",
    "right to left": "שלום עולם \u202eabc\u202c مرحبا بالعالم",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈🤖",
    "blanks of all kinds inside": "a\u2003b\u200bc\u3000d",
}
NO_TEXT = ("", "  \n\t", "\u200b", "\x01\x02\x7f", "\u0301\u0308\ufe0f", "\ufffd\uffff")
GERMAN = "Die Katze sitzt auf der Matte und der Hund liegt nicht unter dem Tisch, weil er müde ist"


@pytest.fixture(scope="module")
def odd_atlas() -> tp.Atlas:
    return tp.encode(tp.read(list(ODD.values()), roles=tp.Roles()))


def test_odd_texts_have_finite_unit_vectors(odd_atlas: tp.Atlas) -> None:
    vectors = odd_atlas.vectors["minilm"]
    assert vectors.values.shape == (len(ODD), 384)
    assert np.isfinite(vectors.values).all()
    assert np.allclose(np.linalg.norm(vectors.values, axis=1), 1, atol=1e-5)
    assert vectors.cut.tolist() == [name == "a megabyte" for name in ODD]


def test_empty_texts_never_reach_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    encode = MiniLM.encode

    def listening(self: MiniLM, items: list[str], **options: Any) -> Any:
        given.extend(items)
        return encode(self, items, **options)

    monkeypatch.setattr(MiniLM, "encode", listening)
    frame = pl.DataFrame({"t": ["one", None, *NO_TEXT, "two"]})
    tp.encode(tp.read(frame, roles=tp.Roles(text="t")))
    assert sorted(given) == ["one", "two"]


def test_rows_kept_for_their_vectors_and_without_text_are_named() -> None:
    frame = pl.DataFrame({"t": ["one", "", "three"], "key": ["a", "b", "c"]})
    atlas = tp.read(np.eye(3, dtype=np.float32), metadata=frame, roles=tp.Roles(text="t", id="key"))
    with pytest.raises(InputError, match="1 of 3 rows have no text, the first of them is 'b'"):
        tp.encode(atlas)


def notes(texts: list[str], **params: Any) -> Iterator[str]:
    return iter(tp.encode(tp.read(texts, roles=tp.Roles()), **params).steps[-1].notes)


def test_f122_the_extra_that_would_help_is_named_where_it_would() -> None:
    english = [f"a plain sentence about the number {number}" for number in range(30)]
    (few,) = notes([*english, GERMAN])
    assert few == "1 of 31 texts (3.2%) probably not in English, which this encoder was made for"
    (many,) = notes([*english[:9], GERMAN])
    assert many == (
        "1 of 10 texts (10.0%) probably not in English, which this encoder was made for; "
        "for many languages there is --encoder multilingual_e5 (pip install 'triptych[multilingual]')"
    )


def test_f122_that_extra_exists() -> None:
    found = method_class("encoders", "multilingual_e5", Encoder)
    assert (found.extra, found.languages) == ("multilingual", ())


def test_f122_a_wider_window_cuts_fewer() -> None:
    long = "word " * 100
    (narrow,) = notes(["a cat", long], window=64)
    assert narrow == "1 of 2 texts (50.0%) longer than the encoder's window, and cut there"
    assert not list(notes(["a cat", long], window=256))
