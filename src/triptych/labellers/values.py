"""Titles of values of columns, for clusters that have no texts: "Drama, 1990s"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations, count
from typing import ClassVar

from triptych.core.params import Limit
from triptych.core.text import cut
from triptych.labellers.base import Evidence, Label, Labeller

__all__ = ["Values"]

#: A second value stands beside the first where it weighs so large a share of it.
_WORTH = 0.3
#: Values that titles are made of, and most characters of a title before what tells it from another.
_DEPTH, _LONGEST = 8, 68

Names = frozenset[str]


class Values(Labeller):
    """Titles each cluster with its strongest words, whole and as they stand, joined by commas.

    One is enough where the others weigh little; otherwise two, and a third or another pair where a cluster of the same
    level, or one inside, has that title already. Where no pair is free, one that holds a cluster of that title is that
    ``and others``. It reads the words and no text, as fits the words of ``describers/values``.
    """

    limits: ClassVar[Mapping[str, Limit]] = {}

    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one title for each cluster: ``extracted`` from its words, ``fallback`` where there are none."""
        place = {(piece.level, piece.cluster): index for index, piece in enumerate(evidence)}
        children: list[list[int]] = [[] for _ in evidence]
        for index, piece in enumerate(evidence):
            if (parent := place.get((piece.level + 1, piece.parent))) is not None:
                children[parent].append(index)
        labels: dict[int, Label] = {}
        below: list[set[Names]] = [set() for _ in evidence]
        taken: dict[int, set[Names]] = {piece.level: set() for piece in evidence}
        for index in sorted(range(len(evidence)), key=lambda i: _turn(evidence[i])):
            piece, kin = evidence[index], children[index]
            below[index] = set().union(*(below[child] for child in kin))
            if len(kin) == 1 and evidence[kin[0]].size == piece.size and labels[kin[0]].status == "extracted":
                below[index] -= {_names(labels[kin[0]].text)}  # the same rows may have the same title
            title = _free(piece, taken[piece.level], below[index])
            taken[piece.level].add(_names(title))
            below[index].add(_names(title))
            labels[index] = Label(title, "extracted" if piece.keywords else "fallback")
        return [labels[index] for index in range(len(evidence))]


def _turn(piece: Evidence) -> tuple[int, float, int]:
    """Return when a cluster is titled: finest level first, the clearest of a level first."""
    return piece.level, -max((weight for _, weight in piece.keywords), default=0.0), piece.cluster


def _names(title: str) -> Names:
    return frozenset(title.casefold().split(", "))


def _free(piece: Evidence, taken: set[Names], below: set[Names]) -> str:
    """Return the first title that no other cluster of the level has, and none inside."""
    titles = [title for title in _options(piece.keywords[:_DEPTH]) if len(title) <= _LONGEST]
    best = titles[0] if titles else cut(_single(piece), _LONGEST).rstrip()
    wider = [f"{best} and others"] if _names(best) in below else []
    numbered = (f"{best} ({number})" for number in count(2))
    return next(title for title in chain(titles or [best], wider, numbered) if _names(title) not in taken | below)


def _single(piece: Evidence) -> str:
    return _joined([piece.keywords[0][0]]) if piece.keywords else f"Untitled group of {piece.size:,}"


def _options(keywords: Sequence[tuple[str, float]]) -> Iterator[str]:
    """Yield titles, best first: the first value, with the second if it weighs enough, then others with the first."""
    words = [word for word, _ in keywords]
    if not words:
        return
    if len(words) > 1 and keywords[1][1] < _WORTH * keywords[0][1]:
        yield _joined(words[:1])
    yield _joined(words[:2])
    for size in (3, 2):
        for others in combinations(words[1:], size - 1):
            yield _joined([words[0], *others])
    for pair in combinations(words[1:], 2):
        yield _joined(pair)
    for word in words:
        yield _joined([word])


def _joined(words: Sequence[str]) -> str:
    text = ", ".join(words)
    return text[:1].upper() + text[1:]
