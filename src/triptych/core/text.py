"""Texts cut for showing."""

from __future__ import annotations

import unicodedata

__all__ = ["cut"]

_JOINER = "\u200d"
#: Signs that a user sees as one are rarely longer.
_LONGEST = 32


def cut(text: str, limit: int) -> str:
    """Return the start of a text, at most ``limit`` characters, not ending inside what a reader sees as one sign.

    Combining marks, joined emoji, skin tones, flags and variation selectors stay with the sign before them (the common
    part of Unicode Standard Annex 29).

    Examples
    --------
    >>> cut("cafe\u0301s", 4)
    'caf'
    """
    if len(text) <= limit:
        return text
    end = limit
    while end > max(0, limit - _LONGEST) and _continues(text, end):
        end -= 1
    return text[: end or limit]


def _continues(text: str, at: int) -> bool:
    """Tell whether the character at a place belongs to the sign before it."""
    character, before = text[at], text[at - 1]
    if character == _JOINER or before == _JOINER or unicodedata.category(character) in ("Mn", "Me", "Mc"):
        return True
    if (
        0x1F3FB <= ord(character) <= 0x1F3FF
        or 0xE0020 <= ord(character) <= 0xE007F
        or (before, character) == ("\r", "\n")
    ):
        return True
    return _is_flag(character) and _flags_before(text, at) % 2 == 1


def _is_flag(character: str) -> bool:
    return 0x1F1E6 <= ord(character) <= 0x1F1FF


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag(text[at - 1 - count]):
        count += 1
    return count
