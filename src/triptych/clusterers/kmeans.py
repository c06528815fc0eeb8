"""k-means with k-means++ starts (Lloyd 1982; Arthur & Vassilvitskii 2007)."""

from __future__ import annotations

import warnings
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.clusterers.base import Clusterer, Partition
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit


class KMeans(Clusterer):
    """Splits all rows into k compact groups of similar spread; knows no noise.

    Strength is one minus the distance to the own centre over the distance to the next one.
    """

    limits: ClassVar[dict[str, Limit]] = {
        "n_clusters": Integer(low=1, high=10_000, help="number of clusters, k"),
        "n_init": Integer(low=1, high=100, help="starts, of which the best is kept"),
    }

    exempt: ClassVar[dict[str, str]] = {"row_order": "its starts are drawn by row number"}

    def __init__(self, *, n_clusters: int = 8, n_init: int = 10) -> None:
        self.n_clusters = n_clusters
        self.n_init = n_init

    def fit_predict(self, points: npt.NDArray[np.float32], *, seed: int, threads: int) -> Partition:
        """Return the best of ``n_init`` runs; fewer clusters where fewer rows are distinct."""
        if self.n_clusters > len(points):
            raise UsageError(
                f"clusterers/kmeans: n_clusters {self.n_clusters} is more than the {len(points):,} rows",
                hint=f"the largest legal value is {len(points)}",
            )
        from sklearn.cluster import KMeans as Scikit
        from sklearn.exceptions import ConvergenceWarning
        from threadpoolctl import threadpool_limits

        # One thread: sums over several differ in the last bits, and with them, now and then, a label.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = Scikit(self.n_clusters, n_init=self.n_init, random_state=seed).fit(points)
            distances = np.sort(fitted.transform(points), axis=1)
        if self.n_clusters == 1:
            strength = np.ones(len(points), dtype=np.float32)
        else:
            ratio = distances[:, 0] / np.where(distances[:, 1] > 0, distances[:, 1], 1)
            strength = (1 - ratio).astype(np.float32)
        return Partition(fitted.labels_, strength)
