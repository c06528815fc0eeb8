"""The contract of a nester: clusters in, coarser and coarser unions of them out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method

__all__ = ["Nester"]


class Nester(Method):
    """Joins clusters, step by step, into coarser ones."""

    @abstractmethod
    def join(
        self, points: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], sizes: Sequence[int]
    ) -> list[npt.NDArray[np.int32]]:
        """Return, for each size asked, the coarse id of each fine cluster: int32 (k,).

        Each level must be a union of clusters of every finer one.

        Parameters
        ----------
        points
            float32 (n, p): where the rows lie.
        labels
            int32 (n,): the fine clusters 0…k-1, -1 for noise.
        sizes
            Numbers of clusters asked, each smaller than k, falling.
        """
