"""What the columns say of each row, for rows that have no texts."""

from __future__ import annotations

from collections.abc import Mapping

from triptych.core.atlas import Atlas
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS
from triptych.measures.values import said_values
from triptych.pages.columns import describe_column
from triptych.stages.draw import column_values, shown_columns

__all__ = ["joined", "speaking_columns"]

Said = list[tuple[str, ...]]


def speaking_columns(atlas: Atlas) -> dict[str, Said]:
    """Return what each column says of each kept row, without the columns that say nothing of groups.

    Asked are the date, group and show columns; all but title, identifier, text and popularity where none is named.
    """
    roles = atlas.roles
    others = {ROW_ID, STATUS, DOCUMENT, roles.title, roles.id, roles.text, roles.popularity}
    names = [name for name in shown_columns(atlas) if name != roles.popularity]
    names = names or [name for name in atlas.kept.columns if name not in others]
    columns = {name: describe_column(name, column_values(atlas, name)) for name in names}
    said = {name: said_values(name, found["kind"], found["cells"]) for name, found in columns.items()}
    return {name: values for name, values in said.items() if values is not None}


def joined(columns: Mapping[str, Said]) -> Said:
    """Return all that columns say of each row; the same value of two columns is one."""
    rows = zip(*columns.values(), strict=True)
    return [tuple(dict.fromkeys(value for said in row for value in said)) for row in rows]
