"""Clusters read off a spanning tree by density (Campello, Moulavi & Sander 2013, 2015).

The tree does not depend on the size of a cluster: it is built once, and every ``min_cluster_size`` and way of selection
is a cheap reading of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.core.slots import SpanningTree

__all__ = ["DensityTree"]

Bool = npt.NDArray[np.bool_]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DensityTree:
    """Merges of n points, 2 or more, from the densest on: node n + i joins ``left[i]`` and ``right[i]``.

    Attributes
    ----------
    left, right
        int32 (n - 1): nodes, each once; those below n are points.
    distance
        float64 (n - 1), rising: at which they join.
    """

    left: I32
    right: I32
    distance: F64

    @classmethod
    def of(cls, tree: SpanningTree) -> DensityTree:
        """Join the edges of a spanning tree from the shortest on; raises ValueError when they close a circle."""
        from triptych.kernels import _native

        left, right = np.empty_like(tree.one), np.empty_like(tree.one)
        _native.link_edges(tree.one, tree.other, left, right, len(tree.one) + 1)
        return cls(left, right, tree.distance)

    def clusters(self, min_cluster_size: int, selection: str = "eom") -> tuple[I32, F32, F32]:
        """Read flat clusters off the tree.

        Merges at one distance count as one, so that the clusters depend on nothing but the distances.

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
            int32 (n,), from 0 on, -1 for noise.
        strength
            float32 (n,) in [0, 1]: the density at which a point leaves its cluster over the densest at which one does.
        persistence
            float32 (k,) in [0, 1): by how much of the distance at which a cluster parts from the rest it can be shrunk,
            on average over its points, before they leave it. The stability of Campello et al. sums the same lives in
            densities, 1 / distance; as a share of distances they need no largest density to be compared with, which
            equal rows would make infinite.
        """
        condensed = _Condensed.of(self, min_cluster_size)
        chosen = condensed.leaves() if selection == "leaf" else condensed.most_excess()
        owner = _owners(condensed.parent, chosen)
        outermost = np.unique(owner[owner >= 0])
        number = np.full(len(owner) + 1, -1, dtype=np.int32)
        number[outermost] = np.arange(len(outermost), dtype=np.int32)
        cluster = owner[condensed.home]
        return number[cluster], condensed.strength(cluster), condensed.persistence()[outermost]


@dataclass(frozen=True)
class _Condensed:
    """The clusters of at least some size, and where each point falls out of them; cluster 0 is the whole.

    Attributes
    ----------
    home, leaves
        (n,): the smallest cluster that a point is in, and the distance below which it is not.
    parent, born
        (clusters,): the cluster that a cluster was part of, before its children in number, and the distance below
        which it is its own; infinity for the whole.
    size
        (clusters,): points, those of its children included.
    """

    home: I32
    leaves_at: F64
    parent: I32
    born: F64
    size: I64

    @classmethod
    def of(cls, tree: DensityTree, least: int) -> _Condensed:
        from triptych.kernels import _native

        n = len(tree.left) + 1
        home, merge, parent, birth = (np.zeros(n, dtype=np.int32) for _ in range(4))
        count = _native.condense(tree.left, tree.right, tree.distance, home, merge, parent, birth, n, least)
        born = tree.distance[birth[:count]]
        born[0] = np.inf
        size = np.bincount(home, minlength=count)
        for cluster in range(count - 1, 0, -1):
            size[parent[cluster]] += size[cluster]
        return cls(home, tree.distance[merge], parent[:count], born, size)

    def leaves(self) -> Bool:
        """Choose the clusters that split no further; the whole never."""
        chosen = np.ones(len(self.parent), dtype=np.bool_)
        chosen[self.parent[1:]] = False
        chosen[0] = False
        return chosen

    def most_excess(self) -> Bool:
        """Choose the clusters of the largest total excess of mass; the whole never.

        A cluster's excess is the sum over its points of the density at which they leave it less that at which it was
        born; it is chosen when it has more than all that would be chosen inside it.
        """
        excess = self._over_points(1 / self.leaves_at, 1 / self.born) - self.size / self.born
        inside = np.zeros(len(excess))
        chosen = np.zeros(len(excess), dtype=np.bool_)
        for cluster in range(len(excess) - 1, 0, -1):
            chosen[cluster] = excess[cluster] >= inside[cluster]
            inside[self.parent[cluster]] += max(excess[cluster], inside[cluster])
        return chosen

    def strength(self, cluster: I32) -> F32:
        """Return how much of its cluster's largest density each point stays for, given its cluster or -1."""
        densest = np.full(len(self.parent), np.inf)
        np.minimum.at(densest, self.home, self.leaves_at)
        np.minimum.at(densest, self.parent[1:], self.born[1:])
        share = np.minimum(densest[cluster] / self.leaves_at, 1.0)
        return np.where(cluster >= 0, share, 0.0).astype(np.float32)

    def persistence(self) -> F32:
        """Return, for each cluster, 1 - mean distance at which its points leave it / that at which it was born."""
        return (1 - self._over_points(self.leaves_at, self.born) / (self.size * self.born)).astype(np.float32)

    def _over_points(self, at_leaving: F64, at_birth: F64) -> F64:
        """Sum over the points of each cluster a value at their leaving: for those of a child, at the child's birth."""
        total: F64 = np.bincount(self.home, at_leaving, minlength=len(self.parent)).astype(np.float64)
        np.add.at(total, self.parent[1:], at_birth[1:] * self.size[1:])
        return total


def _owners(parent: I32, chosen: Bool) -> I32:
    """Return, for each cluster, the outermost chosen one that it is in, or -1."""
    owner = np.full(len(parent), -1, dtype=np.int32)
    for cluster in range(1, len(parent)):
        above = owner[parent[cluster]]
        owner[cluster] = above if above >= 0 else (cluster if chosen[cluster] else -1)
    return owner
