"""Whether rows lie in clumps at all, and whether a value is beyond what structureless twins reach.

The last bits depend on how many threads the linear algebra uses; whoever needs the same bytes limits it to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

__all__ = ["Beyond", "beyond", "hopkins", "simplified_silhouette"]

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]

#: Rows whose distances to all others are held at once.
_BLOCK = 256


@dataclass(frozen=True)
class Beyond:
    """A value beside those of structureless twins.

    Attributes
    ----------
    value
        Of the data.
    mean, sd
        Of the twins; the sample standard deviation, not below the least that was asked for.
    twins
        How many there are.
    z
        How far the value is above the mean, in standard deviations of a further twin's.
    p_value
        The chance that a further twin is as high, if they are normally distributed: one-sided, by the prediction
        interval of Student's t.
    rank_p
        (1 + twins as high) / (1 + twins): needs no distribution, and is never below 1 / (1 + twins).
    """

    value: float
    mean: float
    sd: float
    twins: int
    z: float
    p_value: float
    rank_p: float


def beyond(value: float, twins: Sequence[float], *, least: float) -> Beyond:
    """Compare a value with those of structureless twins.

    Parameters
    ----------
    value
        Of the data.
    twins
        Of at least two twins.
    least
        The smallest standard deviation that is believed, above 0: a few twins may happen to be equal.
    """
    from scipy.special import stdtr

    count, mean = len(twins), float(np.mean(twins))
    sd = max(float(np.std(twins, ddof=1)), least)
    z = (value - mean) / (sd * sqrt(1 + 1 / count))
    as_high = sum(twin >= value for twin in twins)
    return Beyond(value, mean, sd, count, z, float(stdtr(count - 1, -z)), (1 + as_high) / (1 + count))


def hopkins(rows: F32, probes: F32, chosen: npt.NDArray[np.integer]) -> float | None:
    """Return a Hopkins statistic whose probes may come from any distribution.

    The distances from probes to their nearest rows, as a share of these and of the distances from chosen rows to their
    nearest other rows: 0.5 where rows are spread as the probes are, more where they lie in clumps (Hopkins & Skellam
    1954; Lawson & Jurs 1990). Those authors raise distances to the power of the dimensions, which no number holds in
    hundreds of them, and draw probes from a box, which the rows of a single cloud never fill, so that it counts as
    clumps. Here distances are taken as they are and probes come from a structureless twin.

    Parameters
    ----------
    rows
        float32 (n, d), n at least 2.
    probes
        float32 (m, d).
    chosen
        int (m,): the rows whose distances to others are looked at.

    Returns
    -------
    float or None
        From 0 to 1; None where all distances are 0.
    """
    u = _nearest(rows, probes).sum()
    w = _nearest(rows, rows[chosen], skip=chosen).sum()
    return float(u / (u + w)) if u + w > 0 else None


def simplified_silhouette(points: F32, labels: I32) -> float:
    """Return the mean silhouette of all rows, with distances to centres in place of those to rows.

    A row of noise counts as 0, and so do all rows where there are fewer than two clusters: a clustering is not better
    for the rows that it leaves out.

    Parameters
    ----------
    points
        float32 (n, p), finite.
    labels
        int32 (n,): clusters 0…k-1, none empty, -1 for noise.

    Returns
    -------
    float
        From -1 to 1: (b - a) / the larger of them, where a is the distance to the row's own centre and b that to the
        nearest other one (Hruschka, Campello & de Castro 2006; Vendramin, Campello & Hruschka 2010).
    """
    k = int(labels.max(initial=-1)) + 1
    if k < 2:
        return 0.0
    inside = labels >= 0
    own, rows = labels[inside], points[inside].astype(np.float64)
    size = np.bincount(own, minlength=k)
    centres = np.stack([np.bincount(own, weights=column, minlength=k) for column in rows.T], axis=1) / size[:, None]
    mine, nearest = np.zeros(len(rows)), np.full(len(rows), np.inf)
    for cluster, centre in enumerate(centres):
        distance = np.sqrt(((rows - centre) ** 2).sum(axis=1))
        here = own == cluster
        mine[here] = distance[here]
        nearest = np.where(here, nearest, np.minimum(nearest, distance))
    widest = np.maximum(mine, nearest)
    score = np.divide(nearest - mine, widest, out=np.zeros_like(mine), where=widest > 0)
    return float(score.sum() / len(labels))


def _nearest(rows: F32, queries: F32, skip: npt.NDArray[np.integer] | None = None) -> F64:
    """Return the distance from each query to the nearest row, leaving one row out for each if told so."""
    known = rows.astype(np.float64)
    squares = np.einsum("ij,ij->i", known, known)
    found = np.empty(len(queries))
    for at in range(0, len(queries), _BLOCK):
        part = queries[at : at + _BLOCK].astype(np.float64)
        apart = squares - 2 * (part @ known.T)
        if skip is not None:
            apart[np.arange(len(part)), skip[at : at + _BLOCK]] = np.inf
        found[at : at + _BLOCK] = apart.min(axis=1) + np.einsum("ij,ij->i", part, part)
    # What is left of equal rows by rounding is no distance.
    found[found < 1e-12 * squares.max(initial=0)] = 0
    root: F64 = np.sqrt(found)
    return root
