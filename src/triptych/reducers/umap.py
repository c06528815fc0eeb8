"""UMAP: uniform manifold approximation and projection (McInnes, Healy & Melville 2018, arXiv:1802.03426)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from zlib import crc32

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError
from triptych.core.params import Choice, Integer, Limit, Real
from triptych.core.slots import Graph
from triptych.reducers.base import Known, Reducer
from triptych.reducers.pca import PCA

if TYPE_CHECKING:
    from triptych.kernels.memberships import Fuzzy

F32 = npt.NDArray[np.float32]

#: Below this many rows there is no neighbourhood structure to lay out; principal components are shown instead.
FEWEST_ROWS = 10
#: Neighbours that a row is kept near to unless it is said, itself counted.
NEIGHBOURS = 15
#: Above so many rows fewer passes will do, and half of them from so many dimensions on.
MANY_ROWS, ROOMY = 10_000, 4
#: The step from a layout that exists, in a quarter of the passes; the usual step is 1.
WARM_STEP = 0.25
#: Passes in which new rows find their place, and their step.
PLACING_EPOCHS, PLACING_STEP = 100, 0.1
#: Standard deviation of each axis at the start.
START_SPREAD = 0.1
#: Standard deviation of the noise that lets equal rows part.
NOISE = 1e-4


class UMAP(Reducer):
    """Lays out the neighbour graph in few dimensions so that near neighbours stay near.

    Starts from the principal components, so that the picture keeps its large-scale arrangement from run to run; or,
    with ``init="spectral"``, from the first eigenvectors of the graph's Laplacian, part by part where it is not
    connected. The optimiser is our own, in batch mode: the same bytes for any number of threads. New rows can be placed
    later.
    """

    warm = True
    limits: ClassVar[dict[str, Limit]] = {
        "n_components": Integer(low=1, high=64, help="dimensions of the result"),
        "n_neighbors": Integer(
            low=2,
            high=500,
            optional=True,
            help="neighbours that a row is kept near to; 15 unless there are fewer rows",
        ),
        "min_dist": Real(low=0.0, high=1.0, help="how close points may be packed, at most the spread"),
        "spread": Real(low=0.1, high=10.0, help="how far apart points that belong together may be"),
        "n_epochs": Integer(
            low=1,
            high=10_000,
            optional=True,
            help="passes over the graph; unless given 500 up to 10,000 rows, 200 above; half from 4 dimensions on",
        ),
        "negative_sample_rate": Integer(low=1, high=50, help="repelling points drawn for each neighbour"),
        "init": Choice(options=("pca", "spectral"), help="where points begin; spectral unfolds rolled-up surfaces"),
    }

    exempt: ClassVar[dict[str, str]] = {"row_order": "noise and repelled points are drawn by row number"}

    def __init__(
        self,
        *,
        n_components: int = 2,
        n_neighbors: int | None = None,
        min_dist: float = 0.1,
        spread: float = 1.0,
        n_epochs: int | None = None,
        negative_sample_rate: int = 5,
        init: str = "pca",
    ) -> None:
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.min_dist = min_dist
        self.spread = spread
        self.n_epochs = n_epochs
        self.negative_sample_rate = negative_sample_rate
        self.init = init

    def fit_transform(
        self, vectors: F32, graph: Graph | None, *, seed: int, threads: int, start: F32 | None = None
    ) -> F32:
        """Return the layout; with fewer than 10 rows, the principal components.

        A ``start`` float32 (n, n_components) is moved on by smaller steps, in a quarter of the passes.
        """
        a, b = self._curve()
        if graph is None or len(vectors) < FEWEST_ROWS:
            return PCA(n_components=self.n_components).fit_transform(vectors, graph, seed=seed, threads=threads)
        from triptych.kernels.layout import optimise
        from triptych.kernels.memberships import fuzzy_graph

        fuzzy = fuzzy_graph(*self._neighbours(graph), threads=threads)
        begin = self._start(vectors, fuzzy, threads) if start is None else start
        noise = np.random.default_rng(seed).normal(scale=NOISE, size=begin.shape)
        return optimise(
            fuzzy, (begin + noise).astype(np.float32), epochs=self._epochs(len(vectors), warm=start is not None),
            a=a, b=b, seed=seed, threads=threads, step=1.0 if start is None else WARM_STEP,
            negatives=self.negative_sample_rate,
        )  # fmt: skip

    def transform(self, vectors: F32, known: Known, *, seed: int, threads: int) -> F32:
        """Pull new rows to their nearest known ones and push them off others, which all stay; equal rows coincide."""
        if len(known.vectors) < FEWEST_ROWS:
            return PCA(n_components=self.n_components).transform(vectors, known, seed=seed, threads=threads)
        from triptych.kernels.layout import settle
        from triptych.kernels.memberships import memberships

        a, b = self._curve()
        others = min((self.n_neighbors or NEIGHBOURS) - 1, known.indices.shape[1])
        indices, distances = known.indices[:, :others], known.distances[:, :others]
        weight = memberships(distances, threads=threads)
        # A row draws by what it is, not by its number: what becomes of it does not depend on the others.
        names = np.array([crc32(row.tobytes()) for row in vectors], dtype=np.uint32)
        placed = settle(
            indices, weight, _between(known.layout, indices, weight), known.layout, names,
            epochs=PLACING_EPOCHS, a=a, b=b, seed=seed, threads=threads, step=PLACING_STEP,
            negatives=self.negative_sample_rate,
        )  # fmt: skip
        same = distances[:, 0] == 0
        placed[same] = known.layout[indices[same, 0]]
        return placed

    def resolved(self, rows: int) -> dict[str, Any]:
        """Return every parameter as it is for so many rows."""
        neighbours = self.n_neighbors or min(NEIGHBOURS, max(rows, 2))
        return self.params() | {"n_neighbors": neighbours, "n_epochs": self._epochs(rows, warm=False)}

    def _epochs(self, rows: int, *, warm: bool) -> int:
        usual = 500 if rows <= MANY_ROWS else 200
        if self.n_components >= ROOMY:
            usual //= 2
        return self.n_epochs or (usual // 4 if warm else usual)

    def _curve(self) -> tuple[float, float]:
        if self.min_dist > self.spread:
            raise UsageError(
                f"reducers/umap: min_dist {self.min_dist} is more than the spread {self.spread}",
                hint="the largest legal value is the spread",
            )
        from triptych.kernels.memberships import curve

        return curve(self.min_dist, self.spread)

    def _start(self, vectors: F32, fuzzy: Fuzzy, threads: int) -> F32:
        """Return where points begin, each axis with the same small spread.

        From a small start far groups are thrown out less, and the picture has less empty space; the measured quality is
        the same.
        """
        start = PCA(n_components=self.n_components).fit_transform(vectors, None, seed=0, threads=threads)
        if self.init == "spectral":
            from triptych.kernels.spectral import unfold

            start = unfold(fuzzy, start)
        spread = start.std(axis=0)
        scaled: F32 = (start * (START_SPREAD / np.where(spread > 0, spread, 1.0))).astype(np.float32)
        return scaled

    def _neighbours(self, graph: Graph) -> tuple[npt.NDArray[np.int32], F32]:
        """Return the first n_neighbors - 1 neighbours: UMAP counts the row itself as one."""
        n, k = graph.indices.shape
        if self.n_neighbors is not None and self.n_neighbors > k + 1:
            raise UsageError(
                f"reducers/umap: n_neighbors {self.n_neighbors} is more than the graph of {n:,} rows holds",
                hint=f"the largest legal value is {k + 1}",
            )
        others = min(self.n_neighbors or NEIGHBOURS, k + 1) - 1
        return graph.indices[:, :others], graph.distances[:, :others]

    def memory(self, rows: int, columns: int) -> int:
        """Estimate the principal components, the edges of both directions in three forms, five sets of positions."""
        others = (self.n_neighbors or NEIGHBOURS) - 1
        start = PCA(n_components=self.n_components).memory(rows, columns)
        return start + rows * (48 * others + 20 * self.n_components)


def _between(layout: F32, indices: npt.NDArray[np.int32], weight: F32) -> F32:
    """Return the mean of each row's neighbours, by weight."""
    total = np.zeros((len(indices), layout.shape[1]))
    for rows, share in zip(indices.T, weight.T.astype(np.float64), strict=True):
        total += share[:, None] * layout[rows]
    mean: F32 = (total / weight.sum(axis=1, dtype=np.float64, keepdims=True)).astype(np.float32)
    return mean
