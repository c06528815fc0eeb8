"""Structureless twins of data: as many rows, of the same make, with no clusters in them.

The last bits depend on how many threads the linear algebra uses; whoever needs the same bytes limits it to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

__all__ = ["Gaussian", "is_unit", "permuted_columns", "shuffled_words"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Lengths that differ from 1 by no more are those of unit vectors in single precision.
_UNIT = 1e-4
#: Rows drawn, and rounds, to find the Gaussian whose directions are spread as those of the data.
_DRAWN, _ROUNDS = 1000, 8
#: The smallest variance along an axis, as a share of the mean one.
_LEAST = 1e-6


@dataclass(frozen=True)
class Gaussian:
    """One normal distribution with the mean and the covariance of data: there are no clusters in it.

    Attributes
    ----------
    mean, spread
        float64 (d,): the mean and the standard deviation along each axis, that of the greatest spread first.
    axes
        float64 (d, d): one axis a row, orthonormal.
    unit
        Whether rows are taken to unit length, as those of the data are.
    """

    mean: F64
    spread: F64
    axes: F64
    unit: bool

    @classmethod
    def of(cls, vectors: F32) -> Gaussian:
        """Fit one to vectors.

        The covariance of few rows is more uneven than that of what they were drawn from, so that its twins would lie
        closer together than the rows. Ledoit & Wolf (2004, "A well-conditioned estimator for large-dimensional
        covariance matrices") estimate by how much; here the logarithms of the variances are drawn together by that
        share, which leaves small ones in place where rows are many.

        Of unit vectors only the directions are known, and taking a normal distribution to unit length evens its spread
        out. So its mean and spread are adjusted until those of its rows at unit length are those of the data.

        Parameters
        ----------
        vectors
            float32 (n, d), finite; n at least 2, and may be below d: the spread is then 0 along some axes.
        """
        rows = vectors.astype(np.float64)
        centre = rows.mean(axis=0)
        rows -= centre
        variance, axes = np.linalg.eigh(rows.T @ rows / (len(rows) - 1))
        axes = np.ascontiguousarray(axes.T[::-1])
        found = cls(axes @ centre, np.sqrt(_evened(variance[::-1], rows)), axes, is_unit(vectors))
        return found._of_directions() if found.unit else found

    def rows(self, n: int, *, seed: int) -> F32:
        """Draw n rows, float32 (n, d); n·d numbers are held three times."""
        twins: F32 = self.turned_rows(n, seed=seed) @ self.axes.astype(np.float32)
        return _unit_rows(twins) if self.unit else twins

    def turned_rows(self, n: int, *, seed: int) -> F32:
        """Draw the same rows in the coordinates of the axes, which is quicker; distances between them are the same."""
        return self._along_axes(np.random.default_rng(seed).standard_normal((n, len(self.mean)), dtype=np.float32))

    def _along_axes(self, noise: F32) -> F32:
        rows: F32 = noise * self.spread.astype(np.float32) + self.mean.astype(np.float32)
        return _unit_rows(rows) if self.unit else rows

    def _of_directions(self) -> Gaussian:
        """Return the Gaussian whose rows, at unit length, have this mean and spread."""
        noise = np.random.default_rng(0).standard_normal((_DRAWN, len(self.mean)), dtype=np.float32)
        noise = (noise - noise.mean(axis=0)) / noise.std(axis=0)
        found = self
        for _ in range(_ROUNDS):
            rows = found._along_axes(noise)
            seen = rows.std(axis=0, dtype=np.float64)
            ratio = np.divide(self.spread, seen, out=np.ones_like(seen), where=seen > 0)
            mean = found.mean + self.mean - rows.mean(axis=0, dtype=np.float64)
            found = Gaussian(mean, found.spread * ratio, self.axes, unit=True)
        return found


def _evened(variance: F64, rows: F64) -> F64:
    """Draw the variances along the axes together, by what their spread owes to there being few rows.

    ``rows`` are centred; the sum of the variances stays as it is.
    """
    variance = variance.clip(0)
    total, n, mean = variance.sum(), len(rows), variance.mean()
    spread = float(((variance - mean) ** 2).sum())
    lengths = np.einsum("ij,ij->i", rows, rows)
    by_chance = (float((lengths**2).mean()) - float((variance**2).sum())) / n
    if not spread > 0:
        return variance
    kept = sqrt(max(1 - max(by_chance, 0) / spread, 0))
    evened: F64 = mean * np.maximum(variance / mean, _LEAST) ** kept
    evened *= total / evened.sum()
    return evened


def is_unit(vectors: F32) -> bool:
    """Tell whether every row has length 1, to single precision."""
    lengths = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    return bool(np.abs(lengths - 1).max(initial=0) <= 2 * _UNIT)


def permuted_columns(vectors: F32, *, seed: int) -> F32:
    """Shuffle every column by itself: each keeps its values, and nothing joins them any more.

    Unit vectors are taken to unit length again, which changes the values a little.

    Parameters
    ----------
    vectors
        float32 (n, d), finite.
    seed
        Of the shuffles.
    """
    shuffled: F32 = np.random.default_rng(seed).permuted(vectors, axis=0)
    return _unit_rows(shuffled) if is_unit(vectors) else shuffled


def shuffled_words(texts: Sequence[str], *, seed: int) -> list[str]:
    """Deal all words of a corpus out anew: every text keeps its number of words, the corpus keeps its words.

    Parameters
    ----------
    texts
        Words are what white space parts.
    seed
        Of the shuffle.
    """
    words = [text.split() for text in texts]
    flat = [word for text in words for word in text]
    order = iter(np.random.default_rng(seed).permutation(len(flat)).tolist())
    return [" ".join(flat[next(order)] for _ in text) for text in words]


def _unit_rows(rows: F32) -> F32:
    """Return rows at unit length; a row without a direction stays as it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: F32 = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit
