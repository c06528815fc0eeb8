"""Puts many questions to a language model: within a budget and a time, several at once, and stops for good reason."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from functools import partial
from typing import TypeVar

from triptych.core.errors import LimitExceeded, RemoteError
from triptych.llm.chat import Chat, Reply, rough_tokens
from triptych.llm.client import Refused
from triptych.llm.purse import Purse

__all__ = ["IN_A_ROW", "Asker", "wait"]

#: After so many tries in a row without a reply, whoever asked, nothing more is asked.
IN_A_ROW = 10
#: What a server says of a question that is too long.
_TOO_LONG = re.compile(r"context|too (?:long|large|many)|length|exceed|maximum", re.IGNORECASE)

Name = TypeVar("Name")
Question = TypeVar("Question")
Answer = TypeVar("Answer")


class Asker:
    """A model that is asked, and what it may take.

    Parameters
    ----------
    chat
        Whom to ask.
    purse
        Pays.
    concurrency
        Questions at a time.
    minutes
        That all of them may take, from now on; None for no limit. A try that is under way then is let finish.
    """

    def __init__(self, chat: Chat, purse: Purse, *, concurrency: int = 4, minutes: float | None = None) -> None:
        self._chat, self._purse, self._concurrency = replace(chat, sleep=self._pause), purse, concurrency
        self._minutes = minutes
        self._until = float("inf") if minutes is None else time.monotonic() + 60 * minutes
        # Seeded, and without a part in any result: it only spreads the moments at which threads try again.
        self._jitter = random.Random(0)  # noqa: S311
        self._begun, self._over, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._failed = 0
        self._first_error: BaseException | None = None

    def each(
        self, questions: Mapping[Name, Question], work: Callable[[Question], Answer | None]
    ) -> dict[Name, Answer | None]:
        """Do the work of every question, which calls :meth:`reply`; the first error ends all of it.

        The very first is asked alone: what is wrong with the key or the model is found out in one call.
        """
        names, found = list(questions), dict[Name, Answer | None]()
        if names and not self._begun.is_set():
            found[names[0]] = self._do(work, questions[names[0]])
            names = names[1:]
        if names:
            with ThreadPoolExecutor(self._concurrency) as pool:
                futures = {pool.submit(partial(self._do, work, questions[name])): name for name in names}
                try:
                    found |= {futures[future]: future.result() for future in as_completed(futures)}
                except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised again
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise self._end(error) from None
        return found

    def reply(self, system: str, prompt: str, shorter: Callable[[], str]) -> Reply | None:
        """Return a reply; None if the server refuses this question, after it has answered others.

        Parameters
        ----------
        system, prompt
            See :meth:`triptych.llm.chat.Chat.ask`.
        shorter
            Makes a shorter prompt, which is asked once where this one is said to be too long.

        Raises
        ------
        LimitExceeded
            If the budget or the time is spent.
        UsageError, RemoteError
            As :meth:`triptych.llm.chat.Chat.ask`; also if :data:`IN_A_ROW` tries in a row had no reply.
        """
        try:
            return self._paid(system, prompt)
        except Refused as refusal:
            if refusal.status == 200:
                return Reply("", 0, 0)
            if refusal.status not in (400, 413, 422):
                raise
            if not _TOO_LONG.search(refusal.message):
                self._give_up(refusal)
                return None
        try:
            return self._paid(system, shorter())
        except Refused as refusal:
            self._give_up(refusal)
            return None

    def forecast(self, prompts: list[int], usual: int) -> str:
        """Return what calls will take as words: calls, tokens, dollars where prices are known.

        Parameters
        ----------
        prompts
            Tokens of each prompt.
        usual
            Tokens of a reply.
        """
        return self._purse.told(len(prompts), sum(prompts), usual * len(prompts))

    def spent(self) -> str:
        """Return what was spent as words."""
        return self._purse.spent()

    def _do(self, work: Callable[[Question], Answer | None], question: Question) -> Answer | None:
        """Do one piece of work, unless another thread has failed since; then nobody waits for it."""
        try:
            return None if self._over.is_set() else work(question)
        except BaseException as error:
            self._end(error)
            raise

    def _end(self, error: BaseException) -> BaseException:
        """End all work; return the first error, which the others may only follow from."""
        with self._lock:
            self._first_error = self._first_error or error
            self._over.set()
            return self._first_error

    def _give_up(self, refusal: Refused) -> None:
        """Raise a refusal that is not of this question alone, as none is before anything was answered."""
        if refusal.status not in (400, 413, 422) or not self._begun.is_set():
            raise refusal

    def _paid(self, system: str, prompt: str) -> Reply:
        self._in_time()
        promised = self._purse.promise(rough_tokens(system + prompt), self._chat.max_tokens)
        reply = None
        try:
            reply = self._chat.ask(system, prompt)
            self._failed = 0
            self._begun.set()
        finally:
            self._purse.settle(promised, reply)
        return reply

    def _pause(self, seconds: float) -> None:
        """Wait after a try without a reply, unless it is one too many or the time would run out."""
        with self._lock:
            self._failed += 1
            failed, seconds = self._failed, seconds * (1 + self._jitter.random() / 4)
        # Where many ask at a time each gets a second try: a server may tell all of them at once to wait.
        if failed >= max(IN_A_ROW, 2 * self._concurrency):
            raise RemoteError(
                f"{self._chat.owner}: {failed} tries in a row had no answer",
                hint="see whether the server runs and is not too busy, and run again; what was answered is kept",
            )
        self._in_time(seconds)
        wait(self._over, seconds)
        if self._over.is_set():
            raise RemoteError(f"{self._chat.owner}: nothing more is asked", hint="see the error before")

    def _in_time(self, seconds: float = 0.0) -> None:
        if time.monotonic() + seconds >= self._until:
            raise LimitExceeded(
                f"{self._chat.owner}: the {self._minutes:g} minutes are over; spent so far: {self.spent()}",
                hint="what was answered is kept: run again, and only the rest is asked for",
            )


def wait(over: threading.Event, seconds: float) -> None:
    """Wait for so many seconds, or until all is over."""
    over.wait(seconds)
