"""Count the phrases of documents once; every level and every method then works on the same sparse matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.core.words import STOP_WORDS, is_unspaced, normal_forms
from triptych.kernels.phrases import Cells, count_cells, number_pairs
from triptych.kernels.words import cut_texts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Grams", "count_grams", "fragments"]

I32 = npt.NDArray[np.int32]
Kinds = npt.NDArray[np.bool_]

_NUMBER = re.compile(r"[\d\-]+")


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
    """All words of all texts in one row of numbers; -1 where no phrase may pass."""

    ids: I32
    documents: I32
    words: list[str]
    unspaced: Kinds


@dataclass(frozen=True)
class _Phrases:
    """Every place where a phrase of so many words begins, which phrase (``chain``), and the words of each phrase."""

    starts: npt.NDArray[np.intp]
    chain: I32
    words: I32


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

    least = min_df if min_df is not None else 1 + (len(texts) >= 100) + (len(texts) >= 10_000)
    cells, names = _count(_stream(texts, stop_words=stop_words, digits=digits), longest, least)
    total = np.bincount(cells.columns, weights=cells.times, minlength=len(names))
    kept = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    kept = kept[np.sort(np.argsort(-total[kept], kind="stable")[:max_features])]
    place = np.full(len(names), -1)
    place[kept] = np.arange(len(kept))
    columns = place[cells.columns]
    inside = columns >= 0
    entries = cells.times[inside].astype(np.float64), (cells.rows[inside], columns[inside])
    # By column first: in each the rows ascend, so that nothing has to be sorted.
    counts = coo_array(entries, shape=(len(texts), len(kept))).tocsc().tocsr()
    return Grams(counts, [names[column] for column in kept])


def fragments(name: str) -> Iterator[str]:
    """Yield every shorter phrase that a phrase holds."""
    parts, glue = (list(name), "") if is_unspaced(name) else (name.split(), " ")
    for first, last in combinations(range(len(parts) + 1), 2):
        if last - first < len(parts):
            yield glue.join(parts[first:last])


def _stream(texts: Sequence[str], *, stop_words: bool, digits: bool) -> _Stream:
    """Number all words; a piece that is no word, or a stop word, becomes -1."""
    cuts = cut_texts(texts)
    forms = normal_forms(cuts.pieces)
    dull = STOP_WORDS | {""} if stop_words else {""}
    words = [
        word
        for word in dict.fromkeys(forms)
        if word not in dull
        and (len(word) > 1 or is_unspaced(word))
        and (digits or word.isalpha() or not _NUMBER.fullmatch(word))
    ]
    numbers = {word: number for number, word in enumerate(words)}
    # The last entry is that of -1, the end of a text.
    ids = np.array([*(numbers.get(form, -1) for form in forms), -1], dtype=np.int32)
    unspaced = np.array([not word.isascii() and is_unspaced(word) for word in words], dtype=np.bool_)
    return _Stream(ids[cuts.ids], cuts.documents, words, unspaced)


def _count(stream: _Stream, longest: int, least: int) -> tuple[Cells, list[str]]:
    """Count every phrase that is in enough documents; return the counts and the phrases."""
    starts = np.flatnonzero(stream.ids >= 0)
    phrases = _Phrases(starts, stream.ids[starts], np.arange(len(stream.words), dtype=np.int32)[:, None])
    found: list[Cells] = []
    names: list[str] = []
    for length in range(1, longest + 2):
        if length > 1:
            phrases = _longer(stream, phrases, longest)
        phrases, cells = _common(stream, phrases, least)
        # An unspaced script has no words: one character more stands for one word more.
        unspaced = stream.unspaced[phrases.words[:, 0]]
        wanted = (length - unspaced >= 1) & (length - unspaced <= longest)
        inside = wanted[cells.columns]
        place = np.cumsum(wanted) - 1 + len(names)
        found.append(Cells(cells.rows[inside], place[cells.columns[inside]], cells.times[inside]))
        glues = ["" if together else " " for together in unspaced[wanted].tolist()]
        columns = ([stream.words[word] for word in column] for column in phrases.words[wanted].T.tolist())
        names += [glue.join(words) for glue, *words in zip(glues, *columns, strict=True)]
    parts = (np.concatenate([getattr(cells, part) for cells in found]) for part in ("rows", "columns", "times"))
    return Cells(*parts), names


def _common(stream: _Stream, phrases: _Phrases, least: int) -> tuple[_Phrases, Cells]:
    """Leave out the phrases in fewer documents than ``least``: no longer one that begins so is in more."""
    cells, documents = count_cells(phrases.chain, stream.documents[phrases.starts], len(phrases.words))
    common = documents >= least
    place = np.where(common, np.cumsum(common, dtype=np.int32) - 1, np.int32(-1))
    inside, chain = common[cells.columns], place[phrases.chain]
    stays = chain >= 0
    left = _Phrases(phrases.starts[stays], chain[stays], phrases.words[common])
    return left, Cells(cells.rows[inside], place[cells.columns[inside]], cells.times[inside])


def _longer(stream: _Stream, phrases: _Phrases, longest: int) -> _Phrases:
    """Extend every phrase that may be longer by the word after it, where there is one of the same kind."""
    length = phrases.words.shape[1]
    after = stream.ids[phrases.starts + length]  # in reach, for every text ends with -1
    unspaced = stream.unspaced[phrases.words[:, 0]][phrases.chain]
    joins = (after >= 0) & (unspaced == stream.unspaced[after]) & (unspaced | (length < longest))
    heads, tails = phrases.chain[joins], after[joins]
    chain, first = number_pairs(heads, tails, (len(phrases.words), len(stream.words)))
    words = np.column_stack([phrases.words[heads[first]], tails[first]])
    return _Phrases(phrases.starts[joins], chain, words)
