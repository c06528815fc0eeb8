"""How well clusters agree with known classes, each score beside what chance alone would give.

A purity of 0.4 says nothing by itself: many small clusters, or one common class, reach it with no structure
at all. So every score comes with its permutation baseline: the same score after the known classes were
shuffled over the same clusters, many times.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError

__all__ = ["METRICS", "Score", "agreement", "level_agreement"]

#: The metrics, in the order in which they are returned.
METRICS = ("purity", "weighted_purity", "ari", "ami", "nmi")

Scope = Literal["clustered", "all"]
#: With and without the noise, in the order in which they are returned.
SCOPES: tuple[Scope, ...] = ("clustered", "all")

Numbers = Sequence[float | None]

# Scores of two equal tables may differ in the last bits, by the order of their cells: that is still a tie.
_TIE = 1e-12
#: Chances below exp(-NEVER) are left out of an expectation.
_NEVER = 50.0


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
    return level_agreement([labels], classes, n_permutations=n_permutations, seed=seed)[0]


def level_agreement(
    levels: Sequence[npt.ArrayLike], classes: npt.ArrayLike, *, n_permutations: int = 200, seed: int
) -> list[list[Score]]:
    """Compare every level of a tree with known classes; all levels are compared with the same shuffles.

    Parameters
    ----------
    levels
        int (n,) each, -1 for noise, which is the same rows on every level.
    classes, n_permutations, seed
        As :func:`agreement` has them.

    Returns
    -------
    list of list of Score
        What :func:`agreement` returns, for each level.

    Raises
    ------
    UsageError
        As :func:`agreement`, or if the noise of two levels differs.
    """
    found, truth = [_checked("labels", labels) for labels in levels], _checked("classes", classes)
    for labels in found:
        if labels.shape != truth.shape:
            raise UsageError(f"labels and classes differ in length: {labels.size} and {truth.size}")
        if not np.array_equal(labels < 0, found[0] < 0):
            raise UsageError("the noise of two levels differs", hint="compare each of them by itself")
    if n_permutations < 1:
        raise UsageError(f"n_permutations must be at least 1, got {n_permutations}")
    known, scores = truth >= 0, [list[Score]() for _ in found]
    for scope in SCOPES:
        inside = np.ones_like(known) if scope == "all" or not found else found[0] >= 0
        use = inside & known
        tables = [_Tables(labels[use], truth[use]) for labels in found]
        numbers = _numbers(tables, n_permutations, seed)
        unknown = int(np.count_nonzero(inside & ~known))
        for level, table, columns in zip(scores, tables, numbers, strict=True):
            level += [table.score(scope, metric, columns[metric], unknown) for metric in METRICS]
    return scores


def _checked(name: str, values: npt.ArrayLike) -> npt.NDArray[np.int64]:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise UsageError(f"{name} must be one-dimensional integers, got {array.dtype} of shape {array.shape}")
    array = array.astype(np.int64)
    if array.size and array.min() < -1:
        raise UsageError(f"{name} must be -1 or more, got {array.min()}")
    return array


def _numbers(tables: Sequence[_Tables], n_permutations: int, seed: int) -> list[dict[str, Numbers]]:
    """Return, for each clustering and metric, its value, then mean, low, high and p-value of the same shuffles."""
    usable = [table for table in tables if not table.degenerate]
    none: dict[str, Numbers] = dict.fromkeys(METRICS, (None,) * 5)
    if not usable:
        return [none for _ in tables]
    rng, classes = np.random.default_rng(seed), usable[0].classes
    observed = np.array([table.measure(classes) for table in usable])
    shuffled = np.empty((n_permutations, *observed.shape))
    for shuffle in shuffled:
        order = rng.permutation(classes)
        shuffle[:] = [table.measure(order) for table in usable]
    low, high = np.percentile(shuffled, [2.5, 97.5], axis=0)
    p_values = (1 + np.count_nonzero(shuffled >= observed - _TIE, axis=0)) / (1 + n_permutations)
    columns = iter(np.stack([observed, shuffled.mean(axis=0), low, high, p_values], axis=-1).tolist())
    return [none if table.degenerate else dict(zip(METRICS, next(columns), strict=True)) for table in tables]


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
        return _expected_information(self.cluster_sizes, self.class_sizes)

    @cached_property
    def mean_entropy(self) -> float:
        return (_entropy(self.cluster_sizes) + _entropy(self.class_sizes)) / 2

    @cached_property
    def pairs(self) -> tuple[float, float]:
        """Pairs of rows together in both partitions: expected by chance, and the most that there could be."""
        a, b = _pairs(self.cluster_sizes), _pairs(self.class_sizes)
        return a * b / (self.rows * (self.rows - 1) / 2), (a + b) / 2

    @cached_property
    def count_logs(self) -> npt.NDArray[np.float64]:
        """The number n times its logarithm, for every count that a cell may have."""
        counts = np.arange(int(self.cluster_sizes.max()) + 1, dtype=np.float64)
        logs: npt.NDArray[np.float64] = counts * np.log(counts.clip(1))
        return logs

    @cached_property
    def independent(self) -> float:
        """The sum of ``count_logs`` over the cells if they told nothing, times the rows."""
        margins = (float(np.sum(sizes * np.log(sizes))) for sizes in (self.cluster_sizes, self.class_sizes))
        return sum(margins) - self.rows * math.log(self.rows)

    def cells(self, classes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the counts of the cells of the table, empty ones or not, and the largest of each cluster."""
        codes = self.offsets + classes
        size = self.shape[0] * self.shape[1]
        if size > 8 * self.rows:
            # A wide, nearly empty table: sorting the rows is cheaper than visiting every cell.
            keys, counts = np.unique(codes, return_counts=True)
            return counts, np.maximum.reduceat(counts, np.searchsorted(keys, np.arange(0, size, self.shape[1])))
        table = np.bincount(codes, minlength=size)
        return table, table.reshape(self.shape).max(axis=1)

    def measure(self, classes: npt.NDArray[np.int64]) -> tuple[float, ...]:
        """Return the five metrics for one order of the classes."""
        counts, dominant = self.cells(classes)
        # Rounding may leave a tiny negative number where the two are independent.
        information = max((float(self.count_logs[counts].sum()) - self.independent) / self.rows, 0.0)
        expected_pairs, most_pairs = self.pairs
        together = float(counts @ counts - self.rows) / 2
        return (
            float(np.mean(dominant / self.cluster_sizes)),
            float(dominant.sum()) / self.rows,
            (together - expected_pairs) / (most_pairs - expected_pairs),
            (information - self.expected_information) / (self.mean_entropy - self.expected_information),
            information / self.mean_entropy,
        )

    def score(self, scope: Scope, metric: str, numbers: Numbers, unknown: int) -> Score:
        """Return one measure with what it was made from."""
        value, mean, low, high, p_value = numbers
        return Score(
            metric=metric, scope=scope, value=value,
            baseline_mean=mean, baseline_low=low, baseline_high=high, p_value=p_value,
            rows=self.rows, rows_unknown=unknown, clusters=self.shape[0], classes=self.shape[1],
        )  # fmt: skip


def _expected_information(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> float:
    """Return the mutual information, in nats, that partitions of these sizes have on average by chance.

    The number of rows in a cell is hypergeometric (Vinh, Epps and Bailey, equation 24a). Counts so far from the mean
    that Chernoff's bound makes their chance less than exp(-50) are left out.
    """
    rows = int(one.sum())
    few, many = sorted((np.unique(sizes, return_counts=True) for sizes in (one, other)), key=lambda pair: len(pair[0]))
    factorial = np.array([math.lgamma(n + 1) for n in range(rows + 1)])
    b, times = many
    expected = 0.0
    for a, count in zip(*few, strict=True):
        mean = a * b / rows
        far = _NEVER / 3 + np.sqrt((_NEVER / 3) ** 2 + 2 * _NEVER * mean)
        low = np.maximum(np.maximum(a + b - rows, np.floor(mean - far)), 1).astype(np.int64)
        high = np.minimum(np.minimum(a, b), np.ceil(mean + far)).astype(np.int64)
        which = np.repeat(np.arange(len(b)), high - low + 1)
        n = np.arange(len(which)) - np.repeat(np.cumsum(high - low + 1) - (high - low + 1) - low, high - low + 1)
        ways = factorial[a] + factorial[rows - a] - factorial[rows] + factorial[b] + factorial[rows - b]
        left, right = a - n, b[which] - n
        chance = np.exp(ways[which] - factorial[n] - factorial[left] - factorial[right] - factorial[rows - a - right])
        expected += count * float(np.sum(times[which] * chance * n * np.log(n / mean[which])))
    return expected / rows


def _entropy(sizes: npt.NDArray[np.int64]) -> float:
    share = sizes / sizes.sum()
    return float(-np.sum(share * np.log(share)))


def _pairs(sizes: npt.NDArray[np.int64]) -> float:
    return float(np.sum(sizes * (sizes - 1)) / 2)
