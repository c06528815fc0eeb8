"""Frames that people take away: topics and rows with all their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triptych.core.schema import DOCUMENT, ROW_ID, STATUS

if TYPE_CHECKING:
    import polars as pl

    from triptych.core.atlas import Atlas
    from triptych.core.slots import Clustering, Topic, Tree

__all__ = ["result_table", "topic_documents", "topic_table"]


def topic_table(atlas: Atlas, tree: str) -> pl.DataFrame:
    """Return one line a topic, coarsest questions last: see :meth:`Atlas.topics`."""
    import polars as pl

    clustering, verdicts = _nested(atlas, tree), atlas.verdicts()
    rows = [
        {
            "level": topic.level,
            "topic": topic.cluster,
            "parent": topic.parent,
            "size": topic.size,
            "share": topic.size / max(atlas.kept.height, 1),
            "adopted": _adopted(clustering, atlas.trees[tree], topic),
            "persistence": _persistence(clustering, topic),
            **{key: verdicts.get((topic.level, topic.cluster), {}).get(key) for key in ("verdict", "survival")},
            "label": title,
            "label_status": status,
            "keywords": [word for word, _ in topic.keywords],
            "exemplars": [atlas.names[i] for i in topic.exemplars],
            "popular": [atlas.names[i] for i in topic.popular],
        }
        for topic, title, status in atlas.titles(tree)
    ]
    words = pl.List(pl.String)
    schema: dict[str, Any] = {
        "level": pl.Int32, "topic": pl.Int32, "parent": pl.Int32, "size": pl.Int64, "share": pl.Float64,
        "adopted": pl.Int64, "persistence": pl.Float64, "verdict": pl.String, "survival": pl.Float64,
        "label": pl.String, "label_status": pl.String, "keywords": words, "exemplars": words, "popular": words,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _nested(atlas: Atlas, tree: str) -> Clustering | None:
    """Return the clustering that a tree was built over, as long as the Atlas has it."""
    for step in atlas.steps:
        if f"trees/{tree}" in step.outputs:
            for path, digest in step.inputs.items():
                slot, _, name = path.partition("/")
                if slot == "clusterings" and name in atlas.clusterings and atlas.digests[path] == digest:
                    return atlas.clusterings[name]
    return None


def _adopted(clustering: Clustering | None, tree: Tree, topic: Topic) -> int:
    if clustering is None or not clustering.adopted.size:
        return 0
    return int((tree.levels[topic.level] == topic.cluster)[clustering.adopted].sum())


def _persistence(clustering: Clustering | None, topic: Topic) -> float | None:
    known = clustering is not None and topic.level == 0 and topic.cluster < len(clustering.persistence)
    return float(clustering.persistence[topic.cluster]) if clustering and known else None


def result_table(atlas: Atlas) -> pl.DataFrame:
    """Return every input row with every result.

    Returns
    -------
    polars.DataFrame
        row_id, status, the user's columns, then for kept rows (null for marked ones): ``<layout>_<axis>`` of layouts
        of up to three dimensions, ``<clustering>``, ``<clustering>_strength``, ``<clustering>_adopted`` where rows of
        noise were put into the nearest cluster, ``level_<i>`` and ``level_<i>_label``, ``<sheet>_problem``: why a row
        has no picture.
    """
    import polars as pl

    columns: dict[str, Any] = {ROW_ID: atlas.kept[ROW_ID]}
    for name, layout in atlas.layouts.items():
        if layout.values.shape[1] <= 3:
            columns |= {f"{name}_{axis}": layout.values[:, i] for i, axis in enumerate("xyz"[: layout.values.shape[1]])}
    for name, clustering in atlas.clusterings.items():
        columns |= {name: clustering.labels, f"{name}_strength": clustering.strength}
        if clustering.adopted.size:
            columns[f"{name}_adopted"] = clustering.adopted
    for tree, levels in atlas.trees.items():
        named = atlas.titles(tree) if tree in atlas.descriptions else []
        titles = {(topic.level, topic.cluster): title for topic, title, _ in named}
        for level, labels in enumerate(levels.levels):
            columns[f"level_{level}"] = labels
            columns[f"level_{level}_label"] = [titles.get((level, int(i))) for i in labels]
    for name in atlas.sheets:
        if name in atlas.audits:
            problems = dict(atlas.audits[name].select(ROW_ID, "problem").iter_rows())
            columns[f"{name}_problem"] = [problems.get(row_id) for row_id in atlas.kept[ROW_ID]]
    users = atlas.rows.drop(DOCUMENT)
    clash = {name: f"source_{name}" for name in users.columns if name in columns and name not in (ROW_ID, STATUS)}
    return users.rename(clash).join(pl.DataFrame(columns), on=ROW_ID, how="left", maintain_order="left")


def topic_documents(atlas: Atlas, tree: str) -> list[dict[str, Any]]:
    """Return every topic with its words, its title, its verdict and the ids and texts of its rows, as JSON values."""
    ids, levels, verdicts = atlas.kept[ROW_ID].to_list(), atlas.trees[tree].levels, atlas.verdicts()
    found = []
    for topic, title, status in atlas.titles(tree):
        rows = [int(i) for i in (levels[topic.level] == topic.cluster).nonzero()[0]]
        found.append({
            "level": topic.level, "topic": topic.cluster, "parent": topic.parent, "size": topic.size,
            "label": title, "label_status": status,
            **{key: verdicts.get((topic.level, topic.cluster), {}).get(key) for key in ("verdict", "survival")},
            "keywords": [[word, weight] for word, weight in topic.keywords],
            "exemplars": [ids[i] for i in topic.exemplars],
            "popular": [ids[i] for i in topic.popular],
            "documents": [{"row_id": ids[i], "text": atlas.documents[i]} for i in rows],
        })  # fmt: skip
    return found
