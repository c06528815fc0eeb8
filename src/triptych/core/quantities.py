"""Seconds and bytes as people say them."""

from __future__ import annotations

__all__ = ["duration", "size"]


def duration(seconds: float) -> str:
    """Return a length of time in one unit, to two or three digits.

    Examples
    --------
    >>> duration(7.6), duration(532), duration(9000)
    ('8 s', '8.9 min', '2.5 h')
    """
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return _rounded(seconds / 60, "min") if seconds < 5970 else _rounded(seconds / 3600, "h")


def size(count: float) -> str:
    """Return an amount of memory in decimal units.

    Examples
    --------
    >>> size(170_000_000), size(1_130_000_000)
    ('170 MB', '1.1 GB')
    """
    return f"{count / 1e6:,.0f} MB" if count < 999.5e6 else _rounded(count / 1e9, "GB")


def _rounded(value: float, unit: str) -> str:
    return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
