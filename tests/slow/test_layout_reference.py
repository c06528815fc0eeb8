"""Our layout beside umap-learn's, from the same neighbours and the same start, on the emoji."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_mutual_info_score
from sklearn.neighbors import NearestNeighbors

import triptych as tp
from triptych.clusterers.hdbscan import HDBSCAN
from triptych.core.atlas import Atlas
from triptych.kernels.layout import optimise
from triptych.kernels.memberships import Fuzzy, curve, fuzzy_graph
from triptych.reducers.umap import UMAP

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Tensorflow not installed:ImportWarning"),
]

umap_ = pytest.importorskip("umap.umap_", reason="umap-learn is not installed: make test-slow installs it")

SEEDS = 5


def matrix(graph: Fuzzy) -> csr_matrix:
    return csr_matrix((graph.weight, graph.other, graph.begin), shape=(len(graph), len(graph)))


def test_memberships_equal_umap_learns(demo_atlas: Atlas) -> None:
    graph, vectors = demo_atlas.graphs["minilm"], demo_atlas.vectors["minilm"].values
    n = len(vectors)
    indices = np.hstack([np.arange(n, dtype=np.int32)[:, None], graph.indices[:, :14]])
    distances = np.hstack([np.zeros((n, 1), dtype=np.float32), graph.distances[:, :14]])
    theirs = umap_.fuzzy_simplicial_set(
        vectors, 15, np.random.RandomState(0), "cosine", knn_indices=indices, knn_dists=distances
    )[0]
    assert abs(theirs - matrix(fuzzy_graph(graph.indices[:, :14], graph.distances[:, :14]))).max() < 1e-4


@pytest.mark.parametrize(("p", "min_dist"), [(2, 0.1), (5, 0.0)])
def test_quality_is_at_least_umap_learns(demo_atlas: Atlas, p: int, min_dist: float) -> None:
    graph, vectors = demo_atlas.graphs["minilm"], demo_atlas.vectors["minilm"].values
    truth = demo_atlas.kept["subgroup"].to_numpy()
    weights = fuzzy_graph(graph.indices[:, :14], graph.distances[:, :14])
    a, b = curve(min_dist)
    scores: dict[str, list[tuple[float, float, float]]] = {"ours": [], "theirs": []}
    for seed in range(SEEDS):
        start = UMAP(n_components=p)._start(vectors, weights, 1)
        start += np.random.default_rng(seed).normal(scale=1e-4, size=start.shape).astype(np.float32)
        ours = optimise(weights, start, epochs=500, a=a, b=b, seed=seed, threads=2)
        theirs, _ = umap_.simplicial_set_embedding(
            vectors, matrix(weights), p, 1.0, a, b, 1.0, 5, 500, start.copy(), np.random.RandomState(seed), "cosine",
            {}, False, {}, False, parallel=False, verbose=False, tqdm_kwds={"disable": True},
        )  # fmt: skip
        for name, layout in (("ours", ours), ("theirs", theirs)):
            near = NearestNeighbors(n_neighbors=15).fit(layout).kneighbors(return_distance=False)
            kept = np.mean([len({*x} & {*y}) / 15 for x, y in zip(near, graph.indices, strict=True)])
            labels = HDBSCAN(min_cluster_size=12).fit_predict(layout, seed=0, threads=2).labels
            scores[name].append((
                trustworthiness(vectors, layout, n_neighbors=15, metric="cosine"), float(kept),
                adjusted_mutual_info_score(truth, labels),
            ))  # fmt: skip
    ours_mean, theirs_mean = (np.mean(scores[name], axis=0) for name in ("ours", "theirs"))
    print(f"\n{p} dimensions, means of {SEEDS} seeds: ours {ours_mean.round(3)}, umap-learn {theirs_mean.round(3)}")
    assert (ours_mean >= theirs_mean - [0.003, 0.003, 0.01]).all()


def agreement(new: np.ndarray, old: np.ndarray, true: np.ndarray) -> float:
    """Return the share of each new row's 15 nearest old rows on the map that are the nearest among the vectors."""
    near = NearestNeighbors(n_neighbors=15).fit(old).kneighbors(new, return_distance=False)
    return float(np.mean([len({*x} & {*y}) / 15 for x, y in zip(near, true, strict=True)]))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("p", "min_dist"), [(2, 0.1), (5, 0.0)])
def test_f025_new_rows_find_their_neighbours_nearly_as_in_a_full_fit(
    demo_atlas: Atlas, p: int, min_dist: float
) -> None:
    vectors = demo_atlas.vectors["minilm"].values
    scores: dict[str, list[float]] = {"placed": [], "full": [], "umap-learn": []}
    for seed in range(SEEDS):
        held = np.random.default_rng(seed).random(len(vectors)) < 0.1
        old, new = vectors[~held], vectors[held]
        atlases = [tp.relate(tp.read(rows, roles=tp.Roles(), seed=seed)) for rows in (old, vectors)]
        few, full = (tp.reduce(a, n_components=p, min_dist=min_dist, name="map") for a in atlases)
        placed = tp.place(few, new, layout="map")
        everything = full.layouts["map"].values
        theirs = umap_.UMAP(n_components=p, min_dist=min_dist, metric="cosine", init="pca", random_state=seed).fit(old)
        scores["placed"].append(agreement(placed.values, few.layouts["map"].values, placed.indices))
        scores["full"].append(agreement(everything[held], everything[~held], placed.indices))
        scores["umap-learn"].append(agreement(theirs.transform(new), theirs.embedding_, placed.indices))
    means = {name: float(np.mean(values)) for name, values in scores.items()}
    print(f"\n{p} dimensions, neighbours kept by new rows, means of {SEEDS} seeds: {means}")
    assert means["placed"] > 0.9 * means["full"]
    assert means["placed"] >= means["umap-learn"]
