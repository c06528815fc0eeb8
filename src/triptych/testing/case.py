"""What every check is given: one method, and what a fresh process found out about it."""

from __future__ import annotations

from dataclasses import dataclass

from triptych.core.registry import Method, kind_of
from triptych.testing.trials import TRIALS, Trial

__all__ = ["Case", "Report"]


@dataclass(frozen=True)
class Report:
    """What a fresh process found out about a method.

    Attributes
    ----------
    heavy
        Heavy packages that its import loaded.
    digest
        SHA-256 of its result on :func:`triptych.testing.planted`, with seed 1.
    peak
        Bytes that it took at its peak on the large sample of its kind, beyond what was there before.
    missing
        The message of MissingExtra, when what it needs is not installed.
    error
        What else stopped it, or the empty string.
    """

    heavy: tuple[str, ...] = ()
    digest: str = ""
    peak: int = 0
    missing: str = ""
    error: str = ""


@dataclass(frozen=True)
class Case:
    """A method on trial.

    Attributes
    ----------
    cls
        Its class.
    where
        Its kind and name, as messages must say it: ``"clusterers/kmeans"``.
    report
        From a fresh process.
    """

    cls: type[Method]
    where: str
    report: Report

    @property
    def trial(self) -> Trial:
        """How methods of its kind are called."""
        return TRIALS[kind_of(self.cls)]
