"""The contract of a clusterer: points in, a partition out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method
from triptych.core.slots import SpanningTree

__all__ = ["Clusterer", "Partition", "TreeClusterer"]


@dataclass(frozen=True)
class Partition:
    """What a clusterer returns.

    Attributes
    ----------
    labels
        int (n,): -1 is noise, other ids in any order.
    strength
        float32 (n,) in [0, 1]: how firmly a row belongs to its cluster; 0 for noise.
    persistence
        float32, one for each id up to the largest, in [0, 1]: how long a cluster lasts when the scale changes; None of
        methods that do not say.
    """

    labels: npt.NDArray[np.integer]
    strength: npt.NDArray[np.float32]
    persistence: npt.NDArray[np.float32] | None = None


class Clusterer(Method):
    """Partitions rows."""

    @abstractmethod
    def fit_predict(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> Partition:
        """Return the partition of n points.

        Parameters
        ----------
        points
            float32 (n, p), finite.
        seed
            Seed of any random choice.
        threads
            How many threads to use; never changes the result.
        """


class TreeClusterer(Clusterer):
    """Partitions rows by reading a spanning tree, which is built once and kept for every other way of reading it."""

    #: The parameters that the tree depends on; the others are of the reading.
    tree_params: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def span(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> SpanningTree:
        """Return the spanning tree of n points; see :meth:`Clusterer.fit_predict` for the arguments."""

    @abstractmethod
    def read(self, tree: SpanningTree) -> Partition:
        """Return the partition that is in a tree of n - 1 edges."""

    def fit_predict(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> Partition:
        """Return the partition of n points."""
        return self.read(self.span(points, seed=seed, threads=threads))
