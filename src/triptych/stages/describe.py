"""describe: what each cluster of each level is about, in words and in typical rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core import codec
from triptych.core.atlas import Atlas
from triptych.core.registry import create
from triptych.core.schema import ROW_ID
from triptych.core.slots import Descriptions, Topic, Tree
from triptych.core.step import Outcome, Plan, run_step, text_digest
from triptych.core.text import cut
from triptych.describers.base import Describer, Documents
from triptych.labellers.base import EXCERPT
from triptych.measures.exemplars import most_popular, nearest_centre
from triptych.stages._inputs import directions, given, pick, reads

__all__ = ["describe"]

#: Rows kept as typical of each topic.
EXEMPLARS = 10


def describe(
    atlas: Atlas, method: str = "mmr", *, tree: str | None = None, on: str | None = None, **params: Any
) -> Atlas:
    """Find the words and the typical rows of every topic on every level.

    Parameters
    ----------
    atlas
        With a tree and vectors.
    method
        One of ``triptych methods describers``.
    tree
        Which tree; None takes the newest.
    on
        Which vectors say what is typical; None takes the newest.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``descriptions[tree]``. Rows without text give topics without words.

    Raises
    ------
    UsageError
        If a parameter is wrong.
    """
    tree = pick(atlas.trees, tree, "tree")
    on = pick(atlas.vectors, on, "vectors")
    describer = create("describers", method, Describer, params)
    rows = {"documents": text_digest(atlas.documents), "titles": text_digest(row_titles(atlas))}
    rows["popularity"] = text_digest([str(value) for value in _popularity(atlas)])
    plan = Plan(
        stage="describe", name=tree, method=method, version=describer.version,
        params=given(describer.params()) | {"exemplars": EXEMPLARS},
        reads=rows | reads(atlas, f"trees/{tree}", f"vectors/{on}"),
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        vectors = directions(atlas.vectors[on])
        levels = list(atlas.trees[tree].levels)
        words: list[list[tuple[tuple[str, float], ...]]] = [[()] * size for size in atlas.trees[tree].sizes]
        if any(atlas.documents):
            words = describer.describe(Documents(atlas.documents, vectors), levels, seed=seed)
        found = Descriptions(tuple(_topics(atlas, atlas.trees[tree], vectors, words)))
        return Outcome({f"descriptions/{tree}": found})

    return run_step(atlas, plan, compute)


def row_titles(atlas: Atlas) -> list[str]:
    """Return the title of each kept row, the empty string where there is none."""
    if atlas.roles.title is None:
        return [""] * atlas.kept.height
    return [title or "" for title in atlas.kept[atlas.roles.title].to_list()]


def excerpts(documents: Sequence[str], rows: Iterable[int]) -> tuple[str, ...]:
    """Return the texts of rows, cut as a labeller sees them."""
    return tuple(cut(documents[row], EXCERPT) for row in rows)


def _popularity(atlas: Atlas) -> npt.NDArray[np.float64]:
    if atlas.roles.popularity is None:
        return np.zeros(0)
    return atlas.kept[atlas.roles.popularity].fill_null(-np.inf).to_numpy().astype(np.float64)


def _topics(
    atlas: Atlas,
    tree: Tree,
    vectors: npt.NDArray[np.float32],
    words: list[list[tuple[tuple[str, float], ...]]],
) -> list[Topic]:
    popularity = _popularity(atlas)
    titles, ids = row_titles(atlas), atlas.kept[ROW_ID].to_list()
    topics = []
    for level, labels in enumerate(tree.levels):
        typical = nearest_centre(vectors, labels, EXEMPLARS)
        popular = most_popular(popularity, labels, EXEMPLARS) if len(popularity) else None
        sizes = np.bincount(labels[labels >= 0])
        for cluster, parent in enumerate(tree.parents(level)):
            rows = [int(row) for row in typical[cluster]]
            evidence = codec.canonical([
                [[word, round(weight, 6)] for word, weight in words[level][cluster]],
                [[text, titles[row]] for text, row in zip(excerpts(atlas.documents, rows), rows, strict=True)],
                int(sizes[cluster]), ids[int(np.argmax(labels == cluster))],
            ])  # fmt: skip
            topics.append(Topic(
                level=level, cluster=cluster, parent=parent, size=int(sizes[cluster]), keywords=words[level][cluster],
                exemplars=tuple(rows), popular=tuple(int(row) for row in popular[cluster]) if popular else (),
                evidence=codec.digest(evidence),
            ))  # fmt: skip
    return topics
