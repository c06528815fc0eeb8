"""What stages share when they pick their inputs and say what they depend on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, last
from triptych.core.errors import UsageError, nearest
from triptych.core.slots import Shelf, Vectors
from triptych.measures.vectors import unit_rows

if TYPE_CHECKING:
    import polars as pl


def pick(shelf: Shelf[Any], name: str | None, what: str) -> str:
    """Return the name of an input: the one asked for, or the newest."""
    if name is None:
        return last(shelf)
    if name not in shelf:
        raise UsageError(f"there is no {what} {name!r} in this Atlas", hint=nearest(name, shelf))
    return name


def reads(atlas: Atlas, *paths: str) -> dict[str, str]:
    """Return the digests of slot values by path."""
    return {path: atlas.digests[path] for path in paths}


def given(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as they are written down: JSON values, tuples as lists."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in params.items()}


def directions(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Return the vectors at unit length, float32 (m, d)."""
    return vectors.values if vectors.unit else unit_rows(vectors.values)


def cosine(distances: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the cosine distances of unit vectors at Euclidean ones: |a - b|² = 2 (1 - cos)."""
    halves: npt.NDArray[np.float32] = (distances * distances / 2).astype(np.float32)
    return halves


def vector_audit(found: Mapping[str, Any]) -> pl.DataFrame:
    """Return the audit of a matrix as a frame of one line: rows, dimensions, then the figures."""
    import polars as pl

    rows, dimensions = found["shape"]
    figures = {name: value for name, value in found.items() if name != "shape"}
    return pl.DataFrame([{"rows": rows, "dimensions": dimensions} | figures])


def space(atlas: Atlas, name: str) -> tuple[str, npt.NDArray[np.float32]]:
    """Return the path and the points of a layout, or of vectors at unit length."""
    if name in atlas.layouts:
        return f"layouts/{name}", atlas.layouts[name].values
    if name in atlas.vectors:
        return f"vectors/{name}", directions(atlas.vectors[name])
    known = [*atlas.layouts, *atlas.vectors]
    raise UsageError(f"there is no layout and there are no vectors called {name!r}", hint=nearest(name, known))
