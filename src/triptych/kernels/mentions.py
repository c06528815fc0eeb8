"""Which texts hold which words, whatever their forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.core.words import normal_form, normal_forms, pieces, stem
from triptych.kernels.words import cut_texts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["find_words", "mean_vectors"]

F32 = npt.NDArray[np.float32]

#: Texts that are looked at together: what they hold of all phrases is a few MB.
_SOME = 4096


def find_words(texts: Sequence[str], stems: Sequence[str]) -> csr_array:
    """Return which texts hold a form of which words.

    Parameters
    ----------
    texts
        n texts.
    stems
        w distinct stems, of :func:`triptych.core.words.stem`.

    Returns
    -------
    csr_array
        float64 (n, w): 1 where a text holds a word with that stem.
    """
    from scipy.sparse import coo_array

    number, cuts = {word: place for place, word in enumerate(stems)}, cut_texts(texts)
    # The last one is that of -1, the end of a text, which is no word.
    found = (number.get(stem(form), -1) for form in normal_forms(cuts.pieces))
    of_piece = np.array([*found, -1], dtype=np.int64)
    words = of_piece[cuts.ids]
    rows, known = cuts.documents[words >= 0], words[words >= 0]
    held = coo_array((np.ones(len(known)), (rows, known)), shape=(len(texts), len(stems))).tocsr()
    held.data[:] = 1
    return held


def mean_vectors(texts: Sequence[str], phrases: Sequence[str], vectors: F32) -> F32:
    """Return the mean vector of the texts that hold all words of a phrase, in any order and form.

    Parameters
    ----------
    texts
        n texts.
    phrases
        m phrases.
    vectors
        float32 (n, d): those of the texts.

    Returns
    -------
    ndarray
        float32 (m, d); 0 where no text holds all the words.
    """
    from scipy.sparse import csr_array

    words = [{stem(form) for piece in pieces(phrase) if (form := normal_form(piece))} for phrase in phrases]
    stems = sorted(set().union(*words))
    place = {word: row for row, word in enumerate(stems)}
    held = find_words(texts, stems)
    cells = [(place[word], column) for column, of_phrase in enumerate(words) for word in of_phrase]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    needed = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(stems), len(phrases)))
    lengths = np.array([*map(len, words)])
    sums, counts = np.zeros((len(phrases), vectors.shape[1])), np.zeros(len(phrases))
    for first in range(0, len(texts), _SOME):
        found = (held[first : first + _SOME] @ needed).tocsr()
        found.data = (found.data == lengths[found.indices]).astype(np.float64)
        found.eliminate_zeros()
        sums += found.T @ vectors[first : first + _SOME]
        counts += found.sum(axis=0)
    means: F32 = (sums / counts.clip(1)[:, None]).astype(np.float32)
    return means
