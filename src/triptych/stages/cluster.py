"""cluster: rows become a partition, with noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Clusterer, Partition, TreeClusterer
from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.registry import create
from triptych.core.slots import Clustering, SpanningTree
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.partition import by_size, cluster_sizes
from triptych.stages._inputs import given, reads, space

__all__ = ["Prepared", "cluster", "numbered", "prepare"]


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
        With ``clusterings[name]``; of a method that reads its clusters from a spanning tree, with that as well, so that
        reading it in another way costs next to nothing.

    Raises
    ------
    UsageError
        If there is nothing called ``on``, or a parameter does not fit the number of rows.
    """
    clusterer = create("clusterers", method, Clusterer, params)
    ready = prepare(atlas, clusterer, on)
    plan = Plan(
        stage="cluster", name=name or method, method=method, version=clusterer.version,
        params=given(clusterer.params()), reads=ready.reads,
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        found = ready.fit(seed)
        return Outcome({f"clusterings/{plan.name}": found}, (_summary(found.labels),))

    return run_step(ready.atlas, plan, compute)


@dataclass(frozen=True)
class Prepared:
    """A clusterer with its input: the Atlas with any tree it needs, what it depends on, and how it is run."""

    atlas: Atlas
    reads: dict[str, str]
    fit: Callable[[int], Clustering]
    tree: SpanningTree | None = None


def prepare(atlas: Atlas, clusterer: Clusterer, on: str) -> Prepared:
    """Find the points of a clusterer and, if it reads its clusters from a spanning tree, build that as well.

    The tree is a step of its own, named after all that it depends on: the method, the points, and the parameters that
    change it.
    """
    path, points = space(atlas, on)
    threads = current().threads
    if not isinstance(clusterer, TreeClusterer):
        return Prepared(
            atlas, reads(atlas, path), lambda seed: numbered(clusterer.fit_predict(points, seed=seed, threads=threads))
        )
    method = clusterer.name()
    params = {name: value for name, value in given(clusterer.params()).items() if name in clusterer.tree_params}
    changed = [f"{name}{value}" for name, value in params.items() if value != clusterer.defaults()[name]]
    plan = Plan(
        stage="span", name="_".join([method, on, *changed]), method=method, version=clusterer.version, params=params,
        reads=reads(atlas, path),
    )  # fmt: skip
    place = f"spanning_trees/{plan.name}"

    def compute(seed: int) -> Outcome:
        return Outcome({place: clusterer.span(points, seed=seed, threads=threads)})

    key = plan.key(plan.seed(atlas.seed))
    if all(step.key != key for step in atlas.steps):
        atlas = run_step(atlas, plan, compute)
    tree = atlas.spanning_trees[plan.name]
    return Prepared(atlas, reads(atlas, path, place), lambda _seed: numbered(clusterer.read(tree)), tree)


def numbered(found: Partition) -> Clustering:
    """Return a partition with its clusters numbered by size, then by first row."""
    labels = by_size(found.labels.astype(np.int32))
    if found.persistence is None:
        return Clustering(labels, found.strength)
    old = np.zeros(labels.max(initial=-1) + 1, dtype=np.int64)
    old[labels[labels >= 0]] = found.labels[labels >= 0]
    return Clustering(labels, found.strength, found.persistence[old])


def _summary(labels: npt.NDArray[np.int32]) -> str:
    counted = cluster_sizes(labels)
    clusters = len(counted.sizes)
    if not clusters:
        return "no clusters: no region is dense enough, and the map has no topics"
    noun = "cluster" if clusters == 1 else "clusters"
    return f"{clusters:,} {noun}, {counted.noise:,} rows in none ({counted.noise / len(labels):.1%} noise)"
