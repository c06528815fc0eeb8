"""Titles made of the clusters' own phrases: no language model, no network, a title for every cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar

import numpy as np

from triptych.core.params import Limit
from triptych.labellers._candidates import Candidate, candidates
from triptych.labellers._corpus import Corpus
from triptych.labellers._sight import Look, Sight
from triptych.labellers.base import Evidence, Label, PlacingLabeller, Space

__all__ = ["Phrases"]

#: What the fitness of the best phrase of a cluster counts beside a cosine.
_FITNESS = 0.1
#: Most phrases of a title, and what share of the way from its cosine to 1 each further one must bring it.
_MOST, _GAIN = 3, 0.07
#: A phrase that already names a part of the cluster is preferred by so much.
_NAMES_A_PART = 1.6
#: Phrases that titles are made of; most characters of a title that has a choice, and of any (before a number).
_DEPTH, _PREFERRED, _HARD = 25, 40, 72

Parts = tuple[Candidate, ...]


class Phrases(PlacingLabeller):
    """Titles each cluster with the phrases that together lie nearest to it, one where one is enough, else two or three.

    A phrase is a run of words of the exemplars that could be a noun, or a keyword. With v the sum of the vectors of
    the phrases and c the direction of the cluster from the middle of all documents, those with the largest cos(v, c)
    are taken, one after the other; of nearly equal ones the fitter as a noun phrase of the cluster. Vectors are those
    of the run's encoder, else the means of the documents that hold a phrase; without either each exemplar is a
    dimension of its own. Titles are distinct within a level, and differ from those of the clusters above and below
    unless these are the same documents.
    """

    limits: ClassVar[Mapping[str, Limit]] = {}

    def title(self, evidence: Sequence[Evidence], space: Space | None) -> list[Label]:
        """Return one title for each cluster: ``extracted`` from its texts, ``fallback`` where they have no word."""
        return _Titles(Corpus(evidence), space).choose()


class _Titles:
    """Chooses titles from the finest level up, on each level the clearest first."""

    def __init__(self, corpus: Corpus, space: Space | None) -> None:
        self._corpus = corpus
        self._found = [candidates(corpus, index, _DEPTH) for index in range(len(corpus.evidence))]
        self._sight = Sight(corpus, space, self._found)
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
        found = self._found[index]
        if parts:
            found = [replace(one, score=one.score * _NAMES_A_PART) if one.key in parts else one for one in found]
        return sorted(found, key=lambda one: (-one.score, one.key))

    def _title(self, index: int, ranked: list[Candidate], taken: set[str]) -> set[str]:
        """Choose the first title that is free and not too long; return its names."""
        below: set[str] = set().union(*(self._below[child] for child in self._corpus.children[index]))
        look = self._sight.look(index, ranked)
        options = [(_text(parts), parts) for parts in _options(ranked, look)]
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


def _text(parts: Parts) -> str:
    *names, last = [part.text for part in parts]
    text = " & ".join([", ".join(names), last] if names else [last])
    return text[:1].upper() + text[1:]


def _options(ranked: Sequence[Candidate], look: Look) -> Iterator[Parts]:
    """Yield titles, best first: what phrases add up to, less of it, the nearest phrase with any other, any phrase."""
    if not ranked:
        return
    fitness = np.array([one.score for one in ranked]) / ranked[0].score * _FITNESS
    alone = look.cosines([])
    order = np.argsort(-(alone + fitness), kind="stable").tolist()
    chosen, grown, near = order[:1], [order[:1]], alone[order[0]]
    while len(chosen) < _MOST:
        nearer = look.cosines(chosen)
        others = [place for place in _complements(chosen, ranked) if nearer[place] > near + _GAIN * (1 - near)]
        if not others:
            break
        chosen = [*chosen, max(others, key=lambda place: nearer[place] + fitness[place])]
        grown, near = [*grown, chosen], nearer[chosen[-1]]
    first, together = order[0], look.cosines(order[:1]) + fitness
    pairs = [[first, other] for other in sorted(_complements([first], ranked), key=lambda place: -together[place])]
    for places in (*reversed(grown), *pairs, *([place] for place in order)):
        yield tuple(ranked[place] for place in places)


def _complements(chosen: Sequence[int], ranked: Sequence[Candidate]) -> list[int]:
    """Return the places of the phrases that say something else."""
    said = [word for place in chosen for word in ranked[place].key]
    return [place for place, one in enumerate(ranked) if not _repeats(one.key, said)]


def _repeats(one: Iterable[str], other: Sequence[str]) -> bool:
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
