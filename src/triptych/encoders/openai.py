"""Vectors from a server with OpenAI's embeddings interface: a hosted one, or one on this machine.

Many programs speak it: Ollama, llama.cpp, vLLM, LM Studio, Text Embeddings Inference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.codec import canonical, digest
from triptych.core.errors import RemoteError, UsageError
from triptych.core.params import Integer, Limit, Text
from triptych.core.text import cut
from triptych.encoders.base import Encoder, Encoding
from triptych.llm.client import Client

#: What a model is known by besides its name: on which side of so many fixed planes the vector of this text lies.
PROBE, PLANES = "The quick brown fox jumps over the lazy dog.", 16


class OpenAI(Encoder):
    """Asks a server that has OpenAI's embeddings interface, one request at a time.

    The texts go to ``url``, and nothing goes anywhere else. A request is tried five times, has two minutes each time,
    and its answer is refused when a vector is missing, of another length, not finite or zero. Equal texts are sent
    once. Vectors are scaled to unit length.

    The fingerprint is made of the address, the model's name and the vector of one probe text, as the sides of sixteen
    planes on which it lies (Charikar 2002): another model behind the same name is noticed, rounding is not. So a rerun
    asks the server one short question even when it has nothing to encode.
    """

    deterministic = False
    remote = True
    limits: ClassVar[dict[str, Limit]] = {
        "url": Text(help="where the interface begins, such as http://localhost:11434/v1; it must be named"),
        "model": Text(help="the model's name on that server; it must be named"),
        "dimensions": Integer(low=1, high=16_384, optional=True, help="asked of models that can shorten their vectors"),
        "prefix": Text(help="put in front of each text, such as 'clustering: '; not told apart from it by the server"),
        "max_chars": Integer(low=16, high=100_000, help="characters of a text that are sent, without the prefix"),
        "batch_size": Integer(low=1, high=2_048, help="texts in a request"),
        "key_from": Text(optional=True, help="environment variable that holds the key, such as OPENAI_API_KEY"),
    }
    exempt: ClassVar[dict[str, str]] = {
        "result": "there is no server until one is named",
        "input_untouched": "there is no server until one is named",
        "memory": "there is no server until one is named",
    }

    def __init__(
        self,
        *,
        url: str = "",
        model: str = "",
        dimensions: int | None = None,
        prefix: str = "",
        max_chars: int = 16_000,
        batch_size: int = 64,
        key_from: str | None = None,
    ) -> None:
        self.url = url
        self.model = model
        self.dimensions = dimensions
        self.prefix = prefix
        self.max_chars = max_chars
        self.batch_size = batch_size
        self.key_from = key_from
        self._length = dimensions

    def fingerprint(self) -> str:
        """Return a digest of the address, the model's name and what the model makes of a probe text."""
        vector = self._ask([PROBE])[0]
        planes = np.random.default_rng(0).standard_normal((PLANES, len(vector)))
        sides = (planes @ vector > 0).tolist()
        return digest(canonical([self.url, self.model, len(vector), sides]))

    def memory(self, rows: int, columns: int) -> int:
        """Estimate three copies of vectors of 1,024 dimensions, and one request with its answer."""
        return rows * 12 * 1_024 + self.batch_size * (8 * min(columns, self.max_chars) + 60 * 1_024)

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector for each text, as long as the server makes them."""
        unique = list(dict.fromkeys(items))
        found = []
        for start in range(0, len(unique), self.batch_size):
            texts = unique[start : start + self.batch_size]
            found.append(self._ask([self.prefix + cut(text, self.max_chars) for text in texts]))
            advance(len(texts))
        position = {text: row for row, text in enumerate(unique)}
        vectors = np.concatenate(found)[[position[text] for text in items]]
        return Encoding(vectors, np.array([len(text) > self.max_chars for text in items]))

    def _ask(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Return the unit vectors of one request."""
        where = f"encoders/{self.name()}"
        if not (self.url and self.model):
            raise UsageError(
                f"{where} needs a server and a model: url, model",
                hint="such as url=http://localhost:11434/v1 and the name of a model that is served there",
            )
        question: dict[str, Any] = {"model": self.model, "input": texts}
        if self.dimensions is not None:
            question["dimensions"] = self.dimensions
        answer = Client(where, self.url, self.key_from).post("embeddings", question)
        try:
            vectors = _vectors(answer, len(texts))
            self._length = self._length or vectors.shape[1]
            if vectors.shape[1] != self._length:
                raise ValueError(f"vectors of {vectors.shape[1]} dimensions, not of {self._length}")
        except ValueError as error:
            raise RemoteError(
                f"{where}: {self.url} did not answer as it should: {error}",
                hint="see whether the model makes embeddings; another dimensions or a smaller batch_size may help",
            ) from None
        units: npt.NDArray[np.float32] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
        return units


def _vectors(answer: Any, count: int) -> npt.NDArray[np.float64]:
    """Return the vectors in an answer, float64 (count, d), in the order of the texts; ValueError says what is wrong."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
        raise ValueError("no list of objects called data")
    if len(data) != count:
        raise ValueError(f"{len(data)} vectors for {count} texts")
    placed = {entry.get("index"): entry.get("embedding") for entry in data if type(entry.get("index")) is int}
    if set(placed) != set(range(count)):
        raise ValueError(f"the places of the vectors are not 0 to {count - 1}, each once")
    vectors = [placed[place] for place in range(count)]
    for vector in vectors:
        if not isinstance(vector, list) or not vector or not all(type(x) in (int, float) for x in vector):
            raise ValueError("an embedding that is no list of numbers")
        if len(vector) != len(vectors[0]):
            raise ValueError(f"vectors of {len(vectors[0])} and of {len(vector)} dimensions")
    try:
        values = np.array(vectors, dtype=np.float64)
    except OverflowError:
        raise ValueError("a number beyond all floats") from None
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(values, axis=1)
    if not np.isfinite(norms).all() or not (norms > 1e-30).all():
        raise ValueError("a vector that is not finite, or all zeros")
    return values
