"""A method whose import is heavy."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from triptych.clusterers.base import Clusterer, Partition


class Heavy(Clusterer):
    """Puts all rows into one cluster."""

    @classmethod
    def name(cls) -> str:
        return "heavy_method"

    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        assert scipy.sparse
        return Partition(np.zeros(len(points), dtype=np.int32), np.ones(len(points), dtype=np.float32))
