"""Where the topics of a run and the words for them lie, for labellers that want to see it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from triptych.core.atlas import Atlas, Step
from triptych.core.slots import Topic
from triptych.core.step import text_digest
from triptych.labellers.base import Space
from triptych.measures.centres import outward_directions
from triptych.stages._encoder import Maker, maker_at_hand
from triptych.stages._inputs import directions, reads

__all__ = ["Vantage"]


class Vantage:
    """What is seen of phrases from the vectors that a tree was described with.

    The run's encoder gives their vectors, if it is here and takes one text at a time; else a phrase lies where the
    documents that hold its words do.

    Parameters
    ----------
    atlas, tree
        A run and the name of a described tree.
    """

    def __init__(self, atlas: Atlas, tree: str) -> None:
        self._atlas, self._tree = atlas, tree
        self._on = _vectors_of(atlas, tree)
        self._maker: Maker | None = maker_at_hand(atlas, self._on) if self._on else None

    @property
    def reads(self) -> dict[str, str]:
        """The digests of all that decides where phrases lie."""
        if not self._on:
            return {}
        found = reads(self._atlas, f"trees/{self._tree}", f"vectors/{self._on}")
        if self._maker:
            return found | {"model": self._maker.encoder.fingerprint()}
        return found | {"documents": text_digest(self._texts)}

    @cached_property
    def _texts(self) -> list[str]:
        return [f"{name}\n{text}" for name, text in zip(self._atlas.names, self._atlas.documents, strict=True)]

    def space(self, topics: Sequence[Topic]) -> Space | None:
        """Return the space around topics; None where rows have no text, or the vectors are others by now."""
        atlas = self._atlas
        if not topics or not self._on or not any(atlas.documents):
            return None
        vectors = directions(atlas.vectors[self._on])
        levels = [outward_directions(vectors, labels) for labels in atlas.trees[self._tree].levels]
        centres = np.stack([levels[topic.level][topic.cluster] for topic in topics])
        maker = self._maker
        if maker:
            return Space(centres, lambda phrases: maker.encode(phrases, vectors.shape[1]))
        return Space.of_documents(centres, self._texts, vectors)


def _vectors_of(atlas: Atlas, tree: str) -> str:
    """Return the name of the vectors that a tree was described with; empty where they are others by now."""
    made = [step for step in atlas.steps if f"descriptions/{tree}" in step.outputs]
    return next((name for name in atlas.vectors if made and _reads(made[-1], atlas, f"vectors/{name}")), "")


def _reads(step: Step, atlas: Atlas, path: str) -> bool:
    return step.inputs.get(path) == atlas.digests[path]
