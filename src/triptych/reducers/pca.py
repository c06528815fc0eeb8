"""Principal components."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Integer, Limit
from triptych.core.slots import Graph
from triptych.reducers.base import Reducer


class PCA(Reducer):
    """Projects on the directions of largest variance, by the eigenvectors of the covariance matrix.

    The sign of each axis is fixed so that its largest entry is positive.
    """

    limits: ClassVar[dict[str, Limit]] = {
        "n_components": Integer(low=1, high=500, help="dimensions of the result"),
    }

    def __init__(self, *, n_components: int = 50) -> None:
        self.n_components = n_components

    def fit_transform(
        self, vectors: npt.NDArray[np.float32], graph: Graph | None, *, seed: int, threads: int
    ) -> npt.NDArray[np.float32]:
        """Return the principal coordinates; axes beyond the rank of the data are 0."""
        centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
        values, axes = np.linalg.eigh(centred.T @ centred)
        axes = axes[:, np.argsort(values)[::-1][: self.n_components]]
        signs = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        found = centred @ (axes * np.where(signs == 0, 1, signs))
        missing = self.n_components - found.shape[1]
        return np.pad(found, ((0, 0), (0, max(missing, 0)))).astype(np.float32)

    def memory(self, rows: int, columns: int) -> int:
        """Estimate three copies in double precision, and the covariance with what its eigenvectors need."""
        return 24 * rows * columns + 40 * columns**2
