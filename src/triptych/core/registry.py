"""Methods are found by where they live: ``clusterers/mean_shift.py`` *is* the method ``mean_shift``.

There is no list to edit and no decorator. A third party adds a method with an entry point in the group
``triptych.clusterers`` (``triptych.encoders`` …) that points at its class.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, ClassVar, TypeVar

from triptych.core.errors import MissingExtra, UsageError, nearest
from triptych.core.params import Limit, check_params, settled

__all__ = ["KINDS", "Method", "check_extra", "create", "kind_of", "method_class", "method_names", "missing_modules"]

#: The kinds of method and, for each, the package that holds them.
KINDS = ("encoders", "neighbours", "reducers", "clusterers", "nesters", "describers", "labellers", "checks")


class Method:
    """An algorithm on plain arrays, with keyword parameters stored unchanged and limits declared once.

    Attributes
    ----------
    version
        Raised whenever the same input may give another result: part of the key of every step.
    extra, requires
        The optional dependency group that it needs, or None, and the modules that must be there.
    deterministic
        Whether the same input and seed give the same bytes on one machine.
    minimum_rows
        The fewest rows that it can work on.
    limits
        The legal values of each parameter; the names are those of ``__init__``.
    exempt
        Checks of ``triptych check`` that do not hold for it, each with the reason: ``{"row_order": "starts are drawn
        by row number"}``.
    """

    version: ClassVar[str] = "1"
    extra: ClassVar[str | None] = None
    requires: ClassVar[tuple[str, ...]] = ()
    deterministic: ClassVar[bool] = True
    minimum_rows: ClassVar[int] = 1
    limits: ClassVar[Mapping[str, Limit]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}

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

    def resolved(self, rows: int) -> dict[str, Any]:
        """Return every parameter as it is for so many rows; one that nobody gave has the value that is chosen then."""
        return self.params()

    def memory(self, rows: int, columns: int) -> int:
        """Estimate the most memory that a call takes, in bytes.

        Neither the input counts, nor what a first call loads to stay: libraries, a model.

        Parameters
        ----------
        rows
            Rows of the input.
        columns
            Their dimensions; for texts, their mean length in characters.

        Returns
        -------
        int
            Four copies of the input in double precision, unless a method knows better; right within a factor of four.
        """
        return 32 * rows * columns

    def require_rows(self, rows: int) -> None:
        """Raise UsageError when there are fewer rows than :attr:`minimum_rows`."""
        if rows < self.minimum_rows:
            raise UsageError(
                f"{kind_of(type(self))}/{self.name()} needs at least {self.minimum_rows} rows, got {rows}",
                hint="give it more rows, or leave this step out",
            )


M = TypeVar("M", bound=Method)


def kind_of(cls: type[Method]) -> str:
    """Return the kind of a method: the package of the contract that it extends, such as ``clusterers``.

    Raises
    ------
    UsageError
        If it extends none.
    """
    for base in cls.__mro__:
        package, _, module = base.__module__.removeprefix("triptych.").partition(".")
        if package in KINDS and module == "base":
            return package
    raise UsageError(f"{cls.__name__} extends no contract", hint=f"see triptych/{KINDS[0]}/base.py and its like")


def method_names(kind: str) -> list[str]:
    """Return the names of all methods of a kind, ours and third parties', sorted."""
    return sorted({*_ours(kind), *_plugins(kind)})


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
    if name in _plugins(kind):
        return _checked(_load_plugin(kind, name), contract, f"{kind}/{name}")
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
    MissingExtra
        If a package that it needs is not installed.
    """
    found = method_class(kind, name, contract)
    values = settled(found.limits, params)
    check_params(f"{kind}/{name}", found.limits, values)
    check_extra(found)
    return found(**values)


def missing_modules(method: type[Method]) -> list[str]:
    """Return the modules that a method needs and that are not installed."""
    specs = {module: importlib.util.find_spec(module) for module in method.requires}
    # A folder without code, such as an uninstall leaves behind, has no origin.
    return [module for module, spec in specs.items() if spec is None or spec.origin is None]


def check_extra(method: type[Method]) -> None:
    """Raise MissingExtra, with the line that installs it, when a package that a method needs is not there."""
    if missing := missing_modules(method):
        raise MissingExtra(
            f"{kind_of(method)}/{method.name()} needs {', '.join(missing)}, not installed here",
            hint=f"pip install 'triptych[{method.extra}]'" if method.extra else f"pip install {' '.join(missing)}",
        )


def _checked(found: Any, contract: type[M], where: str) -> type[M]:
    if not (inspect.isclass(found) and issubclass(found, contract)):
        raise UsageError(f"{where} is not a {contract.__name__}")
    if set(found.limits) != set(found.defaults()):
        raise UsageError(f"{where}: the names in limits and in __init__ differ")
    return found


def _ours(kind: str) -> list[str]:
    package = importlib.import_module(f"triptych.{kind}")
    return [m.name for m in pkgutil.iter_modules(package.__path__) if m.name != "base" and m.name[0] != "_"]


@cache
def _plugins(kind: str) -> dict[str, tuple[EntryPoint, ...]]:
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in entry_points(group=f"triptych.{kind}"):
        found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def _load_plugin(kind: str, name: str) -> Any:
    """Load the class that an entry point names; two methods of one name are refused, so that none is run unawares."""
    entries = _plugins(kind)[name]
    owners = [entry.dist.name if entry.dist else entry.value for entry in entries]
    if len(owners) + (name in _ours(kind)) > 1:
        others = " and ".join(["triptych"] * (name in _ours(kind)) + owners)
        raise UsageError(f"{kind}/{name} is defined more than once: by {others}", hint=f"uninstall {owners[-1]}")
    try:
        return entries[0].load()
    except Exception as error:  # whatever a stranger's module does when it is imported
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{kind}/{name} cannot be loaded from {owners[0]}: {reason}", hint=f"update or uninstall {owners[0]}"
        ) from error
