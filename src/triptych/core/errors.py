"""Every error that Triptych raises on purpose.

TriptychError
├── UsageError      2   a call, a flag or a parameter that makes no sense
├── InputError      3   data that cannot be used as it is
├── MissingExtra    4   an optional dependency is not installed
├── StoreError      5   the run folder cannot be read or written
├── RemoteError     6   a server that we were told to ask did not answer well
├── LimitExceeded   7   a stated limit on memory, size, time or money
└── StepFailed      8   a step of the road broke down

The number is the exit code of the command line. ``hint`` says what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches


class TriptychError(Exception):
    """Base of all errors that Triptych raises on purpose.

    Parameters
    ----------
    message
        What is wrong, with the names of the things concerned.
    hint
        What the reader can do about it; empty when there is nothing to add.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n  hint: {self.hint}" if self.hint else message

    @property
    def message(self) -> str:
        """The message without its hint."""
        return super().__str__()


class UsageError(TriptychError):
    """A call, a flag or a parameter that makes no sense."""

    exit_code = 2


class InputError(TriptychError):
    """Data that cannot be used as it is; names the file, column, row and value."""

    exit_code = 3


class MissingExtra(TriptychError):
    """An optional dependency is not installed; the hint is the exact install line."""

    exit_code = 4


class StoreError(TriptychError):
    """The run folder cannot be read or written."""

    exit_code = 5


class RemoteError(TriptychError):
    """A server that we were told to ask did not answer as it should."""

    exit_code = 6


class LimitExceeded(TriptychError):
    """A stated limit on memory, size, time or money is reached."""

    exit_code = 7


class StepFailed(TriptychError):
    """A step of the road broke down in a way that no other error names."""

    exit_code = 8


def shorten(value: object, limit: int = 60) -> str:
    r"""Return a value as one short printable line, control characters escaped.

    Parameters
    ----------
    value
        Anything; shown by ``str`` between quotes when it is a string, by ``repr`` otherwise.
    limit
        Longest result in characters, ellipsis included.

    Examples
    --------
    >>> shorten("a\tb")
    "'a\\tb'"
    """
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 2]}…{text[-1]}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the known names closest to a wrong one.

    Parameters
    ----------
    name
        The name that was not found.
    known
        The names that exist.
    """
    names = list(known)
    lowered = {known_name.lower(): known_name for known_name in names}
    close = [_quoted(lowered[match]) for match in get_close_matches(name.lower(), list(lowered), n=3, cutoff=0.6)]
    if close:
        return "did you mean " + " or ".join(close) + "?"
    shown = ", ".join(map(_quoted, names[:12])) + (", …" if len(names) > 12 else "")
    return f"known names: {shown}" if names else "there are none"


def _quoted(name: str) -> str:
    """Return a name as it can be typed: in quotes when blanks or signs in it would be missed."""
    return name if re.fullmatch(r"[\w./:-]+", name) else repr(name)
