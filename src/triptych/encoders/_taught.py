"""How much of a teacher's vectors is left in a student's, on texts that the student was not taught."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["mean_cosine", "neighbours_kept", "wordless_order"]

#: Nearest neighbours by the teacher of which those without a common word are looked at.
NEAR = 5
#: A word in more than this share of the texts says nothing of what two have in common.
COMMON = 0.05

F32 = npt.NDArray[np.float32]


def mean_cosine(teacher: F32, student: F32) -> float:
    """Return the mean cosine of two unit vectors of the same text."""
    return float((teacher * student).sum(axis=1).mean(dtype=np.float64))


def neighbours_kept(teacher: F32, student: F32, k: int) -> float:
    """Return the share of the k nearest texts by the teacher that are among the k nearest by the student, 0 to 1.

    Parameters
    ----------
    teacher, student
        float32 (n, d), unit length; n above k.
    k
        Neighbours of each.
    """
    near = np.zeros((len(teacher), len(teacher)), dtype=np.bool_)
    np.put_along_axis(near, _nearest(teacher, k), True, axis=1)
    return float(np.take_along_axis(near, _nearest(student, k), axis=1).mean())


def wordless_order(teacher: F32, student: F32, words: Any) -> tuple[float, int]:
    """Return how surely the student has texts near each other that mean the same in other words.

    Those are a text and one of its 5 nearest by the teacher that share no word, but such as more than one text in
    twenty has. Each is compared with all pairs of the same text that share none either.

    Parameters
    ----------
    teacher, student
        float32 (n, d), unit length.
    words
        Sparse (n, v), not zero where a text has a word.

    Returns
    -------
    float
        Chance that the student has such a pair nearer than another one without a common word: 1 always, 0.5 a coin;
        NaN where there is no such pair.
    int
        How many such pairs there are.
    """
    n = len(teacher)
    has = (words != 0).astype(np.float32)
    rare = has[:, np.bincount(has.indices, minlength=has.shape[1]) <= max(2, COMMON * n)]
    apart = (rare @ rare.T).toarray() == 0
    np.fill_diagonal(apart, False)
    nearest = _nearest(teacher, min(NEAR, n - 1))
    rows, columns = np.nonzero(np.take_along_axis(apart, nearest, axis=1))
    likeness = student @ student.T
    pairs = likeness[rows, nearest[rows, columns]]
    below = [(likeness[row][apart[row]] < pair).mean() for row, pair in zip(rows, pairs, strict=True)]
    return (float(np.mean(below)) if below else float("nan")), len(below)


def _nearest(vectors: F32, k: int) -> npt.NDArray[np.int64]:
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    found: npt.NDArray[np.int64] = np.argsort(-likeness, axis=1, kind="stable")[:, :k]
    return found
