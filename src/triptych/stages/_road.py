"""The road of a finished run, to be gone again on other rows, seeds and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from triptych.checks.base import Knob
from triptych.clusterers.base import Clusterer, Partition, TreeClusterer
from triptych.core.atlas import Atlas, Step
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.params import Integer, check_params
from triptych.core.registry import Method, create, kind_of
from triptych.core.slots import Graph, SpanningTree
from triptych.measures.vectors import unit_rows
from triptych.neighbours.base import Neighbours
from triptych.reducers.base import Reducer
from triptych.stages._given import is_given
from triptych.stages._inputs import cosine, pick, space
from triptych.stages.adopt import adopted
from triptych.stages.cluster import numbered

__all__ = ["Route", "TakenRoad", "road_of", "route"]

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
M = TypeVar("M", bound=Method)

#: One step to either side of a parameter, as factors.
STEPS = {
    "n_neighbors": (2 / 3, 3 / 2),
    "min_cluster_size": (2 / 3, 3 / 2),
    "min_samples": (2 / 3, 3 / 2),
    "n_clusters": (0.9, 1.1),
    "n_epochs": (0.6,),
}
#: Fewer passes than this over the graph leave a layout unfinished.
FEWEST_EPOCHS = 150
#: By how much the square of a length may miss 1 in single precision.
ROUNDING = 1e-4


@dataclass(frozen=True)
class Route:
    """The steps that led to a clustering.

    Attributes
    ----------
    cluster
        The one that found the clusters.
    on
        The layout, or the vectors, that were clustered.
    vectors
        The vectors that it began with.
    relate, reduce, adopt
        The search for neighbours, the layout, and the vote on the noise; None where there was none.
    """

    cluster: Step
    on: str
    vectors: str
    relate: Step | None
    reduce: Step | None
    adopt: Step | None


@dataclass
class TakenRoad:
    """The way from vectors to clusters as a run went it; see :class:`triptych.checks.base.Road`.

    Going it with the seed of the run's layout on the run's vectors leads to the run's clusters, byte for byte; a layout
    that began from another one begins anew. Spanning trees are kept: the run's own, and the one used last.

    Attributes
    ----------
    k, metric
        Neighbours of a row, and the distance between vectors.
    searcher, reducer, clusterer
        The methods with the run's parameters; without a reducer the vectors are clustered.
    votes
        How many rows voted on each row of noise; 0 where noise stayed so.
    seeds
        The seed of the layout -> that of the clusters.
    knobs
        The parameters that have a next value to either side.
    trees
        The run's points, the parameters of their spanning tree, and the tree.
    """

    k: int
    metric: str
    searcher: Neighbours
    reducer: Reducer | None
    clusterer: Clusterer
    votes: int
    seeds: Mapping[int, int]
    knobs: Sequence[Knob]
    trees: list[tuple[F32, dict[str, Any], SpanningTree]] = field(default_factory=list, repr=False)

    @property
    def reduced(self) -> bool:
        """Whether a layout is clustered."""
        return self.reducer is not None

    def search(self, vectors: F32, k: int | None = None) -> Graph:
        """Return the nearest neighbours of every row; all others where there are fewer than k."""
        k = min(k or self.k, len(vectors) - 1)
        if k < 1:
            return Graph(np.zeros((len(vectors), 0), np.int32), np.zeros((len(vectors), 0), np.float32), self.metric)
        threads, points = current().threads, self._ready(vectors)
        indices, distances = self.searcher.search(points, k, threads=threads)
        recall = self.searcher.recall(points, distances, seed=0, threads=threads)
        return Graph(indices, cosine(distances) if self.metric == "cosine" else distances, self.metric, recall)

    def reduce(self, vectors: F32, graph: Graph, *, seed: int, **knobs: float) -> F32:
        """Return the points that are clustered: the layout, or the vectors at unit length where there is none."""
        if self.reducer is None:
            return _at_unit_length(vectors)
        reducer = _changed(self.reducer, knobs)
        known = graph if len(vectors) > 1 else None
        return reducer.fit_transform(self._ready(vectors), known, seed=seed, threads=current().threads)

    def cluster(self, points: F32, *, seed: int, **knobs: float) -> tuple[I32, F32]:
        """Return the clusters by size, and the persistence of each, NaN of methods that do not say it."""
        found = numbered(self._partition(_changed(self.clusterer, knobs), points, self.seeds.get(seed, seed)))
        if self.votes:
            found = adopted(found, points, self.votes)
        unknown = np.full(int(found.labels.max(initial=-1)) + 1, np.nan, dtype=np.float32)
        return found.labels, found.persistence if found.persistence.size else unknown

    def _partition(self, clusterer: Clusterer, points: F32, seed: int) -> Partition:
        threads = current().threads
        if not isinstance(clusterer, TreeClusterer):
            return clusterer.fit_predict(points, seed=seed, threads=threads)
        params = _tree_params(clusterer, len(points))
        for known, of, tree in self.trees:
            if known is points and of == params:
                return clusterer.read(tree)
        tree = clusterer.span(points, seed=seed, threads=threads)
        self.trees[1:] = [(points, params, tree)]
        return clusterer.read(tree)

    def _ready(self, vectors: F32) -> F32:
        return _at_unit_length(vectors) if self.metric == "cosine" else vectors


@dataclass(frozen=True)
class NoRoad:
    """The road to clusters that another tool found: it cannot be gone again, which a check that would is told."""

    k: int
    reduced: bool = False
    knobs: Sequence[Knob] = ()

    def search(self, vectors: F32, k: int | None = None) -> Graph:
        """Raise UsageError."""
        raise _not_ours()

    def reduce(self, vectors: F32, graph: Graph, *, seed: int, **knobs: float) -> F32:
        """Raise UsageError."""
        raise _not_ours()

    def cluster(self, points: F32, *, seed: int, **knobs: float) -> tuple[I32, F32]:
        """Raise UsageError."""
        raise _not_ours()


def _not_ours() -> UsageError:
    return UsageError("the topics were given, and what found them is not here to be run again")


def road_of(atlas: Atlas, clustering: str | None = None) -> TakenRoad | NoRoad:
    """Return the road that led to a clustering.

    Parameters
    ----------
    atlas
        With a clustering.
    clustering
        Which one; None takes the newest.

    Raises
    ------
    UsageError
        If the Atlas has no clustering, or one whose steps it does not know.
    """
    way = route(atlas, clustering)
    if is_given(way.cluster):
        return NoRoad(way.relate.params["k"] if way.relate else 1)
    _, points = space(atlas, way.on)
    rows = len(points)
    clusterer = _method("clusterers", way.cluster, Clusterer)
    reducer = _method("reducers", way.reduce, Reducer) if way.reduce else None
    searcher = _method("neighbours", way.relate, Neighbours) if way.relate else create(
        "neighbours", "exact", Neighbours, {}
    )  # fmt: skip
    asked: Mapping[str, Any] = way.relate.params if way.relate else {"k": 1, "metric": "cosine"}
    seed = way.reduce.seed if way.reduce else way.cluster.seed
    knobs = [*(_knobs("reducer", reducer, rows, asked["k"]) if reducer else []), *_knobs("clusterer", clusterer, rows)]
    kept = [name.partition("/")[2] for name in way.cluster.inputs if name.startswith("spanning_trees/")]
    trees = []
    if isinstance(clusterer, TreeClusterer) and kept:
        trees = [(points, _tree_params(clusterer, rows), atlas.spanning_trees[kept[0]])]
    return TakenRoad(
        k=asked["k"], metric=asked["metric"], searcher=searcher, reducer=reducer, clusterer=clusterer,
        votes=way.adopt.params["k"] if way.adopt else 0, seeds={seed: way.cluster.seed}, knobs=knobs, trees=trees,
    )  # fmt: skip


def route(atlas: Atlas, clustering: str | None = None) -> Route:
    """Find the steps that led to a clustering; see :func:`road_of`."""
    name = pick(atlas.clusterings, clustering, "clustering")
    vote = None
    made = _maker(atlas, f"clusterings/{name}")
    if made.stage == "adopt":
        vote, made = made, _maker(atlas, _input(made, "clusterings"))
    on = next(path for path in made.inputs if path.partition("/")[0] in ("layouts", "vectors"))
    layout = _maker(atlas, on) if on.startswith("layouts/") else None
    vectors = _input(layout, "vectors") if layout else on
    graph = vectors.replace("vectors/", "graphs/", 1)
    return Route(
        cluster=made, on=on.partition("/")[2], vectors=vectors.partition("/")[2],
        relate=_maker(atlas, graph) if graph in atlas.digests else None, reduce=layout, adopt=vote,
    )  # fmt: skip


def _maker(atlas: Atlas, path: str) -> Step:
    for step in reversed(atlas.steps):
        if path in step.outputs:
            return step
    raise UsageError(f"no step of this Atlas made {path}", hint="make it with the stages of the road")


def _input(step: Step, slot: str) -> str:
    return next(path for path in step.inputs if path.startswith(f"{slot}/"))


def _method(kind: str, step: Step, contract: type[M]) -> M:
    """Make the method of a step anew; what the step was told beyond its parameters is left out."""
    params = {name: value for name, value in step.params.items() if name not in ("k", "metric", "start")}
    return create(kind, step.method, contract, params)


def _changed(method: M, knobs: Mapping[str, float]) -> M:
    """Return a method with other values of some parameters."""
    if not knobs:
        return method
    values = {k: int(v) if isinstance(method.limits.get(k), Integer) else v for k, v in knobs.items()}
    check_params(f"{kind_of(type(method))}/{method.name()}", method.limits, values)
    return type(method)(**(method.params() | values))


def _knobs(owner: str, method: Method, rows: int, k: int | None = None) -> list[Knob]:
    """Return the parameters that have a step to a side, where the rows, the graph and the limits allow it."""
    ranges = {"n_neighbors": (1, rows if k is None else k + 1), "n_epochs": (FEWEST_EPOCHS, None)}
    knobs = []
    for name, value in method.resolved(rows).items():
        if name not in STEPS or value is None:
            continue
        low, high = ranges.get(name, (1, rows))
        down, *up = (value * factor for factor in STEPS[name])
        others = {max(1, round(down)), *(max(round(more), value + 1) for more in up)} - {value}
        legal = [
            v for v in sorted(others) if v >= low and (high is None or v <= high) and method.limits[name].accepts(v)
        ]
        if legal:
            knobs.append(Knob(f"{owner}.{name}", value, tuple(legal)))
    return knobs


def _tree_params(clusterer: TreeClusterer, rows: int) -> dict[str, Any]:
    return {name: clusterer.resolved(rows)[name] for name in clusterer.tree_params}


def _at_unit_length(vectors: F32) -> F32:
    """Return vectors at unit length; those that have it are not touched, and those of length 0 stay."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    if np.abs(squares - 1).max(initial=0) < ROUNDING:
        return vectors
    return np.where(squares[:, None] > 0, unit_rows(np.where(squares[:, None] > 0, vectors, 1)), 0).astype(np.float32)
