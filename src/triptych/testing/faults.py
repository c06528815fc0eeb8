"""Disks that fail and processes that die, on demand and at a chosen call.

>>> from triptych.testing.faults import disk, failing
>>> with disk(failing(at=7, code=errno.ENOSPC)) as calls:  # doctest: +SKIP
...     triptych.run("films.csv", text="overview", out="films.trip")
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol
from unittest.mock import patch

from triptych.core import files, lock, store

__all__ = ["CALLS", "Disk", "Fault", "disk", "failing", "killing"]

#: The calls that change what is on the disk, or that bring it there.
CALLS = frozenset({"open", "mkdir", "write", "ftruncate", "fsync", "replace", "unlink", "rmdir"})


class Fault(Protocol):
    """What becomes of one call of the operating system."""

    def __call__(self, number: int, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Carry out call ``number`` (from 1) of ``os.<name>``, or do something else."""


class Disk:
    """Stands where the store says ``os``: counts the calls that write, and hands each of them to a fault.

    Attributes
    ----------
    calls
        How many there have been.
    """

    def __init__(self, fault: Fault) -> None:
        self.calls = 0
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in CALLS:
            return real

        def call(*arguments: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real(*arguments)
            self.calls += 1
            return self._fault(self.calls, name, real, arguments)

        return call


@contextmanager
def disk(fault: Fault | None = None) -> Iterator[Disk]:
    """Put a faulty disk under everything that Triptych writes, for the length of a ``with`` block.

    Parameters
    ----------
    fault
        What becomes of each call; None lets them pass, which counts them.
    """
    faulty = Disk(fault or failing(at=0))
    with ExitStack() as stack:
        for module in (files, lock, store):
            stack.enter_context(patch.object(module, "os", faulty))
        yield faulty


def failing(at: int, code: int = errno.ENOSPC, *, lasting: bool = False) -> Fault:
    """Return the fault of a disk that refuses one call, or all from there on.

    Parameters
    ----------
    at
        Number of the call, from 1. When it is a write, half of its bytes are taken first.
    code
        The error, such as ``errno.ENOSPC`` or ``errno.EIO``.
    lasting
        Whether every later call fails too.
    """

    def fault(number: int, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if number != at and not (lasting and number > at):
            return real(*arguments)
        _half(name, real, arguments)
        raise OSError(code, os.strerror(code))

    return fault


def killing(at: int) -> Fault:
    """Return the fault that ends this process with SIGKILL at a call; half of a write is done first."""

    def fault(number: int, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        if number == at:
            _half(name, real, arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)

    return fault


def _half(name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    if name == "write":
        handle, data = arguments
        real(handle, data[: len(data) // 2])
