"""The evidence of all clusters, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from triptych.labellers._reading import Lexicon, Word, ends_as_noun, may_begin_verb, read, tells_nouns
from triptych.labellers.base import EXCERPT, Evidence

__all__ = ["Corpus", "Holding", "Key", "Span"]

Key = tuple[str, ...]

#: Most words of a phrase, and most characters.
_WORDS, _CHARACTERS = 4, 36


class Span(NamedTuple):
    """A run of words that could stand in a title.

    Attributes
    ----------
    key
        Their stems.
    forms
        The words as they are counted.
    noun
        Whether they look like a noun phrase; 0.5 if the text does not tell.
    definite
        Whether "the" stands before them.
    """

    key: Key
    forms: Key
    noun: float
    definite: bool


class Holding(NamedTuple):
    """Documents, and the share of all that they stand for."""

    documents: frozenset[int]
    weight: float


class Corpus:
    """The documents behind every cluster.

    A cluster's documents are its exemplars or, where it holds finer clusters, theirs: what lies at the
    centre of a mixed cluster stands for none of its parts.

    Attributes
    ----------
    evidence
        As given.
    children
        For each cluster, the places of the clusters that it holds one level finer.
    members
        For each cluster, its documents with weights that sum to 1.
    texts, words
        Title and text of each document, as they are and read.
    spans
        For each document, what could stand in a title.
    keys
        The keys of these, each once.
    weights
        The share of all that each document stands for; sums to 1.
    shares
        The share of all documents that each cluster holds.
    lexicon
        How the texts use words.
    """

    def __init__(self, evidence: Sequence[Evidence]) -> None:
        self.evidence = evidence
        self.children = _children(evidence)
        self.texts: list[str] = []
        self.members: list[dict[int, float]] = [{} for _ in evidence]
        for index in sorted(range(len(evidence)), key=lambda i: evidence[i].level):
            self.members[index] = self._inherited(index) or self._own(index)
        self.words = read(self.texts, limit=EXCERPT)
        self.spans = [list(_spans(words)) for words in self.words]
        self.keys = [{span.key for span in spans} for spans in self.spans]
        self.weights = self._weights()
        self.shares = [sum(self.weights[document] for document in members) for members in self.members]
        holders: defaultdict[str, set[int]] = defaultdict(set)
        for document, words in enumerate(self.words):
            for word in words:
                if word.content:
                    holders[word.stem].add(document)
        self._holders = dict(holders)
        self._holding: dict[Key, Holding] = {}
        titles = {title for piece in evidence for title in piece.titles}
        self.lexicon = Lexicon.of(self.words, read(sorted(titles)))

    def holding(self, key: Key) -> Holding:
        """Return the documents that hold all words of a phrase."""
        if key not in self._holding:
            self._holding[key] = self.held_by(set.intersection(*(self._holders.get(word, set()) for word in key)))
        return self._holding[key]

    def held_by(self, documents: Iterable[int]) -> Holding:
        """Return documents with their weight."""
        held = sorted(documents)
        return Holding(frozenset(held), sum(self.weights[document] for document in held))

    def _inherited(self, index: int) -> dict[int, float]:
        kin = self.children[index]
        whole = sum(self.evidence[child].size for child in kin)
        return {
            document: weight * self.evidence[child].size / whole
            for child in kin
            for document, weight in self.members[child].items()
        }

    def _own(self, index: int) -> dict[int, float]:
        piece = self.evidence[index]
        first = len(self.texts)
        titles = piece.titles or ("",) * len(piece.exemplars)
        for title, text in zip(titles, piece.exemplars, strict=True):
            self.texts.append(text if text.startswith(title) else f"{title}. {text}")
        return dict.fromkeys(range(first, len(self.texts)), 1 / max(len(piece.exemplars), 1))

    def _weights(self) -> list[float]:
        finest = [i for i, kin in enumerate(self.children) if not kin]
        whole = sum(self.evidence[i].size for i in finest)
        weights = [0.0] * len(self.texts)
        for index in finest:
            for document, weight in self.members[index].items():
                weights[document] = weight * self.evidence[index].size / whole
        return weights


def _children(evidence: Sequence[Evidence]) -> list[list[int]]:
    place = {(piece.level, piece.cluster): index for index, piece in enumerate(evidence)}
    children: list[list[int]] = [[] for _ in evidence]
    for index, piece in enumerate(evidence):
        parent = place.get((piece.level + 1, piece.parent))
        if parent is not None:
            children[parent].append(index)
    return children


def _spans(words: Sequence[Word]) -> Iterator[Span]:
    telling = tells_nouns(words)
    ends = [telling and word.content and ends_as_noun(words, place) for place, word in enumerate(words)]
    for first in range(len(words)):
        definite = first > 0 and words[first - 1].form == "the"
        begins = not may_begin_verb(words, first)
        stems: tuple[str, ...] = ()
        forms: tuple[str, ...] = ()
        for last in range(first, min(first + _WORDS, len(words))):
            word = words[last]
            if not word.content or word.stem in stems:
                break
            stems, forms = (*stems, word.stem), (*forms, word.form)
            length = len(" ".join(forms))
            if 1 < length <= _CHARACTERS:
                yield Span(stems, forms, begins and ends[last] if telling else 0.5, definite)
