"""A folder that Embedding Atlas opens: the rows with places and neighbours, and the titles of the topics."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.core.atlas import Atlas, last
from triptych.core.schema import ROW_ID
from triptych.export.files import write_bytes, write_text
from triptych.export.topics import coordinates, tree_of, unique_titles

if TYPE_CHECKING:
    import polars as pl

__all__ = ["COMMAND", "write_embedding_atlas"]

COMMAND = "embedding-atlas points.parquet --x x --y y --text text --neighbors neighbors --labels labels.parquet"


def write_embedding_atlas(
    atlas: Atlas, folder: str | Path, *, layout: str = "umap2", columns: Sequence[str] = ()
) -> Path:
    """Write the rows and the titles as the two files that Embedding Atlas takes.

    Parameters
    ----------
    atlas
        With a layout of two dimensions, titles and a graph.
    folder
        Gets points.parquet, labels.parquet and open.txt, the command that opens them.
    layout
        Which layout.
    columns
        Columns of the input to take along.

    Returns
    -------
    Path
        The folder. points.parquet has a line for each kept row: row_id, name, text, x, y, ``level_<i>`` (title of its
        topic, null in none; 0 is the finest), neighbors (places of the nearest rows among the lines, from 0, and their
        distances), then the columns, one of a name that is taken as ``source_<name>``. labels.parquet has a line for
        each topic: text, x and y (the median of its rows), level (0 is the coarsest there) and priority (its rows).

    Raises
    ------
    UsageError
        If there is no such layout of two dimensions, or there are no topics or no graph.
    StoreError
        If the folder cannot be written.
    """
    target = Path(folder)
    for name, frame in {"points": _points(atlas, layout, columns), "labels": _labels(atlas, layout)}.items():
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        write_bytes(target / f"{name}.parquet", buffer.getvalue())
    write_text(target / "open.txt", f"In this folder:\n\n  {COMMAND}\n")
    return target


def _points(atlas: Atlas, layout: str, columns: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    xy, tree = coordinates(atlas, layout), tree_of(atlas)
    graph = atlas.graphs[last(atlas.graphs)]
    made: dict[str, Any] = {
        ROW_ID: atlas.kept[ROW_ID], "name": atlas.names, "text": _texts(atlas), "x": xy[:, 0], "y": xy[:, 1],
    }  # fmt: skip
    for i, titles in enumerate(unique_titles(atlas, tree)):
        made[f"level_{i}"] = [titles[topic] if topic >= 0 else None for topic in atlas.trees[tree].levels[i]]
    lists = pl.DataFrame({"ids": graph.indices, "distances": graph.distances})
    made["neighbors"] = lists.select(pl.struct(pl.col("ids").arr.to_list(), pl.col("distances").arr.to_list()))[:, 0]
    taken = {name: f"source_{name}" if name in made else name for name in columns}
    return pl.DataFrame(made | {new: atlas.kept[name] for name, new in taken.items()})


def _texts(atlas: Atlas) -> list[str]:
    """Return the texts; of rows without one their names, so that there is something to read and to search."""
    return [text or name for text, name in zip(atlas.documents, atlas.names, strict=True)]


def _labels(atlas: Atlas, layout: str) -> pl.DataFrame:
    import polars as pl

    xy, tree = coordinates(atlas, layout).astype(np.float64), tree_of(atlas)
    levels, titles = atlas.trees[tree].levels, unique_titles(atlas, tree)
    rows = []
    for topic in atlas.descriptions[tree].topics:
        x, y = np.median(xy[levels[topic.level] == topic.cluster], axis=0)
        rows.append({
            "x": float(x), "y": float(y), "text": titles[topic.level][topic.cluster],
            "level": len(levels) - 1 - topic.level, "priority": topic.size,
        })  # fmt: skip
    return pl.DataFrame(rows)
