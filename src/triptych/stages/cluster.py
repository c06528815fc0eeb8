"""cluster: rows become a partition, with noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Clusterer
from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.registry import create
from triptych.core.slots import Clustering
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.partition import by_size, cluster_sizes
from triptych.stages._inputs import given, reads, space

__all__ = ["cluster"]


def cluster(
    atlas: Atlas, method: str = "hdbscan", *, on: str = "umap5", name: str | None = None, **params: Any
) -> Atlas:
    """Partition the kept rows.

    Parameters
    ----------
    atlas
        With the layout or the vectors to work on.
    method
        One of ``triptych methods clusterers``.
    on
        A layout, or vectors when there is to be no reduction; those are taken at unit length.
    name
        Of the result; the method's name unless given.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``clusterings[name]``.

    Raises
    ------
    UsageError
        If there is nothing called ``on``, or a parameter does not fit the number of rows.
    """
    clusterer = create("clusterers", method, Clusterer, params)
    path, points = space(atlas, on)
    plan = Plan(
        stage="cluster", name=name or method, method=method, version=clusterer.version,
        params=given(clusterer.params()), reads=reads(atlas, path),
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        found = clusterer.fit_predict(points, seed=seed, threads=current().threads)
        labels = by_size(found.labels.astype(np.int32))
        return Outcome({f"clusterings/{plan.name}": Clustering(labels, found.strength)}, (_summary(labels),))

    return run_step(atlas, plan, compute)


def _summary(labels: npt.NDArray[np.int32]) -> str:
    counted = cluster_sizes(labels)
    clusters = len(counted.sizes)
    if not clusters:
        return "no clusters: no region is dense enough, and the map has no topics"
    noun = "cluster" if clusters == 1 else "clusters"
    return f"{clusters:,} {noun}, {counted.noise:,} rows in none ({counted.noise / len(labels):.1%} noise)"
