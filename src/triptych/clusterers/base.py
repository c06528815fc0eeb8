"""The contract of a clusterer: points in, a partition out."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method

__all__ = ["Clusterer", "Partition"]


@dataclass(frozen=True)
class Partition:
    """What a clusterer returns.

    Attributes
    ----------
    labels
        int (n,): -1 is noise, other ids in any order.
    strength
        float32 (n,) in [0, 1]: how firmly a row belongs to its cluster; 0 for noise.
    """

    labels: npt.NDArray[np.integer]
    strength: npt.NDArray[np.float32]


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
