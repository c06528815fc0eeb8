"""Where methods that ask a server find what was answered before, in the run folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from triptych.checks.base import AskingCheck, Desk
from triptych.core.codec import canonical, digest
from triptych.core.context import current
from triptych.core.slots import Labels
from triptych.labellers.base import AskingLabeller

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ASKED", "asked_frame", "desk_of"]

#: Ending of the audit that has the answers by what was asked.
ASKED = "_asked"

Answer = TypeVar("Answer")


def desk_of(
    stage: str,
    method: AskingLabeller | AskingCheck,
    read: Callable[[str, str], Answer],
    write: Callable[[Answer], tuple[str, str]],
) -> Desk[Answer]:
    """Return what the run folder has of answers that were paid for, and a place for new ones.

    Parameters
    ----------
    stage
        Whose steps have them.
    method
        Who asks.
    read, write
        From an answer and its status, both texts, and to them.
    """
    context, made_by = current(), digest(canonical([method.name(), method.version, method.asks()]))
    if (store := context.store) is None:
        return Desk(say=context.progress.say)
    known: dict[str, Answer] = {}
    for part in store.find_parts(made_by):
        known |= {asked: read(*answer) for asked, answer in part.titles.items()}
    for step in store.steps(stage):
        for path in step.outputs:
            if path.startswith("audits/") and path.endswith(ASKED) and (found := store.find(step.key)):
                known |= {asked: read(answer, status) for asked, answer, status in found[1][path]().iter_rows()}

    def keep(asked: str, answer: Answer) -> None:
        store.keep_part(made_by, Labels({asked: write(answer)}))

    return Desk(known, keep, context.progress.say)


def asked_frame(answers: Mapping[str, tuple[str, str]], name: str) -> pl.DataFrame:
    """Return answers by what was asked, as a table with the columns asked, ``name`` and status."""
    import polars as pl

    rows = [(asked, *answers[asked]) for asked in sorted(answers)]
    return pl.DataFrame(rows, schema=dict.fromkeys(("asked", name, "status"), pl.String), orient="row")
