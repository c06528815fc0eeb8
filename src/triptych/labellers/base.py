"""The contract of a labeller: the evidence of every cluster in, one title a cluster out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from triptych.core.registry import Method

__all__ = ["EXCERPT", "Evidence", "Label", "Labeller"]

#: Characters of an exemplar that a labeller sees.
EXCERPT = 400


@dataclass(frozen=True)
class Evidence:
    """All that a labeller may know of one cluster; its content, not its number, is what a label belongs to.

    Attributes
    ----------
    level
        0 is the finest level.
    cluster
        The id of the cluster in its level.
    parent
        The id of the cluster that holds it one level coarser, -1 at the top.
    size
        Number of documents.
    keywords
        (word or phrase, weight) strongest first.
    exemplars
        Texts of the documents nearest the cluster's centre, nearest first, each cut at :data:`EXCERPT` characters.
    titles
        Titles of the same documents; the empty string where there is none.
    """

    level: int
    cluster: int
    parent: int
    size: int
    keywords: tuple[tuple[str, float], ...]
    exemplars: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Label:
    """A title for a cluster: ``text`` is one line of at most 80 characters, ``status`` says where it comes from."""

    text: str
    status: str = "extracted"


class Labeller(Method):
    """Gives every cluster a title."""

    @abstractmethod
    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one label for each piece of evidence, in order; distinct among siblings and within a level.

        Parameters
        ----------
        evidence
            Every cluster of every level.
        """
