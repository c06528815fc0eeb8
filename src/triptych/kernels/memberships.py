"""The fuzzy graph of UMAP: distances of neighbours become memberships (McInnes, Healy & Melville 2018, section 3.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import in_spans, share_out

__all__ = ["Fuzzy", "curve", "fuzzy_graph", "memberships"]

#: Rows that a thread takes at once.
SPAN = 4096

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Fuzzy:
    """A symmetric graph: the edges of row i stand at ``begin[i]`` to ``begin[i + 1]``, other ends rising.

    Attributes
    ----------
    begin
        int32 (n + 1).
    other
        int32 (edges), no row itself.
    weight
        float32 (edges), in (0, 1].
    """

    begin: I32
    other: I32
    weight: F32

    def __len__(self) -> int:
        return len(self.begin) - 1


def fuzzy_graph(indices: I32, distances: F32, *, threads: int = 1) -> Fuzzy:
    """Return the symmetric memberships of a neighbour graph.

    An edge's membership is the probability that at least one of its two directions is there.

    Parameters
    ----------
    indices
        int32 (n, k), each row's neighbours without itself.
    distances
        float32 (n, k).
    threads
        How many threads to use; never changes the result.
    """
    from triptych.kernels import _native

    n, k = indices.shape
    begin = np.empty(n + 1, dtype=np.int32)
    other, weight = np.empty(2 * n * k, dtype=np.int32), np.empty(2 * n * k, dtype=np.float32)
    strength = memberships(distances, threads=threads)
    count = _native.fuzzy_union(np.ascontiguousarray(indices), strength, begin, other, weight, n, k)
    return Fuzzy(begin, other[:count], weight[:count])


def memberships(distances: F32, *, threads: int = 1) -> F32:
    """Return the membership of each row's neighbours, as seen from that row.

    Each row's distances, less that to its nearest other point, are scaled so that its memberships sum to log2 (k + 1);
    the scale is at least a thousandth of the row's mean distance.

    Parameters
    ----------
    distances
        float32 (n, k), at least 0.
    threads
        How many threads to use; never changes the result.

    Returns
    -------
    numpy.ndarray
        float32 (n, k), in [0, 1].
    """
    from triptych.kernels import _native

    n, k = distances.shape
    given, strength = np.ascontiguousarray(distances), np.empty((n, k), dtype=np.float32)
    target = float(np.log2(k + 1))

    def some(rows: slice) -> None:
        _native.memberships(given, strength, n, k, rows.start, rows.stop, target)

    share_out(some, in_spans(n, SPAN), threads)
    return strength


def curve(min_dist: float, spread: float = 1.0) -> tuple[float, float]:
    """Return a and b of 1 / (1 + a d^2b), the best fit to 1 up to ``min_dist`` and exp((min_dist - d) / spread) beyond.

    By Gauss and Newton's steps from a = b = 1 on the logarithms of both, each halved until it makes the fit better.
    """
    d = np.linspace(0, 3 * spread, 300)
    wanted = np.where(d < min_dist, 1.0, np.exp((min_dist - d) / spread))
    logs = np.log(np.maximum(d, 1e-300))

    def fit(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        with np.errstate(over="ignore"):
            return np.asarray(1 / (1 + np.exp(x[0] + 2 * np.exp(x[1]) * logs)))

    x = np.zeros(2)
    for _ in range(100):
        y = fit(x)
        slope = -y * (1 - y)
        jacobian = np.stack([slope, slope * 2 * np.exp(x[1]) * logs], axis=1)
        step = np.linalg.lstsq(jacobian, wanted - y, rcond=None)[0]
        while np.abs(step).max() > 1e-12 and not ((fit(x + step) - wanted) ** 2).sum() < ((y - wanted) ** 2).sum():
            step = step / 2
        if np.abs(step).max() <= 1e-12:
            break
        x = x + step
    return float(np.exp(x[0])), float(np.exp(x[1]))
