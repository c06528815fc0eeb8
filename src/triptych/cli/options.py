"""Flags made from declared limits: the same names, defaults and help as in Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from triptych.core.params import Flag, Limit

__all__ = ["dataclass_options"]


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
        """Return the kind of value for the help text."""
        return type(self.limit).__name__.upper()


def dataclass_options(cls: type) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds one flag for each ``setting`` field of a dataclass."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for item in reversed(fields(cls)):
            limit: Limit = item.metadata["limit"]
            flag = "--" + item.name.replace("_", "-")
            if isinstance(limit, Flag):
                function = click.option(flag, item.name, is_flag=True, default=item.default, help=limit.help)(function)
                continue
            shown = ",".join(map(str, item.default)) if isinstance(item.default, tuple) else item.default
            function = click.option(
                flag, item.name, type=LimitType(limit), default=item.default, help=limit.help,
                show_default=str(shown) if shown is not None else False,
            )(function)  # fmt: skip
        return function

    return add
