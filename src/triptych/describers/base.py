"""The contract of a describer: documents and clusters in, weighted words out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method

__all__ = ["Describer", "Documents", "Keywords"]

#: The words of one cluster, strongest first: (word or phrase, weight > 0).
Keywords = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Documents:
    """The documents that a describer reads.

    Attributes
    ----------
    texts
        n strings.
    vectors
        float32 (n, d), unit length; None when there are none.
    values
        What the columns say of each document, n times any number of short strings, for a describer that looks at
        values; empty for one that looks at texts.
    """

    texts: Sequence[str]
    vectors: npt.NDArray[np.float32] | None = None
    values: Sequence[Sequence[str]] = ()


class Describer(Method):
    """Finds the words that set each cluster apart.

    Attributes
    ----------
    looks_at
        ``texts``, or ``values`` of columns.
    """

    looks_at: ClassVar[Literal["texts", "values"]] = "texts"

    @abstractmethod
    def describe(
        self, documents: Documents, partitions: Sequence[npt.NDArray[np.int32]], *, seed: int
    ) -> list[list[Keywords]]:
        """Return, for each partition and each cluster 0…k-1 in it, its weighted words.

        Parameters
        ----------
        documents
            The n documents.
        partitions
            One int32 (n,) array a level; -1 is noise and described by nobody.
        seed
            Seed of any random choice.
        """
