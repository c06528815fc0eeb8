"""How much distances still tell: whether the nearest row is any nearer than the farthest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "Concentration",
    "concentration",
    "distance_matrix",
    "inner_products",
    "intrinsic_dimension",
    "nearest_distances",
]

#: Squared distances below this share of the squared lengths are rounding: the two rows are equal.
_ROUNDING = 1e-12
#: Neighbours whose lists are counted for hubness (Radovanović et al. 2010 take 10).
HUB_NEIGHBOURS = 10
#: Fewest rows that a dimension is read from, and the share of the largest ratios that is left out of it.
FEWEST, LEFT_OUT = 20, 0.1

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Concentration:
    """What the distances between some rows look like.

    Attributes
    ----------
    rows
        How many rows.
    nearest_to_farthest
        Distance to the nearest other row over that to the farthest, mean over rows, 0 to 1. Near 1 the nearest row is
        hardly nearer than any (Beyer et al. 1999).
    contrast
        The relative contrast, (farthest - nearest) / nearest, median over the rows that have no copy (Aggarwal,
        Hinneburg & Keim 2001).
    spread
        Standard deviation of all distances over their mean.
    hubness
        Skewness of how often a row is among the 10 nearest of others (Radovanović, Nanopoulos & Ivanović 2010): about 0
        where all are so about equally often, large where a few rows are neighbours of very many.

    Each is None where it is not defined: fewer than two rows, all rows equal, or too few rows for hubness.
    """

    rows: int
    nearest_to_farthest: float | None
    contrast: float | None
    spread: float | None
    hubness: float | None


def inner_products(points: F32) -> F64:
    """Return the inner products of all pairs of rows.

    Parameters
    ----------
    points
        float32 (n, d).

    Returns
    -------
    numpy.ndarray
        float64 (n, n), symmetric.
    """
    from threadpoolctl import threadpool_limits

    rows = points.astype(np.float64)
    # One thread: how several share the sums out would show in the last bits.
    with threadpool_limits(1, user_api="blas"):
        products: F64 = rows @ rows.T
    return products


def distance_matrix(products: F64, metric: str) -> F64:
    """Return the distances between all pairs of rows.

    Parameters
    ----------
    products
        float64 (n, n): their inner products.
    metric
        ``"euclidean"``, or ``"cosine"``: one minus the cosine of the angle at the origin; no row may be zero then.

    Returns
    -------
    numpy.ndarray
        float64 (n, n), symmetric, exactly 0 between rows that are equal to rounding.
    """
    squares = np.diag(products).copy()
    if metric == "cosine":
        lengths = np.sqrt(squares)
        apart = products / (lengths[:, None] * -lengths)
        apart += 1
        apart[apart <= _ROUNDING] = 0
    else:
        both = squares[:, None] + squares
        apart = products * -2
        apart += both
        both *= _ROUNDING
        apart[apart <= both] = 0
        np.sqrt(apart, out=apart)
    np.fill_diagonal(apart, 0)
    distances: F64 = apart
    return distances


def concentration(distances: F64) -> Concentration:
    """Measure how far distances have lost their contrast.

    Parameters
    ----------
    distances
        float64 (n, n), symmetric, 0 on the diagonal.
    """
    n = len(distances)
    if n < 2 or not distances.any():
        return Concentration(n, None, None, None, None)
    total, squares = float(distances.sum()), float(np.einsum("ij,ij->", distances, distances))
    mean = total / (n * (n - 1))
    variance = max(squares / (n * (n - 1)) - mean * mean, 0.0)
    near, far = nearest_distances(distances)[:, 0], distances.max(axis=1)
    alone = near > 0
    contrast = float(np.median((far[alone] - near[alone]) / near[alone])) if alone.any() else None
    return Concentration(n, float(np.mean(near / far)), contrast, float(np.sqrt(variance)) / mean, _hubness(distances))


def intrinsic_dimension(nearest: F64) -> float | None:
    """Estimate in how many dimensions rows vary, from the two nearest neighbours of each (TwoNN).

    The ratio of the two distances follows a Pareto law whose exponent is the dimension, whatever the density, as long
    as that is about even between the two (Facco, d'Errico, Rodriguez & Laio 2017, "Estimating the intrinsic dimension
    of datasets by a minimal neighborhood information"). As there, a line through the origin is fitted to the law, and
    the largest tenth of the ratios is left out. On a sample of rows it is the dimension at the scale of the sample.

    Parameters
    ----------
    nearest
        float64 (n, 2): the Euclidean distances to the two nearest others; of directions the chords, √(2 (1 - cos)).

    Returns
    -------
    float or None
        Above 0; None with fewer than 20 rows that have no copy.
    """
    near, second = nearest.T
    alone = near > 0
    n = int(alone.sum())
    if n < FEWEST or not np.isfinite(second).all():
        return None
    ratios = np.sort(second[alone] / near[alone])[: int(n * (1 - LEFT_OUT))]
    x, y = np.log(ratios), -np.log1p(-np.arange(1, len(ratios) + 1) / n)
    return float(x @ y / (x @ x)) if x.any() else None


def nearest_distances(distances: F64) -> F64:
    """Return the distances of each row to the two nearest others, float64 (n, 2); infinite where there is none."""
    least = np.full((len(distances), 2), np.inf)
    others = distances.copy()
    np.fill_diagonal(others, np.inf)
    if others.size:
        rows, first = np.arange(len(others)), others.argmin(axis=1)
        least[:, 0] = others[rows, first]
        others[rows, first] = np.inf
        least[:, 1] = others.min(axis=1)
    return least


def _hubness(distances: F64) -> float | None:
    n, k = len(distances), HUB_NEIGHBOURS
    if n <= k + 1:
        return None
    others = distances.copy()
    np.fill_diagonal(others, np.inf)
    counts = np.bincount(np.argpartition(others, k, axis=1)[:, :k].ravel(), minlength=n) - float(k)
    deviation = float(np.sqrt(np.mean(counts**2)))
    return float(np.mean(counts**3)) / deviation**3 if deviation > 0 else None
