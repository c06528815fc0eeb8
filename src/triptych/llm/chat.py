"""Asks a language model one thing at a time, in OpenAI's or Anthropic's way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
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

#: Dialect -> what the usage calls tokens that were sent, which may be in parts, and those that were received.
_USAGE = {
    "anthropic": (("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), "output_tokens"),
    "openai": (("prompt_tokens",), "completion_tokens"),
}
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Reply:
    """What a model said, ``""`` if nothing, and the tokens that were sent and received; estimates if it did not say.

    Tokens that the server had kept from an earlier question count as sent.
    """

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
    schema
        JSON schema that the server is to hold each reply to; None leaves the form to the model.
    seconds
        That one try may take; None takes :data:`triptych.llm.client.DEADLINE`.
    sleep
        Waits for so many seconds.
    """

    owner: str
    model: str
    url: str = ""
    key_from: str | None = None
    max_tokens: int = 400
    temperature: float | None = None
    schema: Mapping[str, Any] | None = None
    seconds: float | None = None
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
        question |= self._form(dialect)
        if dialect == "anthropic":
            answer = self._client.post("messages", question | {"system": system, "max_tokens": self.max_tokens})
            text = _blocks(_at(answer, "content"))
        else:
            question["messages"].insert(0, {"role": "system", "content": system})
            # The maker's newer models know only the longer name; other servers often only the shorter one.
            limit = "max_tokens" if self.url else "max_completion_tokens"
            answer = self._client.post("chat/completions", question | {limit: self.max_tokens})
            said = _at(_at(_first(_at(answer, "choices")), "message"), "content")
            text = said if isinstance(said, str) else _blocks(said)
        if self._client.reveals(text):
            text = ""
        usage, (sent, received) = _at(answer, "usage"), _USAGE[dialect]
        return Reply(text, _tokens(usage, sent, system + prompt), _tokens(usage, [received], text))

    def _form(self, dialect: str) -> dict[str, Any]:
        """Return what asks the server to hold the model to a schema."""
        if self.schema is None:
            return {}
        if dialect == "anthropic":
            return {"output_config": {"format": {"type": "json_schema", "schema": self.schema}}}
        form = {"name": "reply", "strict": True, "schema": self.schema}
        return {"response_format": {"type": "json_schema", "json_schema": form}}

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
        return Client(
            self.owner, self.url or url, key_from or None, dialect=dialect, sleep=self.sleep, seconds=self.seconds
        )


def rough_tokens(text: str) -> int:
    """Estimate the tokens of a text: one for seven letters of a word of ASCII, one for each other character but spaces.

    Marks of hexadecimal digits, numbers and punctuation take far more tokens than words of the same length.
    """
    words = _WORD.findall(text)
    rest = sum(not char.isspace() for char in text) - sum(map(len, words))
    return sum(-(-len(word) // 7) for word in words) + rest + 1


def _tokens(usage: Any, names: Sequence[str], text: str) -> int:
    """Return the sum of what the usage says under some names, or an estimate if it does not say the first."""
    first, *more = (_at(usage, name) for name in names)
    return first + sum(filter(_is_count, more)) if _is_count(first) else rough_tokens(text)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 10**9


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _blocks(value: Any) -> str:
    """Return the texts of a list of blocks, which both dialects know; thoughts and tools are no text."""
    texts = [_at(block, "text") for block in value if _at(block, "type") == "text"] if isinstance(value, list) else []
    return "".join(text for text in texts if isinstance(text, str))
