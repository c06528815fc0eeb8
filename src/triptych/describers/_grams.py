"""Count the phrases of documents once; every level and every method then works on the same sparse matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, pieces

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Grams", "count_grams", "fragments"]

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grams:
    """How often each document holds each phrase.

    Attributes
    ----------
    counts
        Sparse float64 (n documents, v phrases).
    names
        The v phrases: words joined by a space, or characters of an unspaced script joined by nothing.
    """

    counts: csr_array
    names: list[str]


@dataclass(frozen=True)
class _Stream:
    """All pieces of all texts in one row of numbers; -1 where no phrase may pass."""

    ids: Ids
    documents: Ids
    words: list[str]
    unspaced: npt.NDArray[np.bool_]


def count_grams(
    texts: Sequence[str],
    *,
    longest: int = 2,
    min_df: int | None = None,
    max_features: int = 50_000,
    stop_words: bool = True,
    digits: bool = False,
) -> Grams:
    """Count every phrase of 1 to ``longest`` words that no stop word, mark or end of text interrupts.

    Scripts without spaces are counted as runs of 2 to ``longest + 1`` characters instead.

    Parameters
    ----------
    texts
        n documents.
    longest
        Most words in a phrase.
    min_df
        Phrases in fewer documents are left out; None chooses 1 below 100 documents, 2 below 10,000, 3 from
        there.
    max_features
        Most phrases kept, the most frequent first, ties in alphabetical order.
    stop_words
        Whether English stop words are left out (and interrupt).
    digits
        Whether numbers count as words.
    """
    from scipy.sparse import coo_array

    stream = _stream(texts, stop_words=stop_words, digits=digits)
    rows, columns, names = _grams(stream, longest)
    ones = np.ones(len(rows))
    counts = coo_array((ones, (rows, columns)), shape=(len(texts), len(names))).tocsr()
    least = min_df if min_df is not None else 1 + (len(texts) >= 100) + (len(texts) >= 10_000)
    kept = np.flatnonzero(np.bincount(counts.indices, minlength=len(names)) >= least)
    kept = np.array(sorted(kept, key=lambda column: names[column]), dtype=np.int64)
    total = np.asarray(counts.sum(axis=0))[kept]
    kept = kept[np.sort(np.argsort(-total, kind="stable")[:max_features])]
    return Grams(counts[:, kept], [names[column] for column in kept])


def fragments(name: str) -> Iterator[str]:
    """Yield every shorter phrase that a phrase holds."""
    parts, glue = (list(name), "") if is_unspaced(name) else (name.split(), " ")
    for first, last in combinations(range(len(parts) + 1), 2):
        if last - first < len(parts):
            yield glue.join(parts[first:last])


def _stream(texts: Sequence[str], *, stop_words: bool, digits: bool) -> _Stream:
    """Number all pieces; a piece that is no word, or a stop word, becomes -1."""
    known: dict[str, int] = {}
    numbers: dict[str, int] = {}

    def number(piece: str) -> int:
        word = normal_form(piece)
        spaced = not is_unspaced(word)
        dull = not word or (spaced and (len(word) < 2 or (stop_words and word in STOP_WORDS)))
        if dull or (not digits and re.fullmatch(r"[\d\-]+", word)):
            return -1
        return numbers.setdefault(word, len(numbers))

    ids: list[int] = []
    documents: list[int] = []
    for row, text in enumerate(texts):
        before = len(ids)
        for piece in pieces(text):
            found = known.get(piece)
            if found is None:
                found = known[piece] = number(piece)
            ids.append(found)
        ids.append(-1)
        documents.extend([row] * (len(ids) - before))
    words = list(numbers)
    unspaced = np.array([is_unspaced(word) for word in words], dtype=np.bool_)
    return _Stream(np.array(ids, dtype=np.int64), np.array(documents, dtype=np.int64), words, unspaced)


def _grams(stream: _Stream, longest: int) -> tuple[Ids, Ids, list[str]]:
    """Return document and phrase of every occurrence, and the phrases."""
    starts = np.flatnonzero(stream.ids >= 0)
    chain = stream.ids[starts]  # phrase of `length` pieces that begins at each start
    texts = list(stream.words)
    unspaced = stream.unspaced
    rows: list[Ids] = []
    columns: list[Ids] = []
    names: list[str] = []
    for length in range(1, longest + 2):
        # An unspaced script has no words: one character more stands for one word more.
        wanted = (length - unspaced[chain] >= 1) & (length - unspaced[chain] <= longest)
        found, column = np.unique(chain[wanted], return_inverse=True)
        rows.append(stream.documents[starts[wanted]])
        columns.append(column + len(names))
        names += [texts[gram] for gram in found]
        starts, chain, texts, unspaced = _longer(stream, starts, chain, texts, unspaced, length)
    return np.concatenate(rows), np.concatenate(columns), names


def _longer(
    stream: _Stream, starts: Ids, chain: Ids, texts: list[str], unspaced: npt.NDArray[np.bool_], length: int
) -> tuple[Ids, Ids, list[str], npt.NDArray[np.bool_]]:
    """Extend every phrase by the piece after it, where there is one of the same kind."""
    inside = starts + length < len(stream.ids)
    starts, chain = starts[inside], chain[inside]
    after = stream.ids[starts + length]
    joins = (after >= 0) & (unspaced[chain] == stream.unspaced[after])
    starts, pairs = starts[joins], chain[joins] * len(stream.words) + after[joins]
    found, chain = np.unique(pairs, return_inverse=True)
    heads, tails = found // max(len(stream.words), 1), found % max(len(stream.words), 1)
    kinds = unspaced[heads]
    glued = [
        texts[head] + ("" if kind else " ") + stream.words[tail]
        for head, tail, kind in zip(heads, tails, kinds, strict=True)
    ]
    return starts, chain, glued, kinds
