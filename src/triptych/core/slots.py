"""The typed values that an Atlas holds; every array has one entry for each kept row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "Clustering",
    "Descriptions",
    "Graph",
    "Labels",
    "Layout",
    "Sheet",
    "Shelf",
    "SpanningTree",
    "Topic",
    "Tree",
    "Vectors",
]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]
T = TypeVar("T")


@dataclass(frozen=True)
class Vectors:
    """Vectors of the kept rows.

    Attributes
    ----------
    values
        float32 (m, d).
    unit
        Whether every row has length 1.
    cut
        bool (m,), True where the text was longer than the encoder's window; empty (0,) for given vectors.
    foreign
        bool (m,), True where the text is probably not in a language of the encoder; empty (0,) for given vectors.
    texts
        uint8 (m, 16): the first half of the SHA-256 of the text, in UTF-8, that a vector was made of and of nothing
        else; empty (0, 16) where a vector is given, or depends on other texts as well.
    """

    values: F32
    unit: bool
    cut: Bool
    foreign: Bool
    texts: U8 = field(default_factory=lambda: np.zeros((0, 16), dtype=np.uint8))


@dataclass(frozen=True)
class Graph:
    """The k nearest neighbours of each kept row, itself left out.

    Attributes
    ----------
    indices
        int32 (m, k), nearest first, ties by row.
    distances
        float32 (m, k), in the metric: cosine distance in [0, 2], or Euclidean distance.
    metric
        ``"cosine"`` or ``"euclidean"``.
    recall
        Share of the true neighbours that are there, in [0, 1]: 1 of an exact search, measured on a sample otherwise.
    """

    indices: I32
    distances: F32
    metric: str
    recall: float = 1.0


@dataclass(frozen=True)
class Layout:
    """Coordinates of the kept rows: float32 (m, p)."""

    values: F32


@dataclass(frozen=True)
class SpanningTree:
    """The least spanning tree of the kept rows under the distance of a clusterer, from which it reads its clusters.

    Attributes
    ----------
    one, other
        int32 (m - 1): the rows that an edge joins, ``one < other``; every row is joined to every other one way.
    distance
        float64 (m - 1), above 0, rising.
    """

    one: I32
    other: I32
    distance: F64


@dataclass(frozen=True)
class Clustering:
    """A partition of the kept rows.

    Attributes
    ----------
    labels
        int32 (m,); -1 is noise; ids 0, 1, … by size, then by first row.
    strength
        float32 (m,) in [0, 1]: how firmly a row belongs; 0 for noise.
    persistence
        float32 (k,) in [0, 1]: how long each cluster lasts when the scale changes; empty (0,) where the method does not
        say.
    adopted
        bool (m,), True for noise that was put into its nearest cluster on request; empty (0,) where nobody asked.
    """

    labels: I32
    strength: F32
    persistence: F32 = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    adopted: Bool = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True)
class Tree:
    """Nested levels over a clustering.

    Attributes
    ----------
    levels
        int32 (levels, m), finest first; each coarse cluster is a union of finer ones; noise is the same everywhere.
    """

    levels: I32

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of clusters of each level, finest first."""
        return tuple(int(level.max(initial=-1)) + 1 for level in self.levels)

    def parents(self, level: int) -> list[int]:
        """Return, for each cluster of a level, the id of the cluster one level coarser that holds it; -1 at the top."""
        count = self.sizes[level]
        if level + 1 >= len(self.levels):
            return [-1] * count
        parents = np.full(count, -1, dtype=np.int32)
        inside = self.levels[level] >= 0
        parents[self.levels[level][inside]] = self.levels[level + 1][inside]
        return [int(parent) for parent in parents]


@dataclass(frozen=True)
class Topic:
    """What is known of one cluster of one level, before it has a title.

    Attributes
    ----------
    level, cluster, parent
        0 is the finest level; the parent is one level coarser, -1 at the top.
    size
        Number of rows.
    keywords
        (word, weight), strongest first.
    exemplars, popular
        Positions among the kept rows: nearest to the centre, and highest in the popularity column.
    evidence
        SHA-256 of all that a labeller sees; a title belongs to it, not to the cluster's number.
    """

    level: int
    cluster: int
    parent: int
    size: int
    keywords: tuple[tuple[str, float], ...]
    exemplars: tuple[int, ...]
    popular: tuple[int, ...]
    evidence: str


@dataclass(frozen=True)
class Descriptions:
    """The topics of a tree, level by level, by cluster id within a level."""

    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Labels:
    """Titles by the hash of their evidence: evidence -> (title, status)."""

    titles: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Sheet:
    """Pictures of the rows in one image of square tiles, counted along the lines.

    Attributes
    ----------
    image
        uint8 (bytes,): an encoded raster image.
    mime
        Its media type: image/png, image/webp or image/jpeg.
    tile
        Side of a tile in pixels.
    columns
        Tiles in a line.
    index
        int32 (m,): the tile of each kept row, -1 where it has none; empty (0,) where tile i is that of input row i.
    """

    image: U8
    mime: str
    tile: int
    columns: int
    index: I32 = field(default_factory=lambda: np.zeros(0, dtype=np.int32))


class Shelf(Mapping[str, T], Generic[T]):
    """A read-only mapping whose values may be loaded when they are first asked for."""

    def __init__(self, values: Mapping[str, T | Callable[[], T]] | None = None) -> None:
        self._values: dict[str, Any] = dict(values or {})

    def __getitem__(self, name: str) -> T:
        value = self._values[name]
        if callable(value):
            value = self._values[name] = value()
        loaded: T = value
        return loaded

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Shelf({', '.join(self._values)})"

    def plus(self, values: Mapping[str, T | Callable[[], T]]) -> Shelf[T]:
        """Return a shelf with further values; those here are shared, not copied."""
        return Shelf({**self._values, **values})
