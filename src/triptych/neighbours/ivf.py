"""Approximate nearest neighbours by an inverted file."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Integer, Limit
from triptych.kernels.cells import approximate_rows
from triptych.neighbours.base import Neighbours
from triptych.neighbours.exact import without_self


class IVF(Neighbours):
    """Compares every row with the cells nearest to it, then with the neighbours of its neighbours.

    Cells are found by k-means with a fixed seed, so that a search has no seed of its own. See
    :mod:`triptych.kernels.cells`.
    """

    minimum_rows = 2
    exact = False
    limits: ClassVar[dict[str, Limit]] = {
        "cell_size": Integer(low=1, help="mean rows of a cell"),
        "probes": Integer(low=1, help="cells that a row is compared with"),
        "rounds": Integer(low=0, high=20, help="how often neighbours of neighbours are asked"),
    }
    exempt: ClassVar[dict[str, str]] = {"row_order": "first centres are drawn by row number"}

    def __init__(self, *, cell_size: int = 256, probes: int = 16, rounds: int = 1) -> None:
        self.cell_size = cell_size
        self.probes = probes
        self.rounds = rounds

    def search(
        self, vectors: npt.NDArray[np.float32], k: int, *, threads: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return about the k nearest other rows of every row and their Euclidean distances."""
        self.require_rows(len(vectors))
        found = approximate_rows(vectors, min(k + 1, len(vectors)), **self.params(), seed=0, threads=threads)
        return without_self(found, k)
