"""Text of unknown origin on a terminal: control and direction marks are shown, never obeyed."""

from __future__ import annotations

import re

__all__ = ["plain"]

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: object) -> str:
    r"""Return text whose control and direction characters are written as ``\x1b`` or ``\u202e``.

    Line ends and tabs are kept.
    """
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), str(text))
