"""What the data themselves do to the clusters: copies, cut and foreign texts, lengths, gaps, sizes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import listed, percent, rows_of, title_of
from triptych.checks.base import Bool, Case, Check, Column, Finding, Undefined
from triptych.core.params import Integer, Limit, Real
from triptych.core.seeds import child_seed

if TYPE_CHECKING:
    import polars as pl

F64 = npt.NDArray[np.float64]

#: Shares from which something is worth a warning: of all rows, and of the rows of a cluster.
MANY, MOSTLY = 0.05, 0.5
#: Noise, and the largest cluster, from these shares of all rows on.
NOISE, HUGE = 0.5, 0.25
#: A cluster below this many rows is tiny; one whose persistence is less than this hardly lasts.
TINY, FLEETING = 10, 0.1
#: Variance between clusters, above what chance gives, from which they follow something: Cohen's medium effect.
FOLLOWS = 0.06
#: A mark that fewer rows have, or lack, is nothing that clusters could follow.
FEW = 10


@dataclass(frozen=True)
class _Matter:
    """One thing looked at: what, of which rows, how many; whether the clusters follow it; what to warn of."""

    name: str
    about: str
    count: int
    of: int
    effect: float | None = None
    baseline: float | None = None
    p_value: float | None = None
    warning: str | None = None


class Data(Check):
    """Looks for copies, cut and foreign texts, gaps and sizes, and whether the clusters follow any of them."""

    question: ClassVar[str] = "Do the topics come from flaws of the data instead of what they say?"
    worth: ClassVar[int] = 6

    limits: ClassVar[dict[str, Limit]] = {
        "near": Real(low=0, high=2, help="cosine distance up to which two rows are near copies"),
        "n_permutations": Integer(low=20, help="random tables for each question whether the clusters follow something"),
        "significance": Real(low=0.0001, high=0.5, help="the corrected p-value up to which they do"),
    }

    def __init__(self, *, near: float = 0.05, n_permutations: int = 199, significance: float = 0.05) -> None:
        self.near = near
        self.n_permutations = n_permutations
        self.significance = significance

    def effort(self, case: Case) -> float:
        """Estimate a thirtieth of the road."""
        return 0.03 + 0.005 * len(case.columns)

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each matter; ``warning`` is a sentence where it is worth one.

        ``effect`` is the share of the variance between the clusters: of the ranks of text lengths (epsilon squared), or
        of whether a row is cut, foreign or without a value, which is Pearson's chi squared over the number of rows.
        P-values are corrected for the number of such questions by Holm's method.
        """
        if not len(case.labels):
            raise Undefined("there are no rows")
        matters = [*self._copies(case), *_sizes(case)]
        advance(0.3)
        followed = [*_lengths(case), *_marks(case)]
        matters += self._followed(case, followed, seed)
        advance(0.7)
        frame = _frame(matters)
        return Finding(frame, tuple(frame["warning"].drop_nulls()) or (_nothing(matters),))

    def _copies(self, case: Case) -> Iterator[_Matter]:
        """Look for rows with the same text, for near copies, and for clusters that consist of them."""
        from triptych.measures.copies import near_copies

        n = len(case.labels)
        if any(case.documents):
            texts = Counter(text for text in case.documents if text)
            same = sum(count for count in texts.values() if count > 1)
            warning = (
                f"{rows_of(same)} ({percent(same / n)}) have the text of another row" if same >= MANY * n else None
            )
            yield _Matter("copies", "texts", same, n, warning=warning)
        if not case.graph.indices.size:
            return
        # Only of angles it is known how near is near.
        cosine = case.graph.metric == "cosine"
        copied = near_copies(case.graph.indices, case.graph.distances, self.near if cosine else 0.0) >= 0
        count = int(copied.sum())
        told = f"have near copies (cosine distance up to {self.near:g})" if cosine else "have the vector of another row"
        warning = f"{rows_of(count)} ({percent(count / n)}) {told}" if count >= MANY * n else None
        yield _Matter("near copies", "rows", count, n, warning=warning)
        shares = _shares(case, copied)
        mostly = [topic for topic, share in enumerate(shares) if share >= MOSTLY]
        named = listed([title_of(case, topic) for topic in mostly])
        told = f"at least half of the rows of {len(mostly):,} of {len(shares):,} topics have near copies: {named}"
        yield _Matter("near copies", "topics", len(mostly), len(shares), warning=told if mostly else None)

    def _followed(self, case: Case, asked: Sequence[_Asked], seed: int) -> Iterator[_Matter]:
        """Ask of everything whether the clusters follow it."""
        from triptych.measures.association import contingency, familywise, go_together

        found = [
            go_together(
                contingency(case.labels, each.codes), ordered=True, n_permutations=self.n_permutations,
                seed=child_seed(seed, f"{each.name}/{each.about}"),
            )
            for each in asked
        ]  # fmt: skip
        adjusted = iter(familywise([each.p_value for each in found if each]).tolist())
        for each, result in zip(asked, found, strict=True):
            if result is None:
                yield _Matter(each.name, each.about, each.count, len(case.labels), warning=each.told)
                continue
            effect, chance, p_value = result.value, result.baseline_mean, next(adjusted)
            follows = effect - chance >= FOLLOWS and p_value <= self.significance
            told = (
                f"the topics follow {each.subject}: {effect:.2f} of its variance lies between topics where chance "
                f"gives {chance:.2f} (corrected p = {p_value:.3f})"
            )
            warning = told if follows else each.told
            yield _Matter(each.name, each.about, each.count, len(case.labels), effect, chance, p_value, warning)


@dataclass(frozen=True)
class _Asked:
    """Something that clusters may follow: a step for each row, -1 where not known."""

    name: str
    about: str
    subject: str
    codes: npt.NDArray[np.int32]
    count: int
    told: str | None


def _lengths(case: Case) -> Iterator[_Asked]:
    from triptych.measures.association import steps_of

    if any(case.documents):
        lengths = np.array([len(text) for text in case.documents], dtype=np.float64)
        empty = int(np.count_nonzero(lengths == 0))
        yield _Asked(
            "length", "texts", "how long texts are", steps_of(np.where(lengths > 0, lengths, np.nan)), empty, None
        )


def _marks(case: Case) -> Iterator[_Asked]:
    """Return which rows are cut, foreign, or without the value of a column."""
    marks = [("cut", "texts", "whether a text is cut", "were cut where the encoder's window ends", case.cut)]
    marks += [
        ("foreign", "texts", "the language of texts", "are probably not in a language of the encoder", case.foreign)
    ]
    for column in case.columns:
        subject, told = f"whether {column.name} is known", f"have no known {column.name}"
        marks.append(("missing", column.name, subject, told, _missing(column)))
    for name, about, subject, told, mark in marks:
        if len(mark):
            count, share = int(mark.sum()), float(mark.mean())
            warning = f"{rows_of(count)} ({percent(share)}) {told}" if share >= MANY else None
            codes = mark.astype(np.int32) if FEW <= count <= len(mark) - FEW else np.zeros(len(mark), dtype=np.int32)
            yield _Asked(name, about, subject, codes, count, warning)


def _missing(column: Column) -> Bool:
    from triptych.measures.periods import dated

    if column.kind == "category":
        return column.codes < 0
    return ~np.isfinite(dated(column.values) if column.kind == "date" else column.values)


def _shares(case: Case, mark: Bool) -> list[float]:
    """Return the share of each cluster's rows that have a mark."""
    inside = case.labels >= 0
    sizes = np.bincount(case.labels[inside], minlength=case.clusters)
    marked = np.bincount(case.labels[inside], weights=mark[inside], minlength=case.clusters)
    shares: list[float] = (marked / np.maximum(sizes, 1)).tolist()
    return shares


def _sizes(case: Case) -> Iterator[_Matter]:
    """Look at the noise, and at clusters that are tiny or huge."""
    from triptych.measures.partition import cluster_sizes

    found, n = cluster_sizes(case.labels), len(case.labels)
    told = f"{rows_of(found.noise)} ({percent(found.noise / n)}) are in no topic" if found.noise >= NOISE * n else None
    yield _Matter("noise", "rows", found.noise, n, warning=told)
    k, tiny = len(found.sizes), int((found.sizes < TINY).sum())
    told = f"{tiny:,} of {k:,} topics have fewer than {TINY} rows" if tiny else None
    yield _Matter("tiny", "topics", tiny, k, warning=told)
    if case.persistence.size:
        fleeting = int((case.persistence < FLEETING).sum())
        told = f"{fleeting:,} of {k:,} topics hardly last when the scale changes" if fleeting else None
        yield _Matter("fleeting", "topics", fleeting, k, warning=told)
    if k:
        largest, share = int(found.sizes.argmax()), float(found.shares.max())
        told = (
            f"{title_of(case, largest)} alone holds {percent(share)} of the rows" if share >= HUGE and k > 1 else None
        )
        yield _Matter("largest", f"topic {largest}", int(found.sizes[largest]), n, warning=told)


def _nothing(matters: Sequence[_Matter]) -> str:
    return f"of {len(matters):,} things that were looked at in the data none is worth a warning"


def _frame(matters: Sequence[_Matter]) -> pl.DataFrame:
    import polars as pl

    text, whole, real = pl.String(), pl.Int64(), pl.Float64()
    schema: dict[str, pl.DataType] = {"matter": text, "about": text, "count": whole, "of": whole, "share": real}
    schema |= {"effect": real, "baseline": real, "p_adjusted": real, "warning": text}
    rows = [
        (m.name, m.about, m.count, m.of, m.count / m.of if m.of else None, m.effect, m.baseline, m.p_value, m.warning)
        for m in matters
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
