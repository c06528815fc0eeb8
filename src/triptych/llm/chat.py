"""Asks a language model one thing at a time, in OpenAI's or Anthropic's way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from triptych.core.errors import UsageError
from triptych.llm.client import Client

__all__ = ["SERVERS", "Chat", "Reply", "rough_tokens"]

#: Dialect -> where its maker serves it, and the variable that its key is in by custom.
SERVERS = {
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
}


@dataclass(frozen=True)
class Reply:
    """What a model said, ``""`` if nothing, and the tokens that were sent and received; estimates if it did not say."""

    text: str
    sent: int
    received: int


@dataclass(frozen=True)
class Chat:
    """A model on a server.

    Attributes
    ----------
    owner
        Who asks, for messages.
    model
        ``"anthropic:NAME"`` or ``"openai:NAME"``: the dialect, then the model's name on the server.
    url
        Where the interface begins; empty for the server of the dialect's maker.
    key_from
        Name of the variable with the key; None takes the customary one at the maker's server, and no key elsewhere.
    max_tokens
        Longest reply.
    temperature
        How freely the model chooses; None leaves it to the server.
    sleep
        Waits for so many seconds.
    """

    owner: str
    model: str
    url: str = ""
    key_from: str | None = None
    max_tokens: int = 400
    temperature: float | None = None
    sleep: Callable[[float], None] = time.sleep

    def ask(self, system: str, prompt: str) -> Reply:
        """Return the reply to one question.

        Parameters
        ----------
        system
            What the model is told to do.
        prompt
            What it is given.

        Raises
        ------
        UsageError
            If the model, the address or the key cannot be used.
        Refused
            If the server answers, and not with a reply.
        RemoteError
            If it does not answer.
        """
        dialect, name = self._parsed
        question: dict[str, Any] = {"model": name, "messages": [{"role": "user", "content": prompt}]}
        if self.temperature is not None:
            question["temperature"] = self.temperature
        if dialect == "anthropic":
            answer = self._client.post("messages", question | {"system": system, "max_tokens": self.max_tokens})
            text, names = _blocks(_at(answer, "content")), ("input_tokens", "output_tokens")
        else:
            question["messages"].insert(0, {"role": "system", "content": system})
            # The maker's newer models know only the longer name; other servers often only the shorter one.
            limit = "max_tokens" if self.url else "max_completion_tokens"
            answer = self._client.post("chat/completions", question | {limit: self.max_tokens})
            said = _at(_at(_first(_at(answer, "choices")), "message"), "content")
            text, names = said if isinstance(said, str) else _blocks(said), ("prompt_tokens", "completion_tokens")
        if self._client.reveals(text):
            text = ""
        sent, received = (_at(_at(answer, "usage"), name) for name in names)
        return Reply(text, _tokens(sent, system + prompt), _tokens(received, text))

    @cached_property
    def _parsed(self) -> tuple[str, str]:
        dialect, _, name = self.model.partition(":")
        if dialect not in SERVERS or not name.strip():
            raise UsageError(
                f"{self.owner}: model names no model: it begins with anthropic: or openai:",
                hint="such as anthropic:claude-haiku-4-5, or openai:NAME with url=http://localhost:11434/v1",
            )
        return dialect, name.strip()

    @cached_property
    def _client(self) -> Client:
        dialect, _ = self._parsed
        url, key_from = SERVERS[dialect]
        key_from = self.key_from or ("" if self.url else key_from)
        return Client(self.owner, self.url or url, key_from or None, dialect=dialect, sleep=self.sleep)


def rough_tokens(text: str) -> int:
    """Estimate the tokens of a text: one for four ASCII characters, one for each other character."""
    plain = len(text.encode("ascii", "ignore"))
    return plain // 4 + len(text) - plain + 1


def _tokens(value: Any, text: str) -> int:
    known = type(value) is int and 0 <= value < 10**9
    return int(value) if known else rough_tokens(text)


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _blocks(value: Any) -> str:
    """Return the texts of a list of blocks, which both dialects know; thoughts and tools are no text."""
    texts = [_at(block, "text") for block in value if _at(block, "type") == "text"] if isinstance(value, list) else []
    return "".join(text for text in texts if isinstance(text, str))
