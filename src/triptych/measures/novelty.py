"""How far outside known data a new row lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["novelty"]

F32 = npt.NDArray[np.float32]


def novelty(distances: F32, known: F32) -> F32:
    """Return the share of known rows whose neighbours are nearer, on average, than those of each new row.

    Parameters
    ----------
    distances
        float32 (m, k): of new rows to their nearest known ones.
    known
        float32 (n, k): of known rows to their nearest others.

    Returns
    -------
    numpy.ndarray
        float32 (m,) in [0, 1]; 0 where there are no known rows.
    """
    usual = np.sort(known.mean(axis=1, dtype=np.float64))
    below = np.searchsorted(usual, distances.mean(axis=1, dtype=np.float64))
    share: F32 = (below / max(len(usual), 1)).astype(np.float32)
    return share
