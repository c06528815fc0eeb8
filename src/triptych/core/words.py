"""Words of any script: how texts are cut into them, which mean nothing, which are forms of one another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntFlag
from functools import cache, lru_cache

__all__ = ["STOP_WORDS", "Kind", "is_unspaced", "kind", "normal_form", "normal_forms", "pieces", "stem", "word_set"]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(text.split())


#: English words that hold sentences together and say nothing about their subject.
STOP_WORDS = word_set(
    """
    a about above across after afterwards again against all almost alone along already also although
    always am among amongst an and another any anybody anyhow anyone anything anyway anywhere are aren
    around as aside at away be became because become becomes becoming been before beforehand being below
    beside besides between beyond both but by can cannot could couldn did didn do does doesn doing don
    done down during each eg either else elsewhere enough especially etc even ever every everybody
    everyone everything everywhere except few for former formerly from further furthermore get gets
    getting given gives go goes going gone got had hadn has hasn have haven having he hence her here
    hereby herein hers herself him himself his how however i ie if in indeed instead into is isn it its
    itself just keep kept largely lately later latter least less let lets like likely ll made mainly
    make makes making many may maybe me meanwhile might mine more moreover most mostly much must mustn
    my myself namely near nearly neither never nevertheless next no nobody none nor not nothing now
    nowhere of off often oh ok on once one ones only onto or other others otherwise ought our ours
    ourselves out over overall own per perhaps please possibly quite rather re really s said same say
    says see seem seemed seeming seems seen several shall shan she should shouldn since so some somebody
    somehow someone something sometime sometimes somewhat somewhere soon still such t take taken takes
    taking than that the their theirs them themselves then thence there thereafter thereby therefore
    therein these they this those though through throughout thus to together too toward towards two
    under unless unlike until unto up upon us use used useful uses using usually various ve very via was
    wasn way we well were weren what whatever when whenever where whereas whereby wherein wherever
    whether which whichever while who whoever whole whom whose why will with within without won would
    wouldn yes yet you your yours yourself yourselves
    """
)

#: Scripts written without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
)
#: Combining marks, which ``\w`` does not know and without which words of Indic scripts fall to pieces.
_MARKS = range(0x300, 0x12000)
#: Shape the letters beside them, but only between two.
_JOINERS = "\u200c\u200d"
#: Inside a word.
_LINKS = "'’-‐‑"

_ONE_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ALL_UNSPACED = re.compile(f"[{_UNSPACED}]+")
_CONTRACTED = re.compile(r"['’](s|t|re|ve|ll|d|m)$")
#: Endings that a stem goes without, in the order in which they are cut, and what stands for them.
_ENDINGS = tuple(
    (re.compile(ending), instead)
    for ending, instead in (
        (r"(?<=..)ies$", "y"),
        (r"(?<=..)(s|x|z|ch|sh)es$|(?<=..[^siu])s$", r"\1"),
        (r"(?<=...)(ing|ed)$", ""),
        (r"([bdgkmnprt])\1$", r"\1"),
    )
)
_LAST_Y = re.compile(r"(?<=[^aeiou])y$")


class Kind(IntFlag):
    """What a character may be where a text is cut; ``WORD`` is a letter, a digit or the underscore."""

    LETTER = 1
    UNSPACED = 2
    MARK = 4
    BLANK = 8
    WORD = 16
    LINK = 32
    JOINER = 64


def kind(character: str) -> Kind:
    """Return all that a character may be where :func:`pieces` cuts a text."""
    word = character.isalnum() or character == "_"
    unspaced = _ONE_UNSPACED.match(character) is not None
    found = {
        Kind.LETTER: word and not unspaced and character != "_",
        Kind.UNSPACED: unspaced,
        Kind.MARK: _is_mark(character),
        Kind.BLANK: character.isspace(),
        Kind.WORD: word,
        Kind.LINK: character in _LINKS,
        Kind.JOINER: character in _JOINERS,
    }
    return Kind(sum(flag for flag, holds in found.items() if holds))


def pieces(text: str) -> list[str]:
    """Cut a text into words, single characters of unspaced scripts, and marks; blanks are left out.

    A word keeps inner hyphens and apostrophes (``real-time``, ``o'brien``) and the tail of ``c++`` and
    ``c#``. Addresses of the web stay in one piece. What is neither word nor blank comes back as pieces of
    its own, so that a caller sees where phrases end.

    Examples
    --------
    >>> pieces("Real-time C++, 機械")
    ['Real-time', 'C++', ',', '機', '械']
    """
    return _pattern().findall(unicodedata.normalize("NFC", text))


def normal_form(piece: str) -> str:
    """Return the form under which a piece is counted: folded, possessive cut; empty if it is no word.

    Examples
    --------
    >>> normal_form("Cat’s"), normal_form("don't"), normal_form("—")
    ('cat', '', '')
    """
    if piece.isascii() and piece.replace("-", "").isalnum():
        return piece.lower()  # as most are: no need to look closer
    word = unicodedata.normalize("NFKC", piece).lower()
    if "://" in word or word.startswith("www.") or not any(character.isalnum() for character in word):
        return ""
    ending = _CONTRACTED.search(word)
    if ending and len(ending[0]) < len(word):
        return "" if ending[1] == "t" else word[: ending.start()]
    return word


def normal_forms(pieces: Iterable[str]) -> list[str]:
    """Return the :func:`normal_form` of each of many pieces."""
    # Most are plain words: calls would take longer than what they do.
    return [piece.lower() if piece.isascii() and piece.isalnum() else normal_form(piece) for piece in pieces]


def is_unspaced(word: str) -> bool:
    """Tell whether a word is of a script that writes no spaces between words."""
    return not word.isascii() and _ALL_UNSPACED.fullmatch(word) is not None and word.isprintable()


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return what English singular and plural, and a few common endings, share.

    A light rule of thumb to notice forms of one word, not a linguistic stem.

    Examples
    --------
    >>> stem("libraries") == stem("library"), stem("boxes") == stem("box"), stem("playing") == stem("plays")
    (True, True, True)
    """
    word = word.lower()
    for ending, instead in _ENDINGS:
        word = ending.sub(instead, word)
    return _LAST_Y.sub("i", word.removesuffix("e"))


@cache
def _pattern() -> re.Pattern[str]:
    marks = "".join(filter(_is_mark, map(chr, _MARKS)))
    letter = rf"(?:[^\W_{_UNSPACED}][{marks}]*)"
    letters = f"{letter}(?:[{_JOINERS}]?{letter})*"
    address = r"\bhttps?://\S+|\bwww\.\S+"
    return re.compile(rf"{address}|{letters}(?:[{re.escape(_LINKS)}]{letters})*(?:\+\+|\#)?|[{_UNSPACED}][{marks}]*|\S")


def _is_mark(character: str) -> bool:
    return ord(character) in _MARKS and unicodedata.category(character)[0] == "M"
