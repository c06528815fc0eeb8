"""relate: the nearest neighbours of every row, found once and used by every later stage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.schema import ROW_ID
from triptych.core.slots import Graph, Vectors
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.copies import near_copies as groups_of_copies
from triptych.neighbours.base import Neighbours
from triptych.stages._inputs import cosine, directions, given, pick, reads

if TYPE_CHECKING:
    import polars as pl

__all__ = ["near_copies", "relate"]

METRICS = ("cosine", "euclidean")
DEFAULT_K = 15
#: With more rows the search is approximate unless another is asked for.
EXACT_ROWS = 100_000
#: Two rows no farther apart by cosine distance are near copies.
NEAR_COPY = 0.05


def relate(
    atlas: Atlas,
    method: str | None = None,
    *,
    on: str | None = None,
    k: int | None = None,
    metric: str = "cosine",
    name: str | None = None,
    **params: Any,
) -> Atlas:
    """Find the k nearest neighbours of every kept row.

    Parameters
    ----------
    atlas
        With vectors.
    method
        One of ``triptych methods neighbours``; None takes ``"exact"`` up to 100,000 rows and ``"ivf"`` above.
    on
        Which vectors; None takes the newest.
    k
        Neighbours of a row, itself not counted; None takes 15, or as many as there are.
    metric
        ``"cosine"`` or ``"euclidean"``.
    name
        Of the result; that of the vectors unless given.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``graphs[name]``; without, when there is only one row. A graph that is not exact has its recall.

    Raises
    ------
    UsageError
        If k is not smaller than the number of rows, or a parameter is wrong.
    """
    on = pick(atlas.vectors, on, "vectors")
    vectors = atlas.vectors[on]
    rows = len(vectors.values)
    method = method or ("exact" if rows <= EXACT_ROWS else "ivf")
    search = create("neighbours", method, Neighbours, params)
    if metric not in METRICS:
        raise UsageError(f"relate: metric must be one of {', '.join(METRICS)}, got {metric!r}")
    if k is not None and not 1 <= k < max(rows, 2):
        raise UsageError(
            f"relate: k must be from 1 to {rows - 1} for {rows:,} rows, got {k}",
            hint=f"the largest legal value is {rows - 1}",
        )
    if rows < search.minimum_rows:
        return atlas
    k = k or min(DEFAULT_K, rows - 1)
    plan = Plan(
        stage="relate", name=name or on, method=method, version=search.version,
        params=given(search.params()) | {"k": k, "metric": metric}, reads=reads(atlas, f"vectors/{on}"), total=None,
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        graph = _graph(search, vectors, k, metric, seed)
        return Outcome({f"graphs/{plan.name}": graph}, tuple(_notes(graph)))

    return run_step(atlas, plan, compute)


def near_copies(atlas: Atlas, *, graph: str | None = None, within: float = NEAR_COPY) -> pl.DataFrame:
    """Return the rows that are near copies of others.

    Parameters
    ----------
    atlas
        With a graph.
    graph
        Which graph; None takes the newest.
    within
        Two rows no farther apart, in the metric of the graph, are near copies, and so are those joined by a chain.

    Returns
    -------
    polars.DataFrame
        row_id; group, 0, 1, … by its first row; nearest, the nearest other row's id; distance to it. A group's rows
        stand together.

    Raises
    ------
    UsageError
        If ``within`` is below 0 or there is no such graph.
    """
    import polars as pl

    if not within >= 0:
        raise UsageError(f"near_copies: within must be at least 0, got {within}")
    found = atlas.graphs[pick(atlas.graphs, graph, "graph")]
    groups = groups_of_copies(found.indices, found.distances, within)
    ids = atlas.kept[ROW_ID]
    frame = pl.DataFrame({
        ROW_ID: ids, "group": groups, "nearest": ids.gather(found.indices[:, 0]), "distance": found.distances[:, 0],
    })  # fmt: skip
    return frame.filter(pl.col("group") >= 0).sort("group", maintain_order=True)


def _graph(search: Neighbours, vectors: Vectors, k: int, metric: str, seed: int) -> Graph:
    threads = current().threads
    points = directions(vectors) if metric == "cosine" else vectors.values
    indices, distances = search.search(points, k, threads=threads)
    recall = search.recall(points, distances, seed=seed, threads=threads)
    if metric == "cosine":
        distances = cosine(distances)
    return Graph(indices, distances, metric, recall)


def _notes(graph: Graph) -> Iterator[str]:
    k = graph.indices.shape[1]
    found = f", {graph.recall:.1%} of the true ones" if graph.recall < 1 else ""
    yield f"{k} nearest neighbours of every row by {graph.metric} distance{found}"
    groups = groups_of_copies(graph.indices, graph.distances, NEAR_COPY) if graph.metric == "cosine" else np.zeros(0)
    if (groups >= 0).any():
        yield (
            f"{int((groups >= 0).sum()):,} rows in {int(groups.max()) + 1:,} groups are near copies of one another "
            f"(cosine distance up to {NEAR_COPY})"
        )
