"""What became of each cluster of one partition in another one of the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["KEPT", "LOST", "MERGED", "SPLIT", "Fate", "Matching", "match_clusters"]

KEPT, SPLIT, MERGED, LOST = "kept", "split", "merged", "lost"
#: Two sets with a Jaccard overlap above it are the same cluster (Hennig 2007 calls one dissolved that has no better).
SAME = 0.5
#: A part smaller than this share of the whole makes no split and no merger: it is a crumb.
PART = 0.1

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fate:
    """What became of one cluster.

    Attributes
    ----------
    change
        ``"kept"``, ``"split"``, ``"merged"`` or ``"lost"``.
    others
        The clusters that it became, ascending: one of a kept or merged one, two or more of a split one, none of a lost.
    overlap
        Jaccard overlap, 0 to 1: with the one cluster; of a split one with all its parts together; of a merged one that
        of all that was merged with the result; of a lost one the largest with any cluster.
    """

    change: str
    others: tuple[int, ...]
    overlap: float


@dataclass(frozen=True)
class Matching:
    """What became of every cluster, and of every row.

    Attributes
    ----------
    fates
        For each cluster of the first partition.
    new
        The clusters of the second one that none of the first became, ascending.
    moved
        bool (n,): rows that did not go where their cluster went, or went into or out of the noise.
    """

    fates: tuple[Fate, ...]
    new: tuple[int, ...]
    moved: npt.NDArray[np.bool_]


def match_clusters(labels: I32, others: I32) -> Matching:
    """Tell for each cluster whether it was kept, split, merged or lost in another partition.

    After the transitions of MONIC (Spiliopoulou, Ntoutsi, Theodoridis & Schult 2006), but with the Jaccard overlap,
    which treats both partitions alike. A part of a cluster is one that has most of its rows from it, and a tenth of
    the cluster's rows. A cluster is split if it has two parts or more and its overlap with all of them together is
    above a half; merged, if it is one of two parts or more of another cluster in the same sense; kept, if its overlap
    with one cluster is above a half; else lost. The first that holds is said.

    Parameters
    ----------
    labels, others
        int32 (n,): clusters 0…k-1, each with a row or none, -1 for noise. The numbers make no difference.
    """
    pairs = _Pairs.of(labels, others)
    splits = _unions(pairs.one, pairs.other, pairs.shared, pairs.size, pairs.other_size)
    mergers = _unions(pairs.other, pairs.one, pairs.shared, pairs.other_size, pairs.size)
    whole = {part: (result, overlap) for result, (parts, overlap) in mergers.items() for part in parts}
    best = _best(pairs)
    fates = []
    for cluster in range(len(pairs.size)):
        if cluster in splits:
            fates.append(Fate(SPLIT, *splits[cluster]))
        elif cluster in whole:
            result, overlap = whole[cluster]
            fates.append(Fate(MERGED, (result,), overlap))
        else:
            result, overlap = best.get(cluster, (-1, 0.0))
            kept = overlap > SAME
            fates.append(Fate(KEPT if kept else LOST, (result,) if kept else (), overlap))
    reached = {other for fate in fates for other in fate.others}
    new = tuple(other for other in range(len(pairs.other_size)) if other not in reached)
    return Matching(tuple(fates), new, _moved(labels, others, fates))


@dataclass(frozen=True)
class _Pairs:
    """The pairs of clusters that share rows, in ascending order, how many, and the sizes of all clusters."""

    one: I64
    other: I64
    shared: I64
    size: I64
    other_size: I64

    @classmethod
    def of(cls, labels: I32, others: I32) -> _Pairs:
        width = int(others.max(initial=-1)) + 1
        both = (labels >= 0) & (others >= 0)
        pair, shared = np.unique(labels[both].astype(np.int64) * width + others[both], return_counts=True)
        one, other = np.divmod(pair, max(width, 1))
        sizes = (np.bincount(part[part >= 0], minlength=int(part.max(initial=-1)) + 1) for part in (labels, others))
        return cls(one, other, shared, *sizes)


def _unions(
    whole: I64, part: I64, shared: I64, whole_size: I64, part_size: I64
) -> dict[int, tuple[tuple[int, ...], float]]:
    """Return the clusters that are two parts or more together, with these, ascending, and the overlap."""
    is_part = (2 * shared > part_size[part]) & (shared >= PART * whole_size[whole])
    found = {}
    for cluster in np.flatnonzero(np.bincount(whole[is_part], minlength=len(whole_size)) > 1).tolist():
        here = is_part & (whole == cluster)
        inside, parts = int(shared[here].sum()), np.sort(part[here])
        overlap = inside / (int(whole_size[cluster]) + int(part_size[parts].sum()) - inside)
        if overlap > SAME:
            found[cluster] = (tuple(parts.tolist()), overlap)
    return found


def _best(pairs: _Pairs) -> dict[int, tuple[int, float]]:
    """Return, for each cluster that shares rows with any, the one of the largest overlap, and this."""
    overlap = pairs.shared / (pairs.size[pairs.one] + pairs.other_size[pairs.other] - pairs.shared)
    # The last of each cluster in this order; a tie cannot be above a half, so that it decides nothing.
    order = np.lexsort((overlap, pairs.one))
    return {int(pairs.one[i]): (int(pairs.other[i]), float(overlap[i])) for i in order}


def _moved(labels: I32, others: I32, fates: list[Fate]) -> npt.NDArray[np.bool_]:
    width = int(others.max(initial=-1)) + 2
    ways = [cluster * width + other + 1 for cluster, fate in enumerate(fates, 1) for other in fate.others]
    went = (labels.astype(np.int64) + 1) * width + others + 1
    # Code 0 is from noise to noise.
    moved: npt.NDArray[np.bool_] = ~np.isin(went, [0, *ways])
    return moved
