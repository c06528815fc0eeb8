"""The words whose documents lie nearest to a topic: KeyBERT's idea, without an encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Choice, Integer, Limit, Real
from triptych.describers._candidates import Candidates, by_documents, by_vectors, find_candidates, sums
from triptych.describers.base import Describer, Documents, Keywords
from triptych.describers.ctfidf import class_counts
from triptych.describers.mmr import diversify
from triptych.measures.centres import mean_directions

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["KeyBERT"]

F64 = npt.NDArray[np.float64]
#: The cosine of each of some words, by their columns, to a cluster.
Nearness = Callable[[list[int], int], F64]

#: The weight of a word that points away from its topic: a weight is above 0.
_LEAST = 1e-6


class KeyBERT(Describer):
    """Ranks the words of class-based TF-IDF by the cosine of their vectors to that of the topic.

    The vector of a word is the mean of the vectors of the documents that hold it, that of a topic the mean of its
    documents; so it works with any vectors, and no word is encoded. KeyBERT encodes the words themselves and prefers
    those that are forms of the topic's name; this prefers those whose documents are the topic. Without vectors each
    document is a dimension of its own: the cosine is then that of the two sets of documents (Ochiai's coefficient).
    Weights are cosines, 0.000001 at least.

    References
    ----------
    Grootendorst, M. (2020). KeyBERT: Minimal keyword extraction with BERT. doi:10.5281/zenodo.4461265.
    """

    limits: ClassVar[Mapping[str, Limit]] = {
        "top": Integer(low=1, high=1000, help="words for each cluster"),
        "candidates": Integer(low=1, high=1000, help="words to rank, the strongest by class-based TF-IDF"),
        "diversity": Real(low=0, high=1, help="0: the nearest words, 1: difference alone"),
        "longest": Integer(low=1, high=5, help="most words in a phrase"),
        "stop_words": Choice(options=("english", "none"), help="words left out before phrases are formed"),
    }

    def __init__(
        self,
        *,
        top: int = 10,
        candidates: int = 50,
        diversity: float = 0.0,
        longest: int = 2,
        stop_words: str = "english",
    ) -> None:
        self.top = top
        self.candidates = candidates
        self.diversity = diversity
        self.longest = longest
        self.stop_words = stop_words

    def describe(
        self,
        documents: Documents,
        partitions: Sequence[npt.NDArray[np.int32]],
        *,
        seed: int,
    ) -> list[list[Keywords]]:
        """Return the ``top`` words of each cluster of each partition, nearest first unless they shall differ."""
        found = find_candidates(
            documents.texts, partitions, most=max(self.top, self.candidates), longest=self.longest,
            stop_words=self.stop_words == "english",
        )  # fmt: skip
        held, vectors = found.held, documents.vectors
        near = _near_in_documents(held) if vectors is None else _near_in_vectors(held, vectors)
        alike = by_documents(held) if vectors is None else by_vectors(held, vectors)
        levels = []
        for labels, level in zip(partitions, found.levels, strict=True):
            nearness = near(labels)
            ranked = [_ranked(found, words, nearness, cluster) for cluster, words in enumerate(level)]
            levels.append([diversify(words, alike(found.places(words)), self.diversity, self.top) for words in ranked])
        return levels


def _ranked(found: Candidates, words: Keywords, nearness: Nearness, cluster: int) -> Keywords:
    """Return words with their cosines, nearest first, ties in the order in which they are given."""
    cosines = nearness(found.places(words), cluster).clip(_LEAST, 1).round(6)
    return tuple((words[index][0], float(cosines[index])) for index in np.argsort(-cosines, kind="stable"))


def _near_in_vectors(held: csr_array, vectors: npt.NDArray[np.float32]) -> Callable[[npt.NDArray[np.int32]], Nearness]:
    words = _units(sums(held, vectors))

    def near(labels: npt.NDArray[np.int32]) -> Nearness:
        centres = mean_directions(vectors, labels)
        return lambda columns, cluster: np.asarray(words[columns] @ centres[cluster])

    return near


def _near_in_documents(held: csr_array) -> Callable[[npt.NDArray[np.int32]], Nearness]:
    times = np.asarray(held.sum(axis=0))

    def near(labels: npt.NDArray[np.int32]) -> Nearness:
        sizes = np.bincount(labels[labels >= 0])
        both = class_counts(held, labels)

        def cosine(columns: list[int], cluster: int) -> F64:
            together = both[[cluster]].toarray()[0, columns]
            return np.asarray(together / np.sqrt(times[columns] * sizes[cluster]).clip(1))

        return cosine

    return near


def _units(vectors: F64) -> F64:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12))
