"""encode: texts become vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.core.atlas import Atlas, Step
from triptych.core.codec import canonical, digest
from triptych.core.context import current
from triptych.core.errors import InputError, StepFailed, UsageError, shorten
from triptych.core.memory import peak_bytes
from triptych.core.registry import create
from triptych.core.schema import ROW_ID
from triptych.core.slots import Vectors
from triptych.core.step import Forecast, Outcome, Plan, run_step, text_digest
from triptych.encoders.base import Encoder, Encoding
from triptych.measures.language import probably_not_english
from triptych.measures.vectors import describe
from triptych.stages._forecast import WORTH, Watch, quicker, sentence
from triptych.stages._inputs import given, vector_audit
from triptych.stages._slate import Rows, Slate, spread

if TYPE_CHECKING:
    import polars as pl

__all__ = ["encode"]

#: Most texts in a call, and in a part that is kept; a run that is killed loses at most the part it was at.
PART = 10_000
#: Texts in the first call; each later one has twice as many, so that a forecast is there soon.
FIRST = 16
#: Share of foreign texts from which another encoder is worth a word.
FOREIGN = 0.05
#: The encoder that the student learns from.
TEACHER = "minilm"
_MULTILINGUAL = "for many languages there is --encoder multilingual_e5 (pip install 'triptych[multilingual]')"


def encode(atlas: Atlas, method: str = "minilm", *, name: str | None = None, **params: Any) -> Atlas:
    """Give every kept row a vector.

    Within one run folder no text is encoded twice by the same method, version, parameters and model, whatever has
    changed around it: other texts, their order, the name of the result. An encoder whose vectors depend on all texts is
    the exception. What takes long is foretold after the first texts, and measured when it is done.

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
        With ``vectors[name]`` and the audit ``<name>_vectors``; with ``<name>_scores`` (metric, value) where the
        encoder measures itself.

    Raises
    ------
    InputError
        If a row that is kept has no text.
    UsageError
        If no row has, or a parameter is wrong.
    """
    encoder = create("encoders", method, Encoder, params)
    if atlas.roles.text is None:
        raise UsageError("there is no text to encode", hint="name the text column: text=… (--text)")
    if without := atlas.documents.count(""):
        raise InputError(
            f"{without:,} of {len(atlas.documents):,} rows have no text, the first of them is "
            f"{shorten(atlas.kept[ROW_ID][atlas.documents.index('')])}",
            hint="read the table without its vectors: then such rows are marked and left out",
        )
    plan = Plan(
        stage="encode", name=name or method, method=method, version=encoder.version,
        params=given(encoder.params()),
        reads={"documents": text_digest(atlas.documents), "model": encoder.fingerprint()},
        total=len(atlas.documents), unit="texts",
    )  # fmt: skip
    return run_step(atlas, plan, _Encode(encoder, atlas.documents, plan))


@dataclass
class _Encode:
    encoder: Encoder
    documents: list[str]
    plan: Plan
    forecast: Forecast | None = None
    scores: Mapping[str, float] = field(default_factory=dict)

    def __call__(self, seed: int) -> Outcome:
        vectors = self._all_at_once() if self.encoder.whole else self._text_by_text()
        name = self.plan.name
        values: dict[str, Any] = {f"vectors/{name}": vectors}
        values[f"audits/{name}_vectors"] = vector_audit(describe(vectors.values))
        if self.scores:
            values[f"audits/{name}_scores"] = _score_audit(self.scores)
        return Outcome(values, tuple(_notes(vectors, self.scores)), self.forecast)

    def _all_at_once(self) -> Vectors:
        texts, watch = self.documents, Watch(len(self.documents))

        def told(count: int) -> None:
            current().progress.advance(count)
            if seconds := watch.tick(count):
                self._foretell(seconds, watch, self._memory(len(texts)))

        found = self.encoder.encode(texts, threads=current().threads, advance=told)
        self.scores = found.scores
        return self._checked(texts, found)

    def _text_by_text(self) -> Vectors:
        context, slate, total = current(), Slate(self.documents), len(self.documents)
        different = len(slate.missing())
        made_by = _made_by(self.plan, self.plan.reads)
        for kept in _kept(made_by):
            slate.take(kept)
            if not len(slate.missing()):
                break
        missing = slate.missing()
        if len(missing) < different:
            context.progress.say(f"{different - len(missing):,} of {different:,} texts were encoded before")
        if len(missing) < total:
            context.progress.advance(total - len(missing))
        watch = Watch(len(missing))
        for rows in _calls(missing[spread([len(self.documents[row]) for row in missing])]):
            texts = [self.documents[row] for row in rows]
            made = replace(self._checked(texts, self._call(texts)), texts=slate.texts[rows])
            slate.put(rows, made)
            if context.store and len(slate.missing()):
                context.store.keep_part(made_by, made)
            if seconds := watch.lap(len(rows)):
                matrix = made.values.itemsize * total * made.values.shape[1]
                # At the end the matrix is there twice more, as the bytes that are written.
                self._foretell(seconds, watch, matrix + max(self._memory(min(PART, watch.total)), 2 * matrix))
        return slate.vectors()

    def _call(self, texts: list[str]) -> Encoding:
        context = current()
        return self.encoder.encode(texts, threads=context.threads, advance=context.progress.advance)

    def _checked(self, texts: list[str], found: Encoding) -> Vectors:
        if len(found.vectors) != len(texts) or not np.isfinite(found.vectors).all():
            wrong = "numbers that are not finite" if len(found.vectors) == len(texts) else "too many or too few vectors"
            raise StepFailed(f"encoders/{self.plan.method} returned {wrong}", hint="report it to its author")
        foreign = np.zeros(len(texts), dtype=np.bool_)
        if self.encoder.languages == ("en",):
            foreign = probably_not_english(texts)
        return Vectors(found.vectors, unit=True, cut=found.cut, foreign=foreign)

    def _memory(self, rows: int) -> int:
        return self.encoder.memory(rows, sum(map(len, self.documents)) // len(self.documents))

    def _foretell(self, seconds: float, watch: Watch, more: int) -> None:
        """Say what the step will take, when that is long enough to be of interest; ``more`` is memory in bytes."""
        if seconds < WORTH:
            return
        self.forecast = Forecast(seconds, peak_bytes() + more)
        other = quicker(seconds, watch, len(self.documents)) if self.plan.method == TEACHER else ""
        current().progress.say(sentence(self.forecast, watch) + other)


def _made_by(step: Plan | Step, inputs: Mapping[str, str]) -> str:
    """Return the SHA-256 of all that decides a vector but its text."""
    return digest(canonical([step.method, step.version, dict(step.params), inputs.get("model")]))


def _kept(made_by: str) -> Iterator[Vectors]:
    """Return what the run folder has of vectors made in one way: parts of killed runs, and finished results."""
    store = current().store
    if store is None:
        return
    yield from store.find_parts(made_by)
    for step in store.steps("encode"):
        if _made_by(step, step.inputs) == made_by and (found := store.find(step.key)):
            yield from (load() for path, load in found[1].items() if path.startswith("vectors/"))


def _calls(rows: Rows) -> Iterator[Rows]:
    start, length = 0, FIRST
    while start < len(rows):
        yield rows[start : start + min(length, PART)]
        start, length = start + min(length, PART), 2 * length


def _notes(vectors: Vectors, scores: Mapping[str, float]) -> Iterator[str]:
    if cut := int(vectors.cut.sum()):
        yield f"{_share(cut, vectors)} longer than the encoder's window, and cut there"
    if foreign := int(vectors.foreign.sum()):
        other = f"; {_MULTILINGUAL}" if foreign >= FOREIGN * len(vectors.values) else ""
        yield f"{_share(foreign, vectors)} probably not in English, which this encoder was made for{other}"
    if scores:
        yield f"the encoder measured itself: {', '.join(f'{name} {value:.4g}' for name, value in scores.items())}"


def _share(count: int, vectors: Vectors) -> str:
    return f"{count:,} of {len(vectors.values):,} texts ({count / len(vectors.values):.1%})"


def _score_audit(scores: Mapping[str, float]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(
        {"metric": list(scores), "value": list(scores.values())}, schema_overrides={"value": pl.Float64}
    )
