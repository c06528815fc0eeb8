"""The contract of a labeller: the evidence of every cluster in, one title a cluster out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method
from triptych.llm.desk import Desk

__all__ = ["EXCERPT", "AskingLabeller", "Desk", "Evidence", "Label", "Labeller", "PlacingLabeller", "Space"]

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
    """A title for a cluster: ``text`` is one line of at most 80 characters, ``status`` says where it comes from.

    ``extracted`` from the texts; ``written`` by a model; ``ungrounded``, written in words that the evidence does not
    bear out; ``given`` by somebody; ``fallback`` where that did not succeed.
    """

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


class AskingLabeller(Labeller):
    """Gives titles that cost something, so that none is paid for twice."""

    @abstractmethod
    def ask(self, evidence: Sequence[Evidence], desk: Desk[Label]) -> list[Label]:
        """Return what :meth:`label` does.

        Parameters
        ----------
        evidence
            Every cluster of every level.
        desk
            What is known already, and where each title goes as soon as it is there.
        """

    @abstractmethod
    def asks(self) -> str:
        """Return whom it asks: all that decides a title besides the evidence, as one line."""

    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one label for each piece of evidence, remembering nothing."""
        return self.ask(evidence, Desk())


@dataclass(frozen=True)
class Space:
    """Where clusters and words lie.

    Attributes
    ----------
    centres
        float64 (k, d): the direction of each piece of evidence from the middle of all documents, unit length; 0 where
        there is none.
    place
        Gives the vectors of m phrases, float32 (m, d): 0 for those that it does not know.
    """

    centres: npt.NDArray[np.float64]
    place: Callable[[Sequence[str]], npt.NDArray[np.float32]]

    @classmethod
    def of_documents(
        cls, centres: npt.NDArray[np.float64], texts: Sequence[str], vectors: npt.NDArray[np.float32]
    ) -> Space:
        """Return the space in which a phrase lies at the mean of the documents that hold its words.

        Parameters
        ----------
        centres
            float64 (k, d).
        texts
            n documents.
        vectors
            float32 (n, d): those of the documents.
        """
        from triptych.kernels.mentions import mean_vectors

        return cls(centres, lambda phrases: mean_vectors(texts, phrases, vectors))


class PlacingLabeller(Labeller):
    """Gives titles that lie near their clusters, where there is a space to see that in."""

    @abstractmethod
    def title(self, evidence: Sequence[Evidence], space: Space | None) -> list[Label]:
        """Return what :meth:`label` does.

        Parameters
        ----------
        evidence
            Every cluster of every level.
        space
            Where these and words lie; None where nobody can tell.
        """

    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one label for each piece of evidence, from that alone."""
        return self.title(evidence, None)
