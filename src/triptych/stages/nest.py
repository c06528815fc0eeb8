"""nest: clusters become levels, finest first, each a union of finer ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas
from triptych.core.errors import StepFailed
from triptych.core.params import Sizes, check_params
from triptych.core.registry import create
from triptych.core.slots import Tree
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.partition import by_size, nests
from triptych.nesters.base import Nester
from triptych.stages._inputs import given, pick, reads, space

__all__ = ["LEVELS", "nest"]

#: The sizes asked for unless others are.
LEVELS = (80, 40, 20, 10, 5)


def nest(
    atlas: Atlas,
    method: str = "ward",
    *,
    clustering: str | None = None,
    on: str = "umap5",
    sizes: Sequence[int] = LEVELS,
    name: str = "topics",
    **params: Any,
) -> Atlas:
    """Build nested levels over a clustering.

    Parameters
    ----------
    atlas
        With a clustering.
    method
        One of ``triptych methods nesters``.
    clustering
        Which clustering is the finest level; None takes the newest.
    on
        The layout, or the vectors, whose distances say how near two clusters are. The space that was clustered is the
        natural one: there the clusters are what they are.
    sizes
        How many clusters the coarser levels should have; sizes not smaller than the clustering's own are left out.
    name
        Of the result.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``trees[name]``; noise stays noise on every level.

    Raises
    ------
    UsageError
        If a size is not a whole number of at least 1.
    """
    check_params("nest", {"sizes": Sizes(low=1, help="clusters a level")}, {"sizes": tuple(sizes)})
    clustering = pick(atlas.clusterings, clustering, "clustering")
    path, points = space(atlas, on)
    nester = create("nesters", method, Nester, params)
    asked = sorted(set(sizes), reverse=True)
    plan = Plan(
        stage="nest", name=name, method=method, version=nester.version,
        params=given(nester.params()) | {"sizes": asked},
        reads=reads(atlas, f"clusterings/{clustering}", path),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        labels = atlas.clusterings[clustering].labels
        tree = Tree(_levels(nester, points, labels, asked))
        return Outcome({f"trees/{name}": tree}, (f"levels of {'/'.join(map(str, tree.sizes))} topics",))

    return run_step(atlas, plan, compute)


def _levels(
    nester: Nester, points: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], asked: list[int]
) -> npt.NDArray[np.int32]:
    levels = [labels]
    sizes = [size for size in asked if size <= labels.max(initial=-1)]
    for joined in nester.join(points, labels, sizes) if sizes else []:
        level = by_size(np.where(labels >= 0, joined[labels], -1).astype(np.int32))
        if not nests(levels[-1], level):
            raise StepFailed("nest: a coarse level is no union of finer clusters", hint="report this: it is a defect")
        if level.max() < levels[-1].max():
            levels.append(level)
    return np.stack(levels)
