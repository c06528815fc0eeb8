"""The compiled cut of many texts is the readable one of each, and phrases are counted as one would by hand."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, normal_forms, pieces
from triptych.describers._grams import count_grams
from triptych.describers.ctfidf import class_counts, level_counts
from triptych.kernels import _native, words
from triptych.kernels.phrases import count_cells, number_pairs
from triptych.kernels.words import cut_texts

#: What the rules of :func:`pieces` speak of, beside any other character.
SPECIAL = [
    "http://", "https://", "www.", "http", "s", "://", "w", "'", "’", "-", "‐", "‑", "+", "++", "#", "_", ".", " ",
    "\n", "\x1c", "\x85", "\u3000", "\u200c", "\u200d", "\u0301", "\u093f", "\u0e31", "\u0e01", "\u0f72", "\ufe0f",
    "\u0300", "漢", "か", "ー", "〆", "한", "हि", "a", "B", "ß", "İ", "é", "e\u0301", "1", "²", "Ⅷ", "٣", "😀",
    "\U0001f3fd", "\U00020000", "\udc80", "\u0378", "cat", "the", "Σ", "ς", "ﬁ", "Ａ", "ｶﾞ", "ŉ", "ʼ", "H\u0331", "\0",
    "\x7f", "\x80", "\u07ff", "\u0800", "\uffff", "\U0010ffff", "👩\u200d👧", "\xa0", "\u2028", "'S", "n't", "漢",
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


def test_f045_long_pieces_that_begin_and_end_alike_are_told_apart() -> None:
    texts = ["a" * n + " " + "a" * n + "b" + "a" * 9 for n in range(1, 40)]
    assert cut(texts) == [text.split() for text in texts]


@given(st.binary(max_size=40))
@settings(max_examples=200, deadline=None)
def test_bytes_that_are_no_text_are_cut_without_harm(joined: bytes) -> None:
    ids, counts = np.full(len(joined) + 2, -7, dtype=np.int32), np.empty(1, dtype=np.int32)
    written = np.zeros(2 * len(joined), dtype=np.uint8)
    used = _native.cut_words(
        joined, words._kinds(["é漢"]), np.array([len(joined)], dtype=np.int32), ids[:-1], counts, written
    )
    numbers = ids[: counts[0]]
    assert numbers[-1] == ids[counts[0] - 1] == -1
    assert ids[-1] == -7
    assert set(numbers.tolist()) == set(range(-1, int(numbers.max()) + 1))
    assert used <= len(written)


ARRAYS: dict[str, dict[str, Any]] = {
    "cut_words": {
        "codes": np.full(4, 97, dtype=np.uint8), "kinds": np.ones(128, dtype=np.uint8),
        "ends": np.array([2, 4], dtype=np.int32), "ids": np.empty(6, dtype=np.int32),
        "counts": np.empty(2, dtype=np.int32), "written": np.empty(8, dtype=np.uint8),
    },
    "count_cells": {
        "phrases": np.array([1, 0, 1], dtype=np.int32), "documents": np.array([0, 0, 1], dtype=np.int32),
        "held": np.empty(2, dtype=np.int32), "rows": np.empty(3, dtype=np.int32),
        "columns": np.empty(3, dtype=np.int32), "times": np.empty(3, dtype=np.int32),
    },
    "number_pairs": {
        "heads": np.array([1, 0, 1], dtype=np.int32), "tails": np.array([0, 3, 0], dtype=np.int32), "below": 2,
        "below_tails": 4, "numbers": np.empty(3, dtype=np.int32), "first": np.empty(3, dtype=np.int64),
    },
}  # fmt: skip
RESULTS = {"cut_words": 3, "count_cells": 3, "number_pairs": 2}
WRONG = [
    *((kernel, name, None) for kernel, arrays in ARRAYS.items() for name in arrays if not name.startswith("below")),
    ("cut_words", "ends", [2, 5]), ("cut_words", "ends", [3, 2]), ("cut_words", "ends", [-1, 4]),
    ("count_cells", "phrases", [1, 2, 1]), ("count_cells", "phrases", [1, -1, 1]),
    ("number_pairs", "heads", [1, 2, 1]), ("number_pairs", "tails", [0, 4, 0]), ("number_pairs", "tails", [0, -1, 0]),
    ("number_pairs", "below", -1),
]  # fmt: skip


@pytest.mark.parametrize(("kernel", "name", "value"), WRONG)
def test_arrays_that_do_not_fit_together_are_refused(kernel: str, name: str, value: list[int] | int | None) -> None:
    arrays = dict(ARRAYS[kernel])
    assert getattr(_native, kernel)(*arrays.values()) == RESULTS[kernel]
    old = arrays[name]
    if isinstance(old, np.ndarray):
        arrays[name] = old[:-1].copy() if value is None else np.array(value, dtype=old.dtype)
    else:
        arrays[name] = value
    with pytest.raises(ValueError, match="do not fit together"):
        getattr(_native, kernel)(*arrays.values())


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=60))
@settings(max_examples=150, deadline=None)
def test_f045_cells_are_counted_and_pairs_numbered_as_by_numpy(places: list[tuple[int, int]]) -> None:
    pairs = np.array(places, dtype=np.int32).reshape(-1, 2)
    phrases, documents = pairs[:, 1].copy(), np.sort(pairs[:, 0])
    cells, held = count_cells(phrases, documents, 10)
    both, times = np.unique(np.column_stack([documents, phrases]), axis=0, return_counts=True)
    order = np.lexsort((cells.columns, cells.rows))
    assert np.array_equal(np.column_stack([cells.rows, cells.columns])[order], both)
    assert np.array_equal(cells.times[order], times)
    assert np.array_equal(held, np.bincount(both[:, 1], minlength=10))
    assert np.array_equal(cells.rows, np.sort(cells.rows))

    numbers, first = number_pairs(pairs[:, 0].copy(), phrases, (7, 10))
    assert np.array_equal(pairs[first][numbers], pairs)
    assert len(first) == len(np.unique(pairs, axis=0))
    assert np.array_equal(first, [numbers.tolist().index(number) for number in range(len(first))])
    assert np.array_equal(pairs[first, 0], np.sort(pairs[first, 0]))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_f045_the_short_way_to_a_normal_form_is_the_long_one(texts: list[str]) -> None:
    for piece in [piece for text in texts for piece in pieces(text)]:
        word = unicodedata.normalize("NFKC", piece).lower()
        no_word = "://" in word or word.startswith("www.") or not any(map(str.isalnum, word))
        if no_word or (len(word) > 2 and word.endswith(("'t", "’t"))):
            word = ""
        else:
            word = re.sub("(?<=.)['’](s|re|ve|ll|d|m)$", "", word, flags=re.DOTALL)
        assert normal_form(piece) == word
        assert normal_forms([piece, "--"]) == [word, ""]


def counted_by_hand(texts: list[str], longest: int, least: int) -> dict[str, dict[int, int]]:
    found: dict[str, Counter[int]] = {}
    for row, text in enumerate(texts):
        line = [normal_form(piece) for piece in pieces(text)]
        dull = [
            not word
            or word in STOP_WORDS
            or (len(word) < 2 and not is_unspaced(word))
            or re.fullmatch(r"[\d-]+", word) is not None
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


def table_of(texts: list[str], *, longest: int, min_df: int) -> dict[str, dict[int, int]]:
    grams = count_grams(texts, longest=longest, min_df=min_df)
    assert grams.names == sorted(grams.names)
    assert grams.counts.has_canonical_format
    table = grams.counts.toarray()
    return {name: {row: int(n) for row, n in enumerate(table[:, i]) if n} for i, name in enumerate(grams.names)}


WORDS = st.lists(
    st.sampled_from(["cat", "Cats'", "dog", "the", "42", "漢", "字", "機", ",", "don't", "tree"]), max_size=8
)


@given(st.lists(WORDS.map(" ".join) | WORDS.map("".join), min_size=1, max_size=6), st.integers(1, 3), st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_f045_phrases_are_counted_as_by_hand(texts: list[str], longest: int, least: int) -> None:
    assert table_of(texts, longest=longest, min_df=least) == counted_by_hand(texts, longest, least)


@given(st.lists(st.lists(ANY, max_size=12).map("".join), min_size=1, max_size=6), st.integers(1, 3))
@settings(max_examples=200, deadline=None)
@example(["rock'n'roll rock’n’roll", "ﬁsh fish's FISH", "漢字 漢字漢"], 2)
def test_f045_phrases_of_any_characters_are_counted_as_by_hand(texts: list[str], longest: int) -> None:
    assert table_of(texts, longest=longest, min_df=1) == counted_by_hand(texts, longest, 1)


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
