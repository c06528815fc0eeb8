"""Which links a page may carry."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_WEB = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_MAIL = re.compile(r"mailto:[^@?]+@[^@?]", re.IGNORECASE)
_NEVER = re.compile(r"[\x00-\x20\x7f-\x9f\\<>\"\ud800-\udfff\u2028\u2029\ufeff]")


def safe_link(url: str) -> str | None:
    """Return the link unchanged when a page may carry it, else None.

    Only ``http``, ``https`` and ``mailto`` pass, after parsing. White space, control characters,
    backslashes, quotes and angle brackets are refused rather than repaired, because browsers drop some of
    them before they read the scheme. A web link needs a host and carries no user name or password.

    Parameters
    ----------
    url
        Any text.

    Examples
    --------
    >>> safe_link("https://example.org/?q=1")
    'https://example.org/?q=1'
    >>> safe_link("javascript:alert(1)") is None
    True
    """
    if _NEVER.search(url):
        return None
    if _MAIL.match(url):
        return url
    if not _WEB.match(url):
        return None
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return url if usable else None
