"""The layout of a fuzzy graph in few dimensions, in batch mode.

The objective is UMAP's (McInnes, Healy & Melville 2018): along every edge points attract by its membership, and every
point is repelled by a few others drawn at random. Unlike the usual stochastic descent, an epoch moves all points at
once from the positions of the last one, with every edge weighted by its membership and the step chosen by Adam (Kingma
& Ba 2015); uwot's ``batch`` mode is the precedent. A row's random draws are a hash of seed, epoch and row. So the
result is the same bytes for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triptych.kernels.memberships import Fuzzy
from triptych.kernels.neighbours import in_spans

__all__ = ["NEGATIVES", "Springs", "optimise", "settle"]

LANES = 8
#: Negatives for each unit of membership.
NEGATIVES = 5
#: Weight of the pull of an edge: each of its two ends is pulled once for either.
PULL = 2.0
#: Spans of rows for each thread, and the fewest rows that are worth handing over.
SPANS, FEWEST = 4, 1024

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Springs:
    """Edges laid out for the inner loop: each row's list is filled up to a multiple of eight.

    Attributes
    ----------
    begin
        int32 (m + 1).
    other, weight
        int32 and float32 (edges): the other end and the weight of its pull; 0 and 0 where filled up.
    blocks, share
        int32 and float32 (m): blocks of eight negatives that a row draws, and the weight of each negative.
    """

    begin: I32
    other: I32
    weight: F32
    blocks: I32
    share: F32

    @classmethod
    def of(cls, edges: Fuzzy, order: I32, place: I32, *, pull: float, negatives: float) -> Springs:
        """Lay out edges.

        Parameters
        ----------
        edges
            Of m rows; memberships relative to the largest.
        order
            int32 (m): the rows in the order in which they are laid out.
        place
            int32 (n): where each other end is laid out.
        pull
            Weight of an edge of full membership.
        negatives
            How many for each unit of membership.
        """
        from triptych.kernels import _native

        m = len(edges)
        padded = -(-np.diff(edges.begin)[order] // LANES) * LANES
        begin = np.concatenate([[0], np.cumsum(padded)]).astype(np.int32)
        other, weight = np.zeros(begin[-1], dtype=np.int32), np.zeros(begin[-1], dtype=np.float32)
        total = np.empty(m)
        _native.lay_springs(
            edges.begin, edges.other, edges.weight, order, place, begin, other, weight, total, m, len(place), pull
        )
        blocks = np.ceil(negatives * total / LANES)
        share = np.divide(negatives * total, blocks * LANES, out=np.zeros(m), where=blocks > 0)
        return cls(begin, other, weight, blocks.astype(np.int32), share.astype(np.float32))


def optimise(
    graph: Fuzzy,
    start: F32,
    *,
    epochs: int,
    a: float,
    b: float,
    seed: int,
    threads: int,
    step: float = 1.0,
    negatives: float = NEGATIVES,
    compiled: bool = True,
) -> F32:
    """Move points until near neighbours are near.

    Parameters
    ----------
    graph
        Symmetric memberships from :func:`triptych.kernels.memberships.fuzzy_graph`.
    start
        float32 (n, p), p up to 64.
    epochs
        Passes over all edges.
    a, b
        Of the similarity 1 / (1 + a d^2b) in the layout; b up to 3.
    seed
        At least 0.
    threads
        How many threads to use; never changes the result.
    step
        How far the first epoch may move a point along an axis, about.
    negatives
        Repelling points drawn for each unit of membership.
    compiled
        Use the compiled loop; the NumPy one is the same arithmetic, far slower.

    Returns
    -------
    numpy.ndarray
        float32 (n, p); a point without any edge stays where it started.
    """
    # Negatives come in runs of eight rows: shuffled, a run is a random sample.
    order, place = _shuffle(len(graph), seed)
    relative = graph.weight / np.float32(graph.weight.max(initial=0.0) or 1.0)
    springs = Springs.of(replace(graph, weight=relative), order, place, pull=PULL, negatives=negatives)
    names = np.arange(len(graph), dtype=np.uint32)
    moved = _descend(
        springs, start[order], None, names, epochs=epochs, a=a, b=b, seed=seed, threads=threads, step=step,
        compiled=compiled,
    )  # fmt: skip
    result = np.empty(start.shape, dtype=np.float32)
    result[order] = moved
    return result


def settle(
    nearest: I32,
    weight: F32,
    start: F32,
    fixed: F32,
    names: U32,
    *,
    epochs: int,
    a: float,
    b: float,
    seed: int,
    threads: int,
    step: float = 1.0,
    negatives: float = NEGATIVES,
    compiled: bool = True,
) -> F32:
    """Move new points among points that stay; what becomes of one does not depend on the others.

    Parameters
    ----------
    nearest, weight
        int32 and float32 (m, k): the points that pull at each new one, and their memberships.
    start
        float32 (m, p).
    fixed
        float32 (n, p), the points that stay.
    names
        uint32 (m): what the random draws of a point depend on besides the seed.
    epochs, a, b, seed, threads, step, negatives, compiled
        As for :func:`optimise`.

    Returns
    -------
    numpy.ndarray
        float32 (m, p).
    """
    m, k = nearest.shape
    order, place = _shuffle(len(fixed), seed)
    edges = Fuzzy(np.arange(0, m * k + 1, k, dtype=np.int32), nearest.ravel(), weight.ravel())
    springs = Springs.of(edges, np.arange(m, dtype=np.int32), place, pull=PULL, negatives=negatives)
    return _descend(
        springs, start, fixed[order], names, epochs=epochs, a=a, b=b, seed=seed, threads=threads, step=step,
        compiled=compiled,
    )  # fmt: skip


def _shuffle(n: int, seed: int) -> tuple[I32, I32]:
    """Return a random order of n rows, and the place of each row in it."""
    order = np.random.default_rng(seed).permutation(n).astype(np.int32)
    place = np.empty(n, dtype=np.int32)
    place[order] = np.arange(n, dtype=np.int32)
    return order, place


def _descend(
    springs: Springs, start: F32, fixed: F32 | None, names: U32,
    *, epochs: int, a: float, b: float, seed: int, threads: int, step: float, compiled: bool,
) -> F32:  # fmt: skip
    """Run all epochs; ``fixed`` holds the points that pull and push, None when they are those that move."""
    from triptych.kernels.layout_plain import PlainEpoch

    p = start.shape[1]
    positions = to_planes(start)
    others = None if fixed is None else to_planes(fixed)
    epoch = (_Epoch if compiled else PlainEpoch)(springs, names, p, a, b, threads)
    with epoch:
        for number in range(epochs):
            positions = epoch(positions, positions if others is None else others, Rate.at(number, epochs, step, seed))
    return from_planes(positions, p)


def to_planes(points: F32) -> F32:
    """Return points (n, p) as planes of pairs (⌈p / 2⌉, n + 7, 2), the first seven rows again at the end."""
    n, p = points.shape
    planes = np.zeros((-(-p // 2), n + LANES - 1, 2), dtype=np.float32)
    rows = np.arange(n + LANES - 1) % n
    for axis in range(p):
        planes[axis // 2, :, axis % 2] = points[rows, axis]
    return planes


def from_planes(planes: F32, p: int) -> F32:
    """Return the points (n, p) that planes hold."""
    n = planes.shape[1] - LANES + 1
    points: F32 = np.ascontiguousarray(planes[:, :n].transpose(1, 0, 2).reshape(n, -1)[:, :p])
    return points


@dataclass(frozen=True)
class Rate:
    """What changes from epoch to epoch: the step, Adam's corrections of its moments, the key of the random draws."""

    step: np.float32
    correct1: np.float32
    correct2: np.float32
    key: int

    @classmethod
    def at(cls, epoch: int, epochs: int, step: float, seed: int) -> Rate:
        """Return the rate of an epoch; the step falls to 0 in a line."""
        done = epoch + 1
        return cls(
            step=np.float32(step * (1.0 - epoch / epochs)),
            correct1=np.float32(1.0 / (1.0 - 0.5**done)),
            correct2=np.float32(1.0 / (1.0 - 0.99**done)),
            key=mixed((seed << 32) + epoch),
        )


def mixed(number: int) -> int:
    """Scramble a number to 64 bits (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    number &= 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    number = (number ^ number >> 27) * 0x94D049BB133111EB & 0xFFFFFFFFFFFFFFFF
    return number ^ number >> 31


class _Epoch:
    """One epoch by the compiled loop, rows shared out among threads."""

    def __init__(self, springs: Springs, names: U32, p: int, a: float, b: float, threads: int) -> None:
        from triptych.kernels import _native

        m = len(names)
        self._move: Callable[..., None] = _native.layout_epoch
        self._springs, self._names, self._p, self._a, self._b = springs, names, p, a, b
        self._first, self._second, self._next = (
            np.zeros((-(-p // 2), m + LANES - 1, 2), dtype=np.float32) for _ in range(3)
        )
        # Several spans a thread: one that is held up leaves the rest to others.
        self._spans = in_spans(m, max(-(-m // (SPANS * threads)), FEWEST) if threads > 1 else m)
        self._pool = ThreadPoolExecutor(threads) if len(self._spans) > 1 else None

    def __enter__(self) -> _Epoch:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()

    def __call__(self, positions: F32, others: F32, rate: Rate) -> F32:
        springs, m, n = self._springs, len(self._names), others.shape[1] - LANES + 1

        def move(rows: slice) -> None:
            self._move(
                positions, self._next, self._first, self._second, others, self._names,
                springs.begin, springs.other, springs.weight, springs.blocks, springs.share,
                self._p, m, n, rows.start, rows.stop,
                self._a, self._b, rate.step, rate.correct1, rate.correct2, rate.key,
            )  # fmt: skip

        for _ in self._pool.map(move, self._spans) if self._pool else map(move, self._spans):
            pass
        moved, self._next = self._next, positions
        return moved
