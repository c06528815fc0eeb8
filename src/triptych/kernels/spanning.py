"""The least spanning tree of the mutual reachability graph, from which density clusters are read.

In few dimensions Borůvka's way over a k-d tree (March, Ram & Gray 2010; McInnes & Healy 2017), whose work grows
little faster than the points; in many, where boxes prune nothing, Prim's over all pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from triptych.core.slots import SpanningTree

__all__ = ["FEW_DIMENSIONS", "spanning_tree"]

#: Up to so many dimensions a k-d tree is faster than all pairs.
FEW_DIMENSIONS = 12
#: Distances below it, where coordinates go up to 1, count as this: a density must stay a number.
LEAST_DISTANCE = 1e-12
#: Points are shared out among threads in so many spans, whatever their number: what one span finds is no secret within
#: it and one to the others, so that the spans decide which of several equal edges is taken.
SPANS = 16
LANES = 8

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
#: Edges in any order: one end, the other, and the square of the weight.
Edges = tuple[I32, I32, F32]


def spanning_tree(points: F32, *, min_samples: int, threads: int) -> SpanningTree:
    """Build the least spanning tree over max(core of one, core of other, Euclidean distance).

    Parameters
    ----------
    points
        float32 (n, p), finite, p up to 8,192.
    min_samples
        A point's core distance is that to the nearest so many points, itself counted; from 1 to n.
    threads
        How many threads to use; never changes the result.
    """
    if len(points) < 2:
        none = np.zeros(0, dtype=np.int32)
        return SpanningTree(none, none, np.zeros(0))
    # A power of two changes no digit, and squares can then neither overflow nor vanish.
    scale = np.ldexp(np.float32(1), -int(np.frexp(np.abs(points).max())[1]))
    scaled = np.ascontiguousarray(points * scale, dtype=np.float32)
    build = _boruvka if points.shape[1] <= FEW_DIMENSIONS else _prim
    one, other, square = build(scaled, min_samples, threads)
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((high, low, square))
    distance = np.maximum(np.sqrt(square[order].astype(np.float64)), LEAST_DISTANCE) / float(scale)
    return SpanningTree(low[order], high[order], distance)


def _boruvka(points: F32, min_samples: int, threads: int) -> Edges:
    from triptych.kernels import _native

    n, p = points.shape
    blocks = -(-n // LANES)
    order = np.empty(n, dtype=np.int32)
    columns = np.empty((blocks, p, LANES), dtype=np.float32)
    boxes = np.empty((2 * blocks - 1, 2, p), dtype=np.float32)
    _native.grow_kdtree(points, order, columns, boxes, p, n)
    core = np.full(blocks * LANES, np.inf, dtype=np.float32)
    part = np.minimum(np.arange(blocks * LANES, dtype=np.int32), n - 1)
    whole = np.full(2 * blocks - 1, -1, dtype=np.int32)
    low, bound = np.zeros(n, dtype=np.float32), np.full(n, np.inf, dtype=np.float32)
    to = np.full(n, -1, dtype=np.int32)
    one, other = np.empty(n - 1, dtype=np.int32), np.empty(n - 1, dtype=np.int32)
    square, parts = np.empty(n - 1, dtype=np.float32), n

    def measure(start: int, stop: int) -> None:
        _native.core_squares(columns, boxes, core, p, n, min_samples, start, stop)

    def seek(start: int, stop: int) -> None:
        _native.nearest_foreign(columns, boxes, core, part, whole, low, to, bound, p, n, parts, start, stop)

    with ThreadPoolExecutor(threads) as pool:
        _share_out(pool, n, measure)
        while parts > 1:
            _share_out(pool, n, seek)
            parts = _native.join_components(low, to, part, whole, bound, one, other, square, n, parts)
    return order[one], order[other], square


def _share_out(pool: ThreadPoolExecutor, n: int, work: Callable[[int, int], None]) -> None:
    """Do the work on spans of whole blocks."""
    ends = [n * i // (SPANS * LANES) * LANES for i in range(SPANS)] + [n]
    for _ in pool.map(work, ends[:-1], ends[1:]):
        pass


def _prim(points: F32, min_samples: int, threads: int) -> Edges:
    from triptych.kernels import _native
    from triptych.kernels.neighbours import nearest_rows

    n, p = points.shape
    room = n + LANES
    columns = np.zeros((p, room), dtype=np.float32)
    columns[:, :n] = points.T
    core = np.full(room, np.inf, dtype=np.float32)
    core[:n] = np.square(nearest_rows(points, points, min_samples, threads=threads).distances[:, -1])
    reach = np.full(room, np.inf, dtype=np.float32)
    origin, identity = np.zeros(room, dtype=np.int32), np.arange(room, dtype=np.int32)
    one, other = np.zeros(n - 1, dtype=np.int32), np.zeros(n - 1, dtype=np.int32)
    square = np.zeros(n - 1, dtype=np.float32)
    _native.spanning_tree(columns, core, reach, origin, identity, one, other, square, p, n)
    return one, other, square
