"""A folder that BERTopic opens: the topics of one level as a model saved with ``serialization="safetensors"``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, last
from triptych.core.errors import UsageError
from triptych.core.schema import ROW_ID
from triptych.export.files import write_bytes, write_text
from triptych.export.topics import tree_of, unique_titles

__all__ = ["LOAD", "NOISE", "write_bertopic"]

LOAD = "BERTopic.load({folder!r}, embedding_model=…)"
#: What the topic -1 is called.
NOISE = "Unlabelled"
#: How BERTopic counts words, but for the stop words.
COUNTED = {"ngram_range": (1, 1), "stop_words": "english"}
#: What BERTopic itself puts where a topic has no word: it cannot show a topic without one.
NO_WORD: tuple[tuple[str, float], ...] = (("", 1e-5),)


def write_bertopic(atlas: Atlas, folder: str | Path, *, level: int = 0, on: str | None = None) -> Path:
    """Write the topics of a level as a saved BERTopic model.

    Parameters
    ----------
    atlas
        With descriptions and vectors.
    folder
        Gets topics.json, config.json and topic_embeddings.safetensors, as BERTopic's own ``save`` writes them; where
        there are texts with words also ctfidf.safetensors and ctfidf_config.json: the counts that BERTopic finds topics
        by within a text; and row_ids.json: the rows that its ``topics_`` speaks of, in order, which are the kept ones.
    level
        Which level; 0 is the finest.
    on
        Which vectors the topics are the means of; None takes the newest.

    Returns
    -------
    Path
        The folder. The same run gives the same bytes. Topics have their numbers, noise is -1; titles are the custom
        labels, numbered where two are the same.

    Raises
    ------
    UsageError
        If there are no topics, or there is no such level.
    StoreError
        If the folder cannot be written.
    """
    from safetensors.numpy import save

    tree = tree_of(atlas)
    levels = atlas.trees[tree].levels
    if not 0 <= level < len(levels):
        raise UsageError(f"there is no level {level} in this run", hint=f"levels go from 0 to {len(levels) - 1}")
    labels = levels[level]
    means = _means(atlas.vectors[on or last(atlas.vectors)].values, labels)
    topics = _topics(atlas, tree, level, labels)
    words = topics["topic_representations"].values()
    config = {
        "n_gram_range": [1, max(len(word.split()) for listed in words for word, _ in listed) or 1],
        "top_n_words": max(len(listed) for listed in words),
    }
    target = Path(folder)
    if (weights := _class_weights(atlas.documents, labels)) is not None:
        write_bytes(target / "ctfidf.safetensors", save(weights[0]))
        write_text(target / "ctfidf_config.json", _json(weights[1]))
    write_bytes(target / "topic_embeddings.safetensors", save({"topic_embeddings": means}))
    write_text(target / "topics.json", _json(topics))
    write_text(target / "config.json", _json(config))
    write_text(target / "row_ids.json", _json(atlas.kept[ROW_ID].to_list()))
    return target


def _topics(atlas: Atlas, tree: str, level: int, labels: npt.NDArray[np.int32]) -> dict[str, Any]:
    """Return topics.json: every topic in the order of its number, noise first where there is some."""
    sizes = {int(topic): int(size) for topic, size in zip(*np.unique(labels, return_counts=True), strict=True)}
    words = {topic.cluster: topic.keywords for topic in atlas.descriptions[tree].topics if topic.level == level}
    listed = {topic: words.get(topic) or NO_WORD for topic in sizes}
    titles = dict(enumerate(unique_titles(atlas, tree, NOISE)[level])) | {-1: NOISE}
    return {
        "topic_representations": listed,
        "topics": labels.tolist(),
        "topic_sizes": sizes,
        "topic_mapper": [[topic] * 3 for topic in sizes],  # found, sorted by size, now: as of a model that was fitted
        "topic_labels": {topic: "_".join([str(topic), *(word for word, _ in listed[topic][:4])]) for topic in sizes},
        "custom_labels": [titles[topic] for topic in sizes],
        "_outliers": int(-1 in sizes),
        "topic_aspects": {},
    }


def _means(vectors: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
    """Return the mean vector of each topic, float32 (topics, d), by its number."""
    means = [vectors[labels == topic].mean(axis=0, dtype=np.float64) for topic in np.unique(labels)]
    return np.stack(means).astype(np.float32)


def _class_weights(
    documents: list[str], labels: npt.NDArray[np.int32]
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]] | None:
    """Return the class-based TF-IDF of the single words as BERTopic defines and keeps it; None without words.

    It is of every word that its vectorizer counts, and apart from the words that describe a topic.
    """
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import CountVectorizer

    try:
        counter = CountVectorizer(**COUNTED)
        counts = counter.fit_transform(documents)
    except ValueError:  # raised where there is no word at all
        return None
    _, topics = np.unique(labels, return_inverse=True)
    members = csr_array((np.ones(len(topics)), (topics, np.arange(len(topics)))))
    by_topic = csr_array(members @ counts)
    by_topic.sort_indices()
    sizes, frequency = by_topic.sum(axis=1), by_topic.sum(axis=0)
    rarity = np.log1p(int(sizes.mean()) / frequency)
    of = np.repeat(np.arange(len(sizes)), np.diff(by_topic.indptr))
    arrays = {
        "data": by_topic.data / sizes[of] * rarity[by_topic.indices],
        "indices": by_topic.indices.astype(np.int32),
        "indptr": by_topic.indptr.astype(np.int32),
        "shape": np.array(by_topic.shape, dtype=np.int64),
        "diag": rarity,
    }
    words = {word: int(place) for word, place in sorted(counter.vocabulary_.items())}
    config = {
        "ctfidf_model": {"bm25_weighting": False, "reduce_frequent_words": False},
        "vectorizer_model": {"params": COUNTED, "vocab": words},
    }
    return arrays, config


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
