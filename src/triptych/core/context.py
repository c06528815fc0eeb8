"""What surrounds a step and never changes its result: threads, progress, and the store it is kept in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from triptych.core.store import Store

__all__ = ["Context", "Progress", "Silent", "current", "using"]


class Progress(Protocol):
    """Is told how a run goes; what it shows, if anything, is its own affair."""

    def start(self, step: str, total: int | None, unit: str) -> None:
        """Begin a step; ``total`` is None when its length is unknown."""

    def advance(self, count: int) -> None:
        """Report that ``count`` more units are done."""

    def say(self, sentence: str) -> None:
        """Tell something worth knowing while the step is at work, such as how long it will take."""

    def finish(self, summary: str) -> None:
        """End the step."""


class Silent:
    """Progress that shows nothing."""

    def start(self, step: str, total: int | None, unit: str) -> None:
        """Begin a step."""

    def advance(self, count: int) -> None:
        """Report units done."""

    def say(self, sentence: str) -> None:
        """Tell something."""

    def finish(self, summary: str) -> None:
        """End the step."""


def available_threads() -> int:
    """Return how many threads this process may run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Context:
    """The surroundings of a step.

    Attributes
    ----------
    threads
        How many threads a method may use; never changes a result.
    progress
        Is told how the step goes.
    store
        Where results are kept and found again; None keeps them in memory only.
    """

    threads: int = field(default_factory=available_threads)
    progress: Progress = field(default_factory=Silent)
    store: Store | None = None


_CURRENT: ContextVar[Context | None] = ContextVar("triptych_context", default=None)


def current() -> Context:
    """Return the context that steps run in."""
    return _CURRENT.get() or Context()


@contextmanager
def using(context: Context) -> Iterator[Context]:
    """Run steps in a context for the length of a ``with`` block."""
    token = _CURRENT.set(context)
    try:
        yield context
    finally:
        _CURRENT.reset(token)
