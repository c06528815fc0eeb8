"""Periods that words claim: wars, reigns, centuries, decades and years, each with the years it lasted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["PERIODS", "PLACEHOLDERS", "Period", "Spread", "claimed_periods", "dated", "spread"]

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Period:
    """A stretch of years, both included.

    Attributes
    ----------
    name
        What sentences call it.
    first, last
        Years of the common era, 1…2099.
    """

    name: str
    first: int
    last: int


#: Name, first and last year, and the words that claim it, as regular expressions without regard to case. The years are
#: those of the articles of these names in the Encyclopaedia Britannica, but for Prohibition (18th and 21st Amendments
#: to the Constitution of the United States) and Covid-19 (first cases, December 2019; end of the emergency, World
#: Health Organization, 5 May 2023). Where accounts differ, the earlier beginning and the later end are taken: a row
#: counts as before a period only if all agree.
PERIODS: tuple[tuple[str, int, int, str], ...] = (
    ("World War II", 1939, 1945, r"world war (?:ii|2|two)|second world war|ww ?(?:ii|2)"),
    ("World War I", 1914, 1918, r"world war (?:i|1|one)|first world war|ww ?(?:i|1)"),
    ("Nazi Germany", 1933, 1945, r"nazi (?:germany|regime|rule|occupation)|third reich"),
    ("the Holocaust", 1933, 1945, r"holocaust"),
    ("the Weimar Republic", 1918, 1933, r"weimar (?:republic|germany)"),
    ("the Cold War", 1945, 1991, r"cold war"),
    ("the Soviet Union", 1917, 1991, r"soviet union|ussr|soviet era"),
    ("the Korean War", 1950, 1953, r"korean war"),
    ("the Vietnam War", 1954, 1975, r"vietnam war"),
    ("the Gulf War", 1990, 1991, r"(?:persian )?gulf war"),
    ("the Iraq War", 2003, 2011, r"iraq war"),
    ("the Afghanistan War", 2001, 2021, r"war in afghanistan|afghanistan war"),
    ("the September 11 attacks", 2001, 2099, r"9/11|september 11(?:th)?"),
    ("the Covid-19 pandemic", 2019, 2023, r"covid(?:[- ]?19)?|coronavirus pandemic"),
    ("apartheid", 1948, 1994, r"apartheid"),
    ("the Spanish Civil War", 1936, 1939, r"spanish civil war"),
    ("the Russian Revolution", 1917, 1917, r"russian revolution|october revolution"),
    ("the Great Depression", 1929, 1941, r"great depression"),
    ("Prohibition", 1919, 1933, r"prohibition era"),
    ("the Edwardian era", 1901, 1914, r"edwardian"),
    ("the Victorian era", 1820, 1914, r"victorian (?:era|age|england|britain|london|times|novels?|literature)"),
    ("the American Civil War", 1861, 1865, r"(?:american|us|u\.s\.) civil war"),
    ("the Crimean War", 1853, 1856, r"crimean war"),
    ("the Meiji era", 1868, 1912, r"meiji"),
    ("the Edo period", 1603, 1868, r"(?:edo|tokugawa) (?:period|era|japan|shogunate)"),
    ("the Napoleonic Wars", 1800, 1815, r"napoleonic wars?"),
    ("the French Revolution", 1787, 1799, r"french revolution"),
    ("the American Revolution", 1765, 1783, r"american revolution(?:ary war)?"),
    ("the Thirty Years' War", 1618, 1648, r"thirty years['’]? war"),
    ("the Renaissance", 1300, 1700, r"renaissance"),
    ("the Crusades", 1095, 1600, r"crusades"),
    ("the Middle Ages", 400, 1500, r"middle ages|medi(?:a)?eval"),
    ("the Viking Age", 700, 1100, r"viking (?:age|era)"),
)  # fmt: skip

#: Years that stand for "not known" in other people's tables.
PLACEHOLDERS = (0, 1, 9999)

_WORDS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "twenty-first"
)  # fmt: skip
_CENTURIES = {word: 10 + number for number, word in enumerate(_WORDS.split())}
_DECADES = {"fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80, "nineties": 90}
#: What follows one of these is not what the title is about, but when it is not.
_NOT_AFTER = "".join(f"(?<!{word} )" for word in ("pre", "post", "before", "after"))
_YEAR = r"(?:1[5-9]|20)\d\d"
#: In the order in which they are tried at a place of the text. A decade of two digits is taken for one of the 20th
#: century from the fifties on; earlier ones might be of either.
_WRITTEN = {
    "span": rf"(?P<from>{_YEAR}) ?(?:-|–|—|to) ?(?P<to>{_YEAR}|\d\d)(?!\d|[-/.]\d)",
    "decade": r"(?P<ten>(?:1[5-9]|20)\d0)['’]?s",
    "short": r"['’]?(?P<two>[5-9]0)['’]?s",
    "spelt": rf"(?P<word>{'|'.join(_DECADES)})",
    "century": (
        rf"(?:(?P<nth>\d{{1,2}})(?:st|nd|rd|th)|(?P<ordinal>{'|'.join(_CENTURIES)}))[ -]centur(?:y|ies)"
        r"(?! b\.?c)"
    ),
    "year": rf"(?P<one>{_YEAR})(?![-/.,×x]\d| ?[×x] ?\d|p\b|s\b)",
}


def claimed_periods(text: str) -> list[Period]:
    """Return the periods that a title claims, in the order of their first mention.

    Parameters
    ----------
    text
        A title of any length. Read are the names in :data:`PERIODS`, centuries (``19th century``), decades (``1980s``,
        ``'80s``, ``eighties``), spans (``1914-18``) and single years from 1500 to 2099.

    Returns
    -------
    list of Period
        Each once; empty where none is claimed.

    Examples
    --------
    >>> [(p.name, p.first, p.last) for p in claimed_periods("WWII in 1980s film")]
    [('World War II', 1939, 1945), ('the 1980s', 1980, 1989)]
    """
    found = (_period(match) for match in _pattern().finditer(text))
    return list(dict.fromkeys(period for period in found if period is not None and period.first <= period.last))


@cache
def _pattern() -> re.Pattern[str]:
    named = sorted(((words, f"p{i}") for i, (*_, words) in enumerate(PERIODS)), key=lambda pair: -len(pair[0]))
    choices = [f"(?P<{group}>{words})" for words, group in named]
    choices += [f"(?P<{kind}>{words})" for kind, words in _WRITTEN.items()]
    return re.compile(rf"(?<![\w/.,#-]){_NOT_AFTER}(?:{'|'.join(choices)})(?!\w)", re.IGNORECASE)


def _period(match: re.Match[str]) -> Period | None:
    kind = str(match.lastgroup)  # the outermost
    if kind in _WRITTEN:
        return _written(match[0], {name: said for name, said in match.groupdict().items() if said is not None})
    return Period(*PERIODS[int(kind[1:])][:3])


def _written(text: str, said: dict[str, str]) -> Period | None:
    """Return a period that is written in numbers, or in words for numbers."""
    if "from" in said:
        first = int(said["from"])
        last = int(said["to"]) if len(said["to"]) == 4 else first // 100 * 100 + int(said["to"])
        return Period(f"{first}–{last}", first, last)
    if "one" in said:
        return Period(said["one"], int(said["one"]), int(said["one"]))
    if "nth" in said or "ordinal" in said:
        century = int(said["nth"]) if "nth" in said else _CENTURIES[said["ordinal"].lower()]
        return Period(f"the {text}", 100 * century - 100 or 1, 100 * century) if 1 <= century <= 21 else None
    decade = int(said["ten"]) if "ten" in said else 0
    decade = decade or 1900 + int(said.get("two", 0)) + _DECADES.get(said.get("word", "").lower(), 0)
    return Period(f"the {decade}s", decade, decade + 9)


def dated(years: F64) -> F64:
    """Return dates without those that stand for "not known".

    Parameters
    ----------
    years
        float64 (n,), the year with its fraction, NaN where it is not known.

    Returns
    -------
    numpy.ndarray
        float64 (n,), NaN also for what lies in one of the years 0, 1 and 9999, or outside 1…9999.
    """
    years = np.where(np.isfinite(years), years, np.nan)
    with np.errstate(invalid="ignore"):
        wrong = np.isin(np.floor(years), PLACEHOLDERS) | (years < 1) | (years >= 10_000)
    return np.where(wrong, np.nan, years)


@dataclass(frozen=True)
class Spread:
    """From when to when the rows of a topic are.

    Attributes
    ----------
    rows
        Those that are dated; the rest is None where there is none.
    first, early, middle, late, last
        Least, 5th percentile, median, 95th percentile and greatest date, the year with its fraction.
    """

    rows: int
    first: float | None = None
    early: float | None = None
    middle: float | None = None
    late: float | None = None
    last: float | None = None


def spread(labels: npt.NDArray[np.int32], years: F64) -> list[Spread]:
    """Return from when to when the rows of every topic are.

    Parameters
    ----------
    labels
        int32 (n,): topics 0…k-1, -1 for none.
    years
        float64 (n,), NaN where not known.
    """
    k = int(labels.max(initial=-1)) + 1
    known = (labels >= 0) & np.isfinite(years)
    order = np.lexsort((years[known], labels[known]))
    parts = np.split(years[known][order], np.searchsorted(labels[known][order], np.arange(1, k)))
    return [_spread(part) for part in parts[:k]]


def _spread(years: F64) -> Spread:
    if not len(years):
        return Spread(0)
    return Spread(len(years), *map(float, np.percentile(years, [0, 5, 50, 95, 100])))
