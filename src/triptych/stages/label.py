"""label: every topic gets a title that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from triptych.core.atlas import Atlas
from triptych.core.registry import create
from triptych.core.slots import Labels, Topic
from triptych.core.step import Outcome, Plan, run_step
from triptych.labellers.base import Evidence, Labeller
from triptych.stages._inputs import given, pick, reads
from triptych.stages.describe import excerpts, row_titles

__all__ = ["label"]


def label(atlas: Atlas, method: str = "phrases", *, tree: str | None = None, **params: Any) -> Atlas:
    """Give every topic of every level a title.

    Parameters
    ----------
    atlas
        With descriptions.
    method
        One of ``triptych methods labellers``.
    tree
        Which tree; None takes the newest.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``labels[tree]``: titles by the content they are of, so that a topic that comes back keeps its title and a
        changed one does not.

    Raises
    ------
    UsageError
        If a parameter is wrong.
    """
    tree = pick(atlas.descriptions, tree, "described tree")
    labeller = create("labellers", method, Labeller, params)
    plan = Plan(
        stage="label", name=tree, method=method, version=labeller.version, params=given(labeller.params()),
        reads=reads(atlas, f"descriptions/{tree}"),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        topics = atlas.descriptions[tree].topics
        names = row_titles(atlas)
        titles = labeller.label([_evidence(topic, atlas.documents, names) for topic in topics])
        found = {t.evidence: (title.text, title.status) for t, title in zip(topics, titles, strict=True)}
        named = sum(status != "fallback" for _, status in found.values())
        return Outcome(
            {f"labels/{tree}": Labels(found)},
            (f"{named:,} of {len(found):,} topics titled from their texts",),
        )

    return run_step(atlas, plan, compute)


def _evidence(topic: Topic, documents: Sequence[str], names: Sequence[str]) -> Evidence:
    shared = {name: getattr(topic, name) for name in ("level", "cluster", "parent", "size", "keywords")}
    titles = tuple(names[row] for row in topic.exemplars)
    return Evidence(**shared, exemplars=excerpts(documents, topic.exemplars), titles=titles)
