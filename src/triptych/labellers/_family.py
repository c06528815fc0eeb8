"""Which clusters hold which, and beside which they lie."""

from __future__ import annotations

from collections.abc import Sequence

from triptych.labellers.base import Evidence

__all__ = ["Family"]


class Family:
    """The places of clusters in a list of evidence, by how they are related.

    Attributes
    ----------
    levels
        Of each level, finest first, its clusters by number.
    children
        Of each cluster, those that it holds one level finer, largest first.
    """

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self._evidence = evidence
        at = {(piece.level, piece.cluster): index for index, piece in enumerate(evidence)}
        self._parents = [at.get((piece.level + 1, piece.parent)) for piece in evidence]
        self.levels: dict[int, list[int]] = {}
        self.children: list[list[int]] = [[] for _ in evidence]
        for index in sorted(range(len(evidence)), key=lambda i: (evidence[i].level, evidence[i].cluster)):
            self.levels.setdefault(evidence[index].level, []).append(index)
            if (parent := self._parents[index]) is not None:
                self.children[parent].append(index)
        for kin in self.children:
            kin.sort(key=lambda child: (-evidence[child].size, evidence[child].cluster))

    def heir(self, index: int) -> int | None:
        """Return the one cluster that has the same documents one level finer, if there is one."""
        kin = self.children[index]
        same = len(kin) == 1 and self._evidence[kin[0]].size == self._evidence[index].size
        return kin[0] if same else None

    def others(self, index: int) -> list[int]:
        """Return the cluster that holds another one and more, then all others that it holds; at the top, all."""
        while (parent := self._parents[index]) is not None and self.heir(parent) == index:
            index = parent
        kin = self.levels[self._evidence[index].level] if parent is None else self.children[parent]
        return [*([] if parent is None else [parent]), *(other for other in kin if other != index)]
