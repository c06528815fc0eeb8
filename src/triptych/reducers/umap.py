"""UMAP: uniform manifold approximation and projection (McInnes, Healy & Melville 2018, arXiv:1802.03426)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit, Real
from triptych.core.slots import Graph
from triptych.reducers.base import Reducer
from triptych.reducers.pca import PCA

#: Below this many rows there is no neighbourhood structure to lay out; principal components are shown instead.
FEWEST_ROWS = 10
#: Standard deviation of each axis at the start.
START_SPREAD = 0.1


class UMAP(Reducer):
    """Lays out the neighbour graph in few dimensions so that near neighbours stay near.

    Starts from the principal components, so that the picture keeps its large-scale arrangement from run to run. The
    optimiser is our own, in batch mode: the same bytes for any number of threads.
    """

    limits: ClassVar[dict[str, Limit]] = {
        "n_components": Integer(low=1, high=64, help="dimensions of the result"),
        "n_neighbors": Integer(
            low=2,
            high=500,
            optional=True,
            help="neighbours that a row is kept near to; 15 unless there are fewer rows",
        ),
        "min_dist": Real(low=0.0, high=1.0, help="how close points may be packed"),
        "n_epochs": Integer(
            low=1,
            high=10_000,
            optional=True,
            help="passes over the graph; 500 up to 10,000 rows and 200 above unless given",
        ),
    }

    exempt: ClassVar[dict[str, str]] = {"row_order": "noise and repelled points are drawn by row number"}

    def __init__(
        self,
        *,
        n_components: int = 2,
        n_neighbors: int | None = None,
        min_dist: float = 0.1,
        n_epochs: int | None = None,
    ) -> None:
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.min_dist = min_dist
        self.n_epochs = n_epochs

    def fit_transform(
        self, vectors: npt.NDArray[np.float32], graph: Graph | None, *, seed: int, threads: int
    ) -> npt.NDArray[np.float32]:
        """Return the layout; with fewer than 10 rows, the principal components."""
        if graph is None or len(vectors) < FEWEST_ROWS:
            return PCA(n_components=self.n_components).fit_transform(vectors, graph, seed=seed, threads=threads)
        from triptych.kernels.layout import optimise
        from triptych.kernels.memberships import curve, fuzzy_graph

        a, b = curve(self.min_dist)
        return optimise(
            fuzzy_graph(*self._neighbours(graph)),
            _start(vectors, self.n_components, seed, threads),
            epochs=self.n_epochs or (500 if len(vectors) <= 10_000 else 200),
            a=a, b=b, seed=seed, threads=threads,
        )  # fmt: skip

    def _neighbours(self, graph: Graph) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the first n_neighbors - 1 neighbours: UMAP counts the row itself as one."""
        n, k = graph.indices.shape
        if self.n_neighbors is not None and self.n_neighbors > k + 1:
            raise UsageError(
                f"reducers/umap: n_neighbors {self.n_neighbors} is more than the graph of {n:,} rows holds",
                hint=f"the largest legal value is {k + 1}",
            )
        others = min(self.n_neighbors or 15, k + 1) - 1
        return graph.indices[:, :others], graph.distances[:, :others]


def _start(vectors: npt.NDArray[np.float32], n_components: int, seed: int, threads: int) -> npt.NDArray[np.float32]:
    """Return principal components scaled to a small spread, with a little noise so that equal rows can part.

    From a small start far groups are thrown out less, and the picture has less empty space; the measured quality is
    the same.
    """
    start = PCA(n_components=n_components).fit_transform(vectors, None, seed=0, threads=threads)
    spread = start.std(axis=0)
    start *= START_SPREAD / np.where(spread > 0, spread, 1.0)
    noise = np.random.default_rng(seed).normal(scale=1e-4, size=start.shape)
    return (start + noise).astype(np.float32)
