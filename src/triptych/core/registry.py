"""Methods are found by where they live: ``clusterers/mean_shift.py`` *is* the method ``mean_shift``.

There is no list to edit and no decorator. A third party adds a method with an entry point in the group
``triptych.clusterers`` (``triptych.encoders`` …) that points at its class.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar, TypeVar

from triptych.core.errors import UsageError, nearest
from triptych.core.params import Limit, check_params

__all__ = ["KINDS", "Method", "create", "method_class", "method_names"]

#: The kinds of method and, for each, the package that holds them.
KINDS = ("encoders", "neighbours", "reducers", "clusterers", "nesters", "describers", "labellers")


class Method:
    """An algorithm on plain arrays, with keyword parameters stored unchanged and limits declared once.

    Attributes
    ----------
    version
        Raised whenever the same input may give another result: part of the key of every step.
    extra
        The optional dependency group that it needs, or None.
    deterministic
        Whether the same input and seed give the same bytes on one machine.
    minimum_rows
        The fewest rows that it can work on.
    limits
        The legal values of each parameter; the names are those of ``__init__``.
    """

    version: ClassVar[str] = "1"
    extra: ClassVar[str | None] = None
    deterministic: ClassVar[bool] = True
    minimum_rows: ClassVar[int] = 1
    limits: ClassVar[Mapping[str, Limit]] = {}

    @classmethod
    def name(cls) -> str:
        """Return the name that users call it by: the stem of its module."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        """Return every parameter with its default."""
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        return {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}

    def params(self) -> dict[str, Any]:
        """Return every parameter with its value on this object."""
        return {name: getattr(self, name) for name in self.defaults()}


M = TypeVar("M", bound=Method)


def method_names(kind: str) -> list[str]:
    """Return the names of all methods of a kind, ours and third parties', sorted."""
    package = importlib.import_module(f"triptych.{kind}")
    ours = [m.name for m in pkgutil.iter_modules(package.__path__) if m.name != "base" and m.name[0] != "_"]
    return sorted({*ours, *_plugins(kind)})


def method_class(kind: str, name: str, contract: type[M]) -> type[M]:
    """Find the class of a method.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    name
        The method: the stem of its module, or an entry point's name.
    contract
        The base class that it must extend, from the ``base`` module of its kind.

    Raises
    ------
    UsageError
        If there is no such method; names the nearest.
    """
    if name not in method_names(kind):
        raise UsageError(f"there is no method {name!r} in {kind}", hint=nearest(name, method_names(kind)))
    plugins = _plugins(kind)
    if name in plugins:
        found: Any = plugins[name].load()
        return _checked(found, contract, f"{kind}/{name}")
    module = importlib.import_module(f"triptych.{kind}.{name}")
    classes = [
        c for _, c in inspect.getmembers(module, inspect.isclass)
        if issubclass(c, contract) and c.__module__ == module.__name__ and not c.__name__.startswith("_")
    ]  # fmt: skip
    if len(classes) != 1:
        raise UsageError(f"{module.__name__} must define exactly one public {contract.__name__}")
    return _checked(classes[0], contract, f"{kind}/{name}")


def create(kind: str, name: str, contract: type[M], params: Mapping[str, Any]) -> M:
    """Check the parameters of a method and make it.

    Raises
    ------
    UsageError
        On an unknown method, an unknown parameter, or a value outside its limit.
    """
    found = method_class(kind, name, contract)
    check_params(f"{kind}/{name}", found.limits, params)
    return found(**params)


def _checked(found: Any, contract: type[M], where: str) -> type[M]:
    if not (inspect.isclass(found) and issubclass(found, contract)):
        raise UsageError(f"{where} is not a {contract.__name__}")
    if set(found.limits) != set(found.defaults()):
        raise UsageError(f"{where}: the names in limits and in __init__ differ")
    return found


@cache
def _plugins(kind: str) -> dict[str, Any]:
    return {entry.name: entry for entry in entry_points(group=f"triptych.{kind}")}
