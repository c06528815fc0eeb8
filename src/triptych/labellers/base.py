"""The contract of a labeller: the evidence of every cluster in, one title a cluster out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from triptych.core.registry import Method

__all__ = ["EXCERPT", "AskingLabeller", "Desk", "Evidence", "Label", "Labeller"]

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


class Desk:
    """Where a labeller that pays for titles finds those it has paid for, and puts each new one at once.

    Parameters
    ----------
    known
        Titles by what was asked: SHA-256 of all that decides them.
    keep
        Is given every new one; never called by two threads at once.
    say
        Is told what is worth knowing during the work.

    Attributes
    ----------
    used
        The known and new titles that this work rests on.
    notes
        Sentences for the summary.
    """

    def __init__(
        self,
        known: Mapping[str, Label] | None = None,
        keep: Callable[[str, Label], None] = lambda _asked, _label: None,
        say: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._known, self._keep, self.say = dict(known or {}), keep, say
        self.used: dict[str, Label] = {}
        self.notes: list[str] = []

    def find(self, asked: str) -> Label | None:
        """Return the title that was paid for, or None."""
        return self._known.get(asked)

    def take(self, asked: str, label: Label) -> None:
        """Note that a title is used; a new one is kept."""
        if asked not in self._known:
            self._known[asked] = label
            self._keep(asked, label)
        self.used[asked] = label


class AskingLabeller(Labeller):
    """Gives titles that cost something, so that none is paid for twice."""

    @abstractmethod
    def ask(self, evidence: Sequence[Evidence], desk: Desk) -> list[Label]:
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
