"""Words that set a cluster apart and differ from one another: maximal marginal relevance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Choice, Integer, Limit, Real
from triptych.describers._candidates import by_documents, by_vectors, find_candidates
from triptych.describers.base import Describer, Documents, Keywords

__all__ = ["MarginalRelevance", "diversify"]

Similarity = npt.NDArray[np.float64]


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
        found = find_candidates(
            documents.texts, partitions, most=max(self.top, self.candidates), longest=self.longest,
            stop_words=self.stop_words == "english",
        )  # fmt: skip
        held, vectors = found.held, documents.vectors
        alike = by_documents(held) if vectors is None else by_vectors(held, vectors)
        return [
            [diversify(words, alike(found.places(words)), self.diversity, self.top) for words in level]
            for level in found.levels
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
