"""Titles made of the clusters' own phrases: no model, no network, a title for every cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar

from triptych.core.params import Limit
from triptych.core.words import is_unspaced
from triptych.labellers._candidates import Candidate, candidates
from triptych.labellers._corpus import Corpus
from triptych.labellers._plural import plural
from triptych.labellers.base import Evidence, Label, Labeller

__all__ = ["Phrases"]

#: A phrase that so large a share of the documents hold names the cluster alone.
_ENOUGH = 0.8
#: A second phrase must bring so large a share of further documents, and so much of the first one's score.
_GAIN, _WORTH = 0.12, 0.3
#: A phrase that already names a part of the cluster is preferred by so much.
_NAMES_A_PART = 1.6
#: A noun goes with a name if so large a share of the name's documents hold both.
_GOES_WITH = 0.6
#: Phrases that titles are made of; most characters of a title that has a choice, and of any (before a number).
_DEPTH, _PREFERRED, _HARD = 25, 40, 72

Parts = tuple[Candidate, ...]


class Phrases(Labeller):
    """Titles each cluster with the phrases that most of its documents share and other documents lack.

    One phrase where one is enough, else two or three that complement one another. Titles are distinct
    within a level, and differ from those of the clusters above and below unless these are the same
    documents.
    """

    limits: ClassVar[Mapping[str, Limit]] = {}

    def label(self, evidence: Sequence[Evidence]) -> list[Label]:
        """Return one title for each cluster: ``extracted`` from its texts, ``fallback`` where they have no word."""
        corpus = Corpus(evidence)
        return _Titles(corpus).choose()


class _Titles:
    """Chooses titles from the finest level up, on each level the clearest first."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._labels: dict[int, Label] = {}
        self._parts: dict[int, Parts] = {}
        #: Titles of a cluster and all below it, in a form in which equal ones are equal.
        self._below: dict[int, set[str]] = {}

    def choose(self) -> list[Label]:
        """Return the title of every cluster, in the order of the evidence."""
        evidence = self._corpus.evidence
        for level in sorted({piece.level for piece in evidence}):
            here = [index for index, piece in enumerate(evidence) if piece.level == level]
            ranked = {index: self._ranked(index) for index in here if not self._same_as_child(index)}
            taken = {name for index in here if index not in ranked for name in self._inherit(index)}
            clear = {index: -found[0].score if found else 0.0 for index, found in ranked.items()}
            for index in sorted(ranked, key=lambda i: (clear[i], evidence[i].cluster)):
                taken |= self._title(index, ranked[index], taken)
        return [self._labels[index] for index in range(len(evidence))]

    def _same_as_child(self, index: int) -> bool:
        kin = self._corpus.children[index]
        return len(kin) == 1 and self._corpus.evidence[kin[0]].size == self._corpus.evidence[index].size

    def _inherit(self, index: int) -> set[str]:
        [child] = self._corpus.children[index]
        self._labels[index], self._parts[index] = self._labels[child], self._parts[child]
        self._below[index] = self._below[child]
        return _names(self._labels[index].text, self._parts[index])

    def _ranked(self, index: int) -> list[Candidate]:
        """Return the phrases to choose from, those first that name a part of the cluster already."""
        parts = {part.key for child in self._corpus.children[index] for part in self._parts[child]}
        found = candidates(self._corpus, index)
        if parts:
            found = [replace(one, score=one.score * _NAMES_A_PART) if one.key in parts else one for one in found]
        found = sorted(found, key=lambda one: (-one.score, one.key))[:_DEPTH]
        return [self._with_noun(found[0], found), *found[1:]] if found else []

    def _with_noun(self, name: Candidate, ranked: list[Candidate]) -> Candidate:
        """Return a name with the noun that mostly goes with it: what Perl is to most is "Perl modules" here."""
        if len(name.key) > 1 or not self._corpus.lexicon.is_name(name.forms[0]):
            return name
        longer = (one for one in ranked if len(one.key) == 2 and one.key[0] == name.key[0])
        return next((one for one in longer if one.coverage >= _GOES_WITH * name.coverage), name)

    def _title(self, index: int, ranked: list[Candidate], taken: set[str]) -> set[str]:
        """Choose the first title that is free and not too long; return its names."""
        below: set[str] = set().union(*(self._below[child] for child in self._corpus.children[index]))
        options = [(self._text(parts), parts) for parts in _options(ranked)]
        options = [one for one in options if len(one[0]) <= _HARD]
        options.sort(key=lambda one: len(one[0]) > _PREFERRED)
        status = "extracted" if options else "fallback"
        if not options:
            options = [(f"Untitled group of {self._corpus.evidence[index].size:,}", ())]
        free = (one for one in options if not _names(*one) & (taken | below))
        text, parts = next(free, None) or self._numbered(*options[0], taken | below)
        self._labels[index], self._parts[index] = Label(text, status), parts
        self._below[index] = below | _names(text, parts)
        return _names(text, parts)

    def _numbered(self, text: str, parts: Parts, taken: set[str]) -> tuple[str, Parts]:
        number = next(n for n in count(2) if f"{text} ({n})".casefold() not in taken)
        return f"{text} ({number})", ()

    def _text(self, parts: Parts) -> str:
        names = [self._phrase(part) for part in sorted(parts, key=lambda part: -part.coverage)]
        text = " & ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
        return text[:1].upper() + text[1:]

    def _phrase(self, part: Candidate) -> str:
        lexicon = self._corpus.lexicon
        *before, last = part.forms
        if not part.definite and not is_unspaced(last):
            last = plural(last, lexicon)
        return " ".join(map(lexicon.spell, [*before, last]))


def _options(ranked: list[Candidate]) -> Iterator[Parts]:
    """Yield titles, best first: one phrase if it is enough, else two, else three, else any two, else any one."""
    if not ranked:
        return
    first = ranked[0]
    seconds = _complements((first,), ranked)
    worthy = [one for one in seconds[:1] if one.score >= _WORTH * first.score and _gain((first,), one) >= _GAIN]
    if first.coverage >= _ENOUGH or not worthy:
        yield (first,)
    for second in seconds[:1]:
        yield (first, second)
        for third in _complements((first, second), ranked)[:1]:
            yield (first, second, third)
    for second in seconds[1:]:
        yield (first, second)
    for other in ranked:
        yield (other,)


def _complements(parts: Parts, ranked: list[Candidate]) -> list[Candidate]:
    """Return the phrases that say something else, those first that name further documents."""
    others = [one for one in ranked if not any(_repeats(one.key, part.key) for part in parts)]
    return sorted(others, key=lambda one: (-one.score * (0.1 + _gain(parts, one)), one.key))


def _gain(parts: Parts, one: Candidate) -> float:
    """Return the share of the cluster's documents that a phrase adds to those of others."""
    known = frozenset[int]().union(*(part.covers for part in parts))
    return one.coverage * len(one.covers - known) / max(len(one.covers), 1)


def _repeats(one: Iterable[str], other: Iterable[str]) -> bool:
    """Tell whether two phrases hold words that sound like one another."""
    return any(_alike(a, b) for a in one for b in other)


def _alike(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    shared = next((place for place in range(shorter) if one[place] != other[place]), shorter)
    held = shared == shorter or (shorter >= 4 and (one in other or other in one))
    return held or (shared >= 4 and shared >= 0.6 * shorter)


def _names(text: str, parts: Parts) -> set[str]:
    """Return what two titles have in common that a reader takes for the same one."""
    return {text.casefold(), "\0".join(sorted({word for part in parts for word in part.key}))} - {""}
