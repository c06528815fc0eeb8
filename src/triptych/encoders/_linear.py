"""Vectors of many texts as a linear map of their weighted terms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.codec import digest
from triptych.encoders._tfidf import Terms
from triptych.kernels.neighbours import in_spans, share_out

__all__ = ["LinearMap", "by_hash", "map_texts", "sparse_times", "unit"]

#: Texts that are cut and multiplied together: some ten MB, and most of their words are common to several.
BLOCK = 4_096

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinearMap:
    """What makes vectors of texts: a direction that is the sum of their terms, so far from a mean.

    Attributes
    ----------
    terms
        What turns texts into bags.
    weights
        float32 (terms, d): what each term adds.
    mean
        float32 (d,), not zero: where a text without any known term is.
    reach
        How far all other texts are from it, before they are brought to length 1.
    """

    terms: Terms
    weights: F32
    mean: F32
    reach: float

    def place(self, sums: F32) -> F32:
        """Return the unit vectors of texts from the sums of their terms, float32 (n, d)."""
        return unit(np.float32(self.reach) * unit(sums) + self.mean)


def by_hash(texts: Sequence[str]) -> list[str]:
    """Return the distinct texts by their SHA-256: the first m are a random sample, the same for any order of rows."""
    return sorted(dict.fromkeys(texts), key=lambda text: digest(text.encode("utf-8", "surrogatepass")))


def map_texts(
    texts: Sequence[str], distinct: Sequence[str], map_: LinearMap, *, threads: int, advance: Callable[[int], None]
) -> F32:
    """Return a unit vector for each text.

    Parameters
    ----------
    texts
        n texts.
    distinct
        The same, each once: what is computed together depends on this order alone.
    map_
        What makes vectors of texts.
    threads
        How many threads to use; never changes the result.
    advance
        Told how many more of the distinct texts are done.
    """
    place = {text: number for number, text in enumerate(distinct)}
    places = np.fromiter((place[text] for text in texts), dtype=np.int64, count=len(texts))
    vectors = np.empty((len(texts), map_.weights.shape[1]), dtype=np.float32)

    def some(part: slice) -> None:
        found = map_.place(map_.terms.bag(distinct[part]).times(map_.weights))
        rows = np.flatnonzero((places >= part.start) & (places < part.stop))
        vectors[rows] = found[places[rows] - part.start]
        advance(part.stop - part.start)

    share_out(some, in_spans(len(distinct), BLOCK), threads)
    return vectors


def sparse_times(matrix: Any, dense: F32, *, threads: int) -> F32:
    """Return the product of a sparse matrix (n, f) and a dense one (f, d) as float32 (n, d)."""
    found = np.empty((matrix.shape[0], dense.shape[1]), dtype=np.float32)

    def some(rows: slice) -> None:
        found[rows] = matrix[rows] @ dense

    share_out(some, in_spans(matrix.shape[0], BLOCK), threads)
    return found


def unit(vectors: F32) -> F32:
    """Return rows at length 1; those of length 0 stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    length[length == 0] = 1
    found: F32 = vectors / length
    return found
