"""place: new rows on a layout that exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, Step
from triptych.core.context import current
from triptych.core.errors import InputError, UsageError
from triptych.core.registry import create
from triptych.core.slots import Vectors
from triptych.measures.novelty import novelty
from triptych.neighbours.exact import nearest_known
from triptych.reducers.base import Known, Reducer
from triptych.sources.vectors import check_matrix, finite_and_flat
from triptych.stages._inputs import cosine, directions, pick

__all__ = ["Placement", "place"]

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Placement:
    """Where new rows lie among the known ones.

    Attributes
    ----------
    values
        float32 (m, p): coordinates on the layout.
    indices, distances
        int32 and float32 (m, k): the nearest known rows, as positions among the kept ones, nearest first, and how far
        they are in the metric of the graph.
    novelty
        float32 (m,) in [0, 1]: the share of known rows that lie nearer to their neighbours than this one does to them;
        at 1 it is farther out than every known row.
    """

    values: F32
    indices: npt.NDArray[np.int32]
    distances: F32
    novelty: F32


def place(atlas: Atlas, new: Atlas | npt.ArrayLike, *, layout: str = "umap2") -> Placement:
    """Put new rows on a layout; the known rows stay where they are, to the byte.

    What becomes of a new row depends on it and on the known rows alone, not on the other new rows. One that equals a
    known row lies on it.

    Parameters
    ----------
    atlas
        With the layout, and with the vectors and the graph that it was made of.
    new
        An Atlas with vectors of the same name, or an array (m, d) of such vectors.
    layout
        Which layout.

    Returns
    -------
    Placement
        Coordinates, nearest known rows, and how far outside the known data each new row lies.

    Raises
    ------
    UsageError
        If there is no such layout, or its method cannot place new rows.
    InputError
        If the new vectors have other dimensions, or a row holds no usable vector.
    """
    made = _maker(atlas, pick(atlas.layouts, layout, "layout"))
    on = _input(made, "vectors")
    graph = atlas.graphs[_input(made, "graphs")] if len(atlas.vectors[on].values) > 1 else None
    metric = graph.metric if graph else "cosine"
    known, rows = _points(atlas.vectors[on], metric), _points(_new_vectors(atlas, new, on), metric)
    params = {name: value for name, value in made.params.items() if name != "start"}
    reducer = create("reducers", made.method, Reducer, params)
    threads = current().threads
    k = graph.indices.shape[1] if graph else 1
    indices, distances = nearest_known(known, rows, k, threads=threads)
    if metric == "cosine":
        distances = cosine(distances)
    values = reducer.transform(
        rows, Known(known, atlas.layouts[layout].values, indices, distances), seed=made.seed, threads=threads
    )
    return Placement(values, indices, distances, novelty(distances, graph.distances if graph else distances[:0]))


def _maker(atlas: Atlas, layout: str) -> Step:
    """Return the step that made a layout."""
    for step in atlas.steps:
        if f"layouts/{layout}" in step.outputs and step.stage == "reduce":
            return step
    raise UsageError(f"place: no step of this Atlas made the layout {layout!r}", hint="make it with reduce")


def _input(step: Step, slot: str) -> str:
    return next(path.partition("/")[2] for path in step.inputs if path.startswith(f"{slot}/"))


def _points(vectors: Vectors, metric: str) -> F32:
    return directions(vectors) if metric == "cosine" else vectors.values


def _new_vectors(atlas: Atlas, new: Atlas | npt.ArrayLike, on: str) -> Vectors:
    """Return the vectors of the new rows, checked."""
    wanted = atlas.vectors[on].values.shape[1]
    vectors = new.vectors[pick(new.vectors, on, "vectors")] if isinstance(new, Atlas) else _checked(new)
    if vectors.values.shape[1] != wanted:
        raise InputError(
            f"place: the new rows have {vectors.values.shape[1]:,} dimensions, the known ones {wanted:,}",
            hint="make their vectors in the same way",
        )
    return vectors


def _checked(new: Any) -> Vectors:
    values, _ = check_matrix(np.asarray(new), "the array of new rows")
    finite, flat = finite_and_flat(values)
    for bad, what in ((~finite, "no finite length"), (flat, "no direction: it is 0")):
        if bad.any():
            raise InputError(
                f"place: new row {int(np.argmax(bad))} has {what} ({int(bad.sum()):,} such rows)",
                hint="leave such rows out",
            )
    return Vectors(values, unit=False, cut=np.zeros(0, dtype=np.bool_), foreign=np.zeros(0, dtype=np.bool_))
