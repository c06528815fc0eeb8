"""sentences: what the documents of each topic say best of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.schema import ROW_ID
from triptych.measures.exemplars import nearest_centre
from triptych.measures.sentences import Sentence, best_sentences, read_sentences
from triptych.stages._inputs import directions, pick

if TYPE_CHECKING:
    import polars as pl

__all__ = ["sentences"]

#: Documents of a topic that are read, those nearest its centre: the work grows with the topics, not with the rows.
DOCUMENTS = 30


def sentences(atlas: Atlas, top: int = 3, *, tree: str | None = None, on: str | None = None) -> pl.DataFrame:
    """Find the sentences that say best what each topic is about.

    Read are the first 2,000 characters of the 30 documents nearest each topic's centre. A sentence scores the cosine
    between its words and the weights of the topic's words, and those of a topic are chosen so that they differ.

    Parameters
    ----------
    atlas
        With topics.
    top
        Most sentences for each topic, at least 1.
    tree, on
        Which tree, and which vectors say what is near; None takes the newest.

    Returns
    -------
    polars.DataFrame
        level, topic, row_id (the document that it stands in), sentence (one line of at most 300 characters), score (in
        (0, 1]): by topic, in the order in which they were chosen. A topic without words, or whose documents have no
        text, has no line.

    Raises
    ------
    UsageError
        If nothing is described yet, or top is below 1.
    """
    import polars as pl

    if top < 1:
        raise UsageError(f"sentences: top is {top}, and at least 1 is needed")
    tree = pick(atlas.descriptions, tree, "described tree")
    vectors = directions(atlas.vectors[pick(atlas.vectors, on, "vectors")]) if any(atlas.documents) else None
    schema: dict[str, Any] = {
        "level": pl.Int32, "topic": pl.Int32, ROW_ID: pl.String, "sentence": pl.String, "score": pl.Float64,
    }  # fmt: skip
    if vectors is None:
        return pl.DataFrame(schema=schema)

    @cache  # the topics of the levels share their documents
    def read(row: int) -> list[Sentence]:
        return read_sentences(atlas.documents[row])

    ids = atlas.kept[ROW_ID].to_list()
    near = [nearest_centre(vectors, labels, DOCUMENTS) for labels in atlas.trees[tree].levels]
    found: list[tuple[int, int, str, str, float]] = []
    for topic in atlas.descriptions[tree].topics:
        rows = [int(row) for row in near[topic.level][topic.cluster]]
        said = [(row, sentence) for row in rows for sentence in read(row)]
        chosen = best_sentences([sentence for _, sentence in said], topic.keywords, top)
        found += [
            (topic.level, topic.cluster, ids[said[place][0]], said[place][1].text, score) for place, score in chosen
        ]
    return pl.DataFrame(found, schema=schema, orient="row")
