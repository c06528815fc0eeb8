"""The tree of topics with its titles, as the report draws it and the terminal prints it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from triptych.core.atlas import Atlas
from triptych.core.slots import Topic

__all__ = ["TopicNode", "topic_tree"]


@dataclass(frozen=True)
class TopicNode:
    """A topic on the coarsest level that has it, its title, and the topics that it falls into."""

    topic: Topic
    title: str
    inside: tuple[TopicNode, ...]


def topic_tree(atlas: Atlas, tree: str) -> tuple[TopicNode, ...]:
    """Return the coarsest topics, each with those inside it.

    A topic that is all of the one around it is that one: levels at which a topic does not change are passed over.
    """
    found: dict[tuple[int, int], list[tuple[Topic, str]]] = defaultdict(list)
    for topic, title, _ in atlas.titles(tree):
        found[topic.level, topic.parent].append((topic, title))

    def inside(around: Topic) -> tuple[TopicNode, ...]:
        level, parent = around.level - 1, around.cluster
        while len(parts := found[level, parent]) == 1 and parts[0][0].size == around.size:
            level, parent = level - 1, parts[0][0].cluster
        return grow(parts)

    def grow(parts: list[tuple[Topic, str]]) -> tuple[TopicNode, ...]:
        return tuple(TopicNode(topic, title, inside(topic)) for topic, title in parts)

    return grow(found[len(atlas.trees[tree].levels) - 1, -1])
