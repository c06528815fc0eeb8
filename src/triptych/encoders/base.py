"""The contract of an encoder: texts in, vectors out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    scores
        What the encoder measured of itself, by name; empty where there is nothing to measure.
    """

    vectors: npt.NDArray[np.float32]
    cut: npt.NDArray[np.bool_]
    scores: Mapping[str, float] = field(default_factory=dict)


class Encoder(Method):
    """Turns texts into vectors.

    Attributes
    ----------
    languages
        ISO 639-1 codes of the languages that it was made for; empty for any.
    whole
        Whether the vector of a text depends on the other texts. Then all texts are given in one call, and no vector of
        another call is used again. False: a vector depends on nothing but its text.
    remote
        Whether it asks a server, so that texts leave this machine.
    """

    languages: ClassVar[tuple[str, ...]] = ()
    whole: ClassVar[bool] = False
    remote: ClassVar[bool] = False

    @classmethod
    def single(cls) -> type[Encoder] | None:
        """Return what makes vectors of single texts in the same space; None where nothing does."""
        return None if cls.whole else cls

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
