"""draw: an Atlas becomes pages that people look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, last
from triptych.core.errors import UsageError
from triptych.core.schema import STATUS, Status, split_template
from triptych.core.text import cut
from triptych.export.files import write_text
from triptych.pages.columns import Column
from triptych.pages.map import render_cosmos, render_map
from triptych.pages.payload import MapData, MapLevel, MapTopic, Sprites
from triptych.stages._inputs import pick

__all__ = ["Page", "draw_cosmos", "draw_map"]

#: Characters of a text that a page has, of all texts together, and of one at least: 100,000 rows stay below 6 MB.
EXCERPT, EXCERPTS, LEAST = 300, 8_000_000, 40
#: Numbers that lose nothing but zeros at their end; codes that start with 0 and long identifiers stay text.
_NUMBER = r"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(frozen=True)
class Page:
    """One offline HTML page: ``html`` is all of it; a notebook shows it in a sandbox."""

    html: str

    def save(self, path: str | Path) -> Path:
        """Write the page to a file and return its path."""
        return write_text(path, self.html)

    def _repr_html_(self) -> str:
        frame = 'sandbox="allow-scripts allow-downloads" width="100%" height="600" style="border:0"'
        return f'<iframe {frame} srcdoc="{escape(self.html)}"></iframe>'


def draw_map(
    atlas: Atlas,
    path: str | Path | None = None,
    *,
    layout: str = "umap2",
    tree: str | None = None,
    title: str = "Map",
) -> Page:
    """Draw the interactive map as one offline HTML page.

    Parameters
    ----------
    atlas
        With a two-dimensional layout; with titles if there are to be labels.
    path
        Where to write it; None only returns it.
    layout
        Which layout.
    tree
        Which tree's topics; None takes the newest, if any.
    title
        The heading.

    Returns
    -------
    Page
        Shows the title, the start of the text, the date, group and show columns of every row, and nothing else of it.

    Raises
    ------
    UsageError
        If the layout does not exist or has not two dimensions.
    """
    coordinates = atlas.layouts[pick(atlas.layouts, layout, "layout")].values
    if coordinates.shape[1] != 2:
        raise UsageError(f"layout {layout!r} has {coordinates.shape[1]} dimensions", hint="a map needs 2: umap2")
    return _page(render_map(_map_data(atlas, coordinates, tree, title)), path)


def draw_cosmos(
    atlas: Atlas,
    path: str | Path | None = None,
    *,
    layout: str = "umap3",
    tree: str | None = None,
    title: str = "Cosmos",
) -> Page:
    """Draw the rows as points or pictures in space, as one offline HTML page that turns until it is grabbed.

    Parameters
    ----------
    atlas
        With a three-dimensional layout, such as that of ``tp.reduce(atlas, n_components=3)`` or of
        ``tp.reduce(atlas, "pca", n_components=3)``. With the layout ``umap2`` too, the topics have their colours of the
        map.
    path
        Where to write it; None only returns it.
    layout
        Which layout.
    tree
        Which tree's topics; None takes the newest, if any.
    title
        The heading.

    Returns
    -------
    Page
        Shows of a row what the map shows of it.

    Raises
    ------
    UsageError
        If the layout does not exist or has not three dimensions.
    """
    coordinates = atlas.layouts[pick(atlas.layouts, layout, "layout")].values
    if coordinates.shape[1] != 3:
        raise UsageError(
            f"layout {layout!r} has {coordinates.shape[1]} dimensions",
            hint="a cosmos needs 3: tp.reduce(atlas, n_components=3)",
        )
    flat = atlas.layouts["umap2"].values if "umap2" in atlas.layouts else coordinates[:, :2]
    return _page(render_cosmos(replace(_map_data(atlas, flat, tree, title), xyz=coordinates)), path)


def _page(html: str, path: str | Path | None) -> Page:
    page = Page(html)
    if path is not None:
        page.save(path)
    return page


def _map_data(atlas: Atlas, xy: npt.NDArray[np.float32], tree: str | None, title: str) -> MapData:
    if tree is None and len(atlas.descriptions):
        tree = last(atlas.descriptions)
    return MapData(
        title=title,
        subtitle=_subtitle(atlas, tree),
        xy=xy,
        names=atlas.names,
        texts=_excerpts(atlas.documents),
        levels=_levels(atlas, tree),
        fields={name: column_values(atlas, name) for name in shown_columns(atlas)} | _layers(atlas, tree),
        links=row_links(atlas),
        sprites=_sprites(atlas),
        notes=tuple(about(atlas)),
    )


def _excerpts(documents: list[str]) -> list[str] | None:
    """Return the beginning of each text, shorter where there are many; None where there is no text."""
    if not any(documents):
        return None
    length = min(EXCERPT, max(LEAST, EXCERPTS // len(documents)))
    return [cut(text, length) for text in documents]


def shown_columns(atlas: Atlas) -> list[str]:
    """Return the columns that a page shows of each row."""
    named = [atlas.roles.date, *atlas.roles.group, *atlas.roles.show, atlas.roles.popularity]
    return list(dict.fromkeys(name for name in named if name))


def about(atlas: Atlas) -> list[str]:
    """Return what was done, in sentences."""
    notes = []
    for step in atlas.steps:
        notes += [note[0].upper() + note[1:] + ("" if note.endswith(".") else ".") for note in step.notes]
    return notes


def row_links(atlas: Atlas) -> list[str | None] | None:
    """Return the link of each kept row: the template with its values percent-encoded, None where one is missing.

    A placeholder that opens the template holds an address of its own and is left as it is.
    """
    if atlas.roles.link is None:
        return None
    pieces = split_template(atlas.roles.link)
    columns = {name: atlas.kept[name].to_list() for _, name in pieces if name}
    return [_link(pieces, {name: columns[name][row] for name in columns}) for row in range(atlas.kept.height)]


def _link(pieces: list[tuple[str, str | None]], values: dict[str, Any]) -> str | None:
    if not all(values.values()):
        return None
    link = ""
    for plain, name in pieces:
        link += plain
        if name:
            link += quote(str(values[name]), safe="") if link else str(values[name])
    return link


def _subtitle(atlas: Atlas, tree: str | None) -> str:
    rows = f"{atlas.kept.height:,} rows"
    if tree is None:
        return rows
    sizes = atlas.trees[tree].sizes
    return f"{rows} · {sizes[0]:,} topics in {len(sizes)} levels" if sizes[0] else f"{rows} · no topics"


def _levels(atlas: Atlas, tree: str | None) -> tuple[MapLevel, ...]:
    if tree is None:
        return ()
    topics: list[list[MapTopic]] = [[] for _ in atlas.trees[tree].levels]
    verdicts = atlas.verdicts()
    for topic, title, _ in atlas.titles(tree):
        words = tuple(word for word, _ in topic.keywords)
        said = verdicts.get((topic.level, topic.cluster))
        verdict = f"{said['verdict'].capitalize()}. {said['why']}" if said else ""
        topics[topic.level].append(
            MapTopic(topic.cluster, title or "Untitled", words, topic.size, topic.parent, topic.exemplars, verdict)
        )
    return tuple(MapLevel(ids, tuple(t)) for ids, t in zip(atlas.trees[tree].levels, topics, strict=True))


def _layers(atlas: Atlas, tree: str | None) -> dict[str, Column]:
    """Return what an audit says of each row: the verdict on its topic, and how far the map shows its neighbours."""
    layers: dict[str, Column] = {}
    if tree is not None and (verdicts := atlas.verdicts()):
        finest = atlas.trees[tree].levels[0].tolist()
        layers["verdict"] = [verdicts.get((0, topic), {}).get("verdict") for topic in finest]
    if "trust" in atlas.audits and "kept" in atlas.audits["trust"].columns:
        layers["neighbours kept"] = [round(kept, 2) for kept in atlas.audits["trust"]["kept"].to_list()]
    return layers


def column_values(atlas: Atlas, name: str) -> Column:
    """Return a column as what it holds: a table keeps numbers and dates as the text that they were read from."""
    column = atlas.kept[name]
    if column.dtype.is_temporal():
        return column.to_numpy()
    if column.dtype.is_numeric():
        return column.to_list()
    said = column.drop_nulls()
    said = said.filter(said != "")
    if name not in atlas.roles.group and len(said):
        if said.str.contains(_NUMBER).all():
            return [float(text) if text else None for text in column.to_list()]
        if said.str.contains(_DATE).all() and not said.str.to_date("%Y-%m-%d", strict=False).null_count():
            return column.str.to_date("%Y-%m-%d", strict=False).to_numpy()
    return column.to_list()


def _sprites(atlas: Atlas) -> Sprites | None:
    if not len(atlas.sheets):
        return None
    sheet = atlas.sheets[last(atlas.sheets)]
    kept = np.flatnonzero((atlas.rows[STATUS] == Status.KEPT.value).to_numpy()).astype(np.int32)
    index = sheet.index if len(sheet.index) else kept
    return Sprites(sheet.image.tobytes(), sheet.mime, sheet.tile, sheet.columns, index)


def atlas_card(atlas: Atlas) -> str:
    """Return how an Atlas shows itself in a notebook: what is in it, and its coarsest topics."""
    lines = [f"<b>Atlas</b> · {atlas.kept.height:,} of {atlas.rows.height:,} rows kept<ul>"]
    lines += [f"<li>{escape(note)}</li>" for note in about(atlas)]
    lines.append("</ul>")
    if len(atlas.descriptions):
        tree = last(atlas.descriptions)
        top = len(atlas.trees[tree].levels) - 1
        lines.append("<table><tr><th>topic</th><th>rows</th><th>words</th></tr>")
        for topic, title, _ in atlas.titles(tree):
            if topic.level == top:
                words = escape(", ".join(word for word, _ in topic.keywords[:6]))
                lines.append(f"<tr><td>{escape(title)}</td><td>{topic.size:,}</td><td>{words}</td></tr>")
        lines.append("</table>")
    return "".join(lines)
