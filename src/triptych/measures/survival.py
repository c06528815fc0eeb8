"""How much of each cluster comes again when the same road is gone once more (Hennig 2007)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from triptych.core.slots import Graph
from triptych.measures.validity import best_overlaps

__all__ = ["DISSOLVED", "VALID", "joined", "restricted", "survival", "union_survival"]

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Mean survival from which a cluster is valid, and below which it dissolved: most of it is elsewhere (Hennig 2007).
VALID, DISSOLVED = 0.75, 0.5


def survival(labels: I32, again: I32, rows: I64 | None = None) -> F64:
    """Find each cluster again in another clustering.

    Parameters
    ----------
    labels
        int32 (n,): clusters 0…k-1, -1 for noise.
    again
        int32 (m,): the other clustering, of some of the rows.
    rows
        int64 (m,): which those are; all unless given.

    Returns
    -------
    numpy.ndarray
        float64 (k,) in [0, 1]: the largest Jaccard overlap with a cluster of the other, among the rows that both have.
        Rows that became noise are lost; noise itself is never a match. NaN where the other has no row of the cluster.
    """
    k = int(labels.max(initial=-1)) + 1
    mine = labels if rows is None else labels[rows]
    found = np.full(k, np.nan)
    found[: int(mine.max(initial=-1)) + 1] = best_overlaps(mine, again)
    found[np.bincount(mine[mine >= 0], minlength=k) == 0] = np.nan
    return found


def union_survival(labels: I32, again: I32, rows: I64 | None = None) -> F64:
    """Find each cluster again as a union of clusters of a finer clustering.

    Every cluster of the other clustering belongs to that cluster which has most of its rows, or to none where most of
    them are noise.

    Parameters
    ----------
    labels, again, rows
        As for :func:`survival`.

    Returns
    -------
    numpy.ndarray
        float64 (k,) in [0, 1]: the Jaccard overlap of each cluster with its union; NaN as there.
    """
    mine = labels if rows is None else labels[rows]
    k, width = int(labels.max(initial=-1)) + 1, int(again.max(initial=-1)) + 1
    if not width or not k:
        return survival(labels, again, rows)
    inside = again >= 0
    table = np.zeros((width, k + 1), dtype=np.int64)
    np.add.at(table, (again[inside], mine[inside]), 1)  # noise, -1, is the last column
    owner = table.argmax(axis=1)
    owner[owner == k] = -1
    return survival(labels, np.where(inside, owner[again], -1).astype(np.int32), rows)


def joined(labels: I32, agains: Sequence[tuple[I32, I64]]) -> list[tuple[int, int, float]]:
    """Find the pairs of clusters that other clusterings put into one.

    Parameters
    ----------
    labels
        int32 (n,): clusters 0…k-1, -1 for noise.
    agains
        The other clusterings, each int32 (m,) of the rows int64 (m,).

    Returns
    -------
    list of (int, int, float)
        Two clusters, the smaller number first, and the share of the other clusterings in which one cluster has most of
        the rows of either; pairs for which that never happens are left out.
    """
    k, counts = int(labels.max(initial=-1)) + 1, Counter[tuple[int, int]]()
    for again, rows in agains:
        mine, width = labels[rows], int(again.max(initial=-1)) + 1
        table = np.zeros((k, width + 1), dtype=np.int64)
        np.add.at(table, (mine[mine >= 0], again[mine >= 0]), 1)  # noise, -1, is the last column
        home = table.argmax(axis=1)
        most = (2 * table.max(axis=1, initial=0) > table.sum(axis=1)) & (home < width)
        for cluster in np.unique(home[most]):
            counts.update(combinations(np.flatnonzero(most & (home == cluster)).tolist(), 2))
    return [(one, other, count / len(agains)) for (one, other), count in sorted(counts.items())]


def restricted(graph: Graph, rows: I64, k: int) -> Graph:
    """Return the neighbour graph of some of the rows, taken from that of all: no distance is computed.

    Parameters
    ----------
    graph
        Of n rows.
    rows
        int64 (m,): which to keep, in the order that they are to have.
    k
        Neighbours to keep of each, nearest first; a row that has fewer left has its farthest repeated, and a row that
        has none left the row before it.

    Returns
    -------
    Graph
        Of m rows, with at most as many neighbours as the graph has.
    """
    k = min(k, graph.indices.shape[1])
    place = np.full(len(graph.indices), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    there = place[graph.indices[rows]]
    first = np.argsort(there < 0, axis=1, kind="stable")
    last = np.maximum((there >= 0).sum(axis=1), 1) - 1
    columns = np.take_along_axis(first, np.minimum(np.arange(k)[None], last[:, None]), axis=1)
    indices = np.take_along_axis(there, columns, axis=1)
    distances = np.take_along_axis(graph.distances[rows], columns, axis=1)
    lonely = np.flatnonzero(indices[:, 0] < 0) if k else np.zeros(0, dtype=np.int64)
    indices[lonely] = ((lonely - 1) % len(rows)).astype(np.int32)[:, None]
    return Graph(indices, distances, graph.metric, graph.recall)
