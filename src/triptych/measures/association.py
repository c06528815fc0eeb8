"""Whether clusters go with a column of the user's: how much, whether chance alone would do as well, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.measures.agreement import _expected_information

__all__ = [
    "Association",
    "Cells",
    "contingency",
    "enrichment",
    "false_discovery",
    "familywise",
    "go_together",
    "steps_of",
    "upper_tail",
]

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Ints = npt.NDArray[np.integer[Any]]

#: Numbers are compared as at most so many steps of equal share.
STEPS = 64
#: Scores of two tables may differ in the last bits: that is still a tie.
_TIE = 1e-12
#: Cells of the random tables that are held at once.
_HELD = 250_000
#: A tail is summed until its next term no longer counts.
_SMALL = 1e-13
#: Cells nearer to what is expected, in standard deviations, are no finding, and need no exact p-value.
_NEAR = 1.5


@dataclass(frozen=True)
class Association:
    """How much clusters and a column go together, beside what chance alone gives.

    Attributes
    ----------
    value
        Of classes the adjusted mutual information (arithmetic mean of the entropies), at most 1; of ordered values the
        share of the variance of their ranks that lies between the clusters, 0…1 (epsilon squared, the correlation
        ratio of ranks).
    purity
        Share of the rows in the commonest class of their cluster; None of ordered values.
    baseline_mean, baseline_high
        Mean and 97.5th percentile of ``value`` over random tables.
    purity_baseline
        Mean of ``purity`` over them; None of ordered values.
    p_value
        One-sided, (1 + tables that score at least as high) / (1 + tables).
    rows, clusters, classes
        What was compared.
    """

    value: float
    purity: float | None
    baseline_mean: float
    baseline_high: float
    purity_baseline: float | None
    p_value: float
    rows: int
    clusters: int
    classes: int


def contingency(labels: Ints, codes: Ints) -> I64:
    """Count the rows of every cluster and class.

    Parameters
    ----------
    labels, codes
        int (n,): cluster and class of each row; rows with -1 in either are left out.

    Returns
    -------
    numpy.ndarray
        int64 (k, c), k and c the largest number of each and one.
    """
    use = (labels >= 0) & (codes >= 0)
    k, c = int(labels.max(initial=-1)) + 1, int(codes.max(initial=-1)) + 1
    cells = labels[use].astype(np.int64) * c + codes[use]
    return np.bincount(cells, minlength=k * c).reshape(k, c)


def steps_of(values: F64) -> npt.NDArray[np.int32]:
    """Return numbers as the number of their step, at most :data:`STEPS` of about equal share.

    Parameters
    ----------
    values
        float64 (n,); what is not finite is not known.

    Returns
    -------
    numpy.ndarray
        int32 (n,), in the order of the values, -1 where not known. Equal values are one step; up to 64 different
        values of about equal share each have their own.
    """
    steps = np.full(len(values), -1, dtype=np.int32)
    known = np.isfinite(values)
    if known.any():
        different = np.unique(values[known])
        few = len(different) <= STEPS
        ends = different if few else np.unique(np.quantile(values[known], np.arange(1, STEPS + 1) / STEPS))
        steps[known] = np.searchsorted(ends, values[known])
    return steps


def go_together(table: I64, *, ordered: bool = False, n_permutations: int = 499, seed: int) -> Association | None:
    """Score a table of clusters by classes against random tables with the same margins.

    These are what shuffling the classes over the rows gives; so the p-value is as exact for small clusters and rare
    classes as for others.

    Parameters
    ----------
    table
        int64 (k, c), rows of each cluster and class.
    ordered
        Whether the classes are steps of a number: then their ranks are compared, ties sharing the middle one.
    n_permutations
        Random tables, at least 1.
    seed
        Of the random tables.

    Returns
    -------
    Association or None
        None if fewer than two clusters or two classes have rows, or every row is a cluster or a class of its own.

    References
    ----------
    Vinh, Epps and Bailey (2010), "Information theoretic measures for clusterings comparison"; Kruskal and Wallis
    (1952), "Use of ranks in one-criterion variance analysis"; Tomczak and Tomczak (2014), "The need to report effect
    size estimates revisited".
    """
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n = int(table.sum())
    if min(table.shape) < 2 or max(table.shape) == n:
        return None
    score = _Ranks(table) if ordered else _Information(table)
    observed = score(table[None])
    random = np.concatenate([score(tables) for tables in _random_tables(table, n_permutations, seed)])
    value, purity = observed[0]
    p_value = (1 + np.count_nonzero(random[:, 0] >= value - _TIE)) / (1 + n_permutations)
    return Association(
        value=float(value),
        purity=None if ordered else float(purity),
        baseline_mean=float(random[:, 0].mean()),
        baseline_high=float(np.percentile(random[:, 0], 97.5)),
        purity_baseline=None if ordered else float(random[:, 1].mean()),
        p_value=float(p_value),
        rows=n,
        clusters=table.shape[0],
        classes=table.shape[1],
    )


def _random_tables(table: I64, count: int, seed: int) -> Iterator[I64]:
    """Shuffle the classes over the rows, a few times at once: int64 (few, k, c) tables with the margins of this one."""
    rng, (k, c) = np.random.default_rng(seed), table.shape
    offsets, classes = np.repeat(np.arange(k) * c, table.sum(axis=1)), np.repeat(np.arange(c), table.sum(axis=0))
    few = max(1, _HELD // table.size)
    for start in range(0, count, few):
        shuffled = [np.bincount(offsets + rng.permutation(classes), minlength=k * c) for _ in range(start, count)[:few]]
        yield np.stack(shuffled).reshape(-1, k, c)


class _Information:
    """Adjusted mutual information, and purity, of tables with the same margins."""

    def __init__(self, table: I64) -> None:
        self.n = table.sum()
        clusters, classes = table.sum(axis=1), table.sum(axis=0)
        # The number m times its logarithm, for every count that a cell may have.
        counts = np.arange(int(clusters.max()) + 1, dtype=np.float64)
        self.logs = counts * np.log(counts.clip(1))
        margins = np.sum(clusters * np.log(clusters)) + np.sum(classes * np.log(classes))
        self.independent = margins - self.n * np.log(self.n)
        self.most = np.log(self.n) - margins / (2 * self.n)
        self.expected = _expected_information(clusters, classes)

    def __call__(self, tables: I64) -> F64:
        information = (self.logs[tables].sum(axis=(1, 2)) - self.independent) / self.n
        purity = tables.max(axis=2).sum(axis=1) / self.n
        return np.stack([(information - self.expected) / (self.most - self.expected), purity], axis=1)


class _Ranks:
    """Share of the variance of ranks that lies between the clusters, of tables with the same margins."""

    def __init__(self, table: I64) -> None:
        sizes = table.sum(axis=0)
        # Ranks from their own mean: then the sum of their squares is the whole variation.
        ranks = np.cumsum(sizes) - (sizes - 1) / 2
        self.ranks = ranks - (sizes @ ranks) / sizes.sum()
        self.whole = sizes @ self.ranks**2
        self.clusters = table.sum(axis=1)

    def __call__(self, tables: I64) -> F64:
        between = ((tables @ self.ranks) ** 2 / self.clusters).sum(axis=1)
        return np.stack([between / self.whole, np.zeros(len(tables))], axis=1)


@dataclass(frozen=True)
class Cells:
    """Cells of a table that hold more or fewer rows than independence lets expect.

    Attributes
    ----------
    expected
        float64 (k, c): rows that a cell would hold if clusters and classes were independent.
    p_value
        float64 (k, c), two-sided, twice the smaller tail and at most 1; 1 for cells within 1.5 standard deviations
        of what is expected, which are not computed.
    """

    expected: F64
    p_value: F64


def enrichment(table: I64) -> Cells:
    """Test every cell of a table against the hypergeometric distribution that its margins give.

    Parameters
    ----------
    table
        int64 (k, c), rows of each cluster and class.

    References
    ----------
    Fisher (1935), "The logic of inductive inference"; for gene sets Rivals et al. (2007), "Enrichment or depletion of a
    GO category within a class of genes: which test?".
    """
    n = int(table.sum())
    size, marked = table.sum(axis=1)[:, None], table.sum(axis=0)[None, :]
    expected = size * marked / max(n, 1)
    spread = np.sqrt(expected * (n - size) / max(n, 1) * (n - marked) / max(n - 1, 1))
    far = np.abs(table - expected) > np.maximum(_NEAR * spread, 1e-9)
    size, marked = np.broadcast_to(size, table.shape)[far], np.broadcast_to(marked, table.shape)[far]
    found, over = table[far], table[far] > expected[far]
    # Few marked rows inside a cluster are many unmarked ones.
    found, marked = np.where(over, found, size - found), np.where(over, marked, n - marked)
    p_value = np.ones(table.shape)
    p_value[far] = np.minimum(2 * upper_tail(found, n, marked, size), 1.0)
    return Cells(expected, p_value)


def upper_tail(found: I64, n: int, marked: I64, size: I64) -> F64:
    """Return the chance of at least so many marked rows in a cluster (hypergeometric).

    Parameters
    ----------
    found
        int64 (m,) marked rows in the cluster, no fewer than chance would put there.
    n
        All rows.
    marked, size
        int64 (m,) marked rows of all, and rows of the cluster.

    Returns
    -------
    numpy.ndarray
        float64 (m,) in [0, 1].
    """
    # Logarithms of the factorials of 0…n.
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])

    def ways(of: I64 | int, some: I64) -> F64:
        logs: F64 = factorial[of] - factorial[some] - factorial[of - some]
        return logs

    first = np.exp(ways(marked, found) + ways(n - marked, size - found) - ways(n, size))
    # Above the mean each term is a smaller part of the one before it.
    term, total, x = np.ones(len(found)), np.ones(len(found)), found.astype(np.float64)
    while term.max(initial=0.0) > _SMALL:
        term = term * ((marked - x) * (size - x)) / ((x + 1) * (n - marked - size + x + 1))
        total += term
        x += 1
    return first * total


def familywise(p_values: npt.ArrayLike) -> F64:
    """Correct p-values so that naming all up to 0.05 names any by chance in at most 5 of 100 audits.

    Parameters
    ----------
    p_values
        float (m,).

    Returns
    -------
    numpy.ndarray
        float64 (m,), at most 1.

    References
    ----------
    Holm (1979), "A simple sequentially rejective multiple test procedure"; holds however the tests depend on another.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    return np.minimum(adjusted, 1.0)


def false_discovery(p_values: npt.ArrayLike) -> F64:
    """Correct p-values so that of all named up to 0.05 at most 5 % are expected to be named by chance.

    Parameters
    ----------
    p_values
        float (m,).

    Returns
    -------
    numpy.ndarray
        float64 (m,), at most 1.

    References
    ----------
    Benjamini and Hochberg (1995), "Controlling the false discovery rate".
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")[::-1]
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(p[order] * len(p) / (len(p) - np.arange(len(p))))
    return np.minimum(adjusted, 1.0)
