"""The values of columns that a cluster has more of than the others: for pictures and other rows without texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from triptych.core.params import Integer, Limit, Real
from triptych.describers._candidates import by_documents
from triptych.describers.base import Describer, Documents, Keywords
from triptych.describers.ctfidf import level_counts
from triptych.describers.mmr import diversify
from triptych.measures.association import upper_tail

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Values"]

#: A value is on so many rows of a cluster, and on so large a share of them.
_ROWS, _SHARE = 2, 0.05
#: The chance that of all values any is on so many rows of a cluster that it has nothing to do with.
_CHANCE = 0.01
#: Values of a cluster that are looked at closely.
_DEPTH = 30


class Values(Describer):
    """Weighs whole values of columns by how much commoner they are inside a cluster.

    With p the share of the cluster's rows that have a value, and q the share of all other rows that do, its weight is
    ``(p - q)² / p``: near 1 for what all of the cluster have and nothing else, small for what is common everywhere or
    rare inside. Left out is what stands on one row or less than a twentieth of the cluster, and what chance may put
    there (hypergeometric, corrected for the number of values: p > 0.01). Values are then chosen so that they differ, as
    words are by maximal marginal relevance: two that are on the same rows say the same.
    """

    looks_at: ClassVar[Literal["texts", "values"]] = "values"
    limits: ClassVar[Mapping[str, Limit]] = {
        "top": Integer(low=1, high=1000, help="values for each cluster"),
        "diversity": Real(low=0, high=1, help="0: the order of the weights, 1: difference alone"),
    }

    def __init__(self, *, top: int = 10, diversity: float = 0.3) -> None:
        self.top = top
        self.diversity = diversity

    def describe(
        self, documents: Documents, partitions: Sequence[npt.NDArray[np.int32]], *, seed: int
    ) -> list[list[Keywords]]:
        """Return up to ``top`` values of each cluster of each partition, in the order in which they were chosen."""
        held, names = _held(documents)
        alike, total = by_documents(held), np.asarray(held.sum(axis=0)).astype(np.int64)
        levels = []
        for labels, counts in zip(partitions, level_counts(held, partitions), strict=True):
            sizes = np.bincount(labels[labels >= 0], minlength=counts.shape[0])
            found = [
                _strongest(counts, total, len(labels), cluster, int(size))[: max(_DEPTH, self.top)]
                for cluster, size in enumerate(sizes)
            ]
            levels.append([
                diversify(tuple((names[i], weight) for i, weight in one), alike([i for i, _ in one]),
                          self.diversity, self.top)
                for one in found
            ])  # fmt: skip
        return levels


def _held(documents: Documents) -> tuple[csr_array, list[str]]:
    """Return which row has which value, and the values in alphabetical order."""
    from scipy.sparse import csr_array

    values = documents.values or [()] * len(documents.texts)
    names = sorted({value for row in values for value in row})
    place = {name: column for column, name in enumerate(names)}
    cells = [(row, place[value]) for row, found in enumerate(values) for value in dict.fromkeys(found)]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    return csr_array((np.ones(len(cells)), (rows, columns)), shape=(len(values), len(names))), names


def _strongest(
    counts: csr_array, total: npt.NDArray[np.int64], rows: int, cluster: int, size: int
) -> list[tuple[int, float]]:
    """Return the values that set a cluster apart with their weights, strongest first, ties in alphabetical order."""
    span = slice(counts.indptr[cluster], counts.indptr[cluster + 1])
    columns, inside = counts.indices[span], counts.data[span].astype(np.int64)
    everywhere = total[columns]
    share = inside / max(size, 1)
    outside = (everywhere - inside) / max(rows - size, 1)
    weights = ((share - outside) ** 2 / np.maximum(share, 1e-12)).round(9)
    kept = np.flatnonzero((inside >= _ROWS) & (share >= _SHARE) & (share > outside) & (weights > 0))
    if size < rows:  # a cluster of all rows stands out from nothing, and is described by what is common
        chance = upper_tail(inside[kept], rows, everywhere[kept], np.full(len(kept), size))
        kept = kept[chance * len(total) <= _CHANCE]
    order = kept[np.lexsort((columns[kept], -weights[kept]))]
    return [(int(columns[i]), float(weights[i])) for i in order]
