"""Titles that are a topic's first words as they stand: what better titles are measured against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import ClassVar

from triptych.core.params import Integer, Limit
from triptych.core.text import cut
from triptych.labellers.base import Evidence, Label, Labeller

__all__ = ["Keywords"]

#: Most characters of a title, before a number.
LONGEST = 72


class Keywords(Labeller):
    """Titles each cluster with its strongest words, joined by commas.

    Nothing is read and nothing is chosen; a title that a cluster of the same level has already gets a number. It is
    the baseline of other labellers.
    """

    limits: ClassVar[Mapping[str, Limit]] = {"words": Integer(low=1, high=10, help="most words in a title")}

    def __init__(self, *, words: int = 3) -> None:
        self.words = words

    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one title for each cluster: ``extracted`` from its words, ``fallback`` where there are none."""
        labels: dict[int, Label] = {}
        taken: set[tuple[int, str]] = set()
        for index in sorted(range(len(evidence)), key=lambda i: (evidence[i].level, evidence[i].cluster)):
            piece = evidence[index]
            title = self._title(piece)
            free = next(text for text in _numbered(title) if (piece.level, text.casefold()) not in taken)
            taken.add((piece.level, free.casefold()))
            labels[index] = Label(free, "extracted" if piece.keywords else "fallback")
        return [labels[index] for index in range(len(evidence))]

    def _title(self, piece: Evidence) -> str:
        words = [word for word, _ in piece.keywords[: self.words]]
        while len(words) > 1 and len(", ".join(words)) > LONGEST:
            words.pop()
        return cut(", ".join(words), LONGEST).rstrip() if words else f"Untitled group of {piece.size:,}"


def _numbered(title: str) -> Iterator[str]:
    yield title
    for number in count(2):
        yield f"{title} ({number})"
