"""The encoder that made the vectors of an Atlas, to encode further texts into their space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, Step
from triptych.core.context import current
from triptych.core.errors import TriptychError, UsageError
from triptych.core.registry import create, method_class, method_names
from triptych.encoders.base import Encoder

__all__ = ["Maker", "maker", "maker_at_hand", "may_encode"]


class Maker:
    """An encoder with the step in which it made vectors.

    Parameters
    ----------
    step
        An ``encode`` step of an Atlas, which may be a stranger's.
    """

    def __init__(self, step: Step) -> None:
        self.step = step
        self.encoder = create("encoders", step.method, Encoder, step.params)

    @property
    def unchanged(self) -> bool:
        """Whether the encoder and its model are those that made the vectors."""
        made = self.step.version, self.step.inputs.get("model")
        return (self.encoder.version, self.encoder.fingerprint()) == made

    def encode(self, texts: Sequence[str], dimensions: int) -> npt.NDArray[np.float32]:
        """Return the unit vectors of texts, float32 (n, dimensions).

        Raises
        ------
        UsageError
            If the encoder or its model is not the one that made the vectors, or makes none of single texts.
        """
        single = self.encoder.single()
        if self.unchanged and single is not None:
            encoder = self.encoder if isinstance(self.encoder, single) else single()
            vectors = encoder.encode(texts, threads=current().threads, advance=lambda _: None).vectors
            if vectors.shape == (len(texts), dimensions):
                return vectors
        raise UsageError(
            f"encoders/{self.step.method} is not what it was when the vectors of this run were made",
            hint="run again, so that they are made anew",
        )


def maker(atlas: Atlas, vectors: str) -> Maker | None:
    """Return the encoder that made vectors; None where they were given."""
    path, made = f"vectors/{vectors}", _made_by(atlas, vectors)
    return Maker(made) if made and made.outputs[path] == atlas.digests[path] else None


def may_encode(atlas: Atlas, vectors: str) -> bool:
    """Tell whether more vectors like some can be made here, a text at a time, if their encoder is what it was.

    Not of vectors that were given, and not by an encoder that asks a server, which the folder of a stranger must not
    decide.
    """
    made = _made_by(atlas, vectors)
    if made is None or made.method not in method_names("encoders"):
        return made is not None
    cls = method_class("encoders", made.method, Encoder)
    return cls.single() is not None and not cls.remote


def maker_at_hand(atlas: Atlas, vectors: str) -> Maker | None:
    """Return the encoder that made vectors if it may encode, is installed and is what it was."""
    try:
        found = maker(atlas, vectors) if may_encode(atlas, vectors) else None
        return found if found and found.unchanged else None
    except TriptychError:
        return None


def _made_by(atlas: Atlas, vectors: str) -> Step | None:
    """Return the last step that encoded vectors of this name."""
    path = f"vectors/{vectors}"
    return next((step for step in reversed(atlas.steps) if step.stage == "encode" and path in step.outputs), None)
