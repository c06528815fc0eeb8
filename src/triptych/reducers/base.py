"""The contract of a reducer: vectors and their neighbour graph in, few dimensions out."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method
from triptych.core.slots import Graph

__all__ = ["Reducer"]


class Reducer(Method):
    """Turns n rows of d dimensions into n rows of ``n_components`` dimensions."""

    n_components: int

    @abstractmethod
    def fit_transform(
        self, vectors: npt.NDArray[np.float32], graph: Graph | None, *, seed: int, threads: int
    ) -> npt.NDArray[np.float32]:
        """Return coordinates float32 (n, n_components), finite.

        Parameters
        ----------
        vectors
            float32 (n, d).
        graph
            The neighbour graph of the same rows; None when there are fewer than two.
        seed
            Seed of any random choice.
        threads
            How many threads to use; never changes the result.
        """
