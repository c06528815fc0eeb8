"""Phrases that could be the title of a cluster, and how well each tells its documents from the others."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

from triptych.core.words import is_unspaced, normal_form, stem
from triptych.labellers._corpus import Corpus, Key
from triptych.labellers._reading import can_be_noun
from triptych.labellers.base import Evidence

__all__ = ["Candidate", "Key", "candidates"]

#: How much a phrase of so many words is preferred.
_LENGTH = {1: 1.0, 2: 1.4, 3: 1.35, 4: 1.2}
#: Weight of the keywords, which know all documents of the cluster, against the exemplars, which are few.
_KEYWORDS = 0.7
#: Most characters of a phrase in an unspaced script.
_LONGEST = 12
#: From so many documents on, a phrase must be in two.
_FEW = 5
#: Phrases of a cluster that are looked at closely.
_DEPTH = 100

_HIRAGANA = "".join(map(chr, range(0x3041, 0x3097)))


@dataclass(frozen=True)
class Candidate:
    """A phrase that could be the title of a cluster, or half of it.

    Attributes
    ----------
    key
        The stems of its words.
    forms
        Its words as they are counted.
    score
        How good a title it is; to be compared within the cluster only.
    covers
        The documents of the cluster that hold all its words.
    coverage
        Their share of the cluster.
    definite
        Whether there is one such thing: "the ..." rather than many.
    """

    key: Key
    forms: Key
    score: float
    covers: frozenset[int]
    coverage: float = 0.0
    definite: bool = False


@dataclass
class _Phrase:
    """The occurrences of a phrase: in which documents and forms, how often as a noun phrase, after "the"."""

    documents: set[int] = field(default_factory=set)
    forms: Counter[Key] = field(default_factory=Counter)
    nouns: float = 0.0
    definite: int = 0


def candidates(corpus: Corpus, index: int) -> list[Candidate]:
    """Return the phrases that could title a cluster, best first.

    A good title is a noun phrase, true of most of the cluster and of little else, made of its keywords. With p
    the share of the cluster's documents that hold its words, q the share of all others that do, k the mean
    weight of its words among the keywords and f its fitness as a noun phrase, a phrase scores
    ``f * ((p - q)² / p + 0.7 k)``.
    """
    members = corpus.members[index]
    phrases = _phrases(corpus, members)
    keywords = _keyword_weights(corpus.evidence[index])
    known = {key: sum(keywords.get(word, 0.0) for word in key) / len(key) for key in phrases}
    adjacent = {key: sum(members[d] for d in phrase.documents) for key, phrase in phrases.items()}
    often = [
        key for key, phrase in phrases.items()
        if len(phrase.documents) > 1 or len(members) < _FEW or (known[key] > 0 and len(key) == 1)
    ]  # fmt: skip
    often.sort(key=lambda key: (-adjacent[key] - _KEYWORDS * known[key], key))
    found = [_candidate(corpus, index, key, phrases[key], known[key]) for key in often[:_DEPTH]]
    found += _unspaced(corpus, index)
    found = _without_fragments([one for one in found if one.score > 0], adjacent)
    # A number or an adjective by itself is a title only where there is nothing else.
    nouns = [one for one in found if len(one.key) > 1 or can_be_noun(one.forms[0])]
    return sorted(nouns or found, key=lambda one: (-one.score, one.key))


def _phrases(corpus: Corpus, documents: Iterable[int]) -> dict[Key, _Phrase]:
    found: defaultdict[Key, _Phrase] = defaultdict(_Phrase)
    for document in documents:
        for key, forms, noun, definite in corpus.spans[document]:
            phrase = found[key]
            phrase.documents.add(document)
            phrase.forms[forms] += 1
            phrase.nouns += noun
            phrase.definite += definite
    return found


def _candidate(corpus: Corpus, index: int, key: Key, phrase: _Phrase, known: float) -> Candidate:
    forms = min(phrase.forms, key=lambda form: (-phrase.forms[form], form))
    noun = (phrase.nouns + 2 * corpus.lexicon.noun(forms[-1])) / (phrase.forms.total() + 2)
    names = [corpus.lexicon.is_name(form) for form in forms]
    if len(key) == 1 and can_be_noun(forms[0]):
        noun **= 0.4  # what often describes another noun may still be one
    if all(names) and can_be_noun(forms[-1]):
        noun = max(noun, 0.6)  # a name needs no noun after it
    if names[-1] and not all(names):
        noun *= 0.3  # "the parser Bison": two phrases that happen to touch
    noun *= 1 - max(map(corpus.lexicon.verb, forms))
    everywhere = frozenset.intersection(*(corpus.holders[word] for word in key))
    definite = 2 * phrase.definite > phrase.forms.total()
    return _scored(corpus, index, Candidate(key, forms, noun * _LENGTH[len(key)], everywhere, definite=definite), known)


def _scored(corpus: Corpus, index: int, phrase: Candidate, known: float) -> Candidate:
    """Return a phrase, which covers documents anywhere and scores its fitness as a phrase, as it is for a cluster."""
    members = corpus.members[index]
    covers = phrase.covers & members.keys()
    inside = sum(members[document] for document in sorted(covers))
    others = sum(corpus.weights[document] for document in sorted(phrase.covers - covers))
    outside = others / max(1 - corpus.share(index), 1e-9) if others else 0.0
    gain = max(inside - outside, 0.0) ** 2 / inside if inside else 0.0
    score = phrase.score * (gain + _KEYWORDS * known)
    return replace(phrase, score=score, covers=covers, coverage=inside)


def _unspaced(corpus: Corpus, index: int) -> list[Candidate]:
    """Return the keywords in scripts without spaces, grown as long as the same documents hold them."""
    piece = corpus.evidence[index]
    strongest = max((weight for _, weight in piece.keywords), default=1.0)
    found = {}
    for keyword, weight in piece.keywords:
        if is_unspaced(keyword) and normal_form(keyword):
            name = _grown(keyword, [corpus.texts[document] for document in corpus.members[index]])
            name = name.strip(_HIRAGANA) or name  # at the ends, particles and endings of verbs
            holders = frozenset(d for d, text in enumerate(corpus.texts) if name in text)
            found[name] = _scored(corpus, index, Candidate((name,), (name,), 1.0, holders), weight / strongest)
    return list(found.values())


def _grown(name: str, texts: list[str]) -> str:
    """Return the longest run of characters around a name that nine in ten of its texts share."""
    holders = [text for text in texts if name in text]
    while len(holders) > 1 and len(name) < _LONGEST:
        around: Counter[str] = Counter()
        for text in holders:
            place = text.find(name)
            before, after = text[place - 1 : place], text[place + len(name) : place + len(name) + 1]
            around.update({before + name} if is_unspaced(before) else ())
            around.update({name + after} if is_unspaced(after) else ())
        best = min(around, key=lambda longer: (-around[longer], longer), default=name)
        if around[best] < 0.9 * len(holders):
            break
        name = best
    return name


def _keyword_weights(piece: Evidence) -> dict[str, float]:
    """Return the weight of each stem among the keywords, the strongest 1."""
    strongest = max((weight for _, weight in piece.keywords), default=1.0)
    weights: dict[str, float] = {}
    for keyword, weight in piece.keywords:
        for word in keyword.split():
            weights[stem(word)] = max(weights.get(stem(word), 0.0), weight / strongest)
    return weights


def _without_fragments(found: list[Candidate], adjacent: dict[Key, float]) -> list[Candidate]:
    """Drop phrases that nearly always stand inside one longer phrase."""
    scores = {one.key: one.score for one in found}
    fragments = {
        part
        for one in found
        for first, last in combinations(range(len(one.key) + 1), 2)
        if last - first < len(one.key) and len(one.covers) > 1 and (part := one.key[first:last]) in scores
        and adjacent[one.key] >= 0.8 * adjacent[part] and one.score >= 0.7 * scores[part]
    }  # fmt: skip
    return [one for one in found if one.key not in fragments]
