"""The contract of an encoder: texts in, vectors out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method

__all__ = ["Encoder", "Encoding"]


@dataclass(frozen=True)
class Encoding:
    """What an encoder returns.

    Attributes
    ----------
    vectors
        float32 (n, d), finite, unit length.
    cut
        bool (n,), True where the text was longer than the encoder's window and its end was left out.
    """

    vectors: npt.NDArray[np.float32]
    cut: npt.NDArray[np.bool_]


class Encoder(Method):
    """Turns texts into vectors; the vector of a text depends on nothing but that text.

    Attributes
    ----------
    languages
        ISO 639-1 codes of the languages that it was made for; empty for any.
    """

    languages: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def fingerprint(self) -> str:
        """Return the SHA-256 of the model, part of every key."""

    @abstractmethod
    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one vector for each item.

        Parameters
        ----------
        items
            n texts, none empty.
        threads
            How many threads to use; never changes the result.
        advance
            Told how many more items are done.
        """
