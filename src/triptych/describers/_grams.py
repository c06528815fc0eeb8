"""Count the phrases of documents once; every level and every method then works on the same sparse matrix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form
from triptych.kernels.words import cut_texts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Grams", "count_grams", "fragments"]

Ids = npt.NDArray[np.int64]
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

    ids: npt.NDArray[np.int32]
    documents: npt.NDArray[np.int32]
    words: list[str]
    unspaced: Kinds


@dataclass(frozen=True)
class _Phrases:
    """Every place where a phrase of so many words begins, which phrase (``chain``), and the words of each phrase."""

    starts: Ids
    chain: Ids
    words: Ids


@dataclass(frozen=True)
class _Cells:
    """How often (``times``) which document (``rows``) holds which phrase (``columns``)."""

    rows: Ids
    columns: Ids
    times: Ids


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
    counts = coo_array(entries, shape=(len(texts), len(kept))).tocsr()
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
    numbers: dict[str, int] = {}

    def number(piece: str) -> int:
        word = normal_form(piece)
        dull = not word or (stop_words and word in STOP_WORDS) or (len(word) < 2 and not is_unspaced(word))
        if dull or not (digits or word.isalpha() or not _NUMBER.fullmatch(word)):
            return -1
        return numbers.setdefault(word, len(numbers))

    # The last entry is that of -1, the end of a text.
    words = np.array([*map(number, cuts.pieces), -1], dtype=np.int32)
    unspaced = np.array([*map(is_unspaced, numbers)], dtype=np.bool_)
    return _Stream(words[cuts.ids], cuts.documents, list(numbers), unspaced)


def _count(stream: _Stream, longest: int, least: int) -> tuple[_Cells, list[str]]:
    """Count every phrase that is in enough documents; return the counts and the phrases."""
    starts = np.flatnonzero(stream.ids >= 0)
    phrases = _Phrases(starts, stream.ids[starts].astype(np.int64), np.arange(len(stream.words))[:, None])
    found: list[_Cells] = []
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
        found.append(_Cells(cells.rows[inside], place[cells.columns[inside]], cells.times[inside]))
        for words, together in zip(phrases.words[wanted].tolist(), unspaced[wanted].tolist(), strict=True):
            names.append(("" if together else " ").join([stream.words[word] for word in words]))
    parts = (np.concatenate([getattr(cells, part) for cells in found]) for part in ("rows", "columns", "times"))
    return _Cells(*parts), names


def _common(stream: _Stream, phrases: _Phrases, least: int) -> tuple[_Phrases, _Cells]:
    """Leave out the phrases in fewer documents than ``least``: no longer one that begins so is in more."""
    documents = int(stream.documents.max(initial=0)) + 1
    cells, times = np.unique(phrases.chain * documents + stream.documents[phrases.starts], return_counts=True)
    columns, rows = np.divmod(cells, documents)
    common = np.bincount(columns, minlength=len(phrases.words)) >= least
    place = np.cumsum(common) - 1
    inside, stays = common[columns], common[phrases.chain]
    left = _Phrases(phrases.starts[stays], place[phrases.chain[stays]], phrases.words[common])
    return left, _Cells(rows[inside], place[columns[inside]], times[inside])


def _longer(stream: _Stream, phrases: _Phrases, longest: int) -> _Phrases:
    """Extend every phrase that may be longer by the word after it, where there is one of the same kind."""
    length = phrases.words.shape[1]
    after = stream.ids[phrases.starts + length]  # in reach, for every text ends with -1
    unspaced = stream.unspaced[phrases.words[:, 0]][phrases.chain]
    joins = (after >= 0) & (unspaced == stream.unspaced[after]) & (unspaced | (length < longest))
    vocabulary = max(len(stream.words), 1)
    found, chain = np.unique(phrases.chain[joins] * vocabulary + after[joins], return_inverse=True)
    heads, tails = np.divmod(found, vocabulary)
    return _Phrases(phrases.starts[joins], chain, np.column_stack([phrases.words[heads], tails]))
