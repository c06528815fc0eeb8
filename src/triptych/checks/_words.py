"""How checks call topics and say shares."""

from __future__ import annotations

from collections.abc import Sequence

from triptych.checks.base import Case

__all__ = ["listed", "percent", "rows_of", "shown", "title_of", "topics_of"]

#: Characters of a title or a value in a sentence.
SHOWN = 60


def title_of(case: Case, topic: int, level: int = 0) -> str:
    """Return the title of a topic in quotes, or its number where it has none."""
    title = case.titles[level][topic] if level < len(case.titles) and topic < len(case.titles[level]) else ""
    return shown(title) if title else f"topic {topic}"


def shown(text: str) -> str:
    """Return a text in quotes, cut where it is long."""
    return f"“{text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + '…'}”"


def percent(share: float) -> str:
    """Return a share in percent, small ones with a place more.

    Examples
    --------
    >>> percent(0.126), percent(0.004), percent(1.0)
    ('13%', '0.4%', '100%')
    """
    return f"{share:.0%}" if share >= 0.0995 or not share else f"{share:.1%}"


def rows_of(count: int) -> str:
    """Return a number of rows: ``"1 row"``, ``"1,200 rows"``."""
    return f"{count:,} row" + ("" if count == 1 else "s")


def topics_of(count: int) -> str:
    """Return a number of topics: ``"1 topic"``, ``"53 topics"``."""
    return f"{count:,} topic" + ("" if count == 1 else "s")


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names in a row, the first few and how many more."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
