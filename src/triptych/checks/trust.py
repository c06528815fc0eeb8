"""Where the map may be believed: which rows it shows among their own neighbours (Venna & Kaski 2001)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from triptych.checks._again import drawn
from triptych.checks._words import percent, title_of
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.params import Integer, Limit
from triptych.measures.trust import Trust, trust

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MapTrust"]

#: Rows of a topic that a sentence may name as the worst shown one.
FEWEST = 10


class MapTrust(Check):
    """Compares each row's nearest neighbours with those that it has on the map."""

    question: ClassVar[str] = "Where can the picture be believed?"
    worth: ClassVar[int] = 6
    looks_at: ClassVar[tuple[str, ...]] = ("titles",)
    limits: ClassVar[dict[str, Limit]] = {
        "k": Integer(low=1, high=100, help="neighbours that make a neighbourhood; fewer where there are fewer rows"),
        "sample": Integer(
            low=100, high=10_000, help="rows that far ranks are estimated from; of no more rows ranks are exact"
        ),
    }

    def __init__(self, *, k: int = 15, sample: int = 500) -> None:
        self.k = k
        self.sample = sample

    def effort(self, case: Case) -> float:
        """Estimate a product of all rows with the sample, and what is counted in it."""
        return 0.25

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return one line a row: row_id, kept, trustworthiness, continuity; more: ``topics``, the means of each."""
        n, known = case.graph.indices.shape
        k = min(self.k, known, (n - 1) // 2)
        if not known:
            raise Undefined("nobody searched for the neighbours of the rows, with which the map is compared")
        if k < 1:
            raise Undefined(f"there are {n} rows, and a neighbourhood that is not the whole map needs 3")
        found = trust(
            case.vectors, case.graph.indices, case.picture, k=k, sample=drawn(n, self.sample, seed),
            threads=case.threads,
        )  # fmt: skip
        topics = _topics(case, found)
        return Finding(
            _table(case, found), (*_means(found), *_worst(case, topics), *self._how(n, known)), {"topics": topics}
        )

    def _how(self, n: int, known: int) -> Iterator[str]:
        if self.sample < n and known < n - 2:
            error = 1 / (2 * np.sqrt(self.sample))
            yield (
                f"Ranks beyond the {known} nearest are estimated from {self.sample:,} of the {n:,} rows: the standard "
                f"error of a row's trustworthiness and continuity is at most {error:.3f}."
            )


def _means(found: Trust) -> Iterator[str]:
    n, k = len(found.kept), found.k
    yield (
        f"Of the {k} nearest neighbours of a row {percent(float(found.kept.mean()))} are among its {k} nearest on the "
        f"map, on average; on a shuffled map {100 * k / (n - 1):.2g}% would be."
    )
    lost = int((found.kept == 0).sum())
    yield f"{lost:,} of {n:,} rows ({percent(lost / n)}) have none of their {k} nearest next to them on the map."
    yield (
        f"Trustworthiness is {found.trustworthiness.mean():.2f} and continuity {found.continuity.mean():.2f} of 1, "
        f"where a shuffled map has {_by_chance(n, k):.2f}."
    )


def _by_chance(n: int, k: int) -> float:
    """Return the trustworthiness that is expected of a map on which every rank is as likely as another."""
    return 1 - (n - k) * (n - 1 - k) / ((n - 1) * (2 * n - 3 * k - 1))


def _worst(case: Case, topics: pl.DataFrame) -> Iterator[str]:
    import polars as pl

    large = topics.filter(pl.col("rows") >= FEWEST).sort("kept", "topic")
    if large.height > 1:
        worst, best = large.row(0, named=True), large.row(-1, named=True)
        yield (
            f"The topic least well shown is {title_of(case, worst['topic'])} with {percent(worst['kept'])} of the "
            f"neighbours kept, the best {title_of(case, best['topic'])} with {percent(best['kept'])}."
        )


def _table(case: Case, found: Trust) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({
        "row_id": pl.Series(case.ids, dtype=pl.String), "kept": found.kept,
        "trustworthiness": found.trustworthiness, "continuity": found.continuity,
    })  # fmt: skip


def _topics(case: Case, found: Trust) -> pl.DataFrame:
    """Return the means over the rows of each topic of the finest level, by its number."""
    import polars as pl

    titles = dict(enumerate(case.titles[0] if case.titles else ()))
    inside = case.labels >= 0
    labels, topics = case.labels[inside], np.arange(case.clusters)
    sizes = np.bincount(labels, minlength=case.clusters)
    means = {
        name: np.bincount(labels, getattr(found, name)[inside], minlength=case.clusters) / sizes
        for name in ("kept", "trustworthiness", "continuity")
    }
    return pl.DataFrame({
        "topic": topics.astype(np.int32),
        "title": pl.Series([titles.get(topic) for topic in topics.tolist()], dtype=pl.String),
        "rows": sizes, **means,
    })  # fmt: skip
