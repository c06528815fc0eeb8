"""relate: the nearest neighbours of every row, found once and used by every later stage."""

from __future__ import annotations

from typing import Any

import numpy as np

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.slots import Graph, Vectors
from triptych.core.step import Outcome, Plan, run_step
from triptych.neighbours.base import Neighbours
from triptych.stages._inputs import directions, given, pick, reads

__all__ = ["relate"]

METRICS = ("cosine", "euclidean")
DEFAULT_K = 15


def relate(
    atlas: Atlas,
    method: str = "exact",
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
        One of ``triptych methods neighbours``.
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
        With ``graphs[name]``; without, when there is only one row.

    Raises
    ------
    UsageError
        If k is not smaller than the number of rows, or a parameter is wrong.
    """
    on = pick(atlas.vectors, on, "vectors")
    search = create("neighbours", method, Neighbours, params)
    vectors = atlas.vectors[on]
    rows = len(vectors.values)
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
    note = f"{k} nearest neighbours of every row by {metric} distance"
    return run_step(
        atlas,
        plan,
        lambda _seed: Outcome({f"graphs/{plan.name}": _graph(search, vectors, k, metric)}, (note,)),
    )


def _graph(search: Neighbours, vectors: Vectors, k: int, metric: str) -> Graph:
    points = directions(vectors) if metric == "cosine" else vectors.values
    indices, distances = search.search(points, k, threads=current().threads)
    if metric == "cosine":
        # |a - b|² = 2 (1 - cos) for unit vectors.
        distances = (distances * distances / 2).astype(np.float32)
    return Graph(indices, distances, metric)
