"""sweep: one parameter of a clusterer takes several values, and a table says what each does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.clusterers.base import Clusterer
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.slots import Clustering
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.partition import cluster_sizes
from triptych.measures.validity import best_overlaps, relative_validity
from triptych.stages._inputs import given, reads, space
from triptych.stages.cluster import Prepared, prepare

if TYPE_CHECKING:
    import polars as pl

__all__ = ["sweep"]


def sweep(atlas: Atlas, method: str = "hdbscan", *, on: str = "umap5", name: str = "sweep", **params: Any) -> Atlas:
    """Cluster with several values of one parameter, and compare what comes out.

    A method that reads its clusters from a spanning tree reads one tree again and again. Nothing that was found before
    changes.

    Parameters
    ----------
    atlas
        With the layout or the vectors to work on.
    method
        One of ``triptych methods clusterers``.
    on
        What is clustered, as for ``cluster``.
    name
        Of the result.
    **params
        Of the method; one of them is a list of values: ``min_cluster_size=(10, 20, 50, 100)``.

    Returns
    -------
    Atlas
        With ``audits[name]``, one line a value, as they were given: ``parameter``, ``value``, ``clusters``, ``noise``
        (rows in none), ``noise_share``, ``score`` (of methods that have a spanning tree, see
        :func:`triptych.measures.validity.relative_validity`), ``survival`` (the mean, over the clusters, of the largest
        Jaccard overlap with a cluster of the next value; null where either has none) and ``skipped`` (why there is no
        result, else null).

    Raises
    ------
    UsageError
        If no parameter, or more than one, has several values, or a value is outside its limit.
    """
    parameter, values = _varied(params)
    clusterers = [create("clusterers", method, Clusterer, params | {parameter: value}) for value in values]
    path, _ = space(atlas, on)
    inputs = reads(atlas, path)
    ready: list[Prepared | UsageError] = []
    for clusterer in clusterers:
        part = _tried(atlas, clusterer, on)
        if isinstance(part, Prepared):
            atlas, inputs = part.atlas, inputs | part.reads
        ready.append(part)
    plan = Plan(
        stage="sweep", name=name, method=method, version=clusterers[0].version,
        params=given(clusterers[0].params()) | {parameter: values}, reads=inputs,
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        frame = _frame(parameter, values, [_fitted(part, seed) for part in ready])
        return Outcome({f"audits/{name}": frame}, (f"{parameter} at {len(values)} values",))

    return run_step(atlas, plan, compute)


def _varied(params: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return the parameter that has several values, and those, each once."""
    lists = {key: value for key, value in params.items() if isinstance(value, Sequence) and not isinstance(value, str)}
    if len(lists) != 1 or not all(map(len, lists.values())):
        raise UsageError(
            f"sweep: one parameter must have a list of values, got {', '.join(lists) or 'none'}",
            hint="such as min_cluster_size=(10, 20, 50, 100)",
        )
    ((parameter, values),) = lists.items()
    return parameter, list(dict.fromkeys(values))


#: What a value led to: a clustering with its score, or why not.
_Cell = tuple[Clustering, float | None] | UsageError


def _tried(atlas: Atlas, clusterer: Clusterer, on: str) -> Prepared | UsageError:
    try:
        return prepare(atlas, clusterer, on)
    except UsageError as error:
        return error


def _fitted(part: Prepared | UsageError, seed: int) -> _Cell:
    if isinstance(part, UsageError):
        return part
    try:
        found = part.fit(seed)
    except UsageError as error:
        return error
    tree = part.tree
    return found, relative_validity(found.labels, tree.one, tree.other, tree.distance) if tree else None


def _frame(parameter: str, values: list[Any], cells: list[_Cell]) -> pl.DataFrame:
    import polars as pl

    rows = []
    for i, cell in enumerate(cells):
        row: dict[str, Any] = {"parameter": parameter, "value": values[i]}
        if isinstance(cell, UsageError):
            rows.append(row | {"skipped": cell.message})
            continue
        counted = cluster_sizes(cell[0].labels)
        rows.append(row | {
            "clusters": len(counted.sizes), "noise": counted.noise, "noise_share": counted.noise_share,
            "score": cell[1], "survival": _survival(cell, cells[i + 1] if i + 1 < len(cells) else None),
        })  # fmt: skip
    schema: dict[str, Any] = {
        "parameter": pl.String, "value": None, "clusters": pl.Int64, "noise": pl.Int64, "noise_share": pl.Float64,
        "score": pl.Float64, "survival": pl.Float64, "skipped": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _survival(cell: _Cell, following: _Cell | None) -> float | None:
    if isinstance(cell, UsageError) or not isinstance(following, tuple):
        return None
    overlaps = best_overlaps(cell[0].labels, following[0].labels)
    return float(np.mean(overlaps)) if len(overlaps) and following[0].labels.max(initial=-1) >= 0 else None
