"""The words that a topic may be described by, and how far two of them are of the same documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.describers._grams import count_grams
from triptych.describers.base import Keywords
from triptych.describers.ctfidf import describe_levels

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Candidates", "by_documents", "by_vectors", "find_candidates", "sums"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Dimensions that are summed together, in float64: the vectors are never copied whole.
_SOME = 64


@dataclass(frozen=True)
class Candidates:
    """The strongest words of class-based TF-IDF of every topic.

    Attributes
    ----------
    levels
        The words of each cluster of each partition, strongest first.
    place
        Word -> its column in ``held``.
    held
        Sparse float64 (n documents, w words): 1 where a document holds a word.
    """

    levels: list[list[Keywords]]
    place: dict[str, int]
    held: csr_array

    def places(self, keywords: Keywords) -> list[int]:
        """Return the columns of words."""
        return [self.place[word] for word, _ in keywords]


def find_candidates(
    texts: Sequence[str],
    partitions: Sequence[npt.NDArray[np.int32]],
    *,
    most: int,
    longest: int,
    stop_words: bool,
) -> Candidates:
    """Return at most ``most`` words of every topic, and which documents hold them."""
    grams = count_grams(texts, longest=longest, stop_words=stop_words)
    levels = describe_levels(grams, partitions, most)
    words = sorted({word for level in levels for keywords in level for word, _ in keywords})
    column = {name: index for index, name in enumerate(grams.names)}
    held = grams.counts[:, [column[word] for word in words]]
    held.data = np.ones_like(held.data)
    return Candidates(levels, {word: index for index, word in enumerate(words)}, held)


def sums(held: csr_array, vectors: F32) -> F64:
    """Return the sums of the vectors of the documents in each column of ``held``: float64 (w, d)."""
    return np.hstack([held.T @ vectors[:, at : at + _SOME] for at in range(0, vectors.shape[1], _SOME)])


def by_vectors(held: csr_array, vectors: F32) -> Callable[[list[int]], F64]:
    """Return the cosine of the mean vectors of words, centred on the mean of all documents, in [0, 1]."""
    means = sums(held, vectors) / np.asarray(held.sum(axis=0)).clip(1)[:, None]
    means -= vectors.mean(axis=0, dtype=np.float64)
    means /= np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)
    return lambda words: (means[words] @ means[words].T).clip(0, 1).round(6)  # no tie hangs on the last bit


def by_documents(held: csr_array) -> Callable[[list[int]], F64]:
    """Return the Jaccard overlap of the documents of words, in [0, 1]."""
    columns = held.tocsc()
    documents = np.asarray(held.sum(axis=0))

    def overlap(words: list[int]) -> F64:
        both = (columns[:, words].T @ columns[:, words]).toarray()
        either = documents[words][:, None] + documents[words] - both
        return np.asarray(both / either.clip(1), dtype=np.float64)

    return overlap
