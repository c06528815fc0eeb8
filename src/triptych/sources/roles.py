"""Which column plays which part: checked against the columns that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from triptych.core.errors import InputError, nearest, shorten
from triptych.core.schema import RESERVED, Roles, split_template
from triptych.sources.raw import free_name
from triptych.sources.vectors import vector_columns

__all__ = ["check_roles", "rename_reserved", "text_pieces"]

_SINGLE = ("title", "date", "popularity", "id")
_SEVERAL = ("group", "show")


def check_roles(name: str, roles: Roles, columns: Sequence[str]) -> Roles:
    """Check that every role names columns of the table.

    Parameters
    ----------
    name
        What messages call the table.
    roles
        As the user gave them.
    columns
        The columns of the table.

    Returns
    -------
    Roles
        The same, with ``link`` as a template.

    Raises
    ------
    InputError
        On a column that does not exist; names the nearest.
    UsageError
        On a template with lone braces.
    """

    def check(role: str, column: str) -> None:
        if column not in columns:
            raise InputError(f"{name} has no column {shorten(column)}, named for {role}", hint=nearest(column, columns))

    for role in _SINGLE:
        if (column := getattr(roles, role)) is not None:
            check(role, column)
    for role in _SEVERAL:
        for column in getattr(roles, role):
            check(role, column)
    for role, template in (("text", roles.text), ("link", roles.link), ("image", roles.image)):
        for _, field in text_pieces(template, columns) if template is not None else []:
            if field is not None:
                check(role, field)
    if roles.vectors is not None and not vector_columns(columns, roles.vectors):
        raise InputError(
            f"{name} has no column {shorten(roles.vectors)} and none numbered after it ({roles.vectors}0, …)",
            hint=nearest(roles.vectors, columns),
        )
    link_is_column = roles.link is not None and roles.link in columns
    return replace(roles, link=f"{{{roles.link}}}") if link_is_column else roles


def text_pieces(template: str, columns: Sequence[str]) -> list[tuple[str, str | None]]:
    """Return the pieces of a template, a text without any field being the name of a column."""
    if template in columns:
        return [("", template)]
    pieces = split_template(template)
    return pieces if any(field for _, field in pieces) else [("", template)]


def rename_reserved(roles: Roles, columns: Sequence[str]) -> tuple[Roles, dict[str, str]]:
    """Give the user's columns that are called as ours the prefix ``source_``, in the roles too.

    Returns
    -------
    roles, new_names
        The roles over the new names, and old name -> new name of what was renamed.
    """
    new_names: dict[str, str] = {}
    for column in columns:
        if column in RESERVED:
            new_names[column] = free_name(f"source_{column}", [*columns, *new_names.values()])

    def rename(column: str) -> str:
        return new_names.get(column, column)

    changed: dict[str, object] = {}
    for role in _SINGLE:
        column = getattr(roles, role)
        changed[role] = None if column is None else rename(column)
    for role in _SEVERAL:
        changed[role] = tuple(map(rename, getattr(roles, role)))
    for role in ("text", "image"):
        if (template := getattr(roles, role)) is not None:
            changed[role] = rename(template) if template in columns else _map_fields(template, rename)
    if roles.link is not None:
        changed["link"] = _map_fields(roles.link, rename)
    return replace(roles, **changed), new_names  # type: ignore[arg-type]


def _map_fields(template: str, rename: Callable[[str], str]) -> str:
    pieces = [
        plain.replace("{", "{{").replace("}", "}}") + ("" if field is None else f"{{{rename(field)}}}")
        for plain, field in split_template(template)
    ]
    return "".join(pieces)
