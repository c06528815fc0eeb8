"""Any model of the Sentence Transformers library that is on this machine (Reimers & Gurevych 2019, arXiv:1908.10084).

Such as gte-small, or nomic-embed with the prefix ``clustering: `` and a window of thousands of tokens.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from triptych.core.errors import LimitExceeded, MissingExtra, StepFailed, TriptychError, UsageError, shorten
from triptych.core.params import Choice, Integer, Limit, Text
from triptych.encoders.base import Encoder, Encoding

WHERE = "encoders/sentence_transformers"
#: Files of a model that have a say in its vectors.
DECISIVE = (".json", ".safetensors", ".txt", ".model")
#: Texts at once on a graphics card, where one by one would leave it idle.
BATCH = 64


class SentenceTransformers(Encoder):
    """Encodes with any Sentence Transformers model that is on this machine: by its name on the hub, or its folder.

    Nothing is downloaded: ``hf download NAME`` does that once. Weights are read from safetensors files alone, code
    that comes with a model is never run, and products are in single precision. The fingerprint is a digest of the
    model's files, so other weights under the same name are another model.

    On a processor one text an inference, one thread a text: the vector of a text is the same bytes alone, in any
    company and order, and on any number of threads. With a larger ``batch_size``, and on a graphics card, texts of
    equal length in tokens go together, without padding, and a vector may differ in its last bits by company.
    """

    extra = "torch"
    requires = ("sentence_transformers", "torch")
    limits: ClassVar[dict[str, Limit]] = {
        "model": Text(help="name on the Hugging Face hub, or a folder"),
        "prefix": Text(optional=True, help="put in front of each text; what the model asks for itself, unless given"),
        "window": Integer(
            low=8, high=1_000_000, optional=True, help="tokens of a text that are read; the model's own unless given"
        ),
        "batch_size": Integer(
            low=1, high=4_096, optional=True, help="texts at once; 1 on a processor and 64 elsewhere unless given"
        ),
        "device": Choice(
            options=("auto", "cpu", "cuda", "mps"), help="what computes; auto takes a graphics card if there is one"
        ),
    }

    def __init__(
        self,
        *,
        model: str = "sentence-transformers/all-MiniLM-L6-v2",
        prefix: str | None = None,
        window: int | None = None,
        batch_size: int | None = None,
        device: str = "auto",
    ) -> None:
        self.model = model
        self.prefix = prefix
        self.window = window
        self.batch_size = batch_size
        self.device = device

    def fingerprint(self) -> str:
        """Return a digest of the model's files; the reader's advice among them has no say."""
        folder = _folder(self.model)
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in DECISIVE)
        whole = hashlib.sha256()
        for name in names:
            with (folder / name).open("rb") as file:
                whole.update(f"{name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
        return whole.hexdigest()

    def memory(self, rows: int, columns: int) -> int:
        """Estimate three copies of vectors of 768 dimensions, and what texts take that are being encoded."""
        return rows * 12 * 768 + (self.batch_size or 1) * (50_000_000 + 20_000 * columns)

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector for each text; equal texts are computed once."""
        unique = list(dict.fromkeys(items))
        position = {text: row for row, text in enumerate(unique)}
        loaded = _load(str(_folder(self.model)), _device(self.device))
        try:
            vectors, cut = self._encode(loaded, unique, threads, advance)
        except TriptychError:
            raise
        except IndexError as error:
            raise UsageError(
                f"{WHERE}: {self.model} has no place for so many tokens: {shorten(str(error), 100)}",
                hint="give it a smaller window",
            ) from error
        except Exception as error:  # whatever a model's modules raise
            if type(error).__name__ == "OutOfMemoryError":
                raise LimitExceeded(
                    f"{WHERE}: the memory of the {loaded.device} is full",
                    hint="give it a smaller batch_size or window, or device=cpu",
                ) from error
            raise StepFailed(
                f"{WHERE}: {self.model} failed: {type(error).__name__}: {shorten(str(error), 200)}",
                hint="see whether Sentence Transformers itself can encode with it",
            ) from error
        rows = [position[text] for text in items]
        return Encoding(vectors[rows], cut[rows])

    def _encode(
        self, loaded: _Loaded, texts: list[str], threads: int, advance: Callable[[int], None]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        import torch

        model, window = loaded.model, self._window(loaded)
        model.max_seq_length = window
        prefix = self.prefix if self.prefix is not None else loaded.prefix
        lengths = _lengths(model.tokenizer, [prefix + text for text in texts])
        on_processor = loaded.device == "cpu"
        batches = list(_batches(np.minimum(lengths, window), self.batch_size or (1 if on_processor else BATCH)))
        tokenizing = threading.Lock()

        def work(batch: list[int]) -> npt.NDArray[np.float32]:
            with tokenizing, torch.inference_mode():
                features = model.preprocess([texts[row] for row in batch], prompt=prefix or None)
            with torch.inference_mode():
                features = {k: v.to(loaded.device) if torch.is_tensor(v) else v for k, v in features.items()}
                found = model(features)["sentence_embedding"].float().cpu().numpy()
            units: npt.NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
            return units

        found: list[npt.NDArray[np.float32]] = []
        before = torch.get_num_threads()
        pool = ThreadPoolExecutor(threads if on_processor else 1, initializer=torch.set_num_threads, initargs=(1,))
        try:
            for batch, some in zip(batches, pool.map(work, batches), strict=True):
                found.append(some)
                advance(len(batch))
        finally:
            pool.shutdown(cancel_futures=True)
            torch.set_num_threads(before)
        vectors = np.empty((len(texts), found[0].shape[1]), dtype=np.float32)
        vectors[np.concatenate(batches)] = np.concatenate(found)
        return vectors, lengths > window

    def _window(self, loaded: _Loaded) -> int:
        """Return how many tokens of a text are read."""
        if self.window is not None and self.window > loaded.places:
            raise UsageError(
                f"{WHERE}: window is {self.window}, and {self.model} has {loaded.places} places for tokens",
                hint=f"give it a window of at most {loaded.places}; {loaded.window} is its own",
            )
        return self.window or loaded.window


class _Loaded(NamedTuple):
    """A model in memory, and what it asks for itself."""

    model: Any
    device: str
    window: int
    places: int
    prefix: str


@lru_cache(maxsize=1)
def _load(folder: str, device: str) -> _Loaded:
    """Load a model from its folder; the last one stays."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(
            folder, device=device, local_files_only=True, trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": "float32"},
        )  # fmt: skip
    except Exception as error:  # whatever is wrong with the files of a stranger
        raise UsageError(
            f"{WHERE}: the model in {folder} cannot be loaded: {type(error).__name__}: {shorten(str(error), 300)}",
            hint="it must be a Sentence Transformers model with safetensors weights and without code of its own",
        ) from error
    finally:
        if bars:
            logging.enable_progress_bar()
    model.eval()
    if not callable(model.tokenizer):
        raise UsageError(f"{WHERE}: the model in {folder} is no transformer of texts", hint="name another model")
    places = getattr(model.config, "max_position_embeddings", None) or 1_000_000
    window = min(model.max_seq_length or places, places)
    return _Loaded(model, device, window, places, model.prompts.get(model.default_prompt_name) or "")


def _folder(model: str) -> Path:
    """Return the folder of a model: the one named, or where the hub's client keeps what it downloaded."""
    folder = Path(model).expanduser()
    if not folder.is_dir():
        from huggingface_hub import try_to_load_from_cache

        if model.startswith((".", "~", os.sep)) or model.count("/") > 1:
            raise UsageError(f"{WHERE}: there is no folder {shorten(model)}", hint="name the folder of a model")
        name = model if "/" in model else f"sentence-transformers/{model}"
        try:
            found = try_to_load_from_cache(name, "config.json")
        except (OSError, ValueError):  # no name of a model, or a cache that cannot be read
            found = None
        if not isinstance(found, str):
            raise MissingExtra(
                f"{WHERE} needs the model {shorten(model)}, which is not on this machine",
                hint=f"hf download {name}, or name the folder of a model",
            )
        folder = Path(found).parent
    for weights in folder.rglob("pytorch_model*.bin"):
        if not list(weights.parent.glob("*.safetensors")):
            raise UsageError(
                f"{WHERE}: the weights of {shorten(model)} are a pickle, {weights.name}, which can run code",
                hint="name a model with safetensors weights",
            )
    return folder


def _device(wanted: str) -> str:
    """Return the device that computes, once it is known to be there."""
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, found in there.items() if found)
    if not there[wanted]:
        raise UsageError(f"{WHERE}: there is no {wanted} device here", hint="device=auto takes what is there")
    return wanted


def _lengths(tokenizer: Any, texts: list[str]) -> npt.NDArray[np.intp]:
    """Return how many tokens each text has, cut or not."""
    found = []
    for start in range(0, len(texts), 1_000):
        ids = tokenizer(texts[start : start + 1_000], truncation=False, padding=False, verbose=False)["input_ids"]
        found += [len(tokens) for tokens in ids]
    return np.array(found)


def _batches(lengths: npt.NDArray[np.intp], size: int) -> Iterator[list[int]]:
    """Yield the rows of texts of equal length, the longest first, at most so many at once."""
    for length in np.unique(lengths)[::-1]:
        rows = np.flatnonzero(lengths == length).tolist()
        yield from (rows[start : start + size] for start in range(0, len(rows), size))
