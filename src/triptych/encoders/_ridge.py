"""Ridge regression from sparse features to many targets, in its dual form, its penalty chosen on held-out rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.encoders._linear import sparse_times
from triptych.kernels.neighbours import in_spans, share_out
from triptych.kernels.tiles import Tiles, solve

__all__ = ["Ridge", "fit_ridge", "products"]

#: A feature in more than this share of the rows is multiplied as a dense column: among sparse rows it costs its square.
DENSE = 0.05
#: Rows on which penalties are tried at most: which is the best hardly changes with the rows, and what it takes does.
TRIED = 2_500
#: Rows and columns of a tile of the products.
TILE = 1_250
#: Dense columns that are in memory at once.
COLUMNS = 1_024

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ridge:
    """A fitted regression.

    Attributes
    ----------
    weights
        float32 (f, d): a row of features is taken to ``row @ weights``.
    strength
        The penalty that was best on the held-out rows.
    held
        float32 (h, d): what is predicted for these.
    """

    weights: F32
    strength: float
    held: F32


def fit_ridge(
    features: Any, targets: F32, judge: Callable[[F32], float], strengths: tuple[float, ...], *, threads: int
) -> Ridge:
    """Fit targets by features, with the penalty whose predictions of the held-out rows are judged the best.

    With K the products of all pairs of rows, the weights are Xᵀ(K + penalty)⁻¹Y (Saunders et al. 1998): there are
    fewer rows than features.

    Parameters
    ----------
    features
        Sparse float32 (n, f); the rows beyond those of the targets are held out.
    targets
        float32 (m, d).
    judge
        What predictions of the held-out rows, float32 (n - m, d), are worth.
    strengths
        The penalties to try, on up to 2,500 rows at even steps.
    threads
        How many threads to use; never changes the result.
    """
    n = len(targets)
    parts, held = in_spans(n, TILE), slice(n, features.shape[0])
    pairs = [(rows, others) for number, rows in enumerate(parts) for others in parts[: number + 1]]
    found = iter(products(features, [*pairs, *((held, others) for others in parts)], threads=threads))
    tiles = [[next(found) for _ in range(number + 1)] for number in range(len(parts))]
    beside = np.concatenate(list(found), axis=1)

    some = slice(0, n, -(-n // TRIED))
    every = slice(0, len(targets[some]))
    (few,) = products(features[:n][some], [(every, every)], threads=threads)
    tried = [
        (judge(beside[:, some] @ _dual([[few.copy()]], strength, targets[some], threads=threads)), strength)
        for strength in strengths
    ]
    strength = max(tried)[1]
    dual = _dual(tiles, strength, targets, threads=threads)
    del tiles, few  # before the weights, which are as large
    weights = sparse_times(features[:n].T.tocsr(), dual, threads=threads)
    return Ridge(weights, strength, beside @ dual)


def _dual(tiles: Tiles, strength: float, targets: F32, *, threads: int) -> F32:
    """Solve (products + strength) x = targets; the tiles of the products are used up."""
    for row in tiles:
        row[-1].flat[:: len(row[-1]) + 1] += np.float32(strength)
    return solve(tiles, targets, threads=threads)


def products(features: Any, pairs: Sequence[tuple[slice, slice]], *, threads: int) -> list[F32]:
    """Return the products of some rows of a sparse float32 (n, f) with some others, float32, for each pair of spans."""
    n = features.shape[0]
    shared = np.bincount(features.indices, minlength=features.shape[1])
    common = np.flatnonzero(shared > DENSE * n)
    rare = features[:, shared <= DENSE * n]
    across = {others.start: rare[others].T.tocsr() for _, others in pairs}
    found: dict[int, F32] = {}

    def sparse(number: int) -> None:
        rows, others = pairs[number]
        found[number] = (rare[rows] @ across[others.start]).toarray()

    share_out(sparse, range(len(pairs)), threads)
    for part in in_spans(len(common), COLUMNS):
        columns = features[:, common[part]].toarray()

        def dense(number: int, columns: F32 = columns) -> None:
            rows, others = pairs[number]
            found[number] += columns[rows] @ columns[others].T

        share_out(dense, range(len(pairs)), threads)
    return [found[number] for number in range(len(pairs))]
