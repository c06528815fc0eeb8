"""EVoC: clusters straight from embedding vectors, without a reduction before (Tutte Institute, package ``evoc``)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Clusterer, Partition
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit, Real

#: It starts from principal components, of which it wants so many.
FEWEST_DIMENSIONS = 5


class EVoC(Clusterer):
    """Builds a graph of the vectors by cosine distance, embeds its nodes, and reads density clusters off them.

    Meant for the vectors themselves: ``on="minilm"``, or ``reduction=0`` on the whole road. Of its layers the one that
    it finds most persistent is taken. The first call in a process compiles for half a minute.
    """

    extra = "evoc"
    requires = ("evoc",)
    minimum_rows = 20
    limits: ClassVar[dict[str, Limit]] = {
        "min_cluster_size": Integer(low=2, help="fewest rows of a cluster in the finest layer"),
        "n_neighbors": Integer(low=2, high=500, help="neighbours in the graph"),
        "noise_level": Real(low=0.0, high=1.0, help="0 puts as many rows as it can into clusters, 1 as few"),
    }
    exempt: ClassVar[dict[str, str]] = {
        "row_order": "its neighbour search starts from random trees over the rows",
        "memory": "what its compiler takes in the first call outweighs the method",
    }

    def __init__(self, *, min_cluster_size: int = 5, n_neighbors: int = 15, noise_level: float = 0.5) -> None:
        self.min_cluster_size = min_cluster_size
        self.n_neighbors = n_neighbors
        self.noise_level = noise_level

    def fit_predict(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> Partition:
        """Return the most persistent layer and its strengths; rows of zeros, which point nowhere, are noise."""
        self.require_rows(len(points))
        if points.shape[1] < FEWEST_DIMENSIONS:
            raise UsageError(
                f"clusterers/evoc needs at least {FEWEST_DIMENSIONS} dimensions, got {points.shape[1]}",
                hint="give it the vectors themselves, not a layout of them: reduction=0",
            )
        labels, strength = np.full(len(points), -1), np.zeros(len(points), dtype=np.float32)
        pointing = np.flatnonzero(points.any(axis=1))
        if len(pointing) >= self.minimum_rows:
            labels[pointing], strength[pointing] = self._fit(points[pointing], seed)
        return Partition(labels, strength)

    def _fit(
        self, points: npt.NDArray[np.float32], seed: int
    ) -> tuple[npt.NDArray[np.integer], npt.NDArray[np.float32]]:
        import evoc

        fitted = evoc.EVoC(
            base_min_cluster_size=self.min_cluster_size,
            n_neighbors=min(self.n_neighbors, len(points) - 1),
            noise_level=self.noise_level,
            # Its own choice, up to 16, can be more than there are.
            node_embedding_dim=None if points.shape[1] > 16 else FEWEST_DIMENSIONS - 1,
            random_state=seed,
        )
        labels = fitted.fit_predict(points)
        return labels, np.where(labels >= 0, fitted.membership_strengths_, 0.0).astype(np.float32)
