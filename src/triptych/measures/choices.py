"""Whether choices among a few titles tell more than chance would."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triptych.measures.faithfulness import Score

__all__ = ["score_choices"]

F64 = npt.NDArray[np.float64]


def score_choices(shares: F64, *, deals: int, seed: int) -> Score | None:
    """Score choices of one title among the k that stand for each topic to choose from, of which one is its own.

    A deal calls any one of these k the topic's own, for each topic by itself: if titles said nothing, all would be
    alike. So answers about one topic, which lean on the same titles, count as one draw and not as many.

    Parameters
    ----------
    shares
        float64 (t, k): of the answers about each topic, the share that chose each title, the first one its own; NaN
        where there is no answer.
    deals
        How often titles are dealt out anew.
    seed
        Of the deals.

    Returns
    -------
    Score or None
        Its chance is 1 / k; None where there is no answer, or nothing to choose from.
    """
    asked = shares[np.isfinite(shares[:, 0])]
    count, k = asked.shape
    if not count or k < 2:
        return None
    own = asked[:, 0].mean()
    random = np.random.default_rng(seed)
    drawn = random.integers(k, size=(deals, count))
    dealt = asked[np.arange(count), drawn].mean(axis=1)
    # Sums in another order differ in the last bits: that is still a tie.
    as_high = int((dealt >= own - 1e-12).sum())
    return Score(float(own), 1 / k, (1 + as_high) / (1 + deals), shares[:, 0].copy())
