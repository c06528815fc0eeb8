"""What a check sees of an Atlas."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from triptych.checks.base import Case, Column
from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.schema import ROW_ID
from triptych.core.slots import Graph
from triptych.encoders.base import Encoder
from triptych.pages.columns import Cell, describe_column
from triptych.stages._encoder import maker, may_encode
from triptych.stages._inputs import directions, pick, space
from triptych.stages._road import Route, road_of, route
from triptych.stages.draw import column_values, shown_columns

__all__ = ["case_of", "tree_over"]

#: Dimensions of bags of words: enough to compare with, for a sample of texts, in a fifth of the time of all.
BAGS = 64

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


def case_of(atlas: Atlas, *, clustering: str | None = None, layout: str = "umap2") -> Case:
    """Return what a check sees of a finished map.

    Parameters
    ----------
    atlas
        With a clustering and a picture.
    clustering
        Which one; None takes the newest.
    layout
        The picture.

    Raises
    ------
    UsageError
        If there is no such clustering, or no such picture of two dimensions.
    """
    name = pick(atlas.clusterings, clustering, "clustering")
    way = route(atlas, name)
    picture = atlas.layouts[pick(atlas.layouts, layout, "layout")].values
    if picture.shape[1] != 2:
        raise UsageError(f"layout {layout!r} has {picture.shape[1]} dimensions", hint="a picture needs 2: umap2")
    found, given = atlas.clusterings[name], atlas.vectors[way.vectors]
    road, graph = road_of(atlas, name), _graph(atlas, way)
    levels, titles = _levels(atlas, name)
    words, exemplars = _evidence(atlas, name)
    return Case(
        vectors=directions(given) if graph.metric == "cosine" else given.values,
        others={
            other: directions(more) if graph.metric == "cosine" else more.values
            for other, more in atlas.vectors.items()
            if other != way.vectors
        },
        graph=graph,
        points=space(atlas, way.on)[1],
        picture=picture,
        labels=found.labels,
        persistence=found.persistence,
        levels=levels,
        titles=titles,
        words=words,
        exemplars=exemplars,
        ids=atlas.kept[ROW_ID].to_list(),
        names=atlas.names,
        documents=atlas.documents,
        columns=_columns(atlas),
        cut=given.cut,
        foreign=given.foreign,
        road=road,
        bags=_bags,
        encode=_encode(atlas, way.vectors),
        seed=way.reduce.seed if way.reduce else way.cluster.seed,
        threads=current().threads,
    )


def _encode(atlas: Atlas, vectors: str) -> Callable[[Sequence[str]], F32] | None:
    """Return what makes vectors of further texts as those of a run were made; the encoder is looked for when asked.

    None where it may not: see :func:`may_encode`.
    """
    if not may_encode(atlas, vectors):
        return None

    def encode(texts: Sequence[str]) -> F32:
        encoder = maker(atlas, vectors)
        if encoder is None:
            raise UsageError(f"vectors/{vectors} are not what their encoder made", hint="run again, so that they are")
        return encoder.encode(texts, atlas.vectors[vectors].values.shape[1])

    return encode


def _bags(texts: Sequence[str]) -> F32:
    bags = create("encoders", "tfidf", Encoder, {"dimensions": BAGS})
    return bags.encode(texts, threads=current().threads, advance=lambda _: None).vectors


def _graph(atlas: Atlas, way: Route) -> Graph:
    if way.relate is not None:
        return atlas.graphs[way.vectors]
    rows = len(atlas.vectors[way.vectors].values)
    return Graph(np.zeros((rows, 0), np.int32), np.zeros((rows, 0), np.float32), "cosine")


def _levels(atlas: Atlas, clustering: str) -> tuple[npt.NDArray[np.int32], list[list[str]]]:
    """Return the newest tree over a clustering with its titles; the clustering alone where there is none."""
    name = tree_over(atlas, clustering)
    if name is None:
        labels = atlas.clusterings[clustering].labels
        return labels[None], [[""] * (int(labels.max(initial=-1)) + 1)]
    tree = atlas.trees[name]
    titles = [[""] * size for size in tree.sizes]
    if name in atlas.descriptions:
        for topic, title, _ in atlas.titles(name):
            titles[topic.level][topic.cluster] = title
    return tree.levels, titles


def _evidence(atlas: Atlas, clustering: str) -> tuple[list[list[list[str]]], list[list[tuple[int, ...]]]]:
    """Return the words and the exemplars of every topic of every level; nothing where none was described."""
    name = tree_over(atlas, clustering)
    if name is None or name not in atlas.descriptions:
        return [], []
    sizes = atlas.trees[name].sizes
    words: list[list[list[str]]] = [[[] for _ in range(size)] for size in sizes]
    exemplars: list[list[tuple[int, ...]]] = [[()] * size for size in sizes]
    for topic in atlas.descriptions[name].topics:
        words[topic.level][topic.cluster] = [word for word, _ in topic.keywords]
        exemplars[topic.level][topic.cluster] = topic.exemplars
    return words, exemplars


def tree_over(atlas: Atlas, clustering: str) -> str | None:
    """Return the name of the newest tree over a clustering."""
    over = f"clusterings/{clustering}"
    return next((s.name for s in reversed(atlas.steps) if s.stage == "nest" and over in s.inputs), None)


def _columns(atlas: Atlas) -> list[Column]:
    """Return the columns that say something of rows; those of long texts, each different, do not."""
    found = []
    for name in shown_columns(atlas):
        described = describe_column(name, column_values(atlas, name))
        kind, cells = described["kind"], described["cells"]
        if kind == "category" or name in atlas.roles.group:
            found.append(_category(name, cells, group=name in atlas.roles.group))
        elif kind in ("number", "date"):
            values = np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
            none = np.zeros(0, dtype=np.int32)
            found.append(Column(name, kind, none, (), values if kind == "number" else _years(values)))
    return found


def _category(name: str, cells: Sequence[Cell], *, group: bool) -> Column:
    said = ["" if cell is None else str(cell) for cell in cells]
    classes = tuple(sorted({cell for cell in said if cell}))
    code = {"": -1} | {value: number for number, value in enumerate(classes)}
    codes = np.array([code[cell] for cell in said], dtype=np.int32)
    return Column(name, "category", codes, classes, np.zeros(0), group)


def _years(days: F64) -> F64:
    """Return the year with its fraction of days since 1970-01-01."""
    year = np.where(np.isnan(days), 0, np.floor(days)).astype(np.int64).astype("M8[D]").astype("M8[Y]")
    first, following = year.astype("M8[D]").astype(np.int64), (year + 1).astype("M8[D]").astype(np.int64)
    return np.asarray(year.astype(np.int64) + 1970 + (days - first) / (following - first))
