"""What asking may cost, and what it has cost."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from triptych.core.errors import LimitExceeded
from triptych.llm.chat import Reply

__all__ = ["Purse"]


@dataclass
class Purse:
    """Counts calls and tokens, and stops before a limit is passed; may be used by several threads.

    Attributes
    ----------
    owner
        Who pays, for the message.
    tokens, usd
        The most that may be spent in all; None for no limit.
    price_in, price_out
        Dollars for a million tokens sent and received.
    """

    owner: str
    tokens: int | None = None
    usd: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    calls: int = 0
    sent: int = 0
    received: int = 0
    _promised: list[tuple[int, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def promise(self, sent: int, received: int) -> tuple[int, int]:
        """Set aside what a call will take at most; raises LimitExceeded if that is not there."""
        with self._lock:
            promised = [*self._promised, (sent, received)]
            all_sent = self.sent + sum(one for one, _ in promised)
            all_received = self.received + sum(one for _, one in promised)
            left_out = self.tokens is not None and all_sent + all_received > self.tokens
            if left_out or (self.usd is not None and self.cost(all_sent, all_received) > self.usd):
                raise LimitExceeded(
                    f"{self.owner}: the next call could pass the budget; spent so far: {self.spent()}",
                    hint="what was answered is kept: run again with a larger budget, and only the rest is asked for",
                )
            self._promised.append((sent, received))
        return sent, received

    def settle(self, promised: tuple[int, int], reply: Reply | None) -> None:
        """Note what a call took, instead of what was set aside for it; None if it did not succeed."""
        with self._lock:
            self._promised.remove(promised)
            if reply is not None:
                self.calls += 1
                self.sent += reply.sent
                self.received += reply.received

    def cost(self, sent: int, received: int) -> float:
        """Return dollars for so many tokens."""
        return (sent * self.price_in + received * self.price_out) / 1e6

    def told(self, calls: int, sent: int, received: int) -> str:
        """Return calls, tokens and, where prices are known, dollars as words."""
        words = f"{calls:,} {'call' if calls == 1 else 'calls'}, {sent:,} tokens sent and {received:,} received"
        return words + (f", ${self.cost(sent, received):,.4f}" if self.price_in or self.price_out else "")

    def spent(self) -> str:
        """Return what was spent as words."""
        return self.told(self.calls, self.sent, self.received)
