"""Text that every browser can hold, and that HTML shows as it is."""

from __future__ import annotations

import re
from html import escape

_SURROGATES = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> tuple[str, int]:
    """Return the text with each lone surrogate as U+FFFD, and how many there were."""
    return _SURROGATES.subn("\ufffd", text)


def text(value: str) -> str:
    """Return text of the data as HTML that shows it."""
    return escape(replace_surrogates(value)[0])
