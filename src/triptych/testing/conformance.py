"""The battery that every method passes, ours and third parties'.

>>> from triptych.testing import check_method
>>> [finding for finding in check_method("clusterers", "kmeans") if finding.status == "failed"]  # doctest: +SKIP
[]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from triptych.core.errors import MissingExtra, UsageError, nearest
from triptych.core.registry import KINDS, Method, check_extra, kind_of, method_class
from triptych.testing import behaviour, declared, elsewhere
from triptych.testing.case import Case

__all__ = ["CHECKS", "Finding", "check_method", "check_methods"]

#: Name -> check; its docstring says what holds when it yields nothing.
CHECKS: Mapping[str, Callable[[Case], Iterator[str]]] = {
    check.__name__: check
    for check in (
        declared.docs,
        declared.parameters,
        declared.refusals,
        behaviour.result,
        behaviour.odd_input,
        behaviour.tiny,
        behaviour.extremes,
        behaviour.repeatable,
        behaviour.row_order,
        behaviour.input_untouched,
        elsewhere.imports,
        elsewhere.other_process,
        elsewhere.memory,
    )
}


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    check
        A name of :data:`CHECKS`.
    status
        ``known`` when the method declares that the check does not hold for it, or what it needs is not installed.
    detail
        What is wrong, or why it is known; empty when all is well.
    """

    check: str
    status: Literal["ok", "failed", "known"]
    detail: str = ""


def check_method(kind: str, method: str | type[Method]) -> list[Finding]:
    """Put a method through the battery.

    Parameters
    ----------
    kind
        Such as ``"clusterers"``.
    method
        Its name, or its class.

    Returns
    -------
    list of Finding
        One for each of :data:`CHECKS`; the method conforms when none has failed.

    Raises
    ------
    UsageError
        If there is no such kind or method.
    """
    return check_methods([(kind, method)])[0]


def check_methods(methods: Sequence[tuple[str, str | type[Method]]]) -> list[list[Finding]]:
    """Put several methods through the battery; the fresh process that it needs is started once.

    Parameters
    ----------
    methods
        Pairs of kind and name, or class.
    """
    found = [_found(kind, method) for kind, method in methods]
    reports = elsewhere.report_on([cls for _, cls in found])
    cases = [Case(cls, where, report) for (where, cls), report in zip(found, reports, strict=True)]
    return [[_finding(name, case) for name in CHECKS] for case in cases]


def _found(kind: str, method: str | type[Method]) -> tuple[str, type[Method]]:
    if kind not in KINDS:
        raise UsageError(f"there is no kind of method {kind!r}", hint=nearest(kind, KINDS))
    cls = method_class(kind, method, Method) if isinstance(method, str) else method
    if kind_of(cls) != kind:
        raise UsageError(f"{cls.__name__} is one of the {kind_of(cls)}, not of the {kind}", hint="see its base class")
    return f"{kind}/{method if isinstance(method, str) else cls.name()}", cls


def _finding(name: str, case: Case) -> Finding:
    exempt = case.cls.exempt
    if unknown := set(exempt) - set(CHECKS):
        return Finding(name, "failed", f"exempt names no check: {', '.join(sorted(unknown))}")
    if name in exempt:
        return Finding(name, "known", exempt[name])
    if not case.cls.deterministic and name in ("repeatable", "other_process", "row_order"):
        return Finding(name, "known", "declared not to be deterministic")
    try:
        if name not in ("docs", "parameters", "imports"):
            check_extra(case.cls)
        problems = list(CHECKS[name](case))
    except MissingExtra as missing:
        return Finding(name, "known", f"not run: {missing.message}")
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, and the next one follows
        problems = [f"{type(error).__name__}: {error}"]
    return Finding(name, "failed", "; ".join(dict.fromkeys(problems))) if problems else Finding(name, "ok")
