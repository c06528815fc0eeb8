"""A folder that draws the map with datamapplot: a short script to change at will, and its data."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np

from triptych.core.atlas import Atlas
from triptych.export.files import write_bytes, write_text
from triptych.export.topics import coordinates, tree_of, unique_titles

__all__ = ["SCRIPT", "write_datamapplot"]

NOISE = "Unlabelled"

SCRIPT = '''\
"""Draw the map in this folder with datamapplot: map.html to explore, map.png to print.

Needs: pip install datamapplot
"""

import html
import json
from pathlib import Path

import datamapplot
import numpy as np

HERE = Path(__file__).resolve().parent

points = np.load(HERE / "points.npz")
words = json.loads((HERE / "words.json").read_text(encoding="utf-8"))

# Titles of each row's topic, finest level first; a row in no topic has number -1, which takes the last title.
titles = [np.array([*level, words["noise"]], dtype=object) for level in words["titles"]]
levels = [level[points[f"level_{i}"]] for i, level in enumerate(titles)]

# datamapplot writes these two into its page as markup.
heading = {"title": html.escape(words["title"]), "sub_title": html.escape(words["subtitle"])}
page = datamapplot.create_interactive_plot(
    points["xy"], *levels, hover_text=words["names"], noise_label=words["noise"], enable_search=True, **heading
)
page.save(HERE / "map.html")



def plain(text):
    """Return text in which matplotlib finds no formula."""
    return text.replace("$", "\\\\$")


# On paper there is room for a few dozen titles.
printed = next((level for level, names in zip(levels, titles) if len(names) <= 50), levels[-1])
figure, _ = datamapplot.create_plot(
    points["xy"],
    np.array([plain(title) for title in printed], dtype=object),
    noise_label=words["noise"],
    title=plain(words["title"]),
    sub_title=words["subtitle"],
)
figure.savefig(HERE / "map.png", dpi=200, bbox_inches="tight")
'''


def write_datamapplot(atlas: Atlas, folder: str | Path, *, layout: str = "umap2", title: str = "Map") -> Path:
    """Write a script that draws the map with datamapplot, and the data that it reads.

    Parameters
    ----------
    atlas
        With a layout of two dimensions and titles.
    folder
        Gets draw.py, points.npz (``xy`` float32 (m, 2); ``level_0`` …, int32 (m,), finest first, -1 in no topic) and
        words.json (names of the rows, titles of each level by topic).
    layout
        Which layout.
    title
        The heading.

    Returns
    -------
    Path
        The folder. The same run gives the same bytes.

    Raises
    ------
    UsageError
        If there is no such layout of two dimensions, or there are no topics.
    StoreError
        If the folder cannot be written.
    """
    tree = tree_of(atlas)
    arrays = {"xy": coordinates(atlas, layout).astype(np.float32)}
    arrays |= {f"level_{i}": level.astype(np.int32) for i, level in enumerate(atlas.trees[tree].levels)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays, allow_pickle=False)
    words = {
        "title": title,
        "subtitle": f"{atlas.kept.height:,} rows, {atlas.trees[tree].sizes[0]:,} topics",
        "noise": NOISE,
        "titles": unique_titles(atlas, tree, NOISE),
        "names": atlas.names,
    }
    target = Path(folder)
    write_bytes(target / "points.npz", buffer.getvalue())
    write_text(target / "words.json", json.dumps(words, ensure_ascii=False, indent=1) + "\n")
    write_text(target / "draw.py", SCRIPT)
    return target
