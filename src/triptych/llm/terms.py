"""Which language model a method asks, and on what terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from triptych.core.errors import UsageError
from triptych.core.params import Flag, Integer, Limit, Real, Text
from triptych.llm.asker import Asker
from triptych.llm.chat import Chat
from triptych.llm.purse import Purse

__all__ = ["Terms"]


class Terms:
    """The parameters that every method has which asks a language model."""

    limits: ClassVar[Mapping[str, Limit]] = {
        "model": Text(help="anthropic:NAME or openai:NAME, which says how the server is spoken to; it must be named"),
        "url": Text(help="where another server's interface begins, such as http://localhost:11434/v1"),
        "key_from": Text(
            optional=True,
            help="environment variable that holds the key; ANTHROPIC_API_KEY or OPENAI_API_KEY where url is not given",
        ),
        "temperature": Real(
            low=0, high=2, optional=True, help="how freely the model chooses; its own value if not given"
        ),
        "max_tokens": Integer(low=16, high=100_000, help="tokens of a reply at most; thinking models need thousands"),
        "structured": Flag(help="let the server hold the model to the form of an answer, if it can: for small models"),
        "concurrency": Integer(low=1, high=64, help="questions at a time"),
        "seconds": Real(low=1, high=86_400, help="seconds that a call may take; then it is tried again"),
        "minutes": Real(low=0, optional=True, help="minutes that all calls may take; what is answered by then is kept"),
        "budget_tokens": Integer(low=1, optional=True, help="tokens that all calls may take, sent and received"),
        "budget_usd": Real(low=0, optional=True, help="dollars that all calls may cost; needs the prices"),
        "price_in": Real(low=0, help="dollars for a million tokens sent"),
        "price_out": Real(low=0, help="dollars for a million tokens received"),
    }

    def __init__(
        self,
        *,
        model: str = "",
        url: str = "",
        key_from: str | None = None,
        temperature: float | None = None,
        max_tokens: int = 400,
        structured: bool = False,
        concurrency: int = 4,
        seconds: float = 120.0,
        minutes: float | None = None,
        budget_tokens: int | None = None,
        budget_usd: float | None = None,
        price_in: float = 0.0,
        price_out: float = 0.0,
    ) -> None:
        self.model = model
        self.url = url
        self.key_from = key_from
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.structured = structured
        self.concurrency = concurrency
        self.seconds = seconds
        self.minutes = minutes
        self.budget_tokens = budget_tokens
        self.budget_usd = budget_usd
        self.price_in = price_in
        self.price_out = price_out

    def asks(self) -> str:
        """Return the model, the server, the temperature, and whether replies are held to their form."""
        warm = "" if self.temperature is None else f" at temperature {self.temperature:g}"
        return self.model + (f" on {self.url}" if self.url else "") + warm + (", structured" if self.structured else "")

    def asker(self, owner: str, schema: Mapping[str, Any]) -> Asker:
        """Return what asks, whose time runs from now on.

        Parameters
        ----------
        owner
            Who asks, for messages: ``"labellers/llm"``.
        schema
            JSON schema of an answer.

        Raises
        ------
        UsageError
            If there is a budget in dollars and no price.
        """
        if self.budget_usd is not None and not (self.price_in or self.price_out):
            raise UsageError(f"{owner}: budget_usd needs price_in and price_out", hint="dollars for a million tokens")
        purse = Purse(owner, self.budget_tokens, self.budget_usd, self.price_in, self.price_out)
        chat = Chat(
            owner, self.model, self.url, self.key_from, self.max_tokens, self.temperature,
            schema if self.structured else None, self.seconds,
        )  # fmt: skip
        return Asker(chat, purse, concurrency=self.concurrency, minutes=self.minutes)
