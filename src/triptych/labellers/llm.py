"""Titles written by a language model: a hosted one, or one on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from triptych.labellers._asking import Asking
from triptych.labellers._task import SCHEMA
from triptych.labellers.base import AskingLabeller, Desk, Evidence, Label
from triptych.labellers.phrases import Phrases
from triptych.llm.terms import Terms

__all__ = ["LLM"]


class LLM(Terms, AskingLabeller):
    """Asks a language model for each title, from the finest level up, so that a parent is told all titles of its parts.

    The words and the beginnings of a few documents of each cluster go to the server, and nothing goes anywhere else.
    A reply must be a JSON object with one line of at most 80 characters, without address or markup; it is repaired
    once and asked for twice more, then the title is that of ``phrases``, marked ``fallback``. A title whose words the
    evidence does not bear out is marked ``ungrounded``. A server that does not answer in five tries, or refuses the
    key or the model, ends the work with an error; what it has answered is kept in the run and not asked for again.
    """

    deterministic = False
    exempt: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("result", "odd_input", "tiny", "extremes", "input_untouched", "memory"),
        "there is no server until one is named",
    )

    def ask(self, evidence: Sequence[Evidence], desk: Desk[Label]) -> list[Label]:
        """Return one label for each cluster: ``written``, ``ungrounded`` or ``fallback``."""
        asker = self.asker(f"labellers/{self.name()}", SCHEMA)
        return Asking(asker, self.asks(), evidence, Phrases().label(evidence), desk).titles()
