"""How near phrases lie to a cluster, alone and together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triptych.labellers._candidates import Candidate
from triptych.labellers._corpus import Corpus
from triptych.labellers.base import Space

__all__ = ["Look", "Sight"]

F64 = npt.NDArray[np.float64]


class Look:
    """Some phrases as they are seen from one cluster.

    Parameters
    ----------
    vectors
        float64 (m, d): a vector for each phrase.
    centre
        float64 (d,): the direction of the cluster.
    """

    def __init__(self, vectors: F64, centre: F64) -> None:
        self._vectors, self._centre = _directions(vectors), _directions(centre)

    def cosines(self, parts: Sequence[int]) -> F64:
        """Return the cosine of the cluster and some phrases together with each phrase as one more, float64 (m,)."""
        return np.asarray(_directions(self._vectors + self._vectors[list(parts)].sum(axis=0)) @ self._centre).round(6)


class Sight:
    """Sees phrases from clusters.

    Parameters
    ----------
    corpus
        The evidence, read.
    space
        Where clusters and phrases lie; without one each document of the evidence is a dimension.
    found
        The candidates of each cluster.
    """

    def __init__(self, corpus: Corpus, space: Space | None, found: Sequence[Sequence[Candidate]]) -> None:
        self._corpus, self._space = corpus, space
        names = sorted({one.text for some in found for one in some})
        self._place = {name: row for row, name in enumerate(names)}
        self._vectors = np.zeros((0, 0))
        if space is not None and names:
            vectors = _directions(space.place(names).astype(np.float64))
            # What all phrases have in common says nothing of a cluster.
            self._vectors = vectors - vectors.mean(axis=0)

    def look(self, index: int, found: Sequence[Candidate]) -> Look:
        """Return candidates as a cluster sees them."""
        if self._space is not None and found:
            rows = [self._place[one.text] for one in found]
            return Look(self._vectors[rows], self._space.centres[index])
        corpus = self._corpus
        vectors = np.zeros((len(found), len(corpus.texts)))
        for row, one in enumerate(found):
            vectors[row, sorted(one.holders)] = 1
        centre = -np.array(corpus.weights)
        for document, weight in corpus.members[index].items():
            centre[document] += weight
        return Look(vectors, centre)


def _directions(vectors: F64) -> F64:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12))
