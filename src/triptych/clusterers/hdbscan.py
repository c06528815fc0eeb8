"""HDBSCAN: clusters as the densest stable regions, the rest noise (Campello, Moulavi & Sander 2013)."""

from __future__ import annotations

from math import sqrt
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Clusterer, Partition
from triptych.core.errors import UsageError
from triptych.core.params import Choice, Integer, Limit


class HDBSCAN(Clusterer):
    """Finds regions of high density at whatever scale each is stable; leaves the rest as noise."""

    limits: ClassVar[dict[str, Limit]] = {
        "min_cluster_size": Integer(
            low=2,
            optional=True,
            help="the fewest rows that make a cluster; 0.28 √n, at least 5, unless given",
        ),
        "min_samples": Integer(
            low=1,
            optional=True,
            help="neighbours that decide how dense a place is; 5 unless there are fewer rows",
        ),
        "selection": Choice(options=("eom", "leaf"), help="eom: the most stable clusters; leaf: the smallest ones"),
    }

    def __init__(
        self, *, min_cluster_size: int | None = None, min_samples: int | None = None, selection: str = "eom"
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.selection = selection

    def fit_predict(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> Partition:
        """Return the flat clusters and each row's membership probability."""
        n = len(points)
        for name in ("min_cluster_size", "min_samples"):
            value = getattr(self, name)
            if value is not None and value > n:
                raise UsageError(
                    f"clusterers/hdbscan: {name} {value} is more than the {n:,} rows",
                    hint=f"the largest legal value is {n}",
                )
        size = self.min_cluster_size or max(5, round(0.28 * sqrt(n)))
        if n < max(size, 2):
            return Partition(np.full(n, -1), np.zeros(n, dtype=np.float32))
        from triptych.kernels.density import density_tree

        tree = density_tree(points, min_samples=min(self.min_samples or 5, n), threads=threads)
        return Partition(*tree.clusters(size, self.selection))

    def memory(self, rows: int, columns: int) -> int:
        """Estimate the points by column, the tree of cells or the blocks of scores, and a dozen arrays of a row."""
        return rows * (16 * columns + 150) + 16_000_000
