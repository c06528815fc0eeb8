"""A BERT encoder with weights of 8 bits, in compiled code; see ``transformer.c``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import packed_columns

__all__ = ["Dense", "Table", "Transformer"]

F32 = npt.NDArray[np.float32]
I8 = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Table:
    """Rows of bytes, each with its scale: int8 (n, d) and float32 (n,)."""

    values: I8
    scale: F32


@dataclass(frozen=True)
class Dense:
    """x w + bias: int8 (inputs, outputs), and the scale of each column and its bias, float32 (outputs,)."""

    values: I8
    scale: F32
    bias: F32


class Transformer:
    """Turns tokens into unit vectors: the mean of the last states (Devlin et al. 2019; Reimers & Gurevych 2019).

    Weights are bytes; activations are rounded to bytes row by row. The vector of a text depends on its tokens alone,
    and is the same bytes on every processor.

    Parameters
    ----------
    words, positions
        Embeddings, d columns.
    kind
        float32 (d,): the embedding of the only token type.
    norms
        Weight and bias of the first norm and of two for each layer, float32 (d,) each.
    layers
        For each layer: query, key, value, output, inner, outer. Heads have 32 dimensions, d is a multiple of 32.
    """

    def __init__(
        self, words: Table, positions: Table, kind: F32, norms: Sequence[F32], layers: Sequence[Sequence[Dense]]
    ) -> None:
        dense = [one for layer in layers for one in layer]
        self.dimensions = words.values.shape[1]
        self.longest = len(positions.values)
        self._shape = (self.dimensions, dense[-1].values.shape[0], self.dimensions // 32, len(layers))
        arrays = [
            words.values, words.scale, positions.values, positions.scale, kind,
            np.concatenate([packed_columns(one.values.T).ravel() for one in dense]),
            np.concatenate([one.scale for one in dense]),
            np.concatenate([one.scale * one.values.sum(axis=0, dtype=np.int32).astype(np.float32) for one in dense]),
            np.concatenate([one.bias for one in dense]), np.concatenate(norms),
        ]  # fmt: skip
        self._arrays = [np.ascontiguousarray(array) for array in arrays]

    def encode(self, texts: Sequence[Sequence[int]]) -> F32:
        """Return a unit vector for each text.

        Parameters
        ----------
        texts
            m lists of numbers of tokens, each from 1 to :attr:`longest` long.

        Returns
        -------
        numpy.ndarray
            float32 (m, d).
        """
        from triptych.kernels import _native

        begin = np.cumsum([0, *map(len, texts)], dtype=np.int32)
        ids = np.fromiter((token for text in texts for token in text), dtype=np.int32, count=begin[-1])
        found = np.empty((len(texts), self.dimensions), dtype=np.float32)
        _native.encode_tokens(*self._arrays, ids, begin, found, *self._shape)
        return found
