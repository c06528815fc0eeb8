"""Ward's linkage over the centres of the clusters (Ward 1963)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triptych.nesters.base import Nester


class Ward(Nester):
    """Joins the two clusters whose centres' union grows the within-cluster variance least, and again.

    One tree is cut at every size, so the levels nest by construction. Clusters count the same whatever their size: a
    region is a neighbourhood of meanings, not of rows.
    """

    def join(
        self, points: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], sizes: Sequence[int]
    ) -> list[npt.NDArray[np.int32]]:
        """Return the cuts of the tree at the sizes asked."""
        from scipy.cluster.hierarchy import cut_tree, linkage

        tree = linkage(_centres(points, labels), "ward")
        return [np.asarray(cut_tree(tree, n_clusters=size), dtype=np.int32).ravel() for size in sizes]


def _centres(points: npt.NDArray[np.float32], labels: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    """Return the mean of each cluster's points, float64 (k, p)."""
    inside = labels >= 0
    sums = np.zeros((int(labels.max()) + 1, points.shape[1]), dtype=np.float64)
    np.add.at(sums, labels[inside], points[inside])
    means: npt.NDArray[np.float64] = sums / np.bincount(labels[inside])[:, None]
    return means
