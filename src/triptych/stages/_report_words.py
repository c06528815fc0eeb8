"""How the report says things: counts, shares, and what speaks against a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from triptych.pages.report_parts import Part, Section
from triptych.sources.raw import counted

__all__ = ["against", "figure", "number", "part_of", "settings"]


def against(findings: Sequence[str], looked_for: str, parts: tuple[Part, ...] = ()) -> Section:
    """Return the bad panel: the first finding as its heading, or what was looked for and not found."""
    if not findings:
        return Section("Nothing found", (f"Looked for {looked_for}.",), parts)
    return Section(findings[0], tuple(f"{finding.rstrip('.')}." for finding in findings[1:]), parts)


def part_of(count: int, whole: int, noun: str = "row") -> str:
    """Return a count with its share: ``"12 rows (0.6%)"``."""
    return f"{counted(count, noun)} ({count / whole:.1%})" if whole else counted(count, noun)


def settings(params: Mapping[str, Any]) -> str:
    """Return the parameters of a step in one line, by name."""
    return ", ".join(f"{name} {_value(value)}" for name, value in sorted(params.items()))


def _value(value: Any) -> str:
    return "auto" if value is None else "/".join(map(str, value)) if isinstance(value, list) else str(value)


def figure(value: Any) -> str:
    """Return a number to four digits, a count with its thousands."""
    if value is None:
        return "undefined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}" if isinstance(value, float) else str(value)


def number(value: float | None) -> str:
    """Return a score to three places."""
    return "undefined" if value is None else f"{value:.3f}"
