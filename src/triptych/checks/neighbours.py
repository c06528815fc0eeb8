"""Neighbours: what is near to one row, and what shares its topic, at every setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import shown
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.errors import UsageError, nearest
from triptych.core.params import Limit, Names, Sizes
from triptych.measures.exemplars import nearest_centre

if TYPE_CHECKING:
    import polars as pl

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

#: Largest topics whose most typical row is looked at, where no rows are named.
TOPICS = 5
#: Names that are given of a company.
NAMED = 3
#: The setting whose values are turned, of clusterers that have it, as factors of its own.
KNOB, FACTORS = "min_cluster_size", (0.5, 1.0, 2.0, 4.0)


class Neighbours(Check):
    """Tells of a few rows which company they keep: nearest rows, cluster-mates, and topics of every level.

    Unless rows are named, the row nearest to the centre of each of the five largest topics is looked at. Of every
    company the table says which share of it is of the row's own topic in the run, and which share of the topic is in
    it.
    """

    question: ClassVar[str] = "What does one row's company look like at every setting?"
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "texts")
    worth: ClassVar[int] = 3
    limits: ClassVar[dict[str, Limit]] = {
        "rows": Names(help="identifiers of the rows to look at; typical ones of the largest topics unless given"),
        "sizes": Sizes(low=1, help="numbers of nearest rows"),
    }

    def __init__(self, *, rows: tuple[str, ...] = (), sizes: tuple[int, ...] = (5, 15, 50)) -> None:
        self.rows = rows
        self.sizes = sizes

    def effort(self, case: Case) -> float:
        """Return next to nothing: a few rows, and a few readings of a tree that is there."""
        return 0.1

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a line for each row and setting; raises UsageError where a named row is not there."""
        import polars as pl

        if len(case.labels) < 2:
            raise Undefined("one row has no company")
        rows = self._rows(case)
        if not len(rows):
            raise Undefined("the map has no topics, and no rows were named")
        companies = [*_nearest(case, rows, self.sizes), *_clustered(case, rows), *_levels(case, rows)]
        lines = [_line(case, *company) for company in companies]
        schema = {
            "row_id": pl.String, "name": pl.String, "setting": pl.String, "value": pl.Int64, "company": pl.Int64,
            "topic": pl.String, "own_topic_share": pl.Float64, "topic_kept": pl.Float64, "nearest": pl.String,
        }  # fmt: skip
        table = pl.DataFrame(lines, schema=schema)
        return Finding(table, tuple(_sentences(case, table, rows)))

    def _rows(self, case: Case) -> I64:
        if not self.rows:
            typical = nearest_centre(case.vectors, case.labels, 1)[:TOPICS]
            return np.array([found[0] for found in typical], dtype=np.int64)
        place = {row_id: row for row, row_id in enumerate(case.ids)}
        for row_id in self.rows:
            if row_id not in place:
                raise UsageError(
                    f"checks/neighbours: there is no kept row {row_id!r}", hint=nearest(row_id, list(place))
                )
        return np.array([place[row_id] for row_id in self.rows], dtype=np.int64)


#: A row, the setting and its value, the rows of the company (nearest first where they have an order), and its topic.
Company = tuple[int, str, int, I64, str | None]


def _nearest(case: Case, rows: I64, sizes: Sequence[int]) -> Iterator[Company]:
    from triptych.kernels.neighbours import nearest_rows

    wanted = sorted({min(k, len(case.labels) - 1) for k in sizes})
    if not wanted:
        return
    found = nearest_rows(case.vectors, case.vectors[rows], wanted[-1] + 1, threads=case.threads).indices
    for row, others in zip(rows.tolist(), found, strict=True):
        company = others[others != row].astype(np.int64)
        for k in wanted:
            yield row, "nearest", k, company[:k], None


def _clustered(case: Case, rows: I64) -> Iterator[Company]:
    own = next((knob.value for knob in case.road.knobs if knob.name == f"clusterer.{KNOB}"), None)
    if own is None or not case.road.reduced:
        return
    sizes = sorted({min(max(2, round(own * factor)), len(case.labels)) for factor in FACTORS})
    for size in sizes:
        labels, _ = case.road.cluster(case.points, seed=case.seed, **{KNOB: size})
        for row in rows.tolist():
            yield row, KNOB, size, _mates(labels, row), None


def _levels(case: Case, rows: I64) -> Iterator[Company]:
    for level, labels in enumerate(case.levels):
        for row in rows.tolist():
            topic = int(labels[row])
            title = (case.titles[level][topic] or f"topic {topic}") if topic >= 0 else None
            yield row, "topics", int(labels.max(initial=-1)) + 1, _mates(labels, row), title


def _mates(labels: I32, row: int) -> I64:
    """Return the other rows of a row's cluster."""
    if labels[row] < 0:
        return np.zeros(0, dtype=np.int64)
    mates = np.flatnonzero((labels == labels[row]) & (np.arange(len(labels)) != row))
    return mates.astype(np.int64)


def _line(case: Case, row: int, setting: str, value: int, company: I64, topic: str | None) -> dict[str, Any]:
    mates = _mates(case.labels, row)
    shared = len(np.intersect1d(company, mates))
    clustered = case.labels[row] >= 0
    ordered = company if setting == "nearest" else company[:0]
    return {
        "row_id": case.ids[row], "name": case.names[row], "setting": setting, "value": value, "company": len(company),
        "topic": topic, "own_topic_share": shared / len(company) if clustered and len(company) else None,
        "topic_kept": shared / len(mates) if clustered and len(mates) else None,
        "nearest": " · ".join(case.names[other] for other in ordered[-NAMED:]) or None,
    }  # fmt: skip


def _sentences(case: Case, table: pl.DataFrame, rows: I64) -> Iterator[str]:
    lines = table.rows(named=True)
    for row in rows.tolist():
        mine = [line for line in lines if line["row_id"] == case.ids[row]]
        near = [line for line in mine if line["setting"] == "nearest"]
        if not near:
            told = "no number of nearest rows was asked for"
        elif case.labels[row] >= 0:
            shares, sizes = [f"{line['own_topic_share']:.0%}" for line in near], [f"{line['value']}" for line in near]
            told = f"{_listed(shares)} of its {_listed(sizes)} nearest rows are of its own topic"
        else:
            told = f"it is in no topic, and its nearest rows are {near[0]['nearest']}"
        turned = [line for line in mine if line["setting"] == KNOB]
        if turned:
            beside, values = [f"{line['company']:,}" for line in turned], [f"{line['value']:,}" for line in turned]
            alone = " (0: it is in none)" if "0" in beside else ""
            told += f"; at {KNOB} {_listed(values)} its topic has {_listed(beside)} rows beside it{alone}"
        yield f"{shown(case.names[row])}: {told}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
