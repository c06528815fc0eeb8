"""adopt: rows in no cluster are put into the nearest one, on request, and flagged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.clusterers._vote import nearest_clusters
from triptych.clusterers.base import Partition
from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.params import Integer, check_params
from triptych.core.slots import Clustering
from triptych.core.step import Outcome, Plan, run_step
from triptych.stages._inputs import pick, reads, space
from triptych.stages.cluster import numbered

__all__ = ["adopt", "adopted"]


def adopt(
    atlas: Atlas, *, clustering: str | None = None, on: str = "umap5", k: int = 15, name: str | None = None
) -> Atlas:
    """Put the rows in no cluster into the nearest one.

    The k nearest rows in clusters vote, each with one over its distance. The row's strength in its new cluster is that
    cluster's share of the votes, each times how firmly the voter belongs.

    Parameters
    ----------
    atlas
        With a clustering.
    clustering
        Which one; None takes the newest. It stays as it is.
    on
        The layout, or the vectors, whose distances count; the space that was clustered is the natural one.
    k
        How many rows vote.
    name
        Of the result; that of the clustering and ``_nearest`` unless given.

    Returns
    -------
    Atlas
        With ``clusterings[name]``, whose ``adopted`` is True for every row that was put into a cluster. Clusters are
        numbered anew, as their sizes change.

    Raises
    ------
    UsageError
        If there is no clustering or nothing called ``on``, or k is below 1.
    """
    check_params("adopt", {"k": Integer(low=1, help="how many rows vote")}, {"k": k})
    clustering = pick(atlas.clusterings, clustering, "clustering")
    path, points = space(atlas, on)
    plan = Plan(
        stage="adopt", name=name or f"{clustering}_nearest", method="vote", version="1", params={"k": k},
        reads=reads(atlas, f"clusterings/{clustering}", path),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        old = atlas.clusterings[clustering]
        new = adopted(old, points, k)
        flagged = int(new.adopted.sum())
        note = f"{flagged:,} rows in no cluster put into the nearest ({flagged / len(new.labels):.1%} of all), flagged"
        return Outcome({f"clusterings/{plan.name}": new}, (note,))

    return run_step(atlas, plan, compute)


def adopted(old: Clustering, points: npt.NDArray[np.float32], k: int) -> Clustering:
    """Return a clustering in which the k nearest clustered rows of each row of noise have voted it into one."""
    noise = old.labels < 0
    labels, strength = old.labels.copy(), old.strength.copy()
    if noise.any() and not noise.all():
        labels[noise], strength[noise] = nearest_clusters(points, labels, strength, k, threads=current().threads)
    new = numbered(Partition(labels, strength, old.persistence if old.persistence.size else None))
    before = old.adopted if old.adopted.size else np.zeros_like(noise)
    return Clustering(new.labels, new.strength, new.persistence, before | (noise & (labels >= 0)))
