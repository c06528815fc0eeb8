"""One epoch of a layout in NumPy: what ``layout.c`` must equal to the bit, and far slower."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from triptych.kernels.layout import Rate, Springs

__all__ = ["PlainEpoch", "power"]

LANES = 8
BETA1, BETA2 = np.float32(0.5), np.float32(0.99)
#: Two loads of four pairs, sorted into first and second axes, leave eight rows in this order.
RUN = np.array([0, 1, 4, 5, 2, 3, 6, 7])
#: Coefficients of log2 (1 + x) / x and of 2^x, lowest first.
LOG = (1.44257806, -0.72024187, 0.48668515, -0.39457467, 0.25266403)
EXP = (0.99999926, 0.69312181, 0.24024745, 0.05591786, 0.0095701)

F32 = npt.NDArray[np.float32]
U64 = npt.NDArray[np.uint64]


class PlainEpoch:
    """One epoch, operation for operation that of the compiled loop."""

    def __init__(
        self, springs: Springs, names: npt.NDArray[np.uint32], p: int, a: float, b: float, threads: int
    ) -> None:
        self._springs, self._names, self._p = springs, names.astype(np.uint64), p
        self._a, self._b = np.float32(a), np.float32(b)
        self._first = self._second = np.float32(0)

    def __enter__(self) -> PlainEpoch:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __call__(self, positions: F32, others: F32, rate: Rate) -> F32:
        """Return the next positions, as planes."""
        own, from_ = self._axes(positions), self._axes(others)
        sums = self._pull(own, from_) + np.float32(0)
        self._push(own, from_, rate.key, sums)
        s = np.moveaxis(sums, 2, 0)
        gradient = ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]))
        self._first = BETA1 * self._first + (1 - BETA1) * gradient
        self._second = BETA2 * self._second + (1 - BETA2) * (gradient * gradient)
        size = np.sqrt(self._second * rate.correct2) + np.float32(1e-7)
        return self._planes(own + rate.step * (self._first * rate.correct1) / size)

    def _pull(self, own: F32, from_: F32) -> F32:
        springs, a, b = self._springs, self._a, self._b
        sums = np.zeros((*own.shape, LANES), dtype=np.float32)
        pull = np.float32(-2) * a * b
        lengths = np.diff(springs.begin) // LANES
        for step in range(int(lengths.max(initial=0))):
            rows = np.flatnonzero(lengths > step)
            edges = (springs.begin[rows] + step * LANES)[:, None] + np.arange(LANES)
            gaps, near = _gaps(own[:, rows], from_[:, springs.other[edges]])
            t = power(near, b)
            force = pull * t / (near * (1 + a * t))
            sums[:, rows] += np.clip(force * gaps, -4, 4) * springs.weight[edges]
        return sums

    def _push(self, own: F32, from_: F32, key: int, sums: F32) -> None:
        springs, a, b = self._springs, self._a, self._b
        n, push = np.uint64(from_.shape[1]), np.float32(2) * b
        for step in range(int(springs.blocks.max(initial=0))):
            rows = np.flatnonzero(springs.blocks > step)
            draw = _mix(np.uint64(key) + (self._names[rows] << np.uint64(16)) + np.uint64(step // 2))
            half = draw & np.uint64(0xFFFFFFFF) if step % 2 else draw >> np.uint64(32)
            at = ((half * n) >> np.uint64(32)).astype(np.int64)
            gaps, near = _gaps(own[:, rows], from_[:, (at[:, None] + RUN) % int(n)])
            t = power(near, b)
            force = push / ((np.float32(0.001) + near) * (1 + a * t))
            sums[:, rows] += np.clip(force * gaps, -4, 4) * springs.share[rows, None]

    def _axes(self, planes: F32) -> F32:
        n = planes.shape[1] - LANES + 1
        return planes[:, :n].transpose(0, 2, 1).reshape(-1, n)[: self._p]

    def _planes(self, axes: F32) -> F32:
        from triptych.kernels.layout import to_planes

        return to_planes(axes.T)


def power(x: F32, b: np.float32) -> F32:
    """Return x^b for 1e-12 <= x <= 1e12 and 0 < b <= 3, relative error below 1e-5 (1 + 2 b)."""
    bits = x.view(np.int32)
    exponent = (bits - np.int32(0x3F3504F3)) >> np.int32(23)
    m = (bits - (exponent << np.int32(23))).view(np.float32) - np.float32(1)
    e = b * (exponent.astype(np.float32) + m * _polynomial(LOG, m))
    whole = e + np.float32(12582912)
    exp = _polynomial(EXP, e - (whole - np.float32(12582912)))
    result: F32 = (exp.view(np.int32) + (whole.view(np.int32) << np.int32(23))).view(np.float32)
    return result


def _polynomial(coefficients: tuple[float, ...], x: F32) -> F32:
    value = np.full_like(x, coefficients[-1])
    for term in coefficients[-2::-1]:
        value = np.float32(term) + x * value
    return value


def _gaps(own: F32, others: F32) -> tuple[F32, F32]:
    gaps = own[:, :, None] - others
    square = np.full(others.shape[1:], 1e-12, dtype=np.float32)
    for axis in gaps:
        square += axis * axis
    return gaps, np.minimum(square, np.float32(1e12))


def _mix(x: U64) -> U64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
