"""The contract of a reducer: vectors and their neighbour graph in, few dimensions out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError
from triptych.core.registry import Method
from triptych.core.slots import Graph

__all__ = ["Known", "Reducer"]

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Known:
    """The rows of a layout that exists, and the nearest of them to each new row.

    Attributes
    ----------
    vectors, layout
        float32 (n, d) and (n, p).
    indices
        int32 (m, k), nearest first, ties by row.
    distances
        float32 (m, k), in the metric of the graph that the layout is of.
    """

    vectors: F32
    layout: F32
    indices: npt.NDArray[np.int32]
    distances: F32


class Reducer(Method):
    """Turns n rows of d dimensions into n rows of ``n_components`` dimensions.

    Attributes
    ----------
    warm
        Whether ``fit_transform`` also takes ``start``, float32 (n, n_components): a layout to begin from.
    """

    warm: ClassVar[bool] = False
    n_components: int

    @abstractmethod
    def fit_transform(self, vectors: F32, graph: Graph | None, *, seed: int, threads: int) -> F32:
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

    def transform(self, vectors: F32, known: Known, *, seed: int, threads: int) -> F32:
        """Return coordinates float32 (m, n_components) for new rows; those of one row depend on no other new row.

        Parameters
        ----------
        vectors
            float32 (m, d).
        known
            The rows that the layout was made of, which stay where they are.
        seed
            That of the layout.
        threads
            How many threads to use; never changes the result.

        Raises
        ------
        UsageError
            If the method cannot place new rows.
        """
        raise UsageError(
            f"reducers/{self.name()} cannot place new rows", hint="lay all rows out together, or use umap or pca"
        )
