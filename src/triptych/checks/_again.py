"""What checks share that cluster some of the rows again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.checks.base import Case
from triptych.measures.agreement import agreement

__all__ = ["clustered_again", "drawn", "group_column", "group_score"]

#: A cluster in a sample has at least so many rows, as HDBSCAN has it unless told.
FEWEST = 5

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


def drawn(n: int, rows: int, seed: int) -> I64:
    """Draw some of n rows: int64 (up to ``rows``), ascending."""
    return np.sort(np.random.default_rng(seed).permutation(n)[:rows])


def clustered_again(case: Case, points: F32, *, seed: int) -> I32:
    """Cluster a sample of the rows as the run did.

    Where a least size of clusters is set, it is cut in the proportion of the sample, so that what was one cluster of
    the run is still large enough to be one.

    Parameters
    ----------
    case
        The map.
    points
        float32 (m, p): the rows of the sample, in any space.
    seed
        Of the clusterer.
    """
    rows, knobs = len(points), {}
    for knob in case.road.knobs if rows < len(case.vectors) else ():
        name = knob.name.removeprefix("clusterer.")
        if name == "min_cluster_size":
            knobs[name] = float(max(round(knob.value * rows / len(case.vectors)), min(knob.value, FEWEST)))
        elif name != knob.name and knob.value > rows:
            knobs[name] = float(rows)
    return case.road.cluster(points, seed=seed, **knobs)[0]


def group_column(case: Case) -> tuple[str, I32] | None:
    """Return the name and the codes of the first column of groups; None where there is none."""
    for column in case.columns:
        if column.kind == "category" and len(column.classes) > 1:
            return column.name, column.codes
    return None


def group_score(labels: I32, codes: I32) -> float | None:
    """Return the adjusted mutual information of clusters and known groups, noise being one cluster more."""
    scores = agreement(labels, codes, n_permutations=1, seed=0)
    return next(score.value for score in scores if (score.scope, score.metric) == ("all", "ami"))
