"""topic_contents: all that is known of every topic, with its documents, as JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.registry import create, method_class, method_names, missing_modules
from triptych.core.schema import ROW_ID
from triptych.core.seeds import child_seed
from triptych.core.tables import topic_documents
from triptych.describers.base import Describer, Documents, Keywords
from triptych.stages._inputs import directions, pick
from triptych.stages._values import joined, speaking_columns
from triptych.stages.sentences import sentences

__all__ = ["topic_contents"]


def topic_contents(
    atlas: Atlas, top: int = 3, *, tree: str | None = None, on: str | None = None
) -> list[dict[str, Any]]:
    """Gather every topic with its title, verdict, words by every describer, best sentences and all its documents.

    Parameters
    ----------
    atlas
        With topics.
    top
        Most sentences for each topic; 0 for none.
    tree, on
        Which tree, and which vectors say what is near; None takes the newest.

    Returns
    -------
    list of dict
        For each topic level, topic, parent, size, label, label_status, verdict and survival (None where the map was not
        audited), keywords (those that the run has), words (describer -> [[word, weight], …]: the run's own, and all
        other installed ones by their defaults), sentences ([{row_id, sentence, score}, …]), exemplars and popular (row
        ids), documents ([{row_id, text}, …]).

    Raises
    ------
    UsageError
        If nothing is described yet, or top is below 0.
    """
    if top < 0:
        raise UsageError(f"topic_contents: top is {top}, and at least 0 is needed")
    tree = pick(atlas.descriptions, tree, "described tree")
    said: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for line in sentences(atlas, top, tree=tree, on=on).iter_rows(named=True) if top else ():
        told = {name: line[name] for name in (ROW_ID, "sentence", "score")}
        said.setdefault((line["level"], line["topic"]), []).append(told)
    found = topic_documents(atlas, tree)
    own = [step.method for step in atlas.steps if f"descriptions/{tree}" in step.outputs][-1]
    words = dict(_others(atlas, tree, on, own))
    for entry in found:
        level, topic, documents = entry["level"], entry["topic"], entry.pop("documents")
        others = {name: [list(word) for word in levels[level][topic]] for name, levels in words.items()}
        entry["words"] = {own: entry["keywords"]} | others
        entry["sentences"] = said.get((level, topic), [])
        entry["documents"] = documents
    return found


def _others(atlas: Atlas, tree: str, on: str | None, own: str) -> Iterator[tuple[str, list[list[Keywords]]]]:
    """Yield the words of every level by each describer but the run's own that has something to look at."""
    vectors = directions(atlas.vectors[pick(atlas.vectors, on, "vectors")])
    columns = speaking_columns(atlas)
    there = {"texts": any(atlas.documents), "values": bool(columns)}
    documents = Documents(atlas.documents, vectors, joined(columns))
    levels, seed = list(atlas.trees[tree].levels), child_seed(atlas.seed, f"describe/{tree}")
    for name in method_names("describers"):
        cls = method_class("describers", name, Describer)
        if name != own and there[cls.looks_at] and not missing_modules(cls):
            yield name, create("describers", name, Describer, {}).describe(documents, levels, seed=seed)
