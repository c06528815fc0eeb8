"""The compiled cut of many texts is the readable one of each, and phrases are counted as one would by hand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, pieces
from triptych.describers._grams import count_grams
from triptych.describers.ctfidf import class_counts, level_counts
from triptych.kernels import _native, words
from triptych.kernels.words import cut_texts

#: What the rules of :func:`pieces` speak of, beside any other character.
SPECIAL = [
    "http://", "https://", "www.", "http", "s", "://", "w", "'", "’", "-", "‐", "‑", "+", "++", "#", "_", ".", " ",
    "\n", "\x1c", "\x85", "\u3000", "\u200c", "\u200d", "\u0301", "\u093f", "\u0e31", "\u0e01", "\u0f72", "\ufe0f",
    "\u0300", "漢", "か", "ー", "〆", "한", "हि", "a", "B", "ß", "İ", "é", "e\u0301", "1", "²", "Ⅷ", "٣", "😀",
    "\U0001f3fd", "\U00020000", "\udc80", "\u0378", "cat", "the",
]  # fmt: skip
ANY = st.sampled_from(SPECIAL) | st.characters() | st.characters(categories=["M", "Cf", "N"])
TEXTS = st.lists(st.lists(ANY, max_size=12).map("".join), max_size=6)


def cut(texts: list[str]) -> list[list[str]]:
    cuts = cut_texts(texts)
    found: list[list[str]] = [[] for _ in texts]
    for number, document in zip(cuts.ids.tolist(), cuts.documents.tolist(), strict=True):
        if number >= 0:
            found[document].append(cuts.pieces[number])
    return found


@given(TEXTS)
@settings(max_examples=400, deadline=None)
@example(["漢https://a", "_www.x", "www.", "http:// x", "c++", "c#", "a\u200cb", "a\u200c\u0301b", "rock'n'roll'"])
@example(["\u0301a", "a\u0301", "e", "\u0301"])
def test_f045_many_texts_are_cut_as_each_is_by_itself(texts: list[str]) -> None:
    assert cut(texts) == [pieces(text) for text in texts]


@pytest.mark.parametrize("block", [1, 7, 40])
def test_f045_the_cut_does_not_depend_on_what_is_cut_together(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["one two", "", "two three https://a.b/c", "機械 learning", "e\u0301 \u0301", "one"]
    whole = cut_texts(texts)
    monkeypatch.setattr(words, "BLOCK", block)
    parts = cut_texts(texts)
    assert (parts.ids.tolist(), parts.documents.tolist()) == (whole.ids.tolist(), whole.documents.tolist())
    assert parts.pieces == whole.pieces == list(dict.fromkeys(piece for text in texts for piece in pieces(text)))
    assert [d for d, i in zip(whole.documents.tolist(), whole.ids.tolist(), strict=True) if i == -1] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


def test_f045_more_distinct_pieces_than_the_first_table_holds() -> None:
    texts = [" ".join(f"w{row * 97 + i}" for i in range(200)) for row in range(40)]
    assert cut(texts) == [text.split() for text in texts]


@pytest.mark.parametrize("wrong", ["kinds", "ends", "beyond", "falling", "ids", "counts", "spans"])
def test_arrays_that_do_not_fit_together_are_refused(wrong: str) -> None:
    arrays = {
        "codes": np.full(4, 97, dtype=np.uint32), "kinds": np.ones(4, dtype=np.uint8),
        "ends": np.array([2, 4], dtype=np.int32), "ids": np.empty(6, dtype=np.int32),
        "counts": np.empty(2, dtype=np.int32), "spans": np.empty((4, 2), dtype=np.int32),
    }  # fmt: skip
    assert _native.cut_words(*arrays.values()) == 1
    changed = {"beyond": np.array([2, 5]), "falling": np.array([3, 2]), "ends": np.array([4])}
    name = wrong if wrong in arrays else "ends"
    arrays[name] = changed[wrong].astype(np.int32) if wrong in changed else arrays[name][:-1].copy()
    with pytest.raises(ValueError, match="do not fit together"):
        _native.cut_words(*arrays.values())


def counted_by_hand(texts: list[str], longest: int, least: int) -> dict[str, dict[int, int]]:
    found: dict[str, Counter[int]] = {}
    for row, text in enumerate(texts):
        line = [normal_form(piece) for piece in pieces(text)]
        dull = [
            not word
            or (not is_unspaced(word) and (len(word) < 2 or word in STOP_WORDS or not word.strip("0123456789-")))
            for word in line
        ]
        for first in range(len(line)):
            for last in range(first, len(line)):
                run = line[first : last + 1]
                if any(dull[first : last + 1]) or any(is_unspaced(a) != is_unspaced(b) for a, b in pairwise(run)):
                    break
                unspaced = is_unspaced(run[0])
                if 1 <= len(run) - unspaced <= longest:
                    found.setdefault(("" if unspaced else " ").join(run), Counter())[row] += 1
    return {name: dict(counts) for name, counts in found.items() if len(counts) >= least}


WORDS = st.lists(
    st.sampled_from(["cat", "Cats'", "dog", "the", "42", "漢", "字", "機", ",", "don't", "tree"]), max_size=8
)


@given(st.lists(WORDS.map(" ".join) | WORDS.map("".join), min_size=1, max_size=6), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_f045_phrases_are_counted_as_by_hand(texts: list[str], longest: int, least: int) -> None:
    grams = count_grams(texts, longest=longest, min_df=least)
    table = grams.counts.toarray()
    counts = {name: {row: int(n) for row, n in enumerate(table[:, i]) if n} for i, name in enumerate(grams.names)}
    assert counts == counted_by_hand(texts, longest, least)
    assert grams.names == sorted(grams.names)


@given(st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_f045_counts_of_levels_are_those_of_each_by_itself(seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts = csr_array(rng.poisson(0.3, (30, 12)).astype(np.float64))
    fine = rng.integers(-1, 6, 30).astype(np.int32)
    coarse = np.where(fine >= 0, fine // 2, -1).astype(np.int32)
    other = rng.integers(-1, 3, 30).astype(np.int32)
    none = np.full(30, -1, dtype=np.int32)
    levels = [fine, coarse, other, fine, none, none, coarse]
    for found, labels in zip(level_counts(counts, levels), levels, strict=True):
        assert np.array_equal(found.toarray(), class_counts(counts, labels).toarray())
