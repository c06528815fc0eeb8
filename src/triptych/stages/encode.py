"""encode: texts become vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from triptych.core.atlas import Atlas
from triptych.core.context import current
from triptych.core.errors import UsageError
from triptych.core.registry import create
from triptych.core.slots import Vectors
from triptych.core.step import Outcome, Plan, run_step, text_digest
from triptych.encoders.base import Encoder
from triptych.measures.language import probably_not_english
from triptych.stages._inputs import given

__all__ = ["encode"]


def encode(atlas: Atlas, method: str = "minilm", *, name: str | None = None, **params: Any) -> Atlas:
    """Give every kept row a vector.

    Parameters
    ----------
    atlas
        With texts.
    method
        One of ``triptych methods encoders``.
    name
        Of the result; the method's name unless given.
    **params
        Of the method.

    Returns
    -------
    Atlas
        With ``vectors[name]``.

    Raises
    ------
    UsageError
        If the rows have no texts, or a parameter is wrong.
    """
    encoder = create("encoders", method, Encoder, params)
    if atlas.roles.text is None:
        raise UsageError("there is no text to encode", hint="name the text column: text=… (--text)")
    plan = Plan(
        stage="encode", name=name or method, method=method, version=encoder.version,
        params=given(encoder.params()),
        reads={"documents": text_digest(atlas.documents), "model": encoder.fingerprint()},
        total=len(atlas.documents), unit="texts",
    )  # fmt: skip
    return run_step(atlas, plan, _Encode(encoder, atlas.documents, plan.name))


@dataclass(frozen=True)
class _Encode:
    encoder: Encoder
    documents: list[str]
    name: str

    def __call__(self, seed: int) -> Outcome:
        context = current()
        found = self.encoder.encode(self.documents, threads=context.threads, advance=context.progress.advance)
        foreign = np.zeros(len(self.documents), dtype=np.bool_)
        if self.encoder.languages == ("en",):
            foreign = probably_not_english(self.documents)
        vectors = Vectors(found.vectors, unit=True, cut=found.cut, foreign=foreign)
        return Outcome({f"vectors/{self.name}": vectors}, _notes(vectors))


def _notes(vectors: Vectors) -> tuple[str, ...]:
    notes = []
    if cut := int(vectors.cut.sum()):
        notes.append(f"{_share(cut, vectors)} are longer than the encoder's window and were cut")
    if foreign := int(vectors.foreign.sum()):
        notes.append(f"{_share(foreign, vectors)} are probably not in English, which this encoder was made for")
    return tuple(notes)


def _share(count: int, vectors: Vectors) -> str:
    return f"{count:,} of {len(vectors.values):,} texts ({count / len(vectors.values):.1%})"
