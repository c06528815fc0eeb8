"""The sentences of a topic's documents that say best what it is about."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from triptych.core.text import cut
from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, pieces, stem, word_set

__all__ = ["Sentence", "best_sentences", "read_sentences", "split_sentences"]

#: Most characters of a sentence; a longer one is cut at a blank, and the rest is the next.
LONGEST = 300
#: Characters of a document that are read: what is long says what it is about at its beginning.
READ = 2_000
#: A sentence of fewer words counts as one of so many, or a single word would say it best.
FEW = 8
#: How much a sentence that repeats another one loses.
DIVERSITY = 0.5

#: What ends a sentence by itself, and what does before a blank: Latin, Greek, Arabic, Armenian, Ethiopic, Indic …
_ENDS = "。！？｡"
_BEFORE_BLANK = ".!?…؟۔։።፧།༎।॥။។᙮‼‽⁇⁈⁉"
_CLOSE = "\"'”’»›」』）)】\\]"
_BREAK = re.compile(
    rf"(?<=[{_ENDS}])(?![{_ENDS}{_CLOSE}])|(?:(?<=[{_BEFORE_BLANK}])|(?<=[{_BEFORE_BLANK}][{_CLOSE}]))\s+"
)
_PARAGRAPH = re.compile(r"\s*\n\s*\n\s*|\s*[\v\f\u2028\u2029]\s*|\s*\n\s*(?=[-*•·‣]\s)")
#: A full stop after one of these, or after a single letter, rarely ends a sentence.
_SHORT = word_set(
    """
    mr mrs ms dr prof st jr sr vs etc e.g i.e cf al no nr vol fig pp ed eds inc ltd co corp gen col sgt capt lt rev hon
    approx dept est bzw z.b d.h usw ca
    """
)
_LAST_WORD = re.compile(r"([^\s(\[\"']*)\.$")
_LETTERS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_BULLET = re.compile(r"^[-*•·‣]\s+")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it is compared.

    Attributes
    ----------
    text
        One line of at most 300 characters.
    stems
        What its words share with their other forms, stop words left out; characters of scripts without spaces in pairs.
    length
        How many words those are, each as often as it stands there; a pair of characters is a word.
    """

    text: str
    stems: frozenset[str]
    length: int


def split_sentences(text: str, longest: int = LONGEST) -> list[str]:
    """Split a text into sentences.

    A sentence ends with a mark of any script (``.``, ``?``, ``。``, ``।``, ``؟`` …), at an empty line, or before the
    next item of a list. A full stop does not end one after a single letter or a common abbreviation, nor before a
    small letter. It is a rule of thumb; it knows no language.

    Parameters
    ----------
    text
        Any text.
    longest
        Most characters of a sentence, at least 2; a longer one is cut at a blank where there is one.

    Examples
    --------
    >>> split_sentences("Dr. Li sails. 船が出る。海は広い。")
    ['Dr. Li sails.', '船が出る。', '海は広い。']
    """
    found = []
    for paragraph in _PARAGRAPH.split(text):
        sentence = ""
        for piece in _BREAK.split(paragraph):
            if sentence and _continues(sentence, piece):
                sentence = f"{sentence} {piece}"
            else:
                found.append(sentence)
                sentence = piece
        found.append(sentence)
    lines = (" ".join(_BULLET.sub("", sentence).split()) for sentence in found)
    return [part for line in lines if line for part in _within(line, longest)]


def _continues(before: str, after: str) -> bool:
    """Tell whether a full stop between two pieces is no end."""
    word = _LAST_WORD.search(before)
    if word is None or not after:
        return False
    last = word[1]
    return after[0].islower() or bool(_LETTERS.fullmatch(last)) or last.lower() in _SHORT


def _within(line: str, longest: int) -> list[str]:
    parts = []
    while len(line) > longest:
        blank = line.rfind(" ", longest // 2, longest + 1)
        head = line[:blank] if blank > 0 else cut(line, longest)
        parts.append(head)
        line = line[len(head) :].lstrip()
    return [*parts, line] if line else parts


def read_sentences(text: str) -> list[Sentence]:
    """Return the sentences of the first 2,000 characters of a text, read for :func:`best_sentences`.

    Parameters
    ----------
    text
        Any text; of a longer one, what is left of a sentence at the cut is not used unless there is no other.
    """
    sentences = split_sentences(text[:READ])
    whole = sentences[:-1] if len(text) > READ else sentences
    return [_read(sentence) for sentence in whole or sentences]


def _read(sentence: str) -> Sentence:
    words = []
    before = ""
    for piece in pieces(sentence):
        form = normal_form(piece)
        if is_unspaced(form):
            words += [before + form] if before else []
            before = form
            continue
        before = ""
        if form and form not in STOP_WORDS:
            words.append(stem(form))
    return Sentence(sentence, frozenset(words), len(words))


def best_sentences(
    sentences: Sequence[Sentence], words: Sequence[tuple[str, float]], top: int
) -> list[tuple[int, float]]:
    """Choose the sentences that say most about a topic and differ from one another.

    A sentence scores the cosine between its words and the weights of the topic's words (centroid-based extraction),
    one of fewer than eight words as if it had eight. They are then chosen one by one, each losing by how many words it
    shares with one that is chosen already (maximal marginal relevance); one that has the same words is left out.

    Parameters
    ----------
    sentences
        n sentences, those first that go first where scores are equal.
    words
        (word or phrase, weight above 0) of the topic.
    top
        Most sentences, at least 1.

    Returns
    -------
    list
        (place among ``sentences``, score in (0, 1]), in the order in which they were chosen; none without a word of
        the topic.

    References
    ----------
    Radev, D., Jing, H., Styś, M. & Tam, D. (2004). Centroid-based summarization of multiple documents. Information
    Processing & Management 40(6). Carbonell, J. & Goldstein, J. (1998). The use of MMR. SIGIR '98.
    """
    weights = _weights(words)
    norm = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
    scores = {
        place: round(found / norm / math.sqrt(max(sentence.length, FEW)), 6)
        for place, sentence in enumerate(sentences)
        if (found := math.fsum(weights[word] for word in sentence.stems & weights.keys()))
    }
    left = sorted(scores, key=lambda place: (-scores[place], place))
    highest = scores[left[0]] if left else 1.0
    chosen: list[int] = []
    nearest = dict.fromkeys(left, 0.0)
    while left and len(chosen) < top:
        best = max(left, key=lambda place: (1 - DIVERSITY) * scores[place] / highest - DIVERSITY * nearest[place])
        chosen.append(best)
        for place in left:
            nearest[place] = max(nearest[place], _overlap(sentences[place].stems, sentences[best].stems))
        left = [place for place in left if nearest[place] < 1]
    return [(place, scores[place]) for place in chosen]


def _weights(words: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    """Return the weight of each stem: that of the strongest phrase which holds it."""
    weights: dict[str, float] = {}
    for phrase, weight in words:
        for word in _read(phrase).stems:
            weights[word] = max(weights.get(word, 0.0), weight)
    return weights


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard overlap of two sets of words."""
    return len(one & other) / len(one | other)
