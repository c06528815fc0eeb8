"""The encoder that made the vectors of an Atlas, to encode further texts into their space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, Step
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.encoders.base import Encoder

__all__ = ["Maker", "maker"]


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

    def encode(self, texts: Sequence[str], dimensions: int) -> npt.NDArray[np.float32]:
        """Return the unit vectors of texts, float32 (n, dimensions).

        Raises
        ------
        UsageError
            If the encoder or its model is not the one that made the vectors.
        """
        made = self.step.version, self.step.inputs.get("model")
        if (self.encoder.version, self.encoder.fingerprint()) == made:
            vectors = self.encoder.encode(texts, threads=current().threads, advance=lambda _: None).vectors
            if vectors.shape == (len(texts), dimensions):
                return vectors
        raise UsageError(
            f"encoders/{self.step.method} is not what it was when the vectors of this run were made",
            hint="run again, so that they are made anew",
        )


def maker(atlas: Atlas, vectors: str) -> Maker | None:
    """Return the encoder that made vectors; None where they were given."""
    path = f"vectors/{vectors}"
    steps = [step for step in atlas.steps if step.stage == "encode" and path in step.outputs]
    return Maker(steps[-1]) if steps and steps[-1].outputs[path] == atlas.digests[path] else None
