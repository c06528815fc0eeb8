"""How every stage runs: look for the result, else compute it, measure it, keep it, record it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from triptych.core import codec
from triptych.core.atlas import Atlas, Step
from triptych.core.context import current
from triptych.core.errors import StepFailed, TriptychError
from triptych.core.memory import peak_bytes, reset_peak
from triptych.core.seeds import child_seed

__all__ = ["Forecast", "Outcome", "Plan", "run_step", "text_digest"]


@dataclass(frozen=True)
class Forecast:
    """What a step will take: wall seconds from its start to its end, and, if known, the largest memory in bytes."""

    seconds: float
    bytes: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What a stage computes: path -> slot value, sentences for the summary, and what it was expected to take."""

    values: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    forecast: Forecast | None = None


@dataclass(frozen=True)
class Plan:
    """What a stage is about to do; all of it, and nothing else, decides the result.

    Attributes
    ----------
    stage, name
        The verb and the name of its result.
    method, version, params
        What is run, parameters resolved to JSON values.
    reads
        Path -> SHA-256 of every input.
    total, unit
        Length of the work, for progress.
    """

    stage: str
    name: str
    method: str
    version: str
    params: Mapping[str, Any]
    reads: Mapping[str, str]
    total: int | None = None
    unit: str = "rows"

    def seed(self, root: int) -> int:
        """Return the seed of this step under a root seed."""
        return child_seed(root, f"{self.stage}/{self.name}")

    def key(self, seed: int) -> str:
        """Return the SHA-256 of all that decides the result."""
        parts = [self.stage, self.name, self.method, self.version, dict(self.params), seed, dict(self.reads)]
        return codec.digest(codec.canonical(parts))


def run_step(atlas: Atlas, plan: Plan, compute: Callable[[int], Outcome]) -> Atlas:
    """Carry out a plan.

    Parameters
    ----------
    atlas
        What the stage was given.
    plan
        What it is about to do.
    compute
        From the step's seed to its outcome; called only when the store does not have it.

    Returns
    -------
    Atlas
        With the results on their shelves and the step recorded.

    Raises
    ------
    StepFailed
        If a method broke down with an error that is not ours.
    """
    context = current()
    seed = plan.seed(atlas.seed)
    key = plan.key(seed)
    found = context.store.find(key) if context.store else None
    if found:
        step, loaders = found
        context.progress.start(f"{plan.stage} {plan.name}", None, plan.unit)
        context.progress.finish("already done")
        return atlas.plus(step, loaders)
    context.progress.start(f"{plan.stage} {plan.name}", plan.total, plan.unit)
    reset_peak()
    started = time.perf_counter()
    try:
        outcome = _guarded(plan, compute, seed)
    except BaseException:
        if context.store:
            context.store.spare_parts()
        raise
    seconds = time.perf_counter() - started
    encoded = {path: codec.encode(value) for path, value in outcome.values.items()}
    step = Step(
        **{name: getattr(plan, name) for name in ("stage", "name", "method", "version")},
        params=dict(plan.params), seed=seed, key=key, inputs=dict(plan.reads),
        outputs={path: codec.digest(*pieces) for path, (_, pieces) in encoded.items()},
        seconds=round(seconds, 3), peak_bytes=peak_bytes(), notes=outcome.notes,
        forecast_seconds=round(outcome.forecast.seconds, 3) if outcome.forecast else None,
        forecast_bytes=outcome.forecast.bytes if outcome.forecast else None,
    )  # fmt: skip
    if context.store:
        context.store.keep(step, encoded)
    context.progress.finish("; ".join(filter(None, (*outcome.notes, step.against_forecast))))
    return atlas.plus(step, outcome.values)


def text_digest(texts: list[str]) -> str:
    """Return the SHA-256 of texts and their order."""
    # The lengths say where each text ends; writing the texts as JSON would take many times as long.
    return codec.digest(codec.canonical([len(text) for text in texts]) + "".join(texts).encode())


def _guarded(plan: Plan, compute: Callable[[int], Outcome], seed: int) -> Outcome:
    try:
        return compute(seed)
    except (TriptychError, KeyboardInterrupt, MemoryError):
        raise
    except Exception as error:
        what = f"{plan.stage} with {plan.method} failed: {type(error).__name__}: {error}"
        raise StepFailed(what, hint="please report this with the command and the data's shape") from error
