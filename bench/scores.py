"""What a layout and a clustering are worth, in NumPy and scikit-learn's own measures; nothing here is timed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

K = 15
SAMPLE = 3_000
BLOCK = 250


def sample(n: int) -> I64:
    """Return the rows that measures of neighbourhoods look at: 3,000, or all of fewer."""
    return np.random.default_rng(0).permutation(n)[:SAMPLE]


def near_on_map(layout: F32, rows: I64) -> I64:
    """Return the 15 nearest other points of some rows in few dimensions, int64 (m, 15)."""
    from scipy.spatial import cKDTree

    found = cKDTree(layout).query(layout[rows], k=K + 1)[1]
    own = found == rows[:, None]
    own[~own.any(axis=1), -1] = True  # crowded out of its own list by equal points
    near: I64 = found[~own].reshape(len(rows), K)
    return near


def neighbourhoods(vectors: F32, layouts: Sequence[F32]) -> list[tuple[float, float]]:
    """Return the trustworthiness and the share of neighbours kept of layouts of unit vectors, 15 neighbours.

    Trustworthiness (Venna & Kaski 2001) is 1 less a penalty for every neighbour on the map that is none among the
    vectors, by how far down their ranks it is; 1 is the best, 0.5 a random map. Both are over a sample of the rows,
    each against all.
    """
    n = len(vectors)
    rows = sample(n)
    maps = [near_on_map(layout, rows) for layout in layouts]
    penalties, kept = np.zeros(len(maps)), np.zeros(len(maps))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        gaps = -(vectors[block] @ vectors.T)
        gaps[np.arange(len(block)), block] = -np.inf  # a row is the first of its own ranks
        ranked = np.sort(gaps, axis=1)
        for which, near in enumerate(maps):
            found = np.take_along_axis(gaps, near[start : start + BLOCK], axis=1)
            ranks = np.stack([np.searchsorted(*pair) for pair in zip(ranked, found, strict=True)])
            penalties[which] += np.maximum(ranks - K, 0).sum()
            kept[which] += np.count_nonzero(ranks <= K)
    trust = 1 - penalties * 2 / (len(rows) * K * (2 * n - 3 * K - 1))
    return [(float(t), float(share)) for t, share in zip(trust, kept / (len(rows) * K), strict=True)]


def recall(vectors: F32, found: npt.NDArray[np.integer]) -> float:
    """Return the share of the nearest neighbours that a search found, over a sample; equally near ones count."""
    rows = sample(len(vectors))
    k = found.shape[1]
    hits = 0
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        near = vectors[block] @ vectors.T
        near[np.arange(len(block)), block] = -np.inf
        least = np.partition(near, -k, axis=1)[:, -k, None] - 1e-6  # what single precision may take off an equal
        hits += int(np.sum(np.take_along_axis(near, found[block], axis=1) >= least))
    return float(hits / (len(rows) * k))


def against_truth(labels: npt.NDArray[np.integer], classes: npt.NDArray[np.integer]) -> dict[str, float]:
    """Return the clusters, the share of noise, and the adjusted mutual information with the known classes."""
    from sklearn.metrics import adjusted_mutual_info_score

    inside = labels >= 0
    return {
        "clusters": float(len(np.unique(labels[inside]))),
        "noise": float(1 - inside.mean()),
        "AMI, all rows": float(adjusted_mutual_info_score(classes, labels)),
        "AMI, clustered rows": float(adjusted_mutual_info_score(classes[inside], labels[inside])),
    }


def same_partition(one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]) -> float:
    """Return the adjusted Rand index of two clusterings, the noise a cluster of its own."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(one, other))
