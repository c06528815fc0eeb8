"""Ridge regression from sparse features to many targets, in its dual form, its penalty chosen on held-out rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.encoders._linear import sparse_times
from triptych.kernels.neighbours import in_spans, share_out

__all__ = ["Ridge", "fit_ridge", "gram"]

#: A feature in more than this share of the rows is multiplied as a dense column: among sparse rows it costs its square.
DENSE = 0.05
#: Rows on which penalties are tried at most: which is the best hardly changes with the rows, and what it takes does.
TRIED = 2_500
#: Rows of a product, and dense columns, that are in memory at once.
SPAN, COLUMNS = 500, 2_048

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
    products = gram(features, threads=threads)
    some = slice(0, n, -(-n // TRIED))
    tried = [
        (judge(products[n:, some] @ _solve(products[some, some].copy(), strength, targets[some])), strength)
        for strength in strengths
    ]
    strength = max(tried)[1]
    held = products[n:, :n].copy()
    # Moved together in place: a copy would be most of the memory.
    flat = products.reshape(-1)
    for row in range(n):
        flat[row * n : (row + 1) * n] = products[row, :n]
    dual = _solve(flat[: n * n].reshape(n, n), strength, targets)
    del products, flat
    weights = sparse_times(features[:n].T.tocsr(), dual, threads=threads)
    return Ridge(weights, strength, held @ dual)


def _solve(system: F32, strength: float, targets: F32) -> F32:
    """Solve (system + strength) x = targets; only the lower triangle of the system counts; none is kept."""
    from scipy.linalg import cho_factor, cho_solve
    from threadpoolctl import threadpool_limits

    system.flat[:: len(system) + 1] += np.float32(strength)
    with threadpool_limits(1, user_api="blas"):  # how several share the sums out would show in the last bits
        # Turned over, the lower triangle is an upper one in the order of LAPACK, which then needs no copy.
        factor = cho_factor(system.T, lower=False, overwrite_a=True, check_finite=False)
        solved: F32 = cho_solve(factor, targets, check_finite=False)
    return solved


def gram(features: Any, *, threads: int) -> F32:
    """Return the products of all pairs of rows of a sparse float32 (n, f): (n, n), right on and below the diagonal."""
    n = features.shape[0]
    shared = np.bincount(features.indices, minlength=features.shape[1])
    common = np.flatnonzero(shared > DENSE * n)
    rare = features[:, shared <= DENSE * n]
    across = rare.T.tocsr()
    products = np.empty((n, n), dtype=np.float32)
    spans = in_spans(n, SPAN)

    def sparse(rows: slice) -> None:
        products[rows] = (rare[rows] @ across).toarray()

    share_out(sparse, spans, threads)
    for part in in_spans(len(common), COLUMNS):
        columns = features[:, common[part]].toarray()

        def dense(rows: slice, columns: F32 = columns) -> None:
            products[rows, : rows.stop] += columns[rows] @ columns[: rows.stop].T

        share_out(dense, reversed(spans), threads)  # the longest first
    return products
