"""Read texts for titles: words with their roles, how they are spelt, which stand as nouns, which have plurals."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, stem, word_set
from triptych.kernels.words import cut_texts

__all__ = [
    "Lexicon", "Word", "can_be_noun", "ends_as_noun", "is_noun_phrase", "may_begin_verb", "read", "tells_nouns",
]  # fmt: skip

# After a noun comes a mark, the end or a stop word, but no determiner: that follows a verb.
_DETERMINERS = word_set(
    """
    a an the this that's these those its their his her my your our any all some each every no it them him
    you us one another how what
    """
)
# After these comes a verb or an adjective.
_BEFORE_VERBS = word_set(
    """
    to is are was were be been being can could will would shall should may might must not do does did has
    have it they we you he she i which who also only very so
    """
)
_AFTER_PARTICIPLES = word_set("as by from of to")
# Participles, adverbs and adjectives end no noun phrase. Endings tell many of them.
_NO_NOUNS = word_set(
    """
    american ancient british catholic danish dutch english equal female finnish french german greek irish
    islamic italian jewish latin male modern polish roman russian scottish spanish swedish turkish welsh big
    black blue brown different early eastern good great green grey high huge key large late left little long
    low main new northern old orange pink purple red right short small southern western white yellow young
    born built done drawn driven drunk found given gone grown held known shown spoken sold taken thrown told
    worn written o'clock o’clock two three four five six seven eight nine ten eleven twelve twenty thirty hundred
    """
)
_NO_NOUN = re.compile(r"..(?:[^e]ed|[^mb]ly|ous|less|ful|[^e]ese|metric)$")
#: Most words between an article and its noun.
_WORDS = 3
#: Only capital letters that are no words of their own may stand in a title, as in "vitamin C".
_LETTER = re.compile("[B-HJ-Z]")
#: Plain numbers, and versions and ranges: words with a digit and a hyphen.
_NUMBER = re.compile(r"[\d\-]+|.*-.*\d.*|.*\d.*-.*")


@dataclass(frozen=True, slots=True)
class Word:
    """One piece of a text.

    Attributes
    ----------
    surface
        As written, possessive ending cut.
    form
        As counted; empty for a mark.
    stem
        What its forms share.
    content
        Whether it may be part of a title.
    """

    surface: str
    form: str
    stem: str
    content: bool


_MARK = Word("", "", "", content=False)


def read(texts: Sequence[str], *, limit: int | None = None) -> list[list[Word]]:
    """Return the words and marks of each text.

    Parameters
    ----------
    texts
        Any texts.
    limit
        Texts of so many characters or more were cut there: their last word may be half a word, and is left out.
    """
    cuts = cut_texts(texts)
    words = [_word(piece) for piece in cuts.pieces]
    # What follows a possessive is another phrase.
    runs = [
        [word, _MARK] if word.form and len(word.form) < len(piece) else [word]
        for word, piece in zip(words, cuts.pieces, strict=True)
    ]
    found: list[list[Word]] = [[] for _ in texts]
    for number, document in zip(cuts.ids.tolist(), cuts.documents.tolist(), strict=True):
        if number >= 0:
            found[document] += runs[number]
    return [
        words[:-1] if limit is not None and len(text) >= limit else words
        for words, text in zip(found, texts, strict=True)
    ]


def _word(piece: str) -> Word:
    form = normal_form(piece)
    content = (
        (1 < len(form) <= 30 or bool(_LETTER.fullmatch(piece)))
        and form not in STOP_WORDS
        and not is_unspaced(form)
        and not _NUMBER.fullmatch(form)
    )
    surface = piece[: len(form)]
    return Word(surface if surface.lower() == form else form, form, stem(form), content)


def tells_nouns(words: Sequence[Word]) -> bool:
    """Tell whether a text has the English stop words, or the commas, that nouns are told by."""
    return sum(word.content for word in words) <= 0.75 * len(words)


def is_noun_phrase(words: Sequence[Word], first: int, last: int) -> bool:
    """Tell whether the words from ``first`` to ``last`` look like a noun phrase or the end of one."""
    return not may_begin_verb(words, first) and ends_as_noun(words, last)


def may_begin_verb(words: Sequence[Word], first: int) -> bool:
    """Tell whether the word before a place is one that verbs follow."""
    return first > 0 and words[first - 1].form in _BEFORE_VERBS


def ends_as_noun(words: Sequence[Word], last: int) -> bool:
    """Tell whether a word looks like the last one of a noun phrase."""
    after = words[last + 1] if last + 1 < len(words) else _MARK
    if after.content or after.form in _DETERMINERS:
        return False
    if words[last].form.endswith("ing") and after.form in _AFTER_PARTICIPLES:
        return False
    return can_be_noun(words[last].form)


def _is_verb(words: Sequence[Word], place: int) -> bool:
    after = words[place + 1].form if place + 1 < len(words) else ""
    before = words[place - 1].form if place else ""
    return after in _DETERMINERS or before in _BEFORE_VERBS


def _after_article(words: Sequence[Word], place: int) -> bool:
    first = place
    while first and words[first - 1].content and place - first < _WORDS:
        first -= 1
    return first > 0 and words[first - 1].form in ("a", "an")


def can_be_noun(form: str) -> bool:
    """Tell whether a word may be a noun, for all that its ending and a short list of others say."""
    return form not in _NO_NOUNS and not _NO_NOUN.search(form)


@dataclass
class Lexicon:
    """How the texts spell and use their words.

    Attributes
    ----------
    spellings
        For each form, its surfaces; those that say little about capitals count a tenth.
    forms
        For each stem, its forms.
    seen, nouns, verbs, counted, alone
        In texts that tell: how often a form occurs, stands as a noun, stands as a verb, stands as a noun after
        "a" or "an", follows no content word.
    """

    spellings: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    forms: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    seen: Counter[str] = field(default_factory=Counter)
    nouns: Counter[str] = field(default_factory=Counter)
    verbs: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    _spelt: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Iterable[Sequence[Word]], titles: Iterable[Sequence[Word]]) -> Lexicon:
        """Gather a lexicon from texts and titles that were read."""
        lexicon = cls()
        texts = list(texts)
        small = sum(bool(words) and words[0].surface[:1].islower() for words in texts)
        for words in texts:
            lexicon._add(words, sentences=2 * small < len(texts))
        for words in titles:
            # A thing that several titles name is one that can be counted.
            lexicon.counted.update(
                {word.form for i, word in enumerate(words) if word.content and is_noun_phrase(words, i, i)}
            )
        return lexicon

    def _add(self, words: Sequence[Word], *, sentences: bool) -> None:
        content = [word.surface for word in words if word.content]
        headline = sum(surface[0].isupper() for surface in content) > 0.6 * len(content)
        telling = tells_nouns(words)
        for i, word in enumerate(words):
            if not word.content:
                continue
            if telling:
                self._add_use(words, i)
            self.forms[word.stem].add(word.form)
            # A capital in a headline or at the start of a sentence says little about the word.
            starts = sentences and (headline or i == 0 or not words[i - 1].form)
            self.spellings[word.form][word.surface] += 1 if starts and word.surface.istitle() else 10

    def _add_use(self, words: Sequence[Word], place: int) -> None:
        form = words[place].form
        noun = is_noun_phrase(words, place, place)
        self.seen[form] += 1
        self.nouns[form] += noun
        self.verbs[form] += _is_verb(words, place)
        self.counted[form] += noun and _after_article(words, place)
        self.alone[form] += place == 0 or not words[place - 1].content

    def noun(self, form: str) -> float:
        """Return how often a word stands as a noun, in (0, 1); 0.5 where no text tells."""
        return (self.nouns[form] + 0.5) / (self.seen[form] + 1)

    def verb(self, form: str) -> float:
        """Return how often a word stands as a verb, in [0, 1)."""
        if form.endswith("s") and self.seen[form] and not self.alone[form] and len(self.forms[stem(form)]) == 1:
            return 0.7  # "the tree stands": never without what stands, never "stand"
        return self.verbs[form] / (self.seen[form] + 1)

    def spell(self, form: str) -> str:
        """Return the usual spelling of a word within a sentence."""
        if form not in self._spelt:
            self._spelt[form] = self._usual(form)
        return self._spelt[form]

    def _usual(self, form: str) -> str:
        spellings = self.spellings.get(form)
        if not spellings:
            return form
        # Lists of tags and addresses lose capitals, nothing adds them: half is enough.
        named = {spelling: count for spelling, count in spellings.items() if spelling != form}
        best = min(named, key=lambda spelling: (-named[spelling], spelling), default=form)
        return best if named and named[best] >= max(10, 0.45 * spellings.total()) else form

    def is_name(self, form: str) -> bool:
        """Tell whether a word is usually written with a capital."""
        return self.spell(form) != form
