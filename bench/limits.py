"""The least time that a stage's arithmetic takes on this machine, to hold the measured time against.

The yardstick is the best fp32 matrix product. A stage is far from it for good reasons or for bad ones; the share says
how much there is to win at most without another algorithm.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

#: Vector operations of eight lanes for eight pairs in the layout, an estimate: in two dimensions, and for each further.
#: Two polynomials for the power, a division, the clipping; a difference, its square, a force and two sums a dimension.
PAIR_OPERATIONS, PAIR_OPERATIONS_MORE = 45, 6
LANES = 8
#: Pairs that repel for each unit of membership, as in UMAP.
NEGATIVES = 5


def floors(folder: Path, shape: tuple[int, int], gflops: float) -> dict[str, float]:
    """Return the least seconds of the stages that have a limit, by lap."""
    return {
        "relate": neighbours(*shape, gflops),
        "umap 5-d": layout(folder, 5, gflops),
        "umap 2-d": layout(folder, 2, gflops),
    }


def neighbours(n: int, d: int, gflops: float) -> float:
    """Return the seconds of the inner products of all pairs of rows, each pair once."""
    return n * n * d / gflops / 1e9


def layout(folder: Path, dims: int, gflops: float) -> float:
    """Return the seconds of the pairs that attract and repel, from the neighbours that a run left in a folder.

    A matrix product does ``gflops / 16`` vector operations a second: a multiplication and a sum in each of eight lanes.
    """
    from triptych.kernels.memberships import fuzzy_graph

    others = 14  # UMAP counts the row itself as its 15th neighbour
    graph = fuzzy_graph(*(np.load(folder / f"ours-{part}.npy")[:, :others] for part in ("indices", "distances")))
    pairs = len(graph.other) + NEGATIVES * graph.weight.sum() / graph.weight.max()
    epochs = 500 if len(graph) <= 10_000 else 200
    operations = PAIR_OPERATIONS + PAIR_OPERATIONS_MORE * (dims - 2)
    return float(pairs * epochs * operations / LANES / (gflops / (2 * LANES)) / 1e9)
