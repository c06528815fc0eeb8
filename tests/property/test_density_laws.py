"""Spanning trees and clusters on odd points, against definitions written down without a thought for speed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from triptych.kernels.density import DensityTree
from triptych.kernels.spanning import FEW_DIMENSIONS, LEAST_DISTANCE, spanning_tree


@st.composite
def odd_points(draw: st.DrawFn, most_dimensions: int = 20) -> np.ndarray:
    n, p = draw(st.integers(2, 60)), draw(st.integers(1, most_dimensions))
    random = np.random.default_rng(draw(st.integers(0, 2**31)))
    kind = draw(st.sampled_from(["any", "few values", "copies", "same", "one far", "line"]))
    points = random.normal(size=(n, p))
    if kind == "few values":
        points = random.integers(0, draw(st.integers(2, 5)), size=(n, p))
    elif kind == "copies":
        points = points[random.integers(0, draw(st.integers(1, n)), n)]
    elif kind == "same":
        points = np.ones((n, p))
    elif kind == "one far":
        points[0] = 1e4
    elif kind == "line":
        points = np.outer(random.permutation(n), np.ones(p))
    return (points * draw(st.sampled_from([1e-20, 1.0, 1e5]))).astype(np.float32)


def reach(points: np.ndarray, min_samples: int) -> np.ndarray:
    """Return squared mutual reachability distances in single precision, summed dimension by dimension."""
    square = np.zeros((len(points), len(points)), dtype=np.float32)
    for column in points.T:
        gap = column[:, None] - column[None]
        square += gap * gap
    core = np.sort(square, axis=1)[:, min_samples - 1]
    return np.maximum(square, np.maximum(core[:, None], core[None]))


def prim(weights: np.ndarray) -> list[tuple[float, int, int]]:
    """Return the edges of a least spanning tree, shortest first."""
    joined, edges = [0], []
    while len(joined) < len(weights):
        outside = [i for i in range(len(weights)) if i not in joined]
        block = weights[np.ix_(joined, outside)]
        i, j = np.unravel_index(block.argmin(), block.shape)
        edges.append((float(block[i, j]), joined[i], outside[j]))
        joined.append(outside[j])
    return sorted(edges)


@settings(max_examples=400, deadline=None)
@given(odd_points(), st.integers(1, 12))
def test_f026_the_tree_is_the_least(points: np.ndarray, min_samples: int) -> None:
    n, p = points.shape
    min_samples = min(min_samples, n)
    tree = spanning_tree(points, min_samples=min_samples, threads=2)
    scale = 2.0 ** -int(np.frexp(np.abs(points).max())[1])
    squares = np.array([edge[0] for edge in prim(reach(points * np.float32(scale), min_samples))])
    heights = np.maximum(np.sqrt(squares), LEAST_DISTANCE) / scale
    if p <= FEW_DIMENSIONS:
        assert np.array_equal(tree.distance, heights), "the same arithmetic, so the same bits"
    # In many dimensions a core distance comes from another sum.
    assert np.allclose(tree.distance, heights, rtol=1e-3, atol=2e-4 / scale)
    assert np.isclose(tree.distance.sum(), heights.sum(), rtol=1e-3)
    assert (tree.one < tree.other).all()
    merges = DensityTree.of(tree)
    assert sorted(np.concatenate([merges.left, merges.right]).tolist()) == list(range(2 * n - 2))


@dataclass
class Cluster:
    """A cluster of the definition: its points, the distance at which it is born, and that at which each leaves it."""

    points: list[int]
    born: float
    leaves: dict[int, float] = field(default_factory=dict)
    children: list[Cluster] = field(default_factory=list)

    def excess(self) -> float:
        return sum(1 / d - 1 / self.born for d in self.leaves.values())

    def chosen(self) -> tuple[list[Cluster], float]:
        inside = [child.chosen() for child in self.children]
        total = sum(value for _, value in inside)
        assume(not inside or abs(self.excess() - total) > 1e-9 * max(self.excess(), total))
        if self.excess() > total or not inside:
            return [self], self.excess()
        return [cluster for clusters, _ in inside for cluster in clusters], total

    def smallest(self) -> list[Cluster]:
        return [leaf for child in self.children for leaf in child.smallest()] or [self]

    def everyone(self) -> list[Cluster]:
        return [self] + [cluster for child in self.children for cluster in child.everyone()]


def parts_of(points: list[int], edges: list[tuple[float, int, int]]) -> list[list[int]]:
    home = {i: {i} for i in points}
    for _, i, j in edges:
        if home[i] is not home[j]:
            home[i] |= home[j]
            for k in home[j]:
                home[k] = home[i]
    return [sorted(part) for part in {id(part): part for part in home.values()}.values()]


def condensed(points: list[int], born: float, edges: list[tuple[float, int, int]], least: int) -> Cluster:
    """Take the longest edges away, again and again: two or more parts of at least ``least`` points are new clusters."""
    cluster, inside = Cluster(points, born), points
    while len(inside) > 1:
        edges = [edge for edge in edges if edge[1] in inside and edge[2] in inside]
        longest = edges[-1][0]
        edges = [edge for edge in edges if edge[0] < longest]
        large = [part for part in parts_of(inside, edges) if len(part) >= least]
        stay = large[0] if len(large) == 1 else []
        cluster.leaves |= {i: longest for i in inside if i not in stay}
        if len(large) > 1:
            cluster.children = [condensed(part, longest, edges, least) for part in large]
        inside = stay
    return cluster


@settings(max_examples=400, deadline=None)
@given(odd_points(most_dimensions=4), st.integers(1, 8), st.integers(2, 12), st.sampled_from(["eom", "leaf"]))
def test_f026_clusters_are_those_of_the_definition(
    points: np.ndarray, min_samples: int, least: int, selection: str
) -> None:
    n = len(points)
    assume(n >= least)
    tree = spanning_tree(points, min_samples=min(min_samples, n), threads=1)
    edges = list(zip(tree.distance.tolist(), tree.one.tolist(), tree.other.tolist(), strict=True))
    whole = condensed(list(range(n)), np.inf, edges, least)
    chosen = [
        cluster
        for child in whole.children
        for cluster in (child.smallest() if selection == "leaf" else child.chosen()[0])
    ]
    labels, strength, persistence = DensityTree.of(tree).clusters(least, selection)
    found = {tuple(np.flatnonzero(labels == i).tolist()): float(persistence[i]) for i in range(labels.max() + 1)}
    assert found.keys() == {tuple(cluster.points) for cluster in chosen}
    for cluster in chosen:
        lives = [1 - d / cluster.born for d in cluster.leaves.values()]
        assert np.isclose(found[tuple(cluster.points)], np.mean(lives), atol=1e-5)
        nearest = min(cluster.leaves.values())
        for inner in cluster.everyone():
            stays = [i for i in inner.points if all(i not in child.points for child in inner.children)]
            for i in stays:
                assert np.isclose(strength[i], min(1, nearest / inner.leaves[i]), rtol=1e-5)


@settings(max_examples=200, deadline=None)
@given(odd_points(most_dimensions=3), st.integers(1, 8), st.integers(2, 20), st.sampled_from(["eom", "leaf"]))
def test_f026_every_cluster_is_large_enough_and_ties_do_no_harm(
    points: np.ndarray, min_samples: int, least: int, selection: str
) -> None:
    tree = spanning_tree(points, min_samples=min(min_samples, len(points)), threads=1)
    labels, strength, persistence = DensityTree.of(tree).clusters(least, selection)
    sizes = np.bincount(labels[labels >= 0], minlength=len(persistence))
    assert len(sizes) == len(persistence)
    assert (sizes >= least).all()
    assert ((strength > 0) == (labels >= 0)).all()
    assert strength.max() <= 1
    assert ((persistence >= 0) & (persistence <= 1)).all()
