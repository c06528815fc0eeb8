"""Phrases that could be the title of a cluster, and how well each tells its documents from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from triptych.core.words import is_unspaced, normal_form, stem
from triptych.labellers._corpus import Corpus, Holding, Key, Span
from triptych.labellers._plural import plural
from triptych.labellers._reading import Lexicon, can_be_noun, read
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
    holders
        The documents that hold all its words.
    definite
        Whether there is one such thing: "the ..." rather than many.
    text
        How it is written within a title.
    """

    key: Key
    forms: Key
    score: float
    holders: frozenset[int]
    definite: bool = False
    text: str = ""


def candidates(corpus: Corpus, index: int, most: int) -> list[Candidate]:
    """Return at most so many phrases that could title a cluster, best first.

    A good title is a noun phrase, true of most of the cluster and of little else, made of its keywords. With p
    the share of the cluster's documents that hold its words, q the share of all others that do, k the mean
    weight of its words among the keywords and f its fitness as a noun phrase, a phrase scores
    ``f * ((p - q)² / p + 0.7 k)``.
    """
    members = corpus.members[index]
    adjacent: dict[Key, float] = {}
    holders: Counter[Key] = Counter()
    for document, weight in members.items():
        holders.update(corpus.keys[document])
        for key in corpus.keys[document]:
            adjacent[key] = adjacent.get(key, 0.0) + weight
    keywords = _keyword_weights(corpus.evidence[index])
    known = {
        key: sum(keywords.get(word, 0.0) for word in key) / len(key) for key, count in holders.items()
        if count > 1 or len(members) < _FEW or (len(key) == 1 and keywords.get(key[0], 0.0) > 0)
    }  # fmt: skip
    often = sorted(known, key=lambda key: (-adjacent[key] - _KEYWORDS * known[key], key))
    spans: dict[Key, list[Span]] = {key: [] for key in often[:_DEPTH]}
    for document in members:
        for span in corpus.spans[document]:
            if span.key in spans:
                spans[span.key].append(span)
    found = [
        _candidate(corpus, index, key, _usual(key_spans), key_spans, known[key]) for key, key_spans in spans.items()
    ]
    found += _unspaced(corpus, index)
    found += _unseen(corpus, index, keywords, {one.key for one in found})
    found = _without_fragments([one for one in found if one.score > 0], adjacent)
    # A number or an adjective by itself is a title only where there is nothing else.
    nouns = [one for one in found if len(one.key) > 1 or can_be_noun(one.forms[0])]
    best = sorted(nouns or found, key=lambda one: (-one.score, one.key))[:most]
    return [replace(one, text=_written(one, corpus.lexicon)) for one in best]


def _written(one: Candidate, lexicon: Lexicon) -> str:
    """Return a phrase as it stands within a title: many of what can be counted, in the usual spelling."""
    *before, last = one.forms
    if not one.definite and not is_unspaced(last):
        last = plural(last, lexicon)
    return " ".join(map(lexicon.spell, [*before, last]))


def _usual(spans: Sequence[Span]) -> Key:
    spelt = Counter(span.forms for span in spans)
    return min(spelt, key=lambda form: (-spelt[form], form))


def _unseen(corpus: Corpus, index: int, weights: dict[str, float], seen: set[Key]) -> list[Candidate]:
    """Return the keywords that stand in other documents of the cluster than those at hand."""
    words = [word for word, _ in corpus.evidence[index].keywords]
    found = {}
    for run in read(words):
        key, forms = tuple(word.stem for word in run), tuple(word.form for word in run)
        if len(run) in _LENGTH and all(word.content for word in run) and key not in seen:
            known = sum(weights.get(stem, 0.0) for stem in key) / len(key)
            found[key] = _candidate(corpus, index, key, forms, (), known)
    return list(found.values())


def _candidate(corpus: Corpus, index: int, key: Key, forms: Key, spans: Sequence[Span], known: float) -> Candidate:
    """Return a phrase as it is for a cluster, from all its spans there."""
    noun = (sum(span.noun for span in spans) + 2 * corpus.lexicon.noun(forms[-1])) / (len(spans) + 2)
    names = [corpus.lexicon.is_name(form) for form in forms]
    if len(key) == 1 and can_be_noun(forms[0]):
        noun **= 0.4  # what often describes another noun may still be one
    if all(names) and can_be_noun(forms[-1]):
        noun = max(noun, 0.6)  # a name needs no noun after it
    if names[-1] and not all(names):
        noun *= 0.3  # "the parser Bison": two phrases that happen to touch
    noun *= 1 - max(map(corpus.lexicon.verb, forms))
    definite = 2 * sum(span.definite for span in spans) > len(spans)
    holding = corpus.holding(key)
    score = noun * _LENGTH[len(key)] * (_gain(corpus, index, holding) + _KEYWORDS * known)
    return Candidate(key, forms, score, holding.documents, definite)


def _gain(corpus: Corpus, index: int, holding: Holding) -> float:
    """Return how well documents tell a cluster from the others."""
    members = corpus.members[index]
    covers = frozenset(members.keys() & holding.documents)
    inside = sum(members[document] for document in sorted(covers))
    others = 0.0
    if len(covers) < len(holding.documents):
        others = holding.weight - sum(corpus.weights[document] for document in sorted(covers))
    outside = others / max(1 - corpus.shares[index], 1e-9)
    return max(inside - outside, 0.0) ** 2 / inside if inside else 0.0


def _unspaced(corpus: Corpus, index: int) -> list[Candidate]:
    """Return the keywords in scripts without spaces, grown as long as the same documents hold them."""
    piece = corpus.evidence[index]
    strongest = max((weight for _, weight in piece.keywords), default=1.0)
    found = {}
    for keyword, weight in piece.keywords:
        if is_unspaced(keyword) and normal_form(keyword):
            name = _grown(keyword, [corpus.texts[document] for document in corpus.members[index]])
            name = name.strip(_HIRAGANA) or name  # at the ends, particles and endings of verbs
            holding = corpus.held_by(document for document, text in enumerate(corpus.texts) if name in text)
            score = _gain(corpus, index, holding) + _KEYWORDS * (weight / strongest)
            found[name] = Candidate((name,), (name,), score, holding.documents)
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
        if last - first < len(one.key) and len(one.holders) > 1 and (part := one.key[first:last]) in scores
        and adjacent.get(one.key, 0) >= 0.8 * adjacent.get(part, 0) and one.score >= 0.7 * scores[part]
    }  # fmt: skip
    return [one for one in found if one.key not in fragments]
