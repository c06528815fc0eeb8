"""Cases for checks of an audit: planted vectors, taken along the real road."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

import triptych as tp
from triptych.checks.base import Case
from triptych.core.atlas import Atlas
from triptych.stages._case import case_of

DIMENSIONS = 24
#: Groups of the planted data that have any.
GROUPS = 8


def planted_vectors(
    seed: int = 0, rows: int = 800, kind: str = "solid", *, groups: int = GROUPS, apart: float = 2.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors float32 (rows, 24) and the group of each row, -1 where there are no groups.

    ``solid``: groups far apart. ``mixture``: spherical Gaussians of spread 1 whose centres lie, on average, ``apart``
    times the root of 2 · 24 from each other, so that below 1 they run into one another. ``gaussian``: a single one,
    with unequal axes.
    """
    random = np.random.default_rng(seed)
    if kind == "gaussian":
        return random.normal(size=(rows, DIMENSIONS)).astype(np.float32) * _axes(), np.full(rows, -1)
    group = np.arange(rows) % groups
    scale, noise = (1.0, 0.15) if kind in ("solid", "splinter") else (apart, 1.0)
    centres = random.normal(size=(groups, DIMENSIONS)) * scale
    return (centres[group] + random.normal(scale=noise, size=(rows, DIMENSIONS))).astype(np.float32), group


def planted_atlas(
    seed: int = 0,
    rows: int = 800,
    kind: str = "solid",
    *,
    metadata: pl.DataFrame | None = None,
    roles: tp.Roles | None = None,
    clusterer: str = "hdbscan",
    reduction: int = 5,
    groups: int = GROUPS,
    apart: float = 2.0,
    **params: Any,
) -> Atlas:
    """Take planted vectors along the road as far as the levels; parameters are the clusterer's."""
    vectors, _ = planted_vectors(seed, rows, kind, groups=groups, apart=apart)
    atlas = tp.relate(tp.read(vectors, roles=roles or tp.Roles(), metadata=metadata, seed=seed))
    on = "given"
    if reduction:
        on = f"umap{reduction}"
        atlas = tp.reduce(atlas, n_components=reduction, min_dist=0.0, name=on)
    atlas = tp.reduce(atlas, n_components=2, name="umap2")
    return tp.nest(tp.cluster(atlas, clusterer, on=on, **params), on=on, sizes=(4, 2))


def planted_case(seed: int = 0, rows: int = 800, kind: str = "solid", **options: Any) -> Case:
    """Return the case of planted vectors; options are those of :func:`planted_atlas`.

    With ``kind="splinter"`` the labels of a solid case have two clusters more that are none, the last ones: a random
    third of the largest cluster (titled ``piece``) and a random handful of rows of all others in turn (``handful``).
    """
    case = case_of(planted_atlas(seed, rows, kind, **options))
    return with_splinters(case, seed) if kind == "splinter" else case


def with_splinters(case: Case, seed: int = 0) -> Case:
    """Return a case with the two splinters of :func:`planted_case` planted into its labels; it has one level."""
    random = np.random.default_rng(seed)
    labels, k = case.labels.copy(), case.clusters
    largest = np.flatnonzero(labels == 0)
    labels[random.choice(largest, len(largest) // 3, replace=False)] = k
    for i in range(max(12, len(labels) // 60)):  # from each in turn, so that none loses many
        labels[random.choice(np.flatnonzero(labels == 1 + i % (k - 1)))] = k + 1
    titles = [[f"solid {i}" for i in range(k)] + ["piece", "handful"]]
    return replace(case, labels=labels, levels=labels[None], titles=titles, persistence=np.zeros(0, dtype=np.float32))


def _axes() -> np.ndarray:
    axes: np.ndarray = np.linspace(0.3, 1.5, DIMENSIONS, dtype=np.float32)
    return axes
