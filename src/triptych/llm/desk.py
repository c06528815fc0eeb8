"""Where answers that cost something are found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

__all__ = ["Desk"]

Answer = TypeVar("Answer")


class Desk(Generic[Answer]):
    """Where a method that pays for answers finds those it has paid for, and puts each new one at once.

    Parameters
    ----------
    known
        Answers by what was asked: SHA-256 of all that decides them.
    keep
        Is given every new one; never called by two threads at once.
    say
        Is told what is worth knowing during the work.

    Attributes
    ----------
    used
        The known and new answers that this work rests on.
    notes
        Sentences for the summary.
    """

    def __init__(
        self,
        known: Mapping[str, Answer] | None = None,
        keep: Callable[[str, Answer], None] = lambda _asked, _answer: None,
        say: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._known, self._keep, self.say = dict(known or {}), keep, say
        self.used: dict[str, Answer] = {}
        self.notes: list[str] = []

    def find(self, asked: str) -> Answer | None:
        """Return the answer that was paid for, or None."""
        return self._known.get(asked)

    def take(self, asked: str, answer: Answer) -> None:
        """Note that an answer is used; a new one is kept."""
        if asked not in self._known:
            self._known[asked] = answer
            self._keep(asked, answer)
        self.used[asked] = answer
