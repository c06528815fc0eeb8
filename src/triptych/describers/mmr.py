"""Words that set a cluster apart and differ from one another: maximal marginal relevance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Choice, Integer, Limit, Real
from triptych.describers._grams import count_grams
from triptych.describers.base import Describer, Documents, Keywords
from triptych.describers.ctfidf import describe_levels

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["MarginalRelevance", "diversify"]

Similarity = npt.NDArray[np.float64]

#: Dimensions that are summed together, in float64: the vectors are never copied whole.
_SOME = 64


class MarginalRelevance(Describer):
    """Chooses among the words of class-based TF-IDF those that add most to the ones already chosen.

    Two words are alike as far as the documents that hold them are alike: a word's vector is the mean of the
    vectors of its documents, centred on the mean of all documents. Without vectors, it is the Jaccard
    overlap of the sets of documents.

    References
    ----------
    Carbonell, J. & Goldstein, J. (1998). The use of MMR, diversity-based reranking for reordering documents
    and producing summaries. SIGIR '98.
    """

    limits: ClassVar[Mapping[str, Limit]] = {
        "top": Integer(low=1, high=1000, help="words for each cluster"),
        "diversity": Real(low=0, high=1, help="0: the order of class-based TF-IDF, 1: difference alone"),
        "candidates": Integer(low=1, high=1000, help="words to choose from"),
        "longest": Integer(low=1, high=5, help="most words in a phrase"),
        "stop_words": Choice(options=("english", "none"), help="words left out before phrases are formed"),
    }

    def __init__(
        self,
        *,
        top: int = 10,
        diversity: float = 0.3,
        candidates: int = 30,
        longest: int = 2,
        stop_words: str = "english",
    ) -> None:
        self.top = top
        self.diversity = diversity
        self.candidates = candidates
        self.longest = longest
        self.stop_words = stop_words

    def describe(
        self,
        documents: Documents,
        partitions: Sequence[npt.NDArray[np.int32]],
        *,
        seed: int,
    ) -> list[list[Keywords]]:
        """Return the ``top`` words of each cluster of each partition, in the order in which they were chosen."""
        grams = count_grams(documents.texts, longest=self.longest, stop_words=self.stop_words == "english")
        pool = max(self.top, self.candidates)
        levels = describe_levels(grams, partitions, pool)
        words = sorted({word for level in levels for keywords in level for word, _ in keywords})
        column = {name: index for index, name in enumerate(grams.names)}
        held = grams.counts[:, [column[word] for word in words]]
        held.data = np.ones_like(held.data)
        likeness = _by_documents(held) if documents.vectors is None else _by_vectors(held, documents.vectors)
        place = {word: index for index, word in enumerate(words)}
        return [
            [
                diversify(keywords, likeness([place[word] for word, _ in keywords]), self.diversity, self.top)
                for keywords in level
            ]
            for level in levels
        ]


def diversify(candidates: Keywords, alike: Similarity, diversity: float, top: int) -> Keywords:
    """Choose words one by one by ``(1 - diversity) * weight - diversity * likeness``, to the nearest chosen.

    Parameters
    ----------
    candidates
        m words, strongest first; weights count relative to the strongest.
    alike
        (m, m) likeness in [0, 1].
    diversity
        Share of the likeness, in [0, 1].
    top
        Most words to return.
    """
    if not candidates:
        return ()
    relevance = np.array([weight for _, weight in candidates]) / candidates[0][1]
    chosen = [0]
    while len(chosen) < min(top, len(candidates)):
        score = (1 - diversity) * relevance - diversity * alike[:, chosen].max(axis=1)
        score[chosen] = -np.inf
        chosen.append(int(score.argmax()))
    return tuple(candidates[index] for index in chosen)


def _by_vectors(held: csr_array, vectors: npt.NDArray[np.float32]) -> Callable[[list[int]], Similarity]:
    """Return the cosine of the mean vectors of words, held by n documents as the columns of ``held`` say."""
    sums = [held.T @ vectors[:, at : at + _SOME] for at in range(0, vectors.shape[1], _SOME)]
    means = np.hstack(sums) / np.asarray(held.sum(axis=0)).clip(1)[:, None]
    means -= vectors.mean(axis=0, dtype=np.float64)
    means /= np.linalg.norm(means, axis=1, keepdims=True).clip(1e-12)
    return lambda words: (means[words] @ means[words].T).clip(0, 1).round(6)  # no tie hangs on the last bit


def _by_documents(held: csr_array) -> Callable[[list[int]], Similarity]:
    """Return the Jaccard overlap of the documents of words, held as the columns of ``held`` say."""
    columns = held.tocsc()
    documents = np.asarray(held.sum(axis=0))

    def overlap(words: list[int]) -> Similarity:
        both = (columns[:, words].T @ columns[:, words]).toarray()
        either = documents[words][:, None] + documents[words] - both
        return np.asarray(both / either.clip(1), dtype=np.float64)

    return overlap
