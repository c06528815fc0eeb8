"""Many texts cut into pieces at once, as :func:`triptych.core.words.pieces` cuts one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from triptych.core.words import kind

__all__ = ["Cuts", "cut_texts"]

#: Characters that are cut together: some MB, so that the texts are never held twice.
BLOCK = 2**24

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Cuts:
    """The pieces of n texts.

    Attributes
    ----------
    ids
        int32: the number of every piece, text by text; -1 behind the last one of each text.
    documents
        int32, as long: the text that each stands in.
    pieces
        The distinct pieces, in the order in which they were first seen.
    """

    ids: I32
    documents: I32
    pieces: list[str]


def cut_texts(texts: Sequence[str]) -> Cuts:
    """Cut texts into pieces and number the distinct ones.

    Parameters
    ----------
    texts
        n texts.
    """
    numbers: dict[str, int] = {}
    ids, counts = [], [np.zeros(0, dtype=np.int32)]
    for block in _blocks(texts):
        found, lengths, pieces = _cut_block(block)
        # The last entry is that of -1, the end of a text.
        number = np.array([*(numbers.setdefault(piece, len(numbers)) for piece in pieces), -1], dtype=np.int32)
        ids.append(number[found])
        counts.append(lengths)
    documents = np.repeat(np.arange(len(texts), dtype=np.int32), np.concatenate(counts))
    return Cuts(np.concatenate([*ids, np.zeros(0, dtype=np.int32)]), documents, list(numbers))


def _blocks(texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the texts in their composed form, some at a time."""
    block, size = [], 0
    for text in texts:
        block.append(text if text.isascii() else unicodedata.normalize("NFC", text))
        size += len(text)
        if size >= BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _cut_block(texts: list[str]) -> tuple[I32, I32, list[str]]:
    """Return the numbers of all pieces, how many each text has, and the distinct pieces."""
    from triptych.kernels import _native

    codes = [text.encode("utf-8", "surrogatepass") for text in texts]
    joined = b"".join(codes)
    ends = np.cumsum([*map(len, codes)], dtype=np.int32)
    ids = np.empty(len(joined) + len(texts), dtype=np.int32)
    counts = np.empty(len(texts), dtype=np.int32)
    written = np.empty(2 * len(joined), dtype=np.uint8)
    used = _native.cut_words(joined, _kinds(texts), ends, ids, counts, written)
    pieces = written[:used].tobytes().decode("utf-8", "surrogatepass").split(" ")[:-1]
    return ids[: counts.sum()], counts, pieces


def _kinds(texts: list[str]) -> npt.NDArray[np.uint8]:
    """Return the kind of every character that is in the texts, by its number; 0 for those that are not."""
    others = "".join(text for text in texts if not text.isascii())
    if not others:
        return _ascii_kinds()
    codes = np.frombuffer(others.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = np.zeros(int(codes.max()) + 1, dtype=np.uint8)
    kinds[codes] = 1
    used = np.flatnonzero(kinds)
    kinds[used] = [kind(chr(code)) for code in used.tolist()]
    kinds[:128] = _ascii_kinds()
    return kinds


@cache
def _ascii_kinds() -> npt.NDArray[np.uint8]:
    return np.array([kind(chr(code)) for code in range(128)], dtype=np.uint8)
