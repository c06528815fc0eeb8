"""What a title may be, wherever it comes from: a model, a file, a person."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LONGEST", "plain_line", "title_problem"]

#: Most characters of a title.
LONGEST = 80

_ADDRESS = re.compile(
    r"://|\bwww\.|\b(?:mailto|javascript|data|file|tel):|@\w+\.\w"
    r"|\b[\w-]+\.(?:com|org|net|io|info|biz|dev|app|xyz|top|site|online|example|test|ru|cn|uk|de)\b|\w/\w+\.\w",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<>`{}|\\*_~^]|\[[^\]]*\]|&#?\w+;|^\s*(?:#|[-+]\s|\d+[.)]\s)|\$\(|\u2028|\u2029")
#: Says nothing of a topic, or is what models answer when they do not.
_EMPTY = re.compile(
    r"(?:(?:no|short|your|the|group|topic|cluster|new)\s+)*(?:title|label|topic|cluster|group|category|name)(?:\s*#?\d+)?"
    r"|untitled.*|unlabel+ed|unknown|n/?a|none|null|nil|undefined|true|false|error|misc(?:ellaneous)?|various|other|others"
    r"|general|mixed|(?:miscellaneous|various|mixed|general|other|diverse)\s+(?:topics?|documents?|items?|texts?|content)"
    r"|(?:documents?|texts?|items?|json|string|\.{2,}|…)",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"^(?:i['’]?m\b|i am\b|i can(?:no|['’])?t\b|i cannot|i(?:['’]ll| will)\b|i apologi|sorry\b|as an? (?:ai|language)"
    r"|unable to|cannot\b|can['’]t\b|sure\b|certainly\b|of course\b|here(?:['’]s| is| are)\b"
    r"|the (?:title|label) (?:is|of)\b|(?:title|label)\s*[:=])",
    re.IGNORECASE,
)
#: Characters that are not seen, or are seen elsewhere than they stand, and those that are none.
_UNSEEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def title_problem(title: str) -> str:
    """Return why a text cannot be a title, as the end of a sentence that begins "the title"; ``""`` if it can.

    Examples
    --------
    >>> title_problem("Space films"), title_problem("see www.x.org")
    ('', 'holds an address')
    """
    if not title.strip():
        return "is empty"
    if len(title) > LONGEST:
        return f"has more than {LONGEST} characters"
    if title != title.strip() or any(_is_unseen(title, at) for at in range(len(title))):
        return "is not one line of visible characters"
    if _ADDRESS.search(title):
        return "holds an address"
    if _MARKUP.search(title):
        return "holds markup"
    if _REFUSAL.search(title):
        return "is an answer, not a title"
    if _EMPTY.fullmatch(title.strip(" .:!?")) or not any(character.isalpha() for character in title):
        return "says nothing"
    return ""


def plain_line(text: str) -> str:
    """Return a text as one line without unseen characters, blanks made one."""
    line = text.translate(dict.fromkeys(map(ord, "\t\n\r\v\f\x85\u2028\u2029"), " "))
    return " ".join("".join(line[at] for at in range(len(line)) if not _is_unseen(line, at)).split())


def _is_unseen(text: str, at: int) -> bool:
    """Tell whether a character is unseen; a joiner between two letters or signs shapes them, and stays."""
    if text[at] in "\u200c\u200d" and 0 < at < len(text) - 1:
        return unicodedata.category(text[at - 1])[0] not in "LMS"
    return text[at] != " " and unicodedata.category(text[at]) in _UNSEEN
