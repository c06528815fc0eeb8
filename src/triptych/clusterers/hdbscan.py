"""HDBSCAN: clusters as the densest stable regions, the rest noise (Campello, Moulavi & Sander 2013)."""

from __future__ import annotations

from math import sqrt
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Partition, TreeClusterer
from triptych.core.errors import UsageError
from triptych.core.params import Choice, Integer, Limit
from triptych.core.slots import SpanningTree


class HDBSCAN(TreeClusterer):
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

    tree_params = ("min_samples",)

    def __init__(
        self, *, min_cluster_size: int | None = None, min_samples: int | None = None, selection: str = "eom"
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.selection = selection

    def span(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> SpanningTree:
        """Return the least spanning tree of the mutual reachability distances."""
        from triptych.kernels.spanning import spanning_tree

        n = len(points)
        self._check("min_samples", n)
        return spanning_tree(points, min_samples=self.resolved(n)["min_samples"], threads=threads)

    def read(self, tree: SpanningTree) -> Partition:
        """Return the flat clusters, each row's membership probability and each cluster's persistence."""
        from triptych.kernels.density import DensityTree

        n = len(tree.one) + 1
        self._check("min_cluster_size", n)
        size = self.resolved(n)["min_cluster_size"]
        if n < max(size, 2):
            none = np.zeros(n, dtype=np.float32)
            return Partition(np.full(n, -1), none, none[:0])
        return Partition(*DensityTree.of(tree).clusters(size, self.selection))

    def resolved(self, rows: int) -> dict[str, Any]:
        """Return every parameter as it is for so many rows."""
        return self.params() | {
            "min_cluster_size": self.min_cluster_size or max(5, round(0.28 * sqrt(rows))),
            "min_samples": self.min_samples or min(5, rows),
        }

    def _check(self, name: str, rows: int) -> None:
        value = getattr(self, name)
        if value is not None and value > rows:
            raise UsageError(
                f"clusterers/hdbscan: {name} {value} is more than the {rows:,} rows",
                hint=f"the largest legal value is {rows}",
            )

    def memory(self, rows: int, columns: int) -> int:
        """Estimate the points by column, the tree of cells or the blocks of scores, and a dozen arrays of a row."""
        return rows * (16 * columns + 150) + 16_000_000
