"""Titles written by a language model: a hosted one, or one on this machine."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit, Real, Text
from triptych.labellers._asking import Asking
from triptych.labellers._purse import Purse
from triptych.labellers.base import AskingLabeller, Desk, Evidence, Label
from triptych.labellers.phrases import Phrases
from triptych.llm.chat import Chat

__all__ = ["LLM"]


class LLM(AskingLabeller):
    """Asks a language model for each title, from the finest level up, so that a parent is told all titles of its parts.

    The words and the beginnings of a few documents of each cluster go to the server, and nothing goes anywhere else.
    A reply must be a JSON object with one line of at most 80 characters, without address or markup; it is repaired
    once and asked for twice more, then the title is that of ``phrases``, marked ``fallback``. A title whose words the
    evidence does not bear out is marked ``ungrounded``. A server that does not answer in five tries, or refuses the
    key or the model, ends the work with an error; what it has answered is kept in the run and not asked for again.
    """

    deterministic = False
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
        "concurrency": Integer(low=1, high=64, help="questions at a time"),
        "budget_tokens": Integer(low=1, optional=True, help="tokens that all calls may take, sent and received"),
        "budget_usd": Real(low=0, optional=True, help="dollars that all calls may cost; needs the prices"),
        "price_in": Real(low=0, help="dollars for a million tokens sent"),
        "price_out": Real(low=0, help="dollars for a million tokens received"),
    }
    exempt: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("result", "odd_input", "tiny", "extremes", "input_untouched", "memory"),
        "there is no server until one is named",
    )

    def __init__(
        self,
        *,
        model: str = "",
        url: str = "",
        key_from: str | None = None,
        temperature: float | None = None,
        max_tokens: int = 400,
        concurrency: int = 4,
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
        self.concurrency = concurrency
        self.budget_tokens = budget_tokens
        self.budget_usd = budget_usd
        self.price_in = price_in
        self.price_out = price_out

    def asks(self) -> str:
        """Return the model, the server and the temperature."""
        warm = "" if self.temperature is None else f" at temperature {self.temperature:g}"
        return self.model + (f" on {self.url}" if self.url else "") + warm

    def ask(self, evidence: Sequence[Evidence], desk: Desk) -> list[Label]:
        """Return one label for each cluster: ``written``, ``ungrounded`` or ``fallback``."""
        owner = f"labellers/{self.name()}"
        if self.budget_usd is not None and not (self.price_in or self.price_out):
            raise UsageError(f"{owner}: budget_usd needs price_in and price_out", hint="dollars for a million tokens")
        purse = Purse(owner, self.budget_tokens, self.budget_usd, self.price_in, self.price_out)
        # Seeded, and without a part in any result: it only spreads the moments at which threads try again.
        jitter = random.Random(0)  # noqa: S311
        chat = Chat(
            owner, self.model, self.url, self.key_from, self.max_tokens, self.temperature,
            sleep=lambda seconds: time.sleep(seconds * (1 + jitter.random() / 4)),
        )  # fmt: skip
        plain = Phrases().label(evidence)
        return Asking(chat, self.asks(), purse, evidence, plain, desk, self.concurrency).titles()
