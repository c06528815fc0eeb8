"""encode: texts become vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from triptych.core.atlas import Atlas
from triptych.core.codec import canonical, digest
from triptych.core.context import current
from triptych.core.errors import StepFailed, UsageError
from triptych.core.registry import create
from triptych.core.slots import Vectors
from triptych.core.step import Outcome, Plan, run_step, text_digest
from triptych.encoders.base import Encoder
from triptych.measures.language import probably_not_english
from triptych.measures.vectors import describe
from triptych.stages._inputs import given, vector_audit

__all__ = ["encode"]

#: Texts in a part; a run that is killed loses at most the part it was at.
PART = 10_000


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
    return run_step(atlas, plan, _Encode(encoder, atlas.documents, plan))


@dataclass(frozen=True)
class _Encode:
    encoder: Encoder
    documents: list[str]
    plan: Plan

    def __call__(self, seed: int) -> Outcome:
        starts = range(0, len(self.documents), PART)
        parts = [self._part(self.documents[start : start + PART]) for start in starts]
        vectors = _joined(parts) if len(parts) > 1 else parts[0]
        name, audit = self.plan.name, vector_audit(describe(vectors.values))
        return Outcome({f"vectors/{name}": vectors, f"audits/{name}_vectors": audit}, _notes(vectors))

    def _part(self, texts: list[str]) -> Vectors:
        """Return the vectors of some texts, from the store when a killed run has left them there."""
        context = current()
        if context.store is None or len(texts) == len(self.documents):
            return self._vectors(texts)
        plan = self.plan
        made_by = [plan.method, plan.version, dict(plan.params), plan.reads["model"]]
        key = digest(canonical([*made_by, text_digest(texts)]))
        found: Vectors | None = context.store.find_part(key)
        if found is not None:
            context.progress.advance(len(texts))
            return found
        vectors = self._vectors(texts)
        context.store.keep_part(key, vectors)
        return vectors

    def _vectors(self, texts: list[str]) -> Vectors:
        context = current()
        found = self.encoder.encode(texts, threads=context.threads, advance=context.progress.advance)
        if not np.isfinite(found.vectors).all():
            raise StepFailed(
                f"encoders/{self.plan.method} returned numbers that are not finite", hint="report it to its author"
            )
        foreign = np.zeros(len(texts), dtype=np.bool_)
        if self.encoder.languages == ("en",):
            foreign = probably_not_english(texts)
        return Vectors(found.vectors, unit=True, cut=found.cut, foreign=foreign)


def _joined(parts: list[Vectors]) -> Vectors:
    values, cut, foreign = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "cut", "foreign")
    )
    return Vectors(values, unit=True, cut=cut, foreign=foreign)


def _notes(vectors: Vectors) -> tuple[str, ...]:
    notes = []
    if cut := int(vectors.cut.sum()):
        notes.append(f"{_share(cut, vectors)} longer than the encoder's window, and cut there")
    if foreign := int(vectors.foreign.sum()):
        notes.append(f"{_share(foreign, vectors)} probably not in English, which this encoder was made for")
    return tuple(notes)


def _share(count: int, vectors: Vectors) -> str:
    return f"{count:,} of {len(vectors.values):,} texts ({count / len(vectors.values):.1%})"
