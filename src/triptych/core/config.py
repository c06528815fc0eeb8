"""``triptych.toml``: the settings of a run under the names that they have in Python and on the command line.

The file has a few values at the top, then one table for each dataclass of settings::

    source = "movies.csv"

    [columns]
    text = "overview"
    group = ["genre"]

    [road]
    min_cluster_size = 25
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triptych.core.errors import UsageError, nearest, shorten
from triptych.core.params import Limit, Names, Text, check_params, limits_of, settled
from triptych.core.schema import ReadOptions

__all__ = ["COLUMNS", "FILE", "TOP", "Sections", "dump_config", "load_config", "parse_config", "sections"]

#: The name of the file that is read when no other is named.
FILE = "triptych.toml"

#: Table -> setting -> limit; the settings at the top of the file stand under "".
Sections = Mapping[str, Mapping[str, Limit]]


@dataclass(frozen=True, kw_only=True)
class Column(Text):
    """The name of a column, or a template that names several."""

    optional: bool = True


#: What stands at the top of the file. Paths are relative to the folder of the file.
TOP: Mapping[str, Limit] = {
    "source": Text(optional=True, help="path of the data: CSV, TSV, JSONL, Parquet or .npy"),
    "metadata": Text(optional=True, help="table with a row for each row of a .npy matrix"),
    "out": Text(optional=True, help="folder of the run; the source with the ending .trip unless given"),
    "images": Text(optional=True, help="folder of the pictures; that of the table unless given"),
    "bertopic": Text(optional=True, help="folder of a saved BERTopic model of these rows, whose topics are taken"),
    "name": Text(optional=True, help="heading of the pages; the name of the source unless given"),
}

#: The columns by the part they play: the fields of :class:`triptych.Roles`.
COLUMNS: Mapping[str, Limit] = {
    "text": Column(help='text to map: a column, or a template such as "{name}. {summary}"'),
    "title": Column(help="what a row is called"),
    "date": Column(help="date of a row"),
    "link": Column(help='address of a row, such as "https://example.org/{id}"'),
    "image": Column(help='file of a row\'s picture: a column of paths, or a template such as "posters/{id}.jpg"'),
    "popularity": Column(help="number by which rows are best known"),
    "id": Column(help="the row's own identifier; rows are numbered without one"),
    "group": Names(help="known categories to compare with"),
    "show": Names(help="further columns for the hover card"),
    "vectors": Column(help="given vectors: a list column, or the prefix of numbered columns"),
}


def sections(road: type) -> Sections:
    """Return every setting that a file may hold.

    Parameters
    ----------
    road
        The dataclass of the settings of the road.
    """
    return {"": TOP, "columns": COLUMNS, "reading": limits_of(ReadOptions), "road": limits_of(road)}


def load_config(path: Path, known: Sections) -> dict[str, Any]:
    """Read a configuration file.

    Parameters
    ----------
    path
        The file; the paths in it are relative to its folder.
    known
        From :func:`sections`.

    Returns
    -------
    dict
        Setting -> value; only the settings that stand in the file.

    Raises
    ------
    UsageError
        If there is no such file, or as :func:`parse_config`.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError(f"there is no configuration file {path}", hint="write one, or name another") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="a configuration file is TOML in UTF-8") from error
    values = parse_config(text, str(path), known)
    paths = ("source", "metadata", "out", "images", "bertopic")
    return values | {name: str(path.parent / values[name]) for name in paths if name in values}


def parse_config(text: str, where: str, known: Sections) -> dict[str, Any]:
    """Check the text of a configuration file.

    Parameters
    ----------
    text
        TOML.
    where
        What messages call the file.
    known
        From :func:`sections`.

    Returns
    -------
    dict
        Setting -> value, each in the form that the dataclass has it in.

    Raises
    ------
    UsageError
        If it is no TOML, or a table or setting is unknown (names the nearest), or a value is outside its limit.
    """
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not valid TOML: {error}", hint='values look like: text = "overview"') from error
    values: dict[str, Any] = {}
    for table, given in _tables(document, where, known):
        found = settled(known[table], given)
        check_params(f"{where}, [{table}]" if table else where, known[table], found)
        values |= found
    return values


def dump_config(values: Mapping[str, Any], known: Sections) -> str:
    """Return settings as the text of a configuration file that gives them back.

    Parameters
    ----------
    values
        Setting -> value; settings that are None (chosen for you) are left out.
    known
        From :func:`sections`.

    Raises
    ------
    UsageError
        If a value is outside its limit, or a string is no Unicode text.
    """
    tables = []
    for table, limits in known.items():
        chosen = settled(limits, {name: values[name] for name in limits if values.get(name) is not None})
        check_params("the configuration", limits, chosen)
        lines = [f"{name} = {_toml(value)}" for name, value in chosen.items()]
        if lines:
            tables.append("\n".join([f"[{table}]", *lines] if table else lines))
    return "\n\n".join(tables) + "\n"


def _tables(document: Mapping[str, Any], where: str, known: Sections) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each table of a document with its settings, those at the top as the table ""."""
    top: dict[str, Any] = {}
    for name, value in document.items():
        if name not in known:
            top[name] = value
        elif isinstance(value, Mapping):
            yield name, value
        else:
            raise UsageError(f"{where}: {name} must be a table", hint=f"write it as [{name}], with its settings below")
    for name in top:
        if name not in known[""]:
            home = next((table for table, limits in known.items() if name in limits), None)
            close = nearest(name, [*known[""], *filter(None, known)])
            raise UsageError(f"{where} has no {name!r} at the top", hint=f"put it below [{home}]" if home else close)
    yield "", top


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)


def _quoted(text: str) -> str:
    """Return a string of JSON, which is one of TOML once the characters that show nothing are escaped."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise UsageError(f"the configuration cannot hold {shorten(text)}, which is no Unicode text", hint="rename it")
    escaped = (c if c.isprintable() else f"\\U{ord(c):08x}" for c in json.dumps(text, ensure_ascii=False))
    return "".join(escaped)
