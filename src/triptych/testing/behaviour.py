"""What a method does: checked on small samples, in this process."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from triptych.core.errors import InputError, LimitExceeded, MissingExtra, UsageError
from triptych.core.registry import Method
from triptych.testing.case import Case
from triptych.testing.declared import legal_values
from triptych.testing.samples import Sample, odd_samples, planted
from triptych.testing.trials import Result, alike, result_digest

__all__ = ["extremes", "input_untouched", "odd_input", "repeatable", "result", "row_order", "tiny"]


def result(case: Case) -> Iterator[str]:
    """On planted groups the result has the shape, type and range of the contract, and nothing is warned of."""
    found, problems = attempt(case, case.cls(), planted())
    yield from problems
    if found is None and not problems:
        yield "nothing came back"


def odd_input(case: Case) -> Iterator[str]:
    """Equal rows, zeros, repeated rows, one column, one cluster, none: a result, or an error that says why not."""
    for name, sample in odd_samples().items():
        yield from (f"on {name}: {problem}" for problem in attempt(case, case.cls(), sample)[1])


def tiny(case: Case) -> Iterator[str]:
    """One, two and three rows give a result or an error that says why not; fewer than ``minimum_rows``, the error."""
    for rows in (1, 2, 3):
        found, problems = attempt(case, case.cls(), planted(rows))
        yield from (f"on {rows} rows: {problem}" for problem in problems)
        if rows < case.cls.minimum_rows and found is not None:
            yield f"on {rows} rows: a result, though minimum_rows is {case.cls.minimum_rows}; call self.require_rows"


def extremes(case: Case) -> Iterator[str]:
    """The ends of every legal range give a result, or an error that says why not."""
    for name, limit in case.cls.limits.items():
        for value in legal_values(limit):
            problems = attempt(case, case.cls(**{name: value}), planted())[1]
            yield from (f"with {name}={value!r}: {problem}" for problem in problems)


def repeatable(case: Case) -> Iterator[str]:
    """The same input and seed give the same bytes, twice and on 1, 2 and 4 threads."""
    trial, sample = case.trial, planted()
    wanted = result_digest(trial.run(case.cls(), sample, seed=1))
    for threads in (1, 2, 4):
        if result_digest(trial.run(case.cls(), sample, seed=1, threads=threads)) != wanted:
            yield f"another result on {threads} threads" if threads > 1 else "another result the second time"


def row_order(case: Case) -> Iterator[str]:
    """Rows in another order give the same result in that order."""
    trial, sample, method = case.trial, planted(), case.cls()
    first = trial.run(method, sample)
    for seed in range(3):
        found, wanted = trial.reordered(method, sample, first, seed)
        if not alike(found, wanted):
            yield f"another result for the rows in another order (order {seed})"


def input_untouched(case: Case) -> Iterator[str]:
    """Input arrays, read-only here, have the same bytes after the call, and the result is no view of them."""
    trial, sample = case.trial, planted()
    before = _bytes(sample)
    found = trial.run(case.cls(), sample)
    if _bytes(sample) != before:
        yield "the input was changed"
    for name, values in found.items():
        if isinstance(values, np.ndarray) and any(np.shares_memory(values, a) for a in (sample.points, sample.labels)):
            yield f"{name} shares memory with the input"


def attempt(case: Case, method: Method, sample: Sample) -> tuple[Result | None, list[str]]:
    """Return the result of a method, if any, and what is wrong with it, its warnings or its error."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = case.trial.run(method, sample)
        except MissingExtra:
            raise
        except (UsageError, InputError, LimitExceeded) as error:
            return None, list(_wording(error, case.where))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            return None, [f"{type(error).__name__}: {error}"]
    # What a library says of itself when it is imported is not the user's affair.
    said = [w for w in warned if not issubclass(w.category, DeprecationWarning | ImportWarning)]
    return found, [*case.trial.problems(method, sample, found), *(f"warns: {w.message}" for w in said)]


def _wording(error: Any, where: str) -> Iterator[str]:
    if where not in error.message:
        yield f"the error does not name {where}: {error.message!r}"
    if not error.hint:
        yield f"the error has no hint: {error.message!r}"


def _bytes(sample: Sample) -> list[bytes]:
    graph = sample.graph
    arrays = [sample.points, sample.labels, *sample.levels, *([graph.indices, graph.distances] if graph else [])]
    return [array.tobytes() for array in arrays]
