"""Flags made from declared limits: the same names, defaults and help as in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import click

from triptych.core.params import Choice, Flag, Limit, Names, Pairs, limits_of

__all__ = ["dataclass_options", "limit_options"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class LimitType(click.ParamType[Any]):
    """A value within a declared limit."""

    name = "value"

    def __init__(self, limit: Limit) -> None:
        self.limit = limit

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a flag's text; fails in the words of the limit."""
        if not isinstance(value, str):
            return value
        try:
            parsed = self.limit.parse(value)
        except ValueError:
            parsed = None
        if parsed is None or not self.limit.accepts(parsed):
            self.fail(f"must be {self.limit.wanted()}, got {value!r}", param, ctx)
        return parsed

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return the kind of value for the help text; of a choice, what there is to choose."""
        return "|".join(self.limit.options) if isinstance(self.limit, Choice) else type(self.limit).__name__.upper()


def dataclass_options(cls: type) -> Decorator:
    """Return a decorator that adds one flag for each ``setting`` field of a dataclass."""
    return limit_options(limits_of(cls), {item.name: item.default for item in fields(cls)})


def limit_options(limits: Mapping[str, Limit], defaults: Mapping[str, Any] | None = None) -> Decorator:
    """Return a decorator that adds one flag for each limit; the default is None where none is given."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, limit in reversed(list(limits.items())):
            function = _option(name, limit, (defaults or {}).get(name))(function)
        return function

    return add


def _option(name: str, limit: Limit, default: Any) -> Decorator:
    flag = "--" + name.replace("_", "-")
    if isinstance(limit, Flag):
        return click.option(f"{flag}/--no-{flag[2:]}", name, default=default, help=limit.help)
    if isinstance(limit, Names):
        shown = "METHOD.NAME=VALUE" if isinstance(limit, Pairs) else "COLUMN"
        return click.option(flag, name, multiple=True, metavar=shown, help=f"{limit.help}; may be repeated")
    told = limit.help if default is None else f"{limit.help}  [default: {_shown(default)}]"
    return click.option(flag, name, type=LimitType(limit), default=default, help=told)


def _shown(default: Any) -> str:
    """Return a default as it is typed."""
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
