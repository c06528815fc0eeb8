"""Limits of parameters, declared once per method: validation, messages, help and schema all read them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from triptych.core.errors import UsageError, nearest, shorten

__all__ = [
    "Choice",
    "Flag",
    "Integer",
    "Limit",
    "Names",
    "Pairs",
    "Real",
    "Sizes",
    "Text",
    "check_params",
    "limits_of",
    "read_pairs",
    "setting",
    "settled",
]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one parameter may be: ``help`` is shown to users, ``optional`` lets it be None (chosen for you)."""

    help: str
    optional: bool = False

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "anything"

    def accepts(self, value: Any) -> bool:
        """Tell whether a value that is not None is legal."""
        return True

    def parse(self, text: str) -> Any:
        """Read a value from a command-line or configuration string; raises ValueError."""
        return text

    def settle(self, value: Any) -> Any:
        """Return a value in its one form, in which equal settings give equal bytes; a wrong one as it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"description": self.help}


@dataclass(frozen=True, kw_only=True)
class Integer(Limit):
    """A whole number between ``low`` and ``high``, both included."""

    low: int | None = None
    high: int | None = None

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "a whole number" + _bounds(self.low, self.high)

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a whole number within the bounds."""
        return isinstance(value, int) and not isinstance(value, bool) and _within(value, self.low, self.high)

    def parse(self, text: str) -> int:
        """Read a whole number."""
        return int(text)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "integer", **_schema_bounds(self.low, self.high), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Real(Limit):
    """A finite number between ``low`` and ``high``, both included."""

    low: float | None = None
    high: float | None = None

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "a number" + _bounds(self.low, self.high)

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a finite number within the bounds."""
        number = isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
        return number and _within(value, self.low, self.high)

    def parse(self, text: str) -> float:
        """Read a number."""
        return float(text)

    def settle(self, value: Any) -> Any:
        """Return a whole number as a float."""
        return float(value) if self.accepts(value) else value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "number", **_schema_bounds(self.low, self.high), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Choice(Limit):
    """One of a few names."""

    options: tuple[str, ...]

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "one of " + ", ".join(self.options)

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is one of the names."""
        return value in self.options

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"enum": list(self.options), **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Text(Limit):
    """A string."""

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "a string"

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a string."""
        return isinstance(value, str)

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "string", **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Flag(Limit):
    """True or False."""

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return "true or false"

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a bool."""
        return isinstance(value, bool)

    def parse(self, text: str) -> bool:
        """Read true or false."""
        try:
            return {"true": True, "false": False}[text.lower()]
        except KeyError:
            raise ValueError(text) from None

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "boolean", **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Sizes(Limit):
    """A tuple of whole numbers, each at least ``low``."""

    low: int = 1

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return f"whole numbers of at least {self.low}, such as 80,40,20"

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a tuple of whole numbers in range."""
        return isinstance(value, tuple) and all(
            isinstance(item, int) and not isinstance(item, bool) and item >= self.low for item in value
        )

    def parse(self, text: str) -> tuple[int, ...]:
        """Read numbers separated by commas."""
        return tuple(int(part) for part in text.split(",") if part.strip())

    def settle(self, value: Any) -> Any:
        """Return a list, or another sequence that is no string, as a tuple."""
        return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "array", "items": {"type": "integer", "minimum": self.low}, **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Names(Limit):
    """A tuple of strings."""

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return 'a list of strings, such as ["a", "b"]'

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a tuple of strings."""
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)

    def settle(self, value: Any) -> Any:
        """Return a list, or another sequence that is no string, as a tuple."""
        return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the parameter."""
        return {"type": "array", "items": {"type": "string"}, **super().schema()}


@dataclass(frozen=True, kw_only=True)
class Pairs(Names):
    """A tuple of strings ``owner.name=value``."""

    def wanted(self) -> str:
        """Return in words which values are legal."""
        return 'a list of parameters, such as ["encoder.window=128"]'

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is a tuple of such strings."""
        return super().accepts(value) and all("." in item.partition("=")[0] and "=" in item for item in value)


def read_pairs(pairs: Sequence[str], owner: str, method: str, limits: Mapping[str, Limit]) -> dict[str, Any]:
    """Read the parameters ``owner.name=value`` of one owner as its limits say.

    Parameters
    ----------
    pairs
        Of any owner.
    owner
        Whose are read.
    method, limits
        What it is called in messages, and what it takes.

    Raises
    ------
    UsageError
        If it has no such parameter, or the text is no such value.
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        place, _, text = pair.partition("=")
        whose, _, name = place.partition(".")
        if whose != owner:
            continue
        if name not in limits:
            raise UsageError(f"{method} has no parameter {name!r}", hint=nearest(name, limits))
        try:
            found[name] = limits[name].parse(text)
        except ValueError:
            wanted = limits[name].wanted()
            raise UsageError(f"{method}: {name} must be {wanted}, got {text!r}", hint=limits[name].help) from None
    return found


def setting(default: Any, limit: Limit) -> Any:
    """Return a dataclass field whose limit is declared with it."""
    return field(default=default, metadata={"limit": limit})


def limits_of(cls: type) -> dict[str, Limit]:
    """Return the limits of a dataclass made of :func:`setting` fields."""
    return {item.name: item.metadata["limit"] for item in fields(cls)}


def check_params(owner: str, limits: Mapping[str, Limit], given: Mapping[str, Any]) -> None:
    """Check parameters against their declared limits.

    Parameters
    ----------
    owner
        What the parameters belong to, for the message: ``"clusterers/hdbscan"``.
    limits
        Every legal name with its limit.
    given
        The values to check.

    Raises
    ------
    UsageError
        On an unknown name or a value outside its limit.
    """
    for name, value in given.items():
        if name not in limits:
            raise UsageError(f"{owner} has no parameter {name!r}", hint=nearest(name, limits))
        limit = limits[name]
        if value is None and limit.optional:
            continue
        if value is None or not limit.accepts(value):
            raise UsageError(f"{owner}: {name} must be {limit.wanted()}, got {shorten(value)}", hint=limit.help)


def settled(limits: Mapping[str, Limit], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters with each value in its one form, as :meth:`Limit.settle` gives it."""
    return {name: limits[name].settle(value) if name in limits else value for name, value in given.items()}


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond the largest float
        return False


def _within(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""


def _schema_bounds(low: float | None, high: float | None) -> dict[str, float]:
    bounds = {"minimum": low, "maximum": high}
    return {key: value for key, value in bounds.items() if value is not None}
