"""The frame of every page: one HTML file, a content policy by hash, data that cannot run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import Any

from triptych.core.errors import StepFailed
from triptych.pages.text import replace_surrogates

_UNSAFE_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


def script_json(value: Any) -> str:
    r"""Return a value as JSON that no HTML parser can mistake for markup.

    ``<``, ``>``, ``&``, U+2028 and U+2029 are written as ``\uXXXX``.

    Raises
    ------
    ValueError
        If a number is not finite; the caller decides what stands for it.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_UNSAFE_IN_SCRIPT)


def load_asset(name: str) -> str:
    r"""Return one built web asset of the package as text, line ends as ``\n``.

    Raises
    ------
    StepFailed
        If the web assets have not been built.
    """
    try:
        text = resources.files("triptych.pages").joinpath("assets", name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StepFailed(f"the web asset {name!r} has not been built", hint="run: make web") from None
    return text.replace("\r\n", "\n")


def render_page(*, title: str, style: str, script: str, body: str = "", data: Mapping[str, str] | None = None) -> str:
    """Return one self-contained HTML page that makes no request.

    The policy allows the one script and the one style given here, by their SHA-256, and images made from
    data in the page; everything else is refused by the browser: other scripts, handlers in attributes,
    connections, frames, forms, a base address.

    Parameters
    ----------
    title
        Any text; escaped.
    style, script
        Trusted text of our own build; empty when the page needs none.
    body
        Trusted HTML; user text in it must have gone through ``html.escape``.
    data
        Element id → text for script blocks that do not run: ``script_json`` or base64.

    Raises
    ------
    StepFailed
        If a trusted part would end its own element, or a data block holds ``<``.
    """
    _refuse(script, "</script", "the script")
    _refuse(script, "<!--", "the script")
    _refuse(style, "</style", "the style")
    for name, text in (data or {}).items():
        _refuse(text, "<", f"the data block {name!r}")
    blocks = [
        f'<script type="application/octet-stream" id="{escape(name)}">{text}</script>'
        for name, text in (data or {}).items()
    ]
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(replace_surrogates(title)[0])}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            body,
            *blocks,
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _policy(style: str, script: str) -> str:
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src '{_sha256(script)}'",
            f"style-src '{_sha256(style)}'",
            "img-src data: blob:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _sha256(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def _refuse(text: str, marker: str, what: str) -> None:
    if marker in text.lower():
        raise StepFailed(f"{what} of a page holds {marker!r}, which would end its element")
