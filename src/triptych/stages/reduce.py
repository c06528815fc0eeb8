"""reduce: vectors become coordinates in few dimensions."""

from __future__ import annotations

from typing import Any

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.slots import Layout
from triptych.core.step import Outcome, Plan, run_step
from triptych.reducers.base import Reducer
from triptych.stages._inputs import directions, given, pick, reads

__all__ = ["reduce"]


def reduce(
    atlas: Atlas,
    method: str = "umap",
    *,
    on: str | None = None,
    start: str | None = None,
    name: str | None = None,
    **params: Any,
) -> Atlas:
    """Lay the kept rows out in few dimensions.

    Parameters
    ----------
    atlas
        With vectors, and with their graph from ``relate`` (one row needs none).
    method
        One of ``triptych methods reducers``.
    on
        Which vectors; None takes the newest.
    start
        A layout to begin from, of as many dimensions: another setting then moves the picture, it does not shuffle it.
    name
        Of the result; the method's name and its dimensions unless given: ``"umap2"``.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``layouts[name]``.

    Raises
    ------
    UsageError
        If a parameter is wrong, asks for more neighbours than the graph has, or the start does not fit.
    """
    on = pick(atlas.vectors, on, "vectors")
    reducer = create("reducers", method, Reducer, params)
    vectors = atlas.vectors[on]
    graph = atlas.graphs[pick(atlas.graphs, on, "graph")] if len(vectors.values) > 1 else None
    paths = [f"vectors/{on}"] + ([f"graphs/{on}"] if graph else [])
    begin = {} if start is None else {"start": _start(atlas, start, reducer)}
    plan = Plan(
        stage="reduce", name=name or f"{method}{reducer.n_components}", method=method, version=reducer.version,
        params=given(reducer.params()) | ({} if start is None else {"start": start}),
        reads=reads(atlas, *paths, *([] if start is None else [f"layouts/{start}"])),
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        points = directions(vectors) if graph is not None and graph.metric == "cosine" else vectors.values
        layout = reducer.fit_transform(points, graph, seed=seed, threads=current().threads, **begin)
        note = f"{points.shape[1]:,} dimensions laid out in {layout.shape[1]}"
        return Outcome({f"layouts/{plan.name}": Layout(layout)}, (note,))

    return run_step(atlas, plan, compute)


def _start(atlas: Atlas, name: str, reducer: Reducer) -> Any:
    """Return the coordinates to begin from."""
    values = atlas.layouts[pick(atlas.layouts, name, "layout")].values
    if not reducer.warm:
        raise UsageError(f"reducers/{reducer.name()} takes no start", hint="leave it out, or use umap")
    if values.shape[1] != reducer.n_components:
        raise UsageError(
            f"reduce: the layout {name!r} has {values.shape[1]} dimensions, wanted {reducer.n_components}",
            hint=f"start from another one, or ask for n_components={values.shape[1]}",
        )
    return values
