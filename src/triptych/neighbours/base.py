"""The contract of a neighbour search: vectors in, the k nearest neighbours of every row out."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method

__all__ = ["Neighbours"]


class Neighbours(Method):
    """Finds the k nearest other rows of every row."""

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
