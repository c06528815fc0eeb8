"""What a method says of itself: checked without running it on any data."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

from triptych.core.errors import UsageError
from triptych.core.params import Choice, Flag, Integer, Limit, Names, Real, Sizes, check_params, settled
from triptych.testing.case import Case

__all__ = ["docs", "illegal_values", "legal_values", "parameters", "refusals"]


def docs(case: Case) -> Iterator[str]:
    """The docstring begins with a sentence, every parameter has a line of help, the module says what it holds."""
    cls = case.cls
    if cls.name() != case.where.partition("/")[2]:
        yield f"it lives in a module called {cls.name()}; a method is named like its module"
    for what, found in (("the class", cls), ("its module", inspect.getmodule(cls))):
        first = (inspect.getdoc(found) or "").partition("\n")[0]
        if not first.endswith(".") or len(first) > 120:
            yield f"the docstring of {what} does not begin with a sentence of one line: {first!r}"
    for name, limit in cls.limits.items():
        if not limit.help.strip():
            yield f"{name} has no help"


def parameters(case: Case) -> Iterator[str]:
    """Parameters are keyword-only, have legal defaults and limits of the same names, and are stored unchanged."""
    cls = case.cls
    signature = list(inspect.signature(cls).parameters.values())
    names = [p.name for p in signature]
    if any(p.kind is not p.KEYWORD_ONLY or p.default is p.empty for p in signature):
        yield "every parameter of __init__ must be keyword-only and have a default"
        return
    if set(names) != set(cls.limits):
        yield f"limits has {sorted(cls.limits)}, __init__ has {sorted(names)}"
        return
    if cls().params() != cls.defaults():
        yield f"made without parameters it has {cls().params()}, wanted {cls.defaults()}"
    for name, limit in cls.limits.items():
        default = cls.defaults()[name]
        if not ((default is None and limit.optional) or limit.accepts(default)):
            yield f"the default of {name} is {default!r}, which is not {limit.wanted()}"
        for value in legal_values(limit):
            made: Any = cls(**{name: value})
            if getattr(made, name) is not value or made.params()[name] is not value:
                yield f"{name}={value!r} is stored as {getattr(made, name)!r}"
            json.dumps(made.params())


def refusals(case: Case) -> Iterator[str]:
    """Unknown names and illegal values are refused in the words of the limit, with a hint."""
    where, limits = case.where, case.cls.limits
    for name, limit in limits.items():
        for value in illegal_values(limit):
            try:
                check_params(where, limits, settled(limits, {name: value}))
            except UsageError as error:
                if not (where in error.message and name in error.message and limit.wanted() in error.message):
                    yield f"{name}={value!r} is refused with {error.message!r}"
                if not error.hint:
                    yield f"{name}={value!r} is refused without a hint"
            else:
                yield f"{name}={value!r} is not refused; it is not {limit.wanted()}"


def legal_values(limit: Limit) -> list[Any]:
    """Return the ends of the legal range, or every choice."""
    if isinstance(limit, Integer | Real):
        return [value for value in (limit.low, limit.high) if value is not None]
    if isinstance(limit, Choice):
        return list(limit.options)
    if isinstance(limit, Flag):
        return [True, False]
    if isinstance(limit, Sizes):
        return [(), (limit.low, limit.low + 1)]
    return [()] if isinstance(limit, Names) else []


def illegal_values(limit: Limit) -> list[Any]:
    """Return values just outside the legal range, and of other types."""
    wrong: list[Any] = [] if limit.optional else [None]
    if isinstance(limit, Integer | Real):
        step = 1 if isinstance(limit, Integer) else 1e-6
        wrong += ["1", True, [1], float("nan"), float("inf"), 10**400 if isinstance(limit, Real) else 1.5]
        wrong += [limit.low - step] if limit.low is not None else []
        wrong += [limit.high + step] if limit.high is not None else []
        return wrong
    if isinstance(limit, Sizes):
        return [*wrong, 3, "3", (limit.low - 1,), (1.5,), (True,)]
    if isinstance(limit, Names):
        return [*wrong, "a", (1,)]
    return [*wrong, 3, 1.5, ["a"], b"a"]
