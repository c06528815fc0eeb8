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
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Springs", "optimise"]

LANES = 8
BETA1, BETA2 = np.float32(0.5), np.float32(0.99)
#: Negatives for each unit of membership.
NEGATIVES = 5
#: Rows that a thread takes at once; fewer are not worth waking one.
SPAN = 2048

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Springs:
    """A fuzzy graph laid out for the inner loop: lists filled up to multiples of eight edges.

    Attributes
    ----------
    begin
        int32 (n + 1).
    other, weight
        int32 and float32 (edges): the other end and twice the membership; the row itself and 0 where filled up.
    blocks, share
        int32 and float32 (n): blocks of eight negatives that a row draws, and the weight of each negative.
    """

    begin: I32
    other: I32
    weight: F32
    blocks: I32
    share: F32

    @classmethod
    def of(cls, graph: csr_matrix) -> Springs:
        """Lay out a symmetric fuzzy graph, memberships relative to the largest."""
        n = graph.shape[0]
        counts = np.diff(graph.indptr)
        padded = -(-counts // LANES) * LANES
        begin = np.concatenate([[0], np.cumsum(padded)]).astype(np.int32)
        other = np.repeat(np.arange(n, dtype=np.int32), padded)
        weight = np.zeros(len(other), dtype=np.float32)
        place = np.arange(graph.nnz) - np.repeat(graph.indptr[:-1] - begin[:-1], counts)
        relative = graph.data / (graph.data.max(initial=0.0) or 1.0)
        other[place] = graph.indices
        weight[place] = 2 * relative
        rows = np.repeat(np.arange(n), counts)
        wanted = NEGATIVES * np.bincount(rows, relative, minlength=n)
        blocks = np.ceil(wanted / LANES).astype(np.int32)
        share = np.divide(wanted, blocks * LANES, out=np.zeros(n), where=blocks > 0).astype(np.float32)
        return cls(begin, other, weight, blocks, share)


def optimise(
    graph: csr_matrix,
    start: F32,
    *,
    epochs: int,
    a: float,
    b: float,
    seed: int,
    threads: int,
    compiled: bool = True,
) -> F32:
    """Move points until near neighbours are near.

    Parameters
    ----------
    graph
        float32 (n, n), symmetric memberships from :func:`triptych.kernels.memberships.fuzzy_graph`.
    start
        float32 (n, p), p up to 64.
    epochs
        Passes over all edges.
    a, b
        Of the similarity 1 / (1 + a d^2b) in the layout.
    seed
        At least 0.
    threads
        How many threads to use; never changes the result.
    compiled
        Use the compiled loop; the NumPy one is the same arithmetic, far slower.

    Returns
    -------
    numpy.ndarray
        float32 (n, p); a point without any edge stays where it started.
    """
    n, p = start.shape
    # Negatives come in runs of eight rows: shuffled, a run is a random sample.
    order = np.random.default_rng(seed).permutation(n)
    springs = Springs.of(graph[order][:, order])
    positions = np.ascontiguousarray(start[order].T, dtype=np.float32)
    epoch = _Native(springs, p, a, b, threads) if compiled else _Numpy(springs, a, b)
    with epoch:
        for number in range(epochs):
            positions = epoch(positions, Rate.at(number, epochs, seed))
    result = np.empty((n, p), dtype=np.float32)
    result[order] = positions.T
    return result


@dataclass(frozen=True)
class Rate:
    """What changes from epoch to epoch: the step, Adam's corrections of its moments, the key of the random draws."""

    step: np.float32
    correct1: np.float32
    correct2: np.float32
    key: int

    @classmethod
    def at(cls, epoch: int, epochs: int, seed: int) -> Rate:
        """Return the rate of an epoch; the step falls from 1 to 0 in a line."""
        done = epoch + 1
        return cls(
            step=np.float32(1.0 - epoch / epochs),
            correct1=np.float32(1.0 / (1.0 - 0.5**done)),
            correct2=np.float32(1.0 / (1.0 - 0.99**done)),
            key=_mix_int((seed << 32) + epoch),
        )


class _Native:
    """One epoch by the compiled loop, rows shared out among threads."""

    def __init__(self, springs: Springs, p: int, a: float, b: float, threads: int) -> None:
        from triptych.kernels import _native

        n = len(springs.blocks)
        self._epoch: Callable[..., None] = _native.layout_epoch
        self._springs, self._a, self._b = springs, a, b
        self._first, self._second, self._next = (np.zeros((p, n), dtype=np.float32) for _ in range(3))
        self._spans = [(s, min(s + SPAN, n)) for s in range(0, n, SPAN)]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 and len(self._spans) > 1 else None

    def __enter__(self) -> _Native:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown()

    def __call__(self, positions: F32, rate: Rate) -> F32:
        springs, (p, n) = self._springs, positions.shape

        def move(span: tuple[int, int]) -> None:
            self._epoch(
                positions, self._next, self._first, self._second,
                springs.begin, springs.other, springs.weight, springs.blocks, springs.share,
                p, n, *span, self._a, self._b, rate.step, rate.correct1, rate.correct2, rate.key,
            )  # fmt: skip

        for _ in self._pool.map(move, self._spans) if self._pool else map(move, self._spans):
            pass
        moved, self._next = self._next, positions
        return moved


class _Numpy:
    """One epoch in NumPy: the oracle of the compiled loop, operation for operation."""

    def __init__(self, springs: Springs, a: float, b: float) -> None:
        self._springs, self._a, self._b = springs, np.float32(a), np.float32(b)
        self._first = self._second = np.float32(0)

    def __enter__(self) -> _Numpy:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, positions: F32, rate: Rate) -> F32:
        springs, (p, n) = self._springs, positions.shape
        lanes = np.arange(LANES)
        sums = np.zeros((p, n, LANES), dtype=np.float32)
        pull, push = np.float32(-2) * self._a * self._b, np.float32(2) * self._b
        lengths = np.diff(springs.begin) // LANES
        for step in range(int(lengths.max(initial=0))):
            rows = np.flatnonzero(lengths > step)
            edges = (springs.begin[rows] + step * LANES)[:, None] + lanes
            gaps, square, near = self._gaps(positions, rows, springs.other[edges])
            t = power(near, self._b)
            force = np.where(square > near.dtype.type(1e-20), pull * t / (near * (1 + self._a * t)), np.float32(0))
            sums[:, rows] += np.clip(force * gaps, -4, 4) * springs.weight[edges]
        for step in range(int(springs.blocks.max(initial=0))):
            rows = np.flatnonzero(springs.blocks > step)
            draw = _mix(np.uint64(rate.key) + (rows.astype(np.uint64) << np.uint64(16)) + np.uint64(step))
            at = ((draw >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32)
            gaps, square, near = self._gaps(positions, rows, (at.astype(np.int64)[:, None] + lanes) % n)
            t = power(near, self._b)
            force = push / ((np.float32(0.001) + near) * (1 + self._a * t))
            force = np.where(square > near.dtype.type(1e-20), force, np.float32(0))
            sums[:, rows] += np.clip(force * gaps, -4, 4) * springs.share[rows, None]
        s = np.moveaxis(sums, 2, 0)
        gradient = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
        self._first = BETA1 * self._first + (1 - BETA1) * gradient
        self._second = BETA2 * self._second + (1 - BETA2) * (gradient * gradient)
        size = np.sqrt(self._second * rate.correct2) + np.float32(1e-7)
        moved: F32 = positions + rate.step * (self._first * rate.correct1) / size
        return moved

    @staticmethod
    def _gaps(positions: F32, rows: npt.NDArray[np.intp], others: npt.NDArray[np.integer]) -> tuple[F32, F32, F32]:
        gaps = positions[:, rows, None] - positions[:, others]
        square = np.zeros(others.shape, dtype=np.float32)
        for axis in gaps:
            square += axis * axis
        return gaps, square, np.maximum(square, np.float32(1e-20))


def power(x: F32, b: np.float32) -> F32:
    """Return x^b as the compiled loop computes it: float32, relative error below 1e-5 where b |log2 x| < 60."""
    bits = x.view(np.int32)
    exponent = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    m = (bits - exponent * np.int32(1 << 23)).view(np.float32)
    s = (m - 1) / (m + 1)
    s2 = s * s
    series = s2 * (np.float32(0.33333333) + s2 * (np.float32(0.2) + s2 * np.float32(0.14285714)))
    log2 = exponent.astype(np.float32) + (np.float32(2.8853901) * s + np.float32(2.8853901) * s * series)
    e = np.clip(b * log2, np.float32(-126), np.float32(126))
    whole = (e + np.float32(12582912)) - np.float32(12582912)
    t = (e - whole) * np.float32(0.69314718)
    exp = np.float32(0.0083333333)
    for term in (0.041666667, 0.16666667, 0.5, 1.0, 1.0):
        exp = np.float32(term) + t * exp
    scale = ((whole.astype(np.int32) + np.int32(127)) << np.int32(23)).view(np.float32)
    result: F32 = exp * scale
    return result


def _mix(x: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Scramble 64-bit numbers (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _mix_int(x: int) -> int:
    return int(_mix(np.array([x & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))[0])
