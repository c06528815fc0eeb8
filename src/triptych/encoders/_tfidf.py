"""Texts as weighted words and parts of words (TF-IDF); what each weighs is learned from a sample.

A word weighs (1 + ln count) · idf, with idf = ln((1 + n) / (1 + df)) + 1 over the n texts of the sample (Salton &
Buckley 1988, smoothed as in scikit-learn). A word may be spread over its parts as well, runs of 3 to 5 characters with
the ends of the word marked: so a word that the sample lacks still says something (Bojanowski et al. 2017,
arXiv:1607.04606).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.words import STOP_WORDS, normal_form
from triptych.kernels.words import cut_texts

__all__ = ["Bag", "Terms", "count_words", "parts_of"]

#: Characters of a part of a word.
LENGTHS = (3, 4, 5)
#: Parts that are kept at most: those in most words.
MOST_PARTS = 100_000

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Bag:
    """n texts as weighted terms: the rows of ``words @ spread``.

    Attributes
    ----------
    words
        Sparse float32 (n, v): what each of the v distinct words of these texts weighs in each.
    spread
        Sparse float32 (v, t): each of these words by the t known terms.
    """

    words: Any
    spread: Any

    def matrix(self) -> Any:
        """Return the texts by the known terms, sparse float32 (n, t); rows have length 1, or 0 where none is known."""
        from scipy.sparse import diags_array

        rows = self.words @ self.spread
        length = np.sqrt(rows.multiply(rows).sum(axis=1))
        return (diags_array((1 / np.where(length > 0, length, 1)).astype(np.float32)) @ rows).tocsr()

    def times(self, weights: F32) -> F32:
        """Return the product of these rows, at their own length, with float32 (t, d): each word is multiplied once."""
        found: F32 = self.words @ (self.spread @ weights)
        return found


class Terms:
    """The words of a sample of texts, and what each weighs.

    Parameters
    ----------
    texts
        The sample.
    parts
        Whether a word is spread over its parts.
    """

    def __init__(self, texts: Sequence[str], *, parts: bool) -> None:
        words, counts = count_words(texts)
        self.words = {word: number for number, word in enumerate(words)}
        self._df = np.bincount(counts.indices, minlength=len(words))
        self._idf = _idf(self._df, len(texts))
        self._idf_unknown = _idf(np.zeros(1), len(texts))[0]
        self._parts, self._part_idf = _common_parts(words) if parts else (np.zeros(0, np.uint64), np.zeros(0))

    def commonest(self, most: int) -> list[str]:
        """Return the words in most texts, stop words aside; equally common ones as they were first seen."""
        words = list(self.words)
        told = (word for at in np.argsort(-self._df, kind="stable").tolist() if (word := words[at]) not in STOP_WORDS)
        return list(islice(told, most))

    def bag(self, texts: Sequence[str]) -> Bag:
        """Return texts as weighted terms."""
        words, counts = count_words(texts)
        numbers = np.array([self.words.get(word, -1) for word in words], dtype=np.int64)
        known = numbers >= 0
        idf = np.full(len(words), self._idf_unknown)
        idf[known] = self._idf[numbers[known]]
        counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
        return Bag(counts.astype(np.float32), self._spread(words, numbers))

    def _spread(self, words: list[str], numbers: I64) -> Any:
        """Return each word as itself, if it is known, and the unit vector of its parts, as far as they are."""
        from scipy.sparse import coo_array

        rows = np.flatnonzero(numbers >= 0)
        columns, values = numbers[rows], np.ones(len(rows))
        if len(self._parts):
            keys, owners = parts_of(words)
            at = np.minimum(np.searchsorted(self._parts, keys), len(self._parts) - 1)
            found = self._parts[at] == keys
            weights = np.where(found, self._part_idf[at], self._part_idf.max())
            weights /= np.sqrt(np.bincount(owners, weights**2, minlength=len(words)))[owners]
            rows, columns = np.append(rows, owners[found]), np.append(columns, len(self.words) + at[found])
            values = np.append(values, weights[found])
        shape = (len(words), len(self.words) + len(self._parts))
        return coo_array((values, (rows, columns)), shape=shape).tocsr().astype(np.float32)


def count_words(texts: Sequence[str]) -> tuple[list[str], Any]:
    """Return the distinct words of some texts, in their normal forms, and how often each is in each text.

    Returns
    -------
    list of str
        v words. Signs beyond ASCII, such as emoji, are words too.
    csr_array
        float64 (texts, v).
    """
    from scipy.sparse import coo_array

    cuts = cut_texts(texts)
    numbers: dict[str, int] = {}
    forms = [numbers.setdefault(form, len(numbers)) if (form := _form(piece)) else -1 for piece in cuts.pieces]
    ids = np.array([*forms, -1], dtype=np.int64)[cuts.ids]
    kept = ids >= 0
    once = (np.ones(int(kept.sum())), (cuts.documents[kept], ids[kept]))
    return list(numbers), coo_array(once, shape=(len(texts), len(numbers))).tocsr()


def parts_of(words: Sequence[str]) -> tuple[U64, I64]:
    """Return a 64-bit hash of every part of every word, and which word it is of."""
    lengths = np.array([len(word) + 2 for word in words], dtype=np.int64)
    joined = "".join(f" {word} " for word in words).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(joined, dtype="<u4").astype(np.uint64)
    owners = np.repeat(np.arange(len(words)), lengths)
    left = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes))
    keys, rows = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
    mixed = np.zeros(len(codes) + 1, dtype=np.uint64)
    for length in range(1, max(LENGTHS) + 1):
        # The hash of the run of this length that begins at each character; those that cross an end are never taken.
        mixed = mixed[:-1] * np.uint64(0x9E3779B97F4A7C15) + (codes[length - 1 :] + np.uint64(1))
        mixed ^= mixed >> np.uint64(29)
        if length in LENGTHS:
            whole = left[: len(mixed)] >= length
            keys.append(mixed[whole])
            rows.append(owners[: len(mixed)][whole])
    return np.concatenate(keys), np.concatenate(rows)


def _common_parts(words: list[str]) -> tuple[U64, F64]:
    """Return the parts that are in words more than once, sorted, and the idf of each among the words."""
    parts, df = np.unique(parts_of(words)[0], return_counts=True)
    common = np.flatnonzero(df > 1)
    chosen = np.sort(common[np.argsort(-df[common], kind="stable")[:MOST_PARTS]])
    return parts[chosen], _idf(df[chosen], len(words))


def _form(piece: str) -> str:
    """Return the normal form of a piece; a sign beyond ASCII stands for itself."""
    return normal_form(piece) or ("" if piece.isascii() or piece.isalnum() else piece)


def _idf(df: npt.NDArray[Any], n: int) -> F64:
    found: F64 = np.log((1 + n) / (1 + df)) + 1
    return found
