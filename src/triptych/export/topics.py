"""What other map tools want to know of the topics: a place for each row, and one title a topic that no other has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, last
from triptych.core.errors import UsageError, nearest

__all__ = ["coordinates", "tree_of", "unique_titles"]


def coordinates(atlas: Atlas, layout: str) -> npt.NDArray[np.floating[Any]]:
    """Return the places of the kept rows on the map, float (m, 2); raises UsageError if there are none."""
    if layout not in atlas.layouts:
        raise UsageError(f"there is no layout {layout!r} in this run", hint=nearest(layout, atlas.layouts))
    values = atlas.layouts[layout].values
    if values.shape[1] != 2:
        raise UsageError(f"layout {layout!r} has {values.shape[1]} dimensions", hint="a map needs 2: umap2")
    return values


def tree_of(atlas: Atlas) -> str:
    """Return the newest tree that has topics; raises UsageError if there is none, or all rows are noise."""
    tree = last(atlas.descriptions)
    if not atlas.descriptions[tree].topics:
        raise UsageError("this run has no topics: every row is noise", hint="run again with a smaller min_cluster_size")
    return tree


def unique_titles(atlas: Atlas, tree: str, taken: str = "") -> list[list[str]]:
    """Return the titles of every level, finest first, by cluster; those that repeat on a level get a number.

    Tools that know a topic by its title alone would take two for one.

    Parameters
    ----------
    atlas
        With titles.
    tree
        Which tree.
    taken
        A title that no topic may have, such as that of the noise.
    """
    levels: list[list[str]] = [[""] * size for size in atlas.trees[tree].sizes]
    for topic, title, _ in atlas.titles(tree):
        levels[topic.level][topic.cluster] = title or "Untitled"
    return [_numbered(titles, taken) for titles in levels]


def _numbered(titles: list[str], taken: str) -> list[str]:
    seen, found = {taken}, []
    for title in titles:
        name, number = title, 2
        while name in seen:
            name, number = f"{title} ({number})", number + 1
        seen.add(name)
        found.append(name)
    return found
