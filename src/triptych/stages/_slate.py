"""Vectors by text: each different text once, taken from what was kept wherever the same text is found again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.errors import StepFailed
from triptych.core.slots import Vectors

__all__ = ["Slate", "spread", "text_hashes"]

#: Bytes of a text's hash: 128 bits, at which no two texts meet by chance.
WIDTH = 16
#: Rows that are copied at once, so that no second matrix of all of them is made.
BLOCK = 65_536
_FIELDS = ("values", "cut", "foreign")

Rows = npt.NDArray[np.intp]


def text_hashes(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Return the first half of the SHA-256 of each text in UTF-8: uint8 (n, 16)."""
    joined = b"".join(sha256(text.encode()).digest()[:WIDTH] for text in texts)
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, WIDTH)


def spread(lengths: npt.ArrayLike) -> Rows:
    """Return an order of rows in which every beginning is a fair sample of all lengths.

    So the time of the first texts foretells that of all, and the time left is right from the start. By length, then in
    the order of the fractions of the multiples of the golden ratio, which fill an interval evenly (Weyl).

    Parameters
    ----------
    lengths
        n numbers.
    """
    by_length = np.argsort(lengths, kind="stable")
    fractions = np.arange(len(by_length)) * ((np.sqrt(5) - 1) / 2) % 1
    places = np.argsort(np.argsort(fractions, kind="stable"))
    return by_length[places]


class Slate:
    """A vector for each text, to be filled in.

    Parameters
    ----------
    texts
        n texts; equal ones share a vector.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = text_hashes(texts)
        self._known, self._first, which = np.unique(_keys(self.texts), return_index=True, return_inverse=True)
        self._source = self._first[which]
        self._open = np.zeros(len(texts), dtype=np.bool_)
        self._open[self._first] = True
        self._filled: dict[str, npt.NDArray[Any]] = {}

    def missing(self) -> Rows:
        """Return the rows whose texts must be encoded: the first row of every text that has no vector yet."""
        return np.flatnonzero(self._open)

    def take(self, kept: Vectors) -> None:
        """Fill in what is among vectors that were made in the same way; those without hashes are passed over."""
        if {len(getattr(kept, name)) for name in _FIELDS} != {len(kept.texts)} or kept.texts.shape[1] != WIDTH:
            return
        keys = _keys(kept.texts)
        at = np.minimum(np.searchsorted(self._known, keys), len(self._known) - 1)
        rows = self._first[at]
        found = np.flatnonzero((self._known[at] == keys) & self._open[rows])
        for start in range(0, len(found), BLOCK):
            block = found[start : start + BLOCK]
            self._put(rows[block], {name: getattr(kept, name)[block] for name in _FIELDS})

    def put(self, rows: Rows, made: Vectors) -> None:
        """Fill in new vectors of some of the missing rows."""
        self._put(rows, {name: getattr(made, name) for name in _FIELDS})

    def vectors(self) -> Vectors:
        """Return the vectors of all rows; none may be missing."""
        copies = np.flatnonzero(self._source != np.arange(len(self._source)))
        for array in self._filled.values():
            array[copies] = array[self._source[copies]]
        return Vectors(**self._filled, unit=True, texts=self.texts)

    def _put(self, rows: Rows, arrays: dict[str, npt.NDArray[Any]]) -> None:
        for name, array in arrays.items():
            filled = self._filled.setdefault(name, np.zeros((len(self.texts), *array.shape[1:]), dtype=array.dtype))
            if filled.shape[1:] != array.shape[1:]:
                raise StepFailed(
                    f"the encoder made vectors of {array.shape[1]} dimensions where others have {filled.shape[1]}",
                    hint="report it to its author",
                )
            filled[rows] = array
        self._open[rows] = False


def _keys(hashes: npt.NDArray[np.uint8]) -> npt.NDArray[np.bytes_]:
    """Return each hash as one value that can be sorted and compared."""
    keys: npt.NDArray[np.bytes_] = np.ascontiguousarray(hashes).view(f"S{WIDTH}").ravel()
    return keys
