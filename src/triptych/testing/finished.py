"""A finished map made of a sample: what a check is tried on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.checks.base import Case, Column
from triptych.clusterers.base import Clusterer
from triptych.core.registry import create
from triptych.core.slots import Graph
from triptych.neighbours.base import Neighbours
from triptych.stages._road import TakenRoad
from triptych.testing.samples import Sample

__all__ = ["case_of"]


def case_of(sample: Sample, threads: int = 1) -> Case:
    """Return a sample as a map that HDBSCAN found among its points, without reduction, in one level.

    Its columns are a category, a number and a date: the category goes with the groups, the others with the rows.
    """
    n, clusters = len(sample), int(sample.labels.max(initial=-1)) + 1
    none = Graph(np.zeros((n, 0), dtype=np.int32), np.zeros((n, 0), dtype=np.float32), "euclidean")
    graph = sample.graph or none
    road = TakenRoad(
        k=max(1, graph.indices.shape[1]), metric="euclidean", searcher=create("neighbours", "exact", Neighbours, {}),
        reducer=None, clusterer=create("clusterers", "hdbscan", Clusterer, {"min_cluster_size": 5}), votes=0,
        seeds={}, knobs=[],
    )  # fmt: skip
    classes = tuple(f"kind {number}" for number in range(clusters))
    codes, empty = np.zeros(0, dtype=np.int32), np.zeros(0)
    titles = [" ".join(text.split()[:2]) for text in sample.texts[:clusters]]
    return Case(
        vectors=sample.points, graph=graph, points=sample.points, picture=_flat(sample), labels=sample.labels,
        persistence=np.full(clusters, 0.5, dtype=np.float32), levels=sample.labels[None], titles=[titles],
        words=[[title.split() for title in titles]], ids=[f"row {row}" for row in range(n)], names=sample.texts,
        documents=sample.texts, cut=np.zeros(n, dtype=np.bool_), foreign=np.zeros(n, dtype=np.bool_),
        columns=(
            Column("kind", "category", sample.labels, classes, empty),
            Column("place", "number", codes, (), np.arange(n, dtype=np.float64)),
            Column("day", "date", codes, (), np.arange(n, dtype=np.float64) % 30 + 1990.5),
        ),
        road=road, bags=lambda texts: sample.points[: len(texts)],
        encode=lambda texts: sample.points[: len(texts)], seed=0, threads=threads,
    )  # fmt: skip


def _flat(sample: Sample) -> npt.NDArray[np.float32]:
    """Return the first two columns of the points, the first one twice where there is no second."""
    return np.ascontiguousarray(sample.points[:, [0, min(1, sample.points.shape[1] - 1)]])
