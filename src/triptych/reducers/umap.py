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


class UMAP(Reducer):
    """Lays out the neighbour graph in few dimensions so that near neighbours stay near.

    Starts from the principal components, so that the picture keeps its large-scale arrangement from run to run.
    """

    limits: ClassVar[dict[str, Limit]] = {
        "n_components": Integer(low=1, high=100, help="dimensions of the result"),
        "n_neighbors": Integer(
            low=2,
            high=500,
            optional=True,
            help="neighbours that a row is kept near to; 15 unless there are fewer rows",
        ),
        "min_dist": Real(low=0.0, high=10.0, help="how close points may be packed"),
        "n_epochs": Integer(
            low=1, high=10_000, optional=True, help="passes over the graph; 500 up to 10,000 rows, 200 above"
        ),
    }

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
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

        n = len(vectors)
        indices, distances = self._neighbours(graph)
        random = np.random.RandomState(seed)
        weights, _, _ = fuzzy_simplicial_set(
            vectors, indices.shape[1], random, graph.metric, knn_indices=indices, knn_dists=distances
        )
        a, b = find_ab_params(1.0, self.min_dist)
        layout, _ = simplicial_set_embedding(
            vectors, weights, self.n_components, 1.0, a, b, 1.0, 5,
            self.n_epochs or (500 if n <= 10_000 else 200), _start(vectors, self.n_components, random, threads),
            random, graph.metric, {}, False, {}, False, parallel=False, verbose=False, tqdm_kwds={"disable": True},
        )  # fmt: skip
        return np.ascontiguousarray(layout, dtype=np.float32)

    def _neighbours(self, graph: Graph) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the first neighbours with the row itself in front, as UMAP counts it."""
        n, k = graph.indices.shape
        if self.n_neighbors is not None and self.n_neighbors > k + 1:
            raise UsageError(
                f"reducers/umap: n_neighbors {self.n_neighbors} is more than the graph of {n:,} rows holds",
                hint=f"the largest legal value is {k + 1}",
            )
        others = min(self.n_neighbors or 15, k + 1) - 1
        own = np.arange(n, dtype=np.int32)[:, None]
        return (
            np.hstack([own, graph.indices[:, :others]]),
            np.hstack([np.zeros((n, 1), dtype=np.float32), graph.distances[:, :others]]),
        )


def _start(
    vectors: npt.NDArray[np.float32], n_components: int, random: np.random.RandomState, threads: int
) -> npt.NDArray[np.float32]:
    """Return principal components scaled to [0, 10], with a little noise so that equal rows can part."""
    start = PCA(n_components=n_components).fit_transform(vectors, None, seed=0, threads=threads)
    start -= start.min(axis=0)
    span = start.max(axis=0)
    start *= 10.0 / np.where(span > 0, span, 1.0)
    return (start + random.normal(scale=1e-4, size=start.shape)).astype(np.float32)
