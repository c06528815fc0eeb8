"""The tree of density-connected components, and the clusters read off it (Campello, Moulavi & Sander 2013, 2015).

The tree does not depend on the size of a cluster: it is built once, and every ``min_cluster_size`` and way of selection
is a cheap reading of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["DensityTree", "density_tree"]

#: Up to so many dimensions a tree of cells finds neighbours faster than all distances do.
FEW_DIMENSIONS = 16
#: Distances below it count as this: a density must stay a number.
LEAST_DISTANCE = 1e-12

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class DensityTree:
    """Merges of n points from the densest on: node n + i joins ``left[i]`` and ``right[i]``.

    Attributes
    ----------
    left, right, size
        int32 (n - 1): children, and points of the node.
    distance
        float64 (n - 1), rising: the mutual reachability distance at which they join.
    """

    left: I32
    right: I32
    size: I32
    distance: F64

    def clusters(self, min_cluster_size: int, selection: str = "eom") -> tuple[I32, F32]:
        """Read flat clusters off the tree.

        Parameters
        ----------
        min_cluster_size
            Fewest points of a cluster, at least 2.
        selection
            ``"eom"``: the clusters of the largest total excess of mass, none inside another; ``"leaf"``: those that
            split no further. The whole is never one of them.

        Returns
        -------
        labels
            int32 (n,), -1 for noise.
        strength
            float32 (n,) in [0, 1]: the density at which a point leaves its cluster over the densest at which one does.
        """
        from triptych.kernels import _native

        n = len(self.left) + 1
        home, merge, parent, birth = (np.zeros(n, dtype=np.int32) for _ in range(4))
        count = _native.condense(self.left, self.right, self.size, home, merge, parent, birth, n, min_cluster_size)
        parent, born = parent[:count], 1 / self.distance[birth[:count]]
        born[0] = 0.0
        leaves_at = 1 / self.distance[merge]
        chosen = (
            _leaves(parent)
            if selection == "leaf"
            else _excess(parent, born, home, leaves_at, self._sizes(parent, home))
        )
        owner = _owners(parent, chosen)
        labels = owner[home]
        densest = np.zeros(count)
        np.maximum.at(densest, home, leaves_at)
        np.maximum.at(densest, parent[1:], born[1:])
        top = np.where(labels >= 0, densest[labels], 1.0)
        strength = np.where(labels >= 0, np.minimum(leaves_at, top) / top, 0.0)
        return labels, strength.astype(np.float32)

    @staticmethod
    def _sizes(parent: I32, home: I32) -> npt.NDArray[np.int64]:
        """Return the points of each cluster, those of its children included."""
        sizes = np.bincount(home, minlength=len(parent))
        for cluster in range(len(parent) - 1, 0, -1):
            sizes[parent[cluster]] += sizes[cluster]
        return sizes


def density_tree(points: F32, *, min_samples: int, threads: int) -> DensityTree:
    """Build the tree of density-connected components.

    Parameters
    ----------
    points
        float32 (n, p), n at least 2, p up to 8,192.
    min_samples
        A point's core distance is that to the nearest so many points, itself counted; from 1 to n.
    threads
        How many threads to use; never changes the result.

    Returns
    -------
    DensityTree
        Of the minimum spanning tree over max(core of one, core of other, Euclidean distance).
    """
    from triptych.kernels import _native

    n, p = points.shape
    room = n + 8
    columns = np.zeros((p, room), dtype=np.float32)
    columns[:, :n] = points.T
    core = np.full(room, np.inf, dtype=np.float32)
    core[:n] = np.square(_core_distances(points, min_samples, threads))
    reach = np.full(room, np.inf, dtype=np.float32)
    origin, identity = np.zeros(room, dtype=np.int32), np.arange(room, dtype=np.int32)
    one, other = np.zeros(n - 1, dtype=np.int32), np.zeros(n - 1, dtype=np.int32)
    square = np.zeros(n - 1, dtype=np.float32)
    _native.spanning_tree(columns, core, reach, origin, identity, one, other, square, p, n)
    order = np.argsort(square, kind="stable")
    left, right, size = (np.zeros(n - 1, dtype=np.int32) for _ in range(3))
    _native.link_edges(np.ascontiguousarray(one[order]), np.ascontiguousarray(other[order]), left, right, size, n)
    distance = np.maximum(np.sqrt(square[order].astype(np.float64)), LEAST_DISTANCE)
    return DensityTree(left, right, size, distance)


def _core_distances(points: F32, min_samples: int, threads: int) -> F32:
    if points.shape[1] <= FEW_DIMENSIONS:
        from scipy.spatial import cKDTree

        found, _ = cKDTree(points).query(points, k=[min_samples], workers=threads)
        return np.asarray(found[:, 0], dtype=np.float32)
    from triptych.kernels.neighbours import nearest_rows

    last = nearest_rows(points, points, min_samples, threads=threads)[:, -1]
    distances: F32 = np.linalg.norm(points - points[last], axis=1)
    return distances


def _leaves(parent: I32) -> npt.NDArray[np.bool_]:
    """Choose the clusters that split no further; the root never."""
    chosen = np.ones(len(parent), dtype=np.bool_)
    chosen[parent[1:]] = False
    chosen[0] = False
    return chosen


def _excess(parent: I32, born: F64, home: I32, leaves_at: F64, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Choose the clusters of the largest total excess of mass; the root never.

    A cluster's excess is the sum over its points of the density at which they leave it less that at which it was born;
    it is chosen when it has more than all that would be chosen inside it.
    """
    excess = np.bincount(home, leaves_at - born[home], minlength=len(parent))
    np.add.at(excess, parent[1:], (born[1:] - born[parent[1:]]) * sizes[1:])
    inside = np.zeros(len(parent))
    chosen = np.zeros(len(parent), dtype=np.bool_)
    # Children are numbered after their parents.
    for cluster in range(len(parent) - 1, 0, -1):
        chosen[cluster] = excess[cluster] >= inside[cluster]
        inside[parent[cluster]] += max(excess[cluster], inside[cluster])
    return chosen


def _owners(parent: I32, chosen: npt.NDArray[np.bool_]) -> I32:
    """Return, for each cluster, the outermost chosen one that it is in, or -1."""
    owner = np.full(len(parent), -1, dtype=np.int32)
    for cluster in range(1, len(parent)):
        above = owner[parent[cluster]]
        owner[cluster] = above if above >= 0 else (cluster if chosen[cluster] else -1)
    return owner
