"""audit: what speaks for a map and what against it; every check is a step of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from triptych.checks.base import AskingCheck, Case, Check, Finding, Undefined
from triptych.core.atlas import Atlas, last
from triptych.core.context import current
from triptych.core.errors import MissingExtra, RemoteError, UsageError
from triptych.core.quantities import duration
from triptych.core.registry import create, method_names
from triptych.core.step import Forecast, Outcome, Plan, run_step, text_digest
from triptych.stages._case import case_of, tree_over
from triptych.stages._desk import ASKED, asked_frame, desk_of
from triptych.stages._forecast import WORTH
from triptych.stages._inputs import given, reads
from triptych.stages._road import route
from triptych.stages._verdicts import judge
from triptych.stages.draw import column_values, shown_columns

if TYPE_CHECKING:
    import polars as pl

__all__ = ["audit"]


def audit(atlas: Atlas, method: str | None = None, *, budget: float | None = None, **params: Any) -> Atlas:
    """Ask what a finished map is worth.

    Parameters
    ----------
    atlas
        With everything up to titles.
    method
        One of ``triptych methods checks``; None asks all but those that ask a server, and then gives every topic a
        verdict.
    budget
        Minutes that all checks together may take; those of least worth are left out first, and that is said. So
        is one whose encoder is not at hand.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``audits[name]`` for every check, and further tables of some as ``<name>_…``; one that finds nothing to
        examine has a table with the column ``undefined``, which says why. After all checks also ``audits["verdicts"]``:
        level, topic, verdict (``solid``, ``shaky`` or ``no evidence``), why, and the numbers that it rests on.

    Raises
    ------
    UsageError
        If there is no such check, a parameter is wrong, or the budget is not above 0.
    RemoteError
        If a server that is to be asked does not answer, or refuses; answers so far are kept for the next time.
    LimitExceeded
        If what the check may spend is spent; answers so far are kept for the next time.
    """
    if method is not None:
        return _ask(atlas, create("checks", method, Check, params), partial(case_of, atlas))
    if params:
        raise UsageError(f"audit: {', '.join(params)} of which check?", hint='name it: audit(atlas, "null", …)')
    if budget is not None and not budget > 0:
        raise UsageError(f"audit: the budget must be above 0 minutes, got {budget}")
    case = cache(partial(case_of, atlas))  # once, and not at all where every answer is known
    checks = [create("checks", name, Check, {}) for name in method_names("checks")]
    checks = [check for check in checks if not isinstance(check, AskingCheck)]
    left_out = []
    deadline = time.perf_counter() + 60 * budget if budget is not None else float("inf")
    pace = _road_seconds(atlas)
    for check in sorted(checks, key=lambda check: (-check.worth, check.name())):
        seconds = check.effort(case()) * pace if budget is not None else 0.0
        if seconds <= deadline - time.perf_counter():
            try:
                atlas = _ask(atlas, check, case)
                continue
            except (MissingExtra, RemoteError) as error:
                reason = error.message
        else:
            reason = f"It would take {duration(seconds)}"
        current().progress.say(f"left out: {check.question} {reason}")
        left_out.append(check.name())
    return judge(atlas, left_out)


def _ask(atlas: Atlas, check: Check, case: Callable[[], Case]) -> Atlas:
    name = check.name()
    plan = Plan(
        stage="audit", name=name, method=name, version=check.version, params=given(check.params()),
        reads=_inputs(atlas, check.looks_at), total=100, unit="%",
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        seen = case()
        forecast = _foretold(check, seen, atlas)
        try:
            found = _examined(check, seen.only(check.looks_at), seed)
        except (Undefined, UsageError) as error:
            if isinstance(check, AskingCheck) and isinstance(error, UsageError):
                raise  # a key that is not there says nothing of the map
            why = error.message if isinstance(error, UsageError) else str(error)
            return Outcome({f"audits/{name}": _undefined(why)}, (f"undefined: {why}",))
        tables = {name: found.table} | {f"{name}_{more}": table for more, table in found.more.items()}
        values = {f"audits/{table}": frame for table, frame in tables.items()}
        return Outcome(values, tuple(map(_said, found.sentences)), forecast)

    return run_step(atlas, plan, compute)


def _examined(check: Check, case: Case, seed: int) -> Finding:
    check.require_rows(len(case.vectors))
    if not isinstance(check, AskingCheck):
        return check.examine(case, seed=seed, advance=_Percent())
    desk = desk_of("audit", check, lambda number, _: _whole(number), lambda number: (str(number), "chosen"))
    found = check.ask(case, desk, seed=seed, advance=_Percent())
    asked = asked_frame({asked: (str(number), "chosen") for asked, number in desk.used.items()}, "choice")
    return replace(found, sentences=(*found.sentences, *desk.notes), more={**found.more, ASKED.strip("_"): asked})


def _foretold(check: Check, case: Case, atlas: Atlas) -> Forecast | None:
    """Say what a check will take where that is long; return it."""
    seconds = check.effort(case) * _road_seconds(atlas)
    if seconds < WORTH or isinstance(check, AskingCheck):
        return None
    current().progress.say(f"about {duration(seconds)}: {check.question}")
    return Forecast(seconds)


def _whole(text: str) -> int:
    """Return the number that a text says; 0, which answers nothing, for any other text that a folder may hold."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _inputs(atlas: Atlas, looks_at: Sequence[str]) -> dict[str, str]:
    """Return the digests of all that a check may see; see :attr:`triptych.checks.base.Check.looks_at`."""
    way = route(atlas)
    clustering = last(atlas.clusterings)
    paths = [f"vectors/{name}" for name in atlas.vectors]
    paths += [f"graphs/{way.vectors}", f"layouts/{way.on}", "layouts/umap2", f"clusterings/{clustering}"]
    if tree := tree_over(atlas, clustering):
        paths += [f"{slot}/{tree}" for slot in ("trees", *(("descriptions", "labels") if "titles" in looks_at else ()))]
    found = reads(atlas, *(path for path in paths if path in atlas.digests))
    if "texts" in looks_at:
        found["documents"] = text_digest([*atlas.documents, *atlas.names])
    if "columns" in looks_at:
        values = {name: column_values(atlas, name) for name in shown_columns(atlas)}
        found |= {f"column {name}": text_digest([str(cell) for cell in cells]) for name, cells in values.items()}
    return found


def _road_seconds(atlas: Atlas) -> float:
    """Return the seconds that the run took from the vectors to the clusters."""
    way = route(atlas)
    spans = [step for step in atlas.steps if step.stage == "span" and set(step.outputs) & set(way.cluster.inputs)]
    return sum(step.seconds for step in (way.relate, way.reduce, *spans, way.cluster) if step)


def _said(sentence: str) -> str:
    """Return a sentence with a capital at its beginning and a full stop."""
    return sentence[:1].upper() + sentence[1:].rstrip(".") + "."


def _undefined(reason: str) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({"undefined": [reason]})


class _Percent:
    """Shares of the work as whole percents of a progress bar."""

    def __init__(self) -> None:
        self._progress, self._done, self._told = current().progress, 0.0, 0

    def __call__(self, share: float) -> None:
        """Note that a further share is done."""
        self._done = min(self._done + share, 1.0)
        more = int(100 * self._done) - self._told
        self._told += more
        self._progress.advance(more)
