"""Latent semantic analysis: bags of words and pairs of words in a few hundred dimensions; to compare others with.

TF-IDF and its truncated singular value decomposition (Deerwester et al. 1990), by random projections with power
iterations (Halko, Martinsson & Tropp 2011, arXiv:0909.4061).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.codec import digest
from triptych.core.params import Integer, Limit
from triptych.encoders._linear import LinearMap, by_hash, map_texts, sparse_times
from triptych.encoders._tfidf import Terms
from triptych.encoders.base import Encoder, Encoding

__all__ = ["TfIdf"]

#: Texts that the terms and the dimensions are learned from at most.
SAMPLE = 20_000
#: Dimensions beyond those wanted, and rounds, of the random projection.
OVERSAMPLE, ROUNDS = 16, 2

F32 = npt.NDArray[np.float32]


class TfIdf(Encoder):
    """Encodes texts of any language by the words that they share and nothing else.

    Two texts that say the same in other words are near each other only as far as other texts use both. Words and
    dimensions come from up to 20,000 of the texts, chosen by their hashes; all of a text is read.
    """

    whole: ClassVar = True
    limits: ClassVar[dict[str, Limit]] = {
        "dimensions": Integer(low=2, high=1_024, help="dimensions of the vectors; fewer where there are fewer texts"),
    }

    def __init__(self, *, dimensions: int = 256) -> None:
        self.dimensions = dimensions

    def fingerprint(self) -> str:
        """Return the SHA-256 of nothing: there is no model."""
        return digest(b"")

    def memory(self, rows: int, columns: int) -> int:
        """Estimate room for the vectors, the sample's terms in a few hundred dimensions, and a block of texts."""
        sample = min(rows, SAMPLE)
        return 2_000_000 + 4 * rows * self.dimensions + sample * columns * (20 + self.dimensions // 4)

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector for each text; those without a known word have one direction."""
        distinct = by_hash(items)
        sample = distinct[:SAMPLE]
        terms = Terms(sample, parts=False)
        rows = terms.bag(sample).matrix()
        axes = main_axes(rows, self.dimensions, threads=threads) if rows.nnz else np.zeros((0, 1), dtype=np.float32)
        # Gives texts without a word a direction, and does not move others.
        nothing = np.full(axes.shape[1], 1e-9, dtype=np.float32)
        vectors = map_texts(items, distinct, LinearMap(terms, axes, nothing, 1.0), threads=threads, advance=advance)
        return Encoding(vectors, np.zeros(len(items), dtype=np.bool_))


def main_axes(rows: Any, k: int, *, threads: int) -> F32:
    """Return the directions in which rows extend most, float32 (f, up to k), the first the longest.

    Parameters
    ----------
    rows
        Sparse float32 (n, f), not all zero.
    k
        How many; those in which nothing is left are left out.
    threads
        How many threads to use; never changes the result.
    """
    from threadpoolctl import threadpool_limits

    across = rows.T.tocsr()
    width = min(k + OVERSAMPLE, *rows.shape)
    start = np.random.default_rng(0).standard_normal((rows.shape[1], width), dtype=np.float32)
    with threadpool_limits(1, user_api="blas"):
        basis = np.linalg.qr(sparse_times(rows, start, threads=threads))[0]
        for _ in range(ROUNDS):
            other = np.linalg.qr(sparse_times(across, basis, threads=threads))[0]
            basis = np.linalg.qr(sparse_times(rows, other, threads=threads))[0]
        axes, lengths, _ = np.linalg.svd(sparse_times(across, basis, threads=threads), full_matrices=False)
    found: F32 = axes[:, :k][:, lengths[:k] > lengths[0] * 1e-5]
    return found
