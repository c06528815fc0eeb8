"""Data to try methods on: planted groups, and the inputs on which methods break."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from triptych.core.slots import Graph
from triptych.describers.base import Documents
from triptych.labellers.base import Evidence

__all__ = ["Sample", "odd_samples", "planted"]

#: The groups, and the words that their texts are made of.
WORDS = (
    "cat kitten purring whiskers feline paws litter meow",
    "tax income revenue deduction audit refund filing levy",
    "boat sail harbour anchor rudder mast keel tide",
    "bread flour yeast oven dough crust baker loaf",
    "chess bishop rook pawn checkmate gambit knight opening",
    "star galaxy nebula telescope orbit planet comet supernova",
)
#: Most neighbours in the graph of a sample.
NEIGHBOURS = 15


@dataclass(frozen=True)
class Sample:
    """Rows in every form in which some kind of method takes them; arrays are read-only.

    Attributes
    ----------
    points
        float32 (n, d), finite.
    texts
        n strings, none empty.
    labels
        int32 (n,): clusters 0…k-1, -1 for noise.
    """

    points: npt.NDArray[np.float32]
    texts: tuple[str, ...]
    labels: npt.NDArray[np.int32]

    def __post_init__(self) -> None:
        self.points.flags.writeable = False
        self.labels.flags.writeable = False

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: npt.ArrayLike) -> Sample:
        """Return some of the rows in the order given; clusters are numbered anew when one is lost."""
        chosen = np.asarray(rows)
        labels = self.labels[chosen]
        kept = np.unique(labels[labels >= 0])
        labels = np.where(labels >= 0, np.searchsorted(kept, labels), -1).astype(np.int32)
        return Sample(self.points[chosen], tuple(self.texts[row] for row in chosen), labels)

    @cached_property
    def graph(self) -> Graph | None:
        """The neighbours of each row by Euclidean distance; None for a single row."""
        n = len(self)
        if n < 2:
            return None
        points = self.points.astype(np.float64)
        squares = (points**2).sum(axis=1)
        distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0))
        np.fill_diagonal(distances, np.inf)
        indices = np.argsort(distances, axis=1, kind="stable")[:, : min(NEIGHBOURS, n - 1)]
        near = np.take_along_axis(distances, indices, axis=1)
        graph = Graph(indices.astype(np.int32), near.astype(np.float32), "euclidean")
        graph.indices.flags.writeable = graph.distances.flags.writeable = False
        return graph

    @cached_property
    def documents(self) -> Documents:
        """The texts with the points as unit vectors, equal ones for a row without direction, and their first words."""
        points = np.where(np.any(self.points, axis=1, keepdims=True), self.points, 1).astype(np.float64)
        vectors = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
        vectors.flags.writeable = False
        return Documents(self.texts, vectors, [text.split()[:1] for text in self.texts])

    @cached_property
    def levels(self) -> list[npt.NDArray[np.int32]]:
        """The clusters and a coarser level of them: two levels, each int32 (n,)."""
        coarse = np.where(self.labels >= 0, self.labels // 2, -1).astype(np.int32)
        coarse.flags.writeable = False
        return [self.labels, coarse]

    @cached_property
    def evidence(self) -> list[Evidence]:
        """What a labeller is given for each cluster of both levels."""
        found = []
        for level, labels in enumerate(self.levels):
            for cluster in range(int(labels.max(initial=-1)) + 1):
                texts = [self.texts[row] for row in np.flatnonzero(labels == cluster)]
                counts = {word: sum(word in text for text in texts) for word in sorted(set(" ".join(texts).split()))}
                words = sorted(counts.items(), key=lambda item: -item[1])[:10]
                found.append(Evidence(
                    level=level, cluster=cluster, parent=cluster // 2 if level == 0 else -1, size=len(texts),
                    keywords=tuple((word, count / len(texts)) for word, count in words),
                    exemplars=tuple(texts[:10]), titles=("",) * len(texts[:10]),
                ))  # fmt: skip
        return found


def planted(rows: int = 90, dimensions: int = 8, *, words: int = 6, seed: int = 0) -> Sample:
    """Return rows of six well separated groups, every fifteenth row noise between them.

    Parameters
    ----------
    rows
        n.
    dimensions
        d of the points.
    words
        Words in a text.
    seed
        Of the generator; the same seed gives the same sample.
    """
    random = np.random.default_rng(seed)
    group = np.arange(rows) % len(WORDS)
    noise = np.arange(rows) % 15 == 14
    centres = random.normal(size=(len(WORDS), dimensions)) * 3
    spread = np.where(noise, 3.0, 0.3)[:, None]
    points = (centres[group] + random.normal(size=(rows, dimensions)) * spread).astype(np.float32)
    texts = tuple(" ".join(random.choice(WORDS[g].split(), words)) for g in group)
    return Sample(points, texts, np.where(noise, -1, group).astype(np.int32))


def odd_samples() -> dict[str, Sample]:
    """Return the inputs on which methods break: equal rows, zeros, repeated rows, one cluster, no cluster."""
    some = planted()
    n, d = some.points.shape
    return {
        "rows that are all equal": replace(some, points=np.ones((n, d), dtype=np.float32), texts=("same",) * n),
        "rows that are all zero": replace(some, points=np.zeros((n, d), dtype=np.float32), texts=("0",) * n),
        "repeated rows": some.take(np.arange(n) // 9 * 9),
        "one column": replace(some, points=np.array(some.points[:, :1])),
        "one cluster": replace(some, labels=np.zeros(n, dtype=np.int32)),
        "nothing but noise": replace(some, labels=np.full(n, -1, dtype=np.int32)),
    }
