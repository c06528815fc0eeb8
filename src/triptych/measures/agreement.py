"""How well clusters agree with known classes, each score beside what chance alone would give.

A purity of 0.4 says nothing by itself: many small clusters, or one common class, reach it with no structure
at all. So every score comes with its permutation baseline: the same score after the known classes were
shuffled over the same clusters, many times.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError

__all__ = ["METRICS", "Score", "agreement"]

#: The metrics, in the order in which they are returned.
METRICS = ("purity", "weighted_purity", "ari", "ami", "nmi")

Scope = Literal["clustered", "all"]

# Scores of two equal tables may differ in the last bits, by the order of their cells: that is still a tie.
_TIE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Score:
    """One measure of agreement beside its permutation baseline.

    Attributes
    ----------
    metric
        One of :data:`METRICS`. ``purity`` is the share of the dominant class, averaged over clusters, every
        cluster counting the same; ``weighted_purity`` counts every row the same; ``ari`` and ``ami`` are the
        adjusted Rand index and the adjusted mutual information (arithmetic mean of the entropies), ``nmi`` is
        the latter without the adjustment.
    scope
        ``"clustered"``: noise left out; ``"all"``: noise is one cluster of its own.
    value
        Purities and nmi 0…1; ari and ami at most 1, and 0 on average by chance; None where it is undefined.
    baseline_mean, baseline_low, baseline_high
        Mean, 2.5th and 97.5th percentile of the score over the shuffles; None where it is undefined.
    p_value
        One-sided, (1 + shuffles that score at least as high) / (1 + shuffles); None where it is undefined.
    rows
        Rows that were compared.
    rows_unknown
        Rows of the scope left out because their class is not known.
    clusters, classes
        Distinct clusters (noise counts as one in scope ``"all"``) and classes among the rows compared.
    """

    metric: str
    scope: Scope
    value: float | None
    baseline_mean: float | None
    baseline_low: float | None
    baseline_high: float | None
    p_value: float | None
    rows: int
    rows_unknown: int
    clusters: int
    classes: int


def agreement(labels: npt.ArrayLike, classes: npt.ArrayLike, *, n_permutations: int = 200, seed: int) -> list[Score]:
    """Compare clusters with known classes by five metrics, with and without the noise.

    A score is undefined, None, where there is nothing to compare: fewer than two rows, clusters or classes,
    or every row a cluster and a class of its own.

    Parameters
    ----------
    labels
        int (n,): the cluster of each row, -1 for noise.
    classes
        int (n,): the known class of each row, -1 where it is not known.
    n_permutations
        How often the classes are shuffled; at least 1.
    seed
        Seed of the shuffles; the same rows, in the same order, give the same scores.

    Returns
    -------
    list of Score
        Ten: the metrics in the order of :data:`METRICS`, first for scope ``"clustered"``, then for ``"all"``.

    Raises
    ------
    UsageError
        If the arrays are not one-dimensional integers of one length and at least -1, or if n_permutations is
        below 1.

    References
    ----------
    Hubert and Arabie (1985), "Comparing partitions"; Vinh, Epps and Bailey (2010), "Information theoretic
    measures for clusterings comparison: variants, properties, normalization and correction for chance".
    """
    found, truth = _checked("labels", labels), _checked("classes", classes)
    if found.shape != truth.shape:
        raise UsageError(f"labels and classes differ in length: {found.size} and {truth.size}")
    if n_permutations < 1:
        raise UsageError(f"n_permutations must be at least 1, got {n_permutations}")
    clustered, known = found >= 0, truth >= 0
    scopes: tuple[tuple[Scope, npt.NDArray[np.bool_]], ...] = (
        ("clustered", clustered),
        ("all", np.ones_like(clustered)),
    )
    scores: list[Score] = []
    for scope, inside in scopes:
        use = inside & known
        unknown = int(np.count_nonzero(inside & ~known))
        scores += _scores(scope, found[use], truth[use], n_permutations, seed, unknown)
    return scores


def _checked(name: str, values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise UsageError(f"{name} must be one-dimensional integers, got {array.dtype} of shape {array.shape}")
    array = array.astype(np.int64)
    if array.size and array.min() < -1:
        raise UsageError(f"{name} must be -1 or more, got {array.min()}")
    return array


def _scores(
    scope: Scope,
    labels: npt.NDArray[np.int64],
    classes: npt.NDArray[np.int64],
    n_permutations: int,
    seed: int,
    unknown: int,
) -> list[Score]:
    tables = _Tables(labels, classes)

    def score(metric: str, *numbers: float | None) -> Score:
        value, mean, low, high, p_value = numbers
        return Score(
            metric=metric,
            scope=scope,
            value=value,
            baseline_mean=mean,
            baseline_low=low,
            baseline_high=high,
            p_value=p_value,
            rows=len(labels),
            rows_unknown=unknown,
            clusters=len(tables.cluster_sizes),
            classes=len(tables.class_sizes),
        )

    if tables.degenerate:
        return [score(metric, None, None, None, None, None) for metric in METRICS]
    rng = np.random.default_rng(seed)
    observed = tables.measure(tables.classes)
    shuffled = np.array([tables.measure(rng.permutation(tables.classes)) for _ in range(n_permutations)])
    low, high = np.percentile(shuffled, [2.5, 97.5], axis=0)
    p_values = (1 + np.count_nonzero(shuffled >= observed - _TIE, axis=0)) / (1 + n_permutations)
    columns = np.stack([observed, shuffled.mean(axis=0), low, high, p_values])
    return [score(metric, *map(float, columns[:, i])) for i, metric in enumerate(METRICS)]


class _Tables:
    """The contingency tables of one clustering against any order of the same classes.

    Shuffling keeps both margins, and with them the entropies, the pairs and the expected mutual information:
    only the cells change, so everything else is computed once.
    """

    def __init__(self, labels: npt.NDArray[np.int64], classes: npt.NDArray[np.int64]) -> None:
        _, clusters, self.cluster_sizes = np.unique(labels, return_inverse=True, return_counts=True)
        _, self.classes, self.class_sizes = np.unique(classes, return_inverse=True, return_counts=True)
        self.rows = len(labels)
        self.shape = (len(self.cluster_sizes), len(self.class_sizes))
        self.offsets = clusters * self.shape[1]

    @property
    def degenerate(self) -> bool:
        return min(self.shape) < 2 or self.shape == (self.rows, self.rows)

    @cached_property
    def expected_information(self) -> float:
        from scipy.sparse import csr_array
        from sklearn.metrics.cluster import expected_mutual_information

        keys, counts = self.cells(self.classes)
        table = csr_array((counts, np.divmod(keys, self.shape[1])), shape=self.shape)
        return float(expected_mutual_information(table, self.rows))

    @cached_property
    def mean_entropy(self) -> float:
        return (_entropy(self.cluster_sizes) + _entropy(self.class_sizes)) / 2

    @cached_property
    def pairs(self) -> tuple[float, float]:
        """Pairs of rows together in both partitions: expected by chance, and the most that there could be."""
        a, b = _pairs(self.cluster_sizes), _pairs(self.class_sizes)
        return a * b / (self.rows * (self.rows - 1) / 2), (a + b) / 2

    def cells(self, classes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the non-empty cells of the table, row by row, and their counts."""
        codes = self.offsets + classes
        size = self.shape[0] * self.shape[1]
        if size > 8 * self.rows:
            # A wide, nearly empty table: sorting the rows is cheaper than visiting every cell.
            keys, counts = np.unique(codes, return_counts=True)
            return keys, counts
        table = np.bincount(codes, minlength=size)
        keys = np.flatnonzero(table)
        return keys, table[keys]

    def measure(self, classes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return the five metrics for one order of the classes."""
        keys, counts = self.cells(classes)
        rows, columns = np.divmod(keys, self.shape[1])
        dominant = np.maximum.reduceat(counts, np.searchsorted(rows, np.arange(self.shape[0])))
        by_chance = self.cluster_sizes[rows] / self.rows * self.class_sizes[columns]
        # Rounding may leave a tiny negative number where the two are independent.
        information = max(float(np.sum(counts / self.rows * np.log(counts / by_chance))), 0.0)
        expected_pairs, most_pairs = self.pairs
        return np.array(
            [
                np.mean(dominant / self.cluster_sizes),
                np.sum(dominant) / self.rows,
                (_pairs(counts) - expected_pairs) / (most_pairs - expected_pairs),
                (information - self.expected_information) / (self.mean_entropy - self.expected_information),
                information / self.mean_entropy,
            ]
        )


def _entropy(sizes: npt.NDArray[np.int64]) -> float:
    share = sizes / sizes.sum()
    return float(-np.sum(share * np.log(share)))


def _pairs(sizes: npt.NDArray[np.int64]) -> float:
    return float(np.sum(sizes * (sizes - 1)) / 2)
