"""find: the topics that a question is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.describers.ctfidf import likeness_to
from triptych.measures.centres import mean_directions
from triptych.stages._encoder import Maker, maker
from triptych.stages._inputs import directions, pick

if TYPE_CHECKING:
    import polars as pl

__all__ = ["WAYS", "find"]

#: What a query can be compared by.
WAYS = ("vectors", "words")

Similarities = list[npt.NDArray[np.float64]]


def find(
    atlas: Atlas,
    query: str,
    *,
    top: int = 10,
    level: int | None = None,
    by: str | None = None,
    tree: str | None = None,
    on: str | None = None,
) -> pl.DataFrame:
    """Rank the topics by how near they are to a query.

    By vectors: the encoder that made the vectors encodes the query; the similarity is the cosine to the mean direction
    of the topic's rows. By words: the cosine of class-based TF-IDF, where forms of a word are one word; topics without
    any word of the query are left out.

    Parameters
    ----------
    atlas
        With topics.
    query
        A word, a question, a whole text.
    top
        Most topics to return.
    level
        Which level; None takes every one, 0 is the finest.
    by
        ``vectors`` or ``words``. None takes vectors where that needs nothing but this machine, else words, and tells
        the progress why: vectors that were given, an encoder that asks a server, one that reads all texts together.
    tree, on
        Which tree, and which vectors; None takes the newest.

    Returns
    -------
    polars.DataFrame
        level, topic, size, label, similarity (in [-1, 1], the highest first), by, keywords.

    Raises
    ------
    UsageError
        If the query is empty, there is no such level, or the run cannot be searched in the way asked for.
    RemoteError
        If the encoder asks a server that does not answer.
    """
    tree = pick(atlas.descriptions, tree, "described tree")
    _check(query, top, level, by, len(atlas.trees[tree].levels))
    on = pick(atlas.vectors, on, "vectors") if by != "words" else ""
    made = maker(atlas, on) if on else None
    if on and (reason := _why_not(made, asked=by == "vectors")):
        if by == "vectors":
            raise UsageError(f"this run cannot be searched by vectors: {reason}", hint="by='words' (--by words)")
        current().progress.say(f"by words, not by vectors: {reason}")
        made = None
    levels = list(atlas.trees[tree].levels)
    found = _by_vectors(atlas, query, levels, on, made) if made else _by_words(atlas, query, levels)
    return _ranked(atlas, tree, found, top, level, "vectors" if made else "words")


def _check(query: str, top: int, level: int | None, by: str | None, levels: int) -> None:
    if not query.strip():
        raise UsageError("find: the query is empty", hint="name a subject, or ask a question")
    if top < 1:
        raise UsageError(f"find: top is {top}, and at least 1 is needed")
    if level is not None and not 0 <= level < levels:
        raise UsageError(f"there is no level {level} in this run", hint=f"levels go from 0 to {levels - 1}")
    if by not in (None, *WAYS):
        raise UsageError(f"find: by is {by!r}, not one of: {', '.join(WAYS)}")


def _why_not(made: Maker | None, *, asked: bool) -> str:
    """Return why a query cannot be encoded, or, unless that was asked for, should not be; empty where it can."""
    if made is None:
        return "its vectors were given, so nothing here can make one of a query"
    if made.encoder.single() is None:
        return f"{made.step.method} makes vectors of all texts together, not of one"
    # Where it asks, and with which key, stands in the run's folder, which may be a stranger's.
    if made.encoder.remote and not asked:
        return f"{made.step.method} asks a server; by='vectors' (--by vectors) lets it"
    return ""


def _by_vectors(atlas: Atlas, query: str, levels: list[npt.NDArray[np.int32]], on: str, made: Maker) -> Similarities:
    vectors = directions(atlas.vectors[on])
    [asked] = made.encode([query], vectors.shape[1])
    return [mean_directions(vectors, labels) @ asked.astype(np.float64) for labels in levels]


def _by_words(atlas: Atlas, query: str, levels: list[npt.NDArray[np.int32]]) -> Similarities:
    if not any(atlas.documents):
        raise UsageError("this run has no texts to find words in", hint="name the text column: text=… (--text)")
    return [np.where(found > 0, found, np.nan) for found in likeness_to(query, atlas.documents, levels)]


def _ranked(atlas: Atlas, tree: str, found: Similarities, top: int, level: int | None, by: str) -> pl.DataFrame:
    import polars as pl

    rows = [
        {"level": topic.level, "topic": topic.cluster, "size": topic.size, "label": title,
         "similarity": round(float(found[topic.level][topic.cluster]), 6), "by": by,
         "keywords": [word for word, _ in topic.keywords]}
        for topic, title, _ in atlas.titles(tree)
        if level in (None, topic.level) and not np.isnan(found[topic.level][topic.cluster])
    ]  # fmt: skip
    schema: dict[str, Any] = {
        "level": pl.Int32, "topic": pl.Int32, "size": pl.Int64, "label": pl.String, "similarity": pl.Float64,
        "by": pl.String, "keywords": pl.List(pl.String),
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    return frame.sort("similarity", "level", "topic", descending=[True, False, False]).head(top)
