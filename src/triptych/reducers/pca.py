"""Principal components."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Integer, Limit
from triptych.core.slots import Graph
from triptych.reducers.base import Known, Reducer

F32 = npt.NDArray[np.float32]

#: Rows of a block: the product of one thread.
BLOCK = 2048
#: Axes with less than this share of the largest variance are rounding.
NOTHING = 1e-7


class PCA(Reducer):
    """Projects on the directions of largest variance, by the eigenvectors of the covariance matrix.

    The sign of each axis is fixed so that its largest entry is positive. Products are in single precision, by blocks of
    rows that are added up in double precision and in order: the same bytes for any number of threads.
    """

    limits: ClassVar[dict[str, Limit]] = {
        "n_components": Integer(low=1, high=500, help="dimensions of the result"),
    }

    def __init__(self, *, n_components: int = 50) -> None:
        self.n_components = n_components

    def fit_transform(self, vectors: F32, graph: Graph | None, *, seed: int, threads: int) -> F32:
        """Return the principal coordinates; axes beyond the rank of the data are 0."""
        return principal_axes(vectors, self.n_components, threads=threads).project(vectors, threads=threads)

    def transform(self, vectors: F32, known: Known, *, seed: int, threads: int) -> F32:
        """Project new rows on the axes of the known ones."""
        return principal_axes(known.vectors, self.n_components, threads=threads).project(vectors, threads=threads)

    def memory(self, rows: int, columns: int) -> int:
        """Estimate a block in two forms, the result, and the covariance with what its eigenvectors need."""
        return 8 * BLOCK * columns + 4 * rows * self.n_components + 48 * columns**2


@dataclass(frozen=True)
class Axes:
    """The directions of largest variance of some rows.

    Attributes
    ----------
    mean
        float32 (d,).
    scale
        The power of two above the largest magnitude; what is divided by it can be squared.
    directions
        float32 (d, p), of length 1, or 0 where there is no variance.
    """

    mean: F32
    scale: np.float32
    directions: F32

    def project(self, vectors: F32, *, threads: int) -> F32:
        """Return the coordinates float32 (n, p) of rows float32 (n, d)."""

        def coordinates(block: F32) -> F32:
            # Products of one shape only: those of another sum in another order, and a row must not depend on the rest.
            full = np.zeros((BLOCK, vectors.shape[1]), dtype=np.float32)
            full[: len(block)] = _centred(block, self.mean, self.scale)
            found: F32 = (full @ self.directions)[: len(block)]
            return found * self.scale

        return np.concatenate(list(_blocks(coordinates, vectors, threads)))


def principal_axes(vectors: F32, p: int, *, threads: int) -> Axes:
    """Return the p principal axes of rows float32 (n, d), the largest variance first."""
    mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    scale = np.float32(2.0 ** math.frexp(float(max(vectors.max(), -vectors.min())))[1])
    covariance = np.zeros((vectors.shape[1],) * 2)

    def square(block: F32) -> F32:
        centred = _centred(block, mean, scale)
        product: F32 = centred.T @ centred
        return product

    for product in _blocks(square, vectors, threads):
        covariance += product
    values, axes = _eigenvectors(covariance)
    largest = np.argsort(values)[::-1][:p]
    axes = axes[:, largest] * (values[largest] > NOTHING * values.max())
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    missing = max(p - axes.shape[1], 0)
    return Axes(mean, scale, np.pad(axes * signs, ((0, 0), (0, missing))).astype(np.float32))


def _centred(block: F32, mean: F32, scale: np.float32) -> F32:
    return ((block - mean) / scale).astype(np.float32, copy=False)


def _eigenvectors(matrix: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        values, vectors = np.linalg.eigh(matrix)
    return values, vectors


def _blocks(work: Callable[[F32], F32], vectors: F32, threads: int) -> Iterator[F32]:
    """Yield the result of each block of rows, in order; no more than one a thread is held at a time."""
    from threadpoolctl import threadpool_limits

    blocks = [vectors[start : start + BLOCK] for start in range(0, len(vectors), BLOCK)]
    # One thread a product: how several share its sums out would show in the last bits.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(blocks), threads):
            yield from pool.map(work, blocks[first : first + threads])
