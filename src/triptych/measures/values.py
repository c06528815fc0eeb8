"""What the cell of a column says of a row in words: categories whole, lists apart, numbers and dates as ranges."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from triptych.core.titles import plain_line, title_problem
from triptych.measures.periods import dated

__all__ = ["said_values"]

Cells = Sequence[str | float | bool | None]
Said = list[tuple[str, ...]]

#: Most characters of a value that may stand in a title.
LONGEST = 60
#: Characters of a cell on average: more are texts, not values. Of a single cell so many are read.
LONG, READ = 200, 2_000
#: A value stands on so many rows on average, or the column names rows, not groups.
SHARED = 2
#: So many different numbers are classes, such as stars; more are told by their quarters.
CLASSES = 12
#: Years that span fewer are told one by one, others by decades.
DECADES = 20

_BOOLEANS = {"true": True, "yes": True, "y": True, "t": True, "false": False, "no": False, "n": False, "f": False}
_ADDRESS = re.compile(
    r"^\w+:/|^www\.|^\S*[\\/]\S*\.\w{1,5}$|^\S+\.(?:jpe?g|png|gif|webp|svg|tiff?|bmp|pdf|html?)$", re.I
)
_YEAR = re.compile(r"[12]\d{3}")
#: Problems of titles that no word may have either; others are those of a whole line.
_DULL = ("says nothing", "holds an address")


def said_values(name: str, kind: str, cells: Cells) -> Said | None:
    """Return what a column says of each row, or None where it says nothing of groups.

    Nothing is said by a column that is the same on every row, by one whose values stand on fewer than two rows on
    average or are whole numbers that never repeat (identifiers), by addresses, paths and long texts.

    Parameters
    ----------
    name
        Of the column; stands before values that are not to be understood without it (``stars 4``).
    kind
        ``number``, ``date`` (days since 1970-01-01), ``category`` or ``text``.
    cells
        n values, None where there is none.

    Returns
    -------
    list or None
        n tuples. A category is its value; cells that list several (``Drama|War``) are taken apart where the column does
        so throughout. A boolean is the column's name where it holds. Years and dates are decades (``1990s``), or years
        if they span fewer than 20; up to 12 different numbers are classes, of more the lowest and the highest quarter
        are told (``minutes above 120``).

    Examples
    --------
    >>> said_values("genre", "category", ["Drama", "Drama|War", "War", "Drama|War"])
    [('Drama',), ('Drama', 'War'), ('War',), ('Drama', 'War')]
    """
    name = plain_line(name)
    if kind in ("number", "date"):
        numbers = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
        said = _dates(numbers) if kind == "date" else _numbers(name, numbers)
    else:
        said = _texts(name, ["" if cell is None else str(cell) for cell in cells])
    counts = Counter(value for values in said for value in values)
    told = len(counts) > 1 or (len(counts) == 1 and counts.total() < len(said))
    return said if told and counts.total() >= SHARED * len(counts) else None


def _texts(name: str, cells: list[str]) -> Said:
    if sum(map(len, cells)) > LONG * len(cells):
        return [()] * len(cells)
    texts = [_line(cell) for cell in cells]
    filled = [text for text in texts if text]
    spelt = {text.casefold() for text in filled}
    if spelt <= _BOOLEANS.keys():
        return [(name,) if _BOOLEANS.get(text.casefold()) else () for text in texts]
    if all(map(_YEAR.fullmatch, filled)):
        return _periods(np.array([float(text) if text else np.nan for text in texts]))
    if 2 * sum(len(text) > LONGEST or bool(_ADDRESS.search(text)) for text in filled) > len(filled):
        return [()] * len(texts)
    lists = _taken_apart(texts)
    usual = _spellings(value for values in lists for value in values)
    words = {value: _named(name, usual[value.casefold()]) for value in {v for values in lists for v in values}}
    words = {value: word for value, word in words.items() if _tells(word)}
    return [tuple(dict.fromkeys(words[value] for value in values if value in words)) for values in lists]


def _line(text: str) -> str:
    text = text[:READ]
    return " ".join(text.split()) if text.isprintable() else plain_line(text)


def _taken_apart(texts: list[str]) -> Said:
    """Return the values of every cell: the parts of lists where the column has lists, else the cell."""
    cells = {text for text in texts if text}
    for mark in "|;,":
        parts = [_parts(text, mark) for text in texts]
        listed = {value for values in parts if len(values) > 1 for value in values}
        # Lists repeat their parts. "Paris, France" is one place; most of the genres in lists stand alone somewhere too.
        repeated = len({value for values in parts for value in values}) <= len(cells)
        if listed and repeated and (mark != "," or 2 * len(listed & cells) >= len(listed)):
            return parts
    return [(text,) if text else () for text in texts]


def _parts(text: str, mark: str) -> tuple[str, ...]:
    return tuple(part for piece in text.split(mark) if (part := piece.strip()))


def _spellings(values: Iterable[str]) -> dict[str, str]:
    """Return the commonest spelling of each value, whatever its capitals."""
    counts = Counter(values)
    usual: dict[str, str] = {}
    for value in sorted(counts, key=lambda one: (-counts[one], one)):
        usual.setdefault(value.casefold(), value)
    return usual


def _tells(value: str) -> bool:
    """Tell whether a value may stand as a word: "n/a" and "other" say nothing, and addresses are none."""
    return len(value) <= LONGEST and value.isprintable() and title_problem(value) not in _DULL


def _named(name: str, value: str) -> str:
    """Return a value with its column's name in front if it has no letter."""
    return value if any(map(str.isalpha, value)) else f"{name} {value}"


def _numbers(name: str, numbers: npt.NDArray[np.float64]) -> Said:
    known = numbers[np.isfinite(numbers)]
    whole = bool(np.all(known == np.floor(known)))
    different = len(np.unique(known))
    if not len(known) or (whole and different == len(known)):
        return [()] * len(numbers)  # identifiers
    if whole and known.min() >= 1000 and known.max() < 2100:
        return _periods(numbers)
    if different <= CLASSES:
        return [(f"{name} {number:g}",) if np.isfinite(number) else () for number in numbers.tolist()]
    low, high = np.percentile(known, [25, 75]).tolist()
    below, above = (f"{name} below {low:.4g}",), (f"{name} above {high:.4g}",)
    return [above if number > high else below if number < low else () for number in numbers.tolist()]


def _dates(days: npt.NDArray[np.float64]) -> Said:
    whole = np.where(np.isfinite(days), np.floor(days), 0).astype(np.int64).astype("M8[D]")
    years = whole.astype("M8[Y]").astype(np.int64) + 1970.0
    return _periods(np.where(np.isfinite(days), years, np.nan))


def _periods(years: npt.NDArray[np.float64]) -> Said:
    """Return decades, or years where they span few."""
    years = dated(years)
    known = years[np.isfinite(years)]
    if not len(known):
        return [()] * len(years)
    early, late = np.percentile(known, [5, 95])
    if late - early < DECADES:
        return [(f"{year:.0f}",) if np.isfinite(year) else () for year in years.tolist()]
    return [(f"{year // 10 * 10:.0f}s",) if np.isfinite(year) else () for year in years.tolist()]
