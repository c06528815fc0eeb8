"""Replies of a language model, in the two dialects that are spoken over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from tests.endpoint import Handler

__all__ = ["choosing", "prompt_of", "reply", "saying", "says", "sections", "titled", "titling"]


def prompt_of(question: dict[str, Any]) -> str:
    """Return what the user's side of a question says."""
    return str(question["messages"][-1]["content"])


def sections(question: dict[str, Any]) -> dict[str, list[str]]:
    """Return what a question shows, by heading."""
    lines = prompt_of(question).split("\n")
    mark = lines[0].partition(" ")[0]
    assert re.fullmatch(r"[0-9a-f]{24}", mark)
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith(mark):
            found[line[len(mark) + 1 :]] = heading = []
        else:
            heading.append(line)
    return found


def reply(question: dict[str, Any], text: Any) -> dict[str, Any]:
    """Return a whole answer with a text, in the dialect of the question."""
    if "system" in question:
        usage = {"input_tokens": 100, "output_tokens": 10}
        return {"type": "message", "content": [{"type": "text", "text": text}], "usage": usage}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return {"choices": [{"message": {"role": "assistant", "content": text}}], "usage": usage}


def titled(title: str) -> str:
    """Return a reply as it should be."""
    return json.dumps({"title": title})


def titling(question: dict[str, Any]) -> dict[str, Any]:
    """Answer well: with the first two words of the group, or its largest part's title and a word; never a taken one."""
    shown = sections(question)
    words = shown.get("words of the group", [])
    title = " ".join(words[:2]).capitalize()
    if title in shown.get("titles that are taken", []):
        title = " ".join(words[1:4]).capitalize()
    return reply(question, titled(title))


def choosing(question: dict[str, Any]) -> dict[str, Any]:
    """Answer honestly which title fits: the one with most words of the document, the first of such."""
    shown = sections(question)
    document = set(re.findall(r"\w+", shown["the document"][0].lower()))
    common = [len(document & set(re.findall(r"[^\W\d]+", title.lower()))) for title in shown["titles"]]
    return reply(question, json.dumps({"choice": 1 + common.index(max(common))}))


def saying(text: Any) -> Callable[[Handler, dict[str, Any]], None]:
    """Return a step of a script: the model says this."""
    return lambda handler, question: handler.reply(reply(question, text))


def says(status: int, value: Any = b"", **headers: str) -> Callable[[Handler, dict[str, Any]], None]:
    """Return a step of a script: the server answers this."""
    return lambda handler, _: handler.reply(value, status, **headers)
