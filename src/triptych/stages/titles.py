"""Titles by hand: the tasks as a file for a person or another model, and the titles back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from triptych.core.atlas import Atlas
from triptych.core.codec import canonical, digest
from triptych.core.errors import InputError, shorten
from triptych.core.slots import Labels, Topic
from triptych.core.step import Outcome, Plan, run_step
from triptych.core.titles import title_problem
from triptych.export.tables import write_json
from triptych.sources.titles import FORMAT, read_titles
from triptych.stages._inputs import pick, reads
from triptych.stages.label import evidence_of

__all__ = ["take_titles", "titling_tasks"]


def titling_tasks(atlas: Atlas, path: str | Path | None = None, *, tree: str | None = None) -> dict[str, Any]:
    """Return every topic with what a labeller may know of it and its present title, as JSON values.

    Parameters
    ----------
    atlas
        With descriptions.
    path
        Where to write it; None only returns it.
    tree
        Which tree; None takes the newest.

    Returns
    -------
    dict
        ``format``, ``tree`` and ``tasks``: for each topic ``evidence`` (by which its title is known again), level,
        topic, parent, size, keywords, documents (title and text of typical rows), label and status. A topic that is
        the same on two levels is there once.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    tree = pick(atlas.descriptions, tree, "described tree")
    titled = {topic.evidence: (topic, title, status) for topic, title, status in reversed(atlas.titles(tree))}
    entries = [titled[evidence] for evidence in reversed(titled)]
    pieces = evidence_of(atlas, [topic for topic, _, _ in entries])
    tasks = [
        {
            "evidence": topic.evidence, "level": topic.level, "topic": topic.cluster, "parent": topic.parent,
            "size": topic.size, "label": title, "status": status, "keywords": [word for word, _ in topic.keywords],
            "documents": [{"title": t, "text": text} for t, text in zip(piece.titles, piece.exemplars, strict=True)],
        }
        for (topic, title, status), piece in zip(entries, pieces, strict=True)
    ]  # fmt: skip
    value = {"format": FORMAT, "tree": tree, "tasks": tasks}
    if path is not None:
        write_json(value, path)
    return value


def take_titles(atlas: Atlas, titles: str | Path | Mapping[str, str], *, tree: str | None = None) -> Atlas:
    """Give topics the titles that somebody wrote; topics that are not named keep theirs.

    Parameters
    ----------
    atlas
        With descriptions.
    titles
        A file as :func:`titling_tasks` writes it, with other labels; or evidence -> title.
    tree
        Which tree; None takes the newest.

    Returns
    -------
    Atlas
        With ``labels[tree]``; a title that is new has the status ``given``.

    Raises
    ------
    InputError
        If a title is of no topic here, is not one line of at most 80 characters without address or markup, or is that
        of another topic of its level. Nothing is changed then.
    """
    tree = pick(atlas.descriptions, tree, "described tree")
    given = dict(titles) if isinstance(titles, Mapping) else read_titles(titles)
    found = {topic.evidence: (title, status) for topic, title, status in atlas.titles(tree)}
    changed = {key: title for key, title in given.items() if key not in found or found[key][0] != title}
    by_evidence = {topic.evidence: topic for topic in atlas.descriptions[tree].topics}
    for evidence, title in changed.items():
        _check(by_evidence.get(evidence), evidence, title)
    found |= {evidence: (title, "given") for evidence, title in changed.items()}
    _check_distinct(atlas.descriptions[tree].topics, found, changed)
    plan = Plan(
        stage="label", name=tree, method="given", version="1", params={},
        reads=reads(atlas, f"descriptions/{tree}") | {"titles": digest(canonical(found))},
    )  # fmt: skip
    note = f"{sum(status == 'given' for _, status in found.values()):,} of {len(found):,} topics have given titles"
    return run_step(atlas, plan, lambda _seed: Outcome({f"labels/{tree}": Labels(found)}, (note,)))


def _check(topic: Topic | None, evidence: str, title: str) -> None:
    if topic is None:
        raise InputError(
            f"the title {shorten(title)} is of no topic of this run: evidence {shorten(evidence)}",
            hint="the topics have changed since; write the tasks anew",
        )
    if problem := title_problem(title):
        raise InputError(
            f"level {topic.level}, topic {topic.cluster}: the title {shorten(title)} {problem}",
            hint="a title is one line of at most 80 characters without address or markup",
        )


def _check_distinct(
    topics: tuple[Topic, ...], found: Mapping[str, tuple[str, str]], changed: Mapping[str, str]
) -> None:
    seen: dict[tuple[int, str], Topic] = {}
    for topic in topics:
        name = found[topic.evidence][0].casefold()
        other = seen.setdefault((topic.level, name), topic)
        if other is not topic and (topic.evidence in changed or other.evidence in changed):
            raise InputError(
                f"level {topic.level}: topics {other.cluster} and {topic.cluster} have the same title "
                f"{shorten(found[topic.evidence][0])}",
                hint="give them different ones",
            )
