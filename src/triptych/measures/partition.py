"""Sizes, numbering and nesting of clusterings, with noise (-1) always apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError

__all__ = ["ClusterSizes", "by_size", "cluster_sizes", "nests"]


@dataclass(frozen=True)
class ClusterSizes:
    """How the rows of one clustering are spread.

    Attributes
    ----------
    sizes
        int64 (k,): rows in cluster 0…k-1.
    shares
        float64 (k,): the same as a share of all rows, noise included, 0…1.
    noise
        Rows in no cluster.
    noise_share
        The same as a share of all rows, 0…1; None when there are no rows.
    """

    sizes: npt.NDArray[np.int64]
    shares: npt.NDArray[np.float64]
    noise: int
    noise_share: float | None


def cluster_sizes(labels: npt.NDArray[np.int32]) -> ClusterSizes:
    """Count the rows of every cluster and of the noise.

    Parameters
    ----------
    labels
        int32 (n,): cluster 0…k-1 of each row, -1 for noise.

    Raises
    ------
    UsageError
        If a label is below -1.
    """
    _check(labels)
    counts = np.bincount(labels.astype(np.int64) + 1, minlength=1)
    rows = max(len(labels), 1)
    return ClusterSizes(
        sizes=counts[1:],
        shares=counts[1:] / rows,
        noise=int(counts[0]),
        noise_share=float(counts[0] / rows) if len(labels) else None,
    )


def by_size(labels: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Renumber clusters from the largest to the smallest, clusters of one size by their first row.

    Parameters
    ----------
    labels
        int32 (n,): any numbers of at least 0, with or without gaps, -1 for noise.

    Returns
    -------
    int32 (n,)
        The same partition numbered 0…k-1, noise still -1.

    Raises
    ------
    UsageError
        If a label is below -1.
    """
    _check(labels)
    renumbered = np.full(len(labels), -1, dtype=np.int32)
    inside = labels >= 0
    _, first, cluster, sizes = np.unique(labels[inside], return_index=True, return_inverse=True, return_counts=True)
    new_number = np.empty(len(sizes), dtype=np.int32)
    new_number[np.lexsort((first, -sizes))] = np.arange(len(sizes), dtype=np.int32)
    renumbered[inside] = new_number[cluster]
    return renumbered


def nests(fine: npt.NDArray[np.int32], coarse: npt.NDArray[np.int32]) -> bool:
    """Tell whether every fine cluster lies in exactly one coarse cluster and the noise is the same rows.

    Parameters
    ----------
    fine, coarse
        int32 (n,): two clusterings of the same rows, -1 for noise.

    Raises
    ------
    UsageError
        If the arrays differ in length or a label is below -1.
    """
    _check(fine)
    _check(coarse)
    if fine.shape != coarse.shape:
        raise UsageError(f"the two clusterings differ in length: {len(fine)} and {len(coarse)}")
    pairs = np.unique(np.stack([fine, coarse], axis=1), axis=0)
    each_once = len(np.unique(pairs[:, 0])) == len(pairs)
    return each_once and bool(np.array_equal(fine == -1, coarse == -1))


def _check(labels: npt.NDArray[np.int32]) -> None:
    if len(labels) and labels.min() < -1:
        raise UsageError(f"a cluster label must be -1 (noise) or more, got {labels.min()}")
