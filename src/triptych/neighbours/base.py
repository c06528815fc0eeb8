"""The contract of a neighbour search: vectors in, the k nearest neighbours of every row out."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method
from triptych.kernels.neighbours import nearest_rows

__all__ = ["Neighbours"]

#: Rows on which an approximate search is compared with an exact one.
SAMPLE = 1000


class Neighbours(Method):
    """Finds the k nearest other rows of every row.

    Attributes
    ----------
    exact
        Whether no nearer row is ever missed; if not, what is missed is measured.
    """

    exact: ClassVar[bool] = True

    @abstractmethod
    def search(
        self, vectors: npt.NDArray[np.float32], k: int, *, threads: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return indices int32 (n, k) and Euclidean distances float32 (n, k), nearest first, ties by row.

        Parameters
        ----------
        vectors
            float32 (n, d), finite.
        k
            From 1 to n - 1; a row is no neighbour of itself.
        threads
            How many threads to use; never changes the result.
        """

    def recall(
        self, vectors: npt.NDArray[np.float32], distances: npt.NDArray[np.float32], *, seed: int, threads: int
    ) -> float:
        """Return the share of the true neighbours that a search found, in [0, 1], on a sample of 1,000 rows.

        Parameters
        ----------
        vectors
            float32 (n, d), those searched.
        distances
            float32 (n, k), those found; one no longer than that to the true k-th neighbour counts as true.
        seed
            Of the sample.
        threads
            How many threads to use; never changes the result.
        """
        if self.exact:
            return 1.0
        rows = np.sort(np.random.default_rng(seed).permutation(len(vectors))[:SAMPLE])
        k = distances.shape[1]
        true = nearest_rows(vectors, vectors[rows], k + 1, threads=threads).distances[:, k]
        # Single precision: the same distance may differ in its last digit.
        return float((distances[rows] <= true[:, None] * (1 + 1e-6)).mean())
