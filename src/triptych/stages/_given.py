"""Topics that another tool found, put into an Atlas: its clusters, its words, its titles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Partition
from triptych.core.atlas import Atlas, Step, last
from triptych.core.codec import digest
from triptych.core.context import current
from triptych.core.errors import InputError
from triptych.core.schema import STATUS, Status
from triptych.core.slots import Topic
from triptych.core.step import Outcome, Plan, run_step
from triptych.core.titles import title_problem
from triptych.describers.base import Keywords
from triptych.measures.centres import mean_directions
from triptych.measures.partition import cluster_sizes
from triptych.sources.bertopic import SavedTopics
from triptych.sources.raw import counted
from triptych.stages._inputs import directions, reads
from triptych.stages.cluster import numbered
from triptych.stages.titles import take_titles

__all__ = ["Given", "given_topics", "given_words", "is_given", "take_clusters", "take_labels"]

#: Rows whose strength is found together: their centres are copied.
BLOCK = 4096


@dataclass(frozen=True)
class Given:
    """Topics that were given: int32 (m,) of the kept rows, -1 for noise; and what the tool says of each."""

    topics: npt.NDArray[np.int32]
    saved: SavedTopics


def given_topics(atlas: Atlas, saved: SavedTopics) -> Given:
    """Return the topics of the kept rows.

    Parameters
    ----------
    atlas
        Whose rows are the documents of the model, in their order.
    saved
        With a topic for each input row, or for each kept one.

    Raises
    ------
    InputError
        If it is of another number of documents, or puts every row into noise.
    """
    rows, kept = atlas.rows.height, atlas.kept.height
    if len(saved.topics) not in (rows, kept):
        left = f", of which {kept:,} are kept" if kept < rows else ""
        raise InputError(
            f"the model has the topics of {counted(len(saved.topics), 'document')}, and there are "
            f"{counted(rows, 'row')}{left}",
            hint="give the rows that the model was fitted on, all of them and in their order",
        )
    topics = saved.topics
    if len(topics) == rows:
        topics = topics[(atlas.rows[STATUS] == Status.KEPT.value).to_numpy()]
    return Given(topics, saved)


def is_given(step: Step) -> bool:
    """Tell whether the clusters of a step were found elsewhere, so that it cannot be done again on other rows."""
    return "topics" in step.inputs


def take_clusters(atlas: Atlas, given: Given) -> Atlas:
    """Make given topics a clustering, numbered by size; a row's strength is its cosine to the mean of its cluster."""
    on = f"vectors/{last(atlas.vectors)}"
    plan = Plan(
        stage="cluster", name="bertopic", method="bertopic", version="1", params={"topics": "given"},
        reads=reads(atlas, on) | {"topics": digest(np.ascontiguousarray(given.topics).tobytes())},
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        known, places = np.unique(given.topics, return_inverse=True)
        labels = (places - int(-1 in known)).astype(np.int32)
        found = numbered(Partition(labels, _strength(directions(atlas.vectors[last(atlas.vectors)]), labels)))
        counts = cluster_sizes(found.labels)
        note = f"{counted(len(counts.sizes), 'topic')} as given, {counted(counts.noise, 'row')} in none"
        return Outcome({f"clusterings/{plan.name}": found}, (note,))

    return run_step(atlas, plan, compute)


def _strength(vectors: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Return the cosine of each row to the mean of its cluster, from 0 to 1; 0 for noise."""
    strength = np.zeros(len(labels), dtype=np.float32)
    centres = mean_directions(vectors, labels)
    inside = np.flatnonzero(labels >= 0)
    for at in range(0, len(inside), BLOCK):
        rows = inside[at : at + BLOCK]
        strength[rows] = np.einsum("ij,ij->i", vectors[rows], centres[labels[rows]]).clip(0, 1)
    return strength


def given_words(atlas: Atlas, given: Given) -> list[Keywords | None]:
    """Return the words of each cluster of the finest level of the newest tree; None where the tool has none."""
    return [given.saved.words.get(topic) for topic in _topics_of_clusters(atlas, given)]


def take_labels(atlas: Atlas, given: Given) -> Atlas:
    """Title the topics of the newest tree as the tool does, as far as its labels can be titles.

    A label that is no title (too long, markup, empty), or that another topic of its level has, is left out, which is
    said; that topic keeps the title that it had.
    """
    tree = last(atlas.descriptions)
    topics = atlas.descriptions[tree].topics
    finest = [topic.evidence for topic in topics if topic.level == 0]
    labels = [given.saved.titles.get(topic) for topic in _topics_of_clusters(atlas, given)]
    wanted = {evidence: label for evidence, label in zip(finest, labels, strict=True) if label}
    usable = {evidence: label for evidence, label in wanted.items() if not title_problem(label)}
    own = {topic.evidence: title for topic, title, _ in atlas.titles(tree)}
    taken = _distinct(topics, own, usable)
    if left := len(wanted) - len(taken):
        are = "label is no title of its own" if left == 1 else "labels are no titles of their own"
        current().progress.say(f"{left:,} given {are} (long, markup, said twice): titled from the texts instead")
    return take_titles(atlas, taken, tree=tree) if taken else atlas


def _topics_of_clusters(atlas: Atlas, given: Given) -> list[int]:
    """Return the topic that each cluster of the finest level was; rows put into it since do not count."""
    labels = atlas.trees[last(atlas.trees)].levels[0]
    inside = given.topics >= 0
    found = np.full(int(labels.max(initial=-1)) + 1, -1, dtype=np.int32)
    found[labels[inside]] = given.topics[inside]
    return [int(topic) for topic in found]


def _distinct(topics: tuple[Topic, ...], own: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    """Return the wanted titles without those that another topic of a level has, of two wanted ones the later."""
    while True:
        found, clashing = own | wanted, set()
        seen: dict[tuple[int, str], str] = {}
        for topic in sorted(topics, key=lambda topic: topic.evidence in wanted):
            place = (topic.level, found[topic.evidence].casefold())
            if seen.setdefault(place, topic.evidence) != topic.evidence:
                clashing.add(topic.evidence)
        if not clashing & wanted.keys():
            return wanted
        wanted = {evidence: title for evidence, title in wanted.items() if evidence not in clashing}
