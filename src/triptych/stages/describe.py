"""describe: what each cluster of each level is about, in words and in typical rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core import codec
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.schema import ROW_ID
from triptych.core.slots import Descriptions, Topic, Tree
from triptych.core.step import Outcome, Plan, run_step, text_digest
from triptych.core.text import cut
from triptych.describers.base import Describer, Documents, Keywords
from triptych.labellers.base import EXCERPT
from triptych.measures.exemplars import most_popular, nearest_centre
from triptych.stages._inputs import directions, given, pick, reads
from triptych.stages._values import joined, speaking_columns

__all__ = ["describe"]

#: Rows kept as typical of each topic.
EXEMPLARS = 10


def describe(
    atlas: Atlas,
    method: str = "mmr",
    *,
    tree: str | None = None,
    on: str | None = None,
    words: Sequence[Keywords | None] = (),
    **params: Any,
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
    words
        (word, weight) of each cluster of the finest level, where they are known already; the method finds them where
        there is None, and those of the coarser topics.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``descriptions[tree]``. Rows without text give topics without words, unless the method looks at the values
        of columns: of those that are named (date, group, show), or of all.

    Raises
    ------
    UsageError
        If a parameter is wrong, or there are words for another number of clusters.
    """
    tree = pick(atlas.trees, tree, "tree")
    on = pick(atlas.vectors, on, "vectors")
    describer = create("describers", method, Describer, params)
    rows = {"documents": text_digest(atlas.documents), "titles": text_digest(row_titles(atlas))}
    columns = speaking_columns(atlas) if describer.looks_at == "values" else {}
    values = joined(columns)
    if columns:
        rows["values"] = codec.digest(codec.canonical(values))
    if words:
        _check_words(words, atlas.trees[tree])
        rows["words"] = codec.digest(codec.canonical(words))
    rows["popularity"] = text_digest([str(value) for value in _popularity(atlas)])
    plan = Plan(
        stage="describe", name=tree, method=method, version=describer.version,
        params=given(describer.params()) | {"exemplars": EXEMPLARS},
        reads=rows | reads(atlas, f"trees/{tree}", f"vectors/{on}"),
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        vectors = directions(atlas.vectors[on])
        levels = list(atlas.trees[tree].levels)
        found: list[list[Keywords]] = [[()] * size for size in atlas.trees[tree].sizes]
        if columns or (any(atlas.documents) and describer.looks_at == "texts"):
            found = describer.describe(Documents(atlas.documents, vectors, values), levels, seed=seed)
        if words:
            found = _with_known(found, atlas.trees[tree], words)
        topics = tuple(_topics(atlas, atlas.trees[tree], vectors, found))
        notes = (f"topics described by the values of {', '.join(columns)}",) if columns else ()
        return Outcome({f"descriptions/{tree}": Descriptions(topics)}, notes)

    return run_step(atlas, plan, compute)


def row_titles(atlas: Atlas) -> list[str]:
    """Return the title of each kept row, the empty string where there is none."""
    if atlas.roles.title is None:
        return [""] * atlas.kept.height
    return [title or "" for title in atlas.kept[atlas.roles.title].to_list()]


def excerpts(documents: Sequence[str], rows: Iterable[int]) -> tuple[str, ...]:
    """Return the texts of rows, cut as a labeller sees them."""
    return tuple(cut(documents[row], EXCERPT) for row in rows)


def _check_words(words: Sequence[Keywords | None], tree: Tree) -> None:
    if len(words) != tree.sizes[0]:
        raise UsageError(f"describe: words of {len(words):,} clusters, and the finest level has {tree.sizes[0]:,}")


def _with_known(found: list[list[Keywords]], tree: Tree, known: Sequence[Keywords | None]) -> list[list[Keywords]]:
    """Return the words of each level with those that are known, also where a coarser topic is the same cluster."""
    levels = []
    for level, words in enumerate(found):
        levels.append([found if given is None else given for found, given in zip(words, known, strict=True)])
        parents = tree.parents(level)
        children = Counter(parents)
        alone = {p: given for p, given in zip(parents, known, strict=True) if children[p] == 1}
        known = [alone.get(cluster) for cluster in range(len(found[level + 1]))] if level + 1 < len(found) else ()
    return levels


def _popularity(atlas: Atlas) -> npt.NDArray[np.float64]:
    if atlas.roles.popularity is None:
        return np.zeros(0)
    return atlas.kept[atlas.roles.popularity].fill_null(-np.inf).to_numpy().astype(np.float64)


def _topics(
    atlas: Atlas,
    tree: Tree,
    vectors: npt.NDArray[np.float32],
    words: list[list[Keywords]],
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
