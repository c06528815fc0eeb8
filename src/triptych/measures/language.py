"""Which texts an English encoder probably cannot read, by two stated rules and no model.

A text counts as probably not English when

1. more than half of its letters are outside the Latin script, or
2. it has at least six words, and the function words of one other listed language outnumber the English ones
   more than two to one, with at least two different ones that make up a tenth of the words or more. Words
   that both languages have count for neither.

Everything else (names, tags, code, languages that are not listed) counts as English: no evidence against it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Set

import numpy as np
import numpy.typing as npt

__all__ = ["probably_not_english"]

#: Only the start of a text is read: enough to tell a language, and a bound on the time.
_READ_CHARS = 20_000
_MIN_WORDS = 6
_MIN_SHARE = 0.1

_WORD = re.compile(r"[^\W\d_]+")
# Blocks of the Latin script; what else _WORD takes as a letter belongs to another one.
_LATIN_LETTERS = re.compile("[A-Za-zªºÀ-ʯḀ-ỿⱠ-Ɀ\ua722-\ua7ffﬀ-ﬆＡ-Ｚａ-ｚ]+")

# A word that is common in English and in another language belongs in both lists: then it speaks for neither.
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "English": (
            "the and of to with that from this which are were his her their they she it its he we be"
            " been is was by for not but you your who has have had when into can will would there what"
            " or as at an a in on if than these"
        ),
        "Czech": (
            "je se na že není jsou byl byla který která které jako pro jeho při nebo také až ale"
            " podle aby a to by do s v z o"
        ),
        "Danish, Norwegian": (
            "og er det en et til på af av som den ikke med der jeg han hun fra eller også var for at to by i"
        ),
        "Dutch": (
            "het een van en dat niet zijn voor met aan ook naar wordt deze maar worden door heeft hij"
            " de is in of had we was"
        ),
        "Finnish": ("ja on ei se että hän oli kun mutta ovat tai myös joka kuin mitä sen jotka hänen sekä he"),
        "French": (
            "le la les des et est un une du que qui dans pour pas sur au aux avec ce cette il elle son ses sont a on or"
        ),
        "German": (
            "der die das und ist nicht ein eine einen einem einer mit von zu den dem des auf für sich"
            " im auch er in an was will"
        ),
        "Hungarian": ("az és hogy nem egy is volt ez csak meg már mint vagy azt amely lesz ha aki még a be"),
        "Indonesian": ("yang dan di dengan untuk dari ini itu tidak adalah pada ke dalam seorang oleh akan sebuah"),
        "Italian": (
            "il lo la gli che di è un una e non per con del della dei delle sono si nel nella come suo sua al a in"
        ),
        "Polish": (
            "się nie jest na że jak do przez dla który która które oraz po za był jego od ale tym są w z i to a by o"
        ),
        "Portuguese": (
            "o os as um uma e que não em de do da dos das para com por ele ela seu sua mais ao na no se é a"
        ),
        "Romanian": ("și în este care nu cu din pe la să un o fi sunt pentru mai lui ca au ce de al a are an"),
        "Spanish": (
            "el la los las un una y que en de del se por con para es no su lo al como más pero sus ella él a he has"
        ),
        "Swedish": (
            "och att det är en ett som på av för inte med den till han hon om har från eller när var sig i by an"
        ),
        "Turkish": ("ve bir bu için ile çok olarak olan daha gibi ama kadar sonra değil var onun her ne on"),
    }.items()
}
_ENGLISH = _FUNCTION_WORDS.pop("English")
_OTHER = frozenset[str]().union(*_FUNCTION_WORDS.values())
_ONLY_ENGLISH, _NEVER_ENGLISH = _ENGLISH - _OTHER, _OTHER - _ENGLISH


def probably_not_english(texts: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Mark the texts that show evidence of not being English.

    Parameters
    ----------
    texts
        n strings; the first 20,000 characters of each are read.

    Returns
    -------
    bool (n,)
        True where one of the two rules in the module's description holds.

    Examples
    --------
    >>> probably_not_english(["The hills are alive.", "Der Hund und die Katze sind im Haus."]).tolist()
    [False, True]
    """
    starts = (text[:_READ_CHARS] for text in texts)
    return np.array([_other_script(start) or _other_language(start) for start in starts], dtype=bool)


def _other_script(text: str) -> bool:
    if text.isascii():
        return False
    letters = sum(map(len, _WORD.findall(text)))
    return letters > 2 * sum(map(len, _LATIN_LETTERS.findall(text)))


def _other_language(text: str) -> bool:
    words = _WORD.findall(text.lower())
    if len(words) < _MIN_WORDS:
        return False
    counts = Counter(words)
    if _count(counts, _NEVER_ENGLISH) <= 2 * _count(counts, _ONLY_ENGLISH):
        return False  # not even all listed languages together: most English texts are done here
    return any(_outnumbers(counts, listed, len(words)) for listed in _FUNCTION_WORDS.values())


def _outnumbers(counts: Counter[str], listed: frozenset[str], n_words: int) -> bool:
    theirs = counts.keys() & listed - _ENGLISH
    hits = _count(counts, theirs)
    return len(theirs) >= 2 and hits >= _MIN_SHARE * n_words and hits > 2 * _count(counts, _ENGLISH - listed)


def _count(counts: Counter[str], words: Set[str]) -> int:
    return sum(counts[word] for word in counts.keys() & words)
