"""Knobs: the setting that decides the number of topics is turned from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import topics_of
from triptych.checks.base import Case, Check, Finding, Knob, Undefined
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit
from triptych.measures.partition import cluster_sizes
from triptych.measures.sweeps import agreement_of, cliffs, locate, plateau

if TYPE_CHECKING:
    import polars as pl

I32 = npt.NDArray[np.int32]

#: The settings that decide how many clusters there are, by the names that clusterers give them.
SIZE, COUNT = "clusterer.min_cluster_size", "clusterer.n_clusters"
#: The sweep goes from so many rows, or clusters, to n divided by this.
FEWEST, PART = {"min_cluster_size": 5, "n_clusters": 2}, 20
#: Clusters are swept to so many times the run's own number: each value is a clustering of its own.
TIMES = 3


class Knobs(Check):
    """Turns the setting that decides how many topics there are from end to end, and marks cliffs and the plateau.

    Each value's clusters are compared with those of the next. A cliff is a step at which they break down beyond what
    the other steps show; it is searched until two whole numbers next to each other are left. The plateau is the widest
    range over which clusters hardly change: a range is recommended, not a point. Where the setting is the number of
    clusters itself there is none.
    """

    question: ClassVar[str] = "Does the story depend on one number?"
    looks_at: ClassVar[tuple[str, ...]] = ()
    worth: ClassVar[int] = 7
    limits: ClassVar[dict[str, Limit]] = {
        "values": Integer(low=3, high=100, help="values of the setting that are tried"),
    }

    def __init__(self, *, values: int = 12) -> None:
        self.values = values

    def effort(self, case: Case) -> float:
        """Count clusterings, where they are no readings of one tree."""
        knob = next((knob for knob in case.road.knobs if knob.name in (SIZE, COUNT)), None)
        cheap = case.road.reduced and knob is not None and knob.name == SIZE
        return 0.1 if cheap else 0.1 * self.values if knob else 0.0

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a line for each value; in ``more`` the cliffs."""
        knob = next((knob for knob in case.road.knobs if knob.name in (SIZE, COUNT)), None)
        if knob is None:
            raise Undefined("the clusterer has no setting that decides how many topics there are")
        name = knob.name.partition(".")[2]
        read = _reader(case, name)
        values, labels = [], []
        wanted = _grid(knob, name, len(case.labels), self.values)
        for value in wanted:
            found = read(value)
            if found is not None:
                values.append(value)
                labels.append(found)
            advance(0.8 / len(wanted))
        if len(values) < 3 or not any(found.max(initial=-1) >= 0 for found in labels):
            raise Undefined(f"there are too few rows, or no topics, at the values of {name}")
        return _finding(knob, name, values, labels, read)


def _reader(case: Case, name: str) -> Callable[[int], I32 | None]:
    """Return a function from a value to its clusters, None where the rows do not allow it."""

    def read(value: int) -> I32 | None:
        try:
            return case.road.cluster(case.points, seed=case.seed, **{name: value})[0]
        except UsageError:
            return None

    return read


def _grid(knob: Knob, name: str, rows: int, count: int) -> list[int]:
    """Return whole numbers that rise by about one factor, the run's own among them."""
    own = round(knob.value)
    least = min(FEWEST[name], own)
    most = TIMES * own if name == "n_clusters" else max(rows // PART, 2 * own)
    spaced = np.geomspace(least, max(min(most, rows), least), count).round().astype(int)
    return sorted({own, *(int(value) for value in spaced)})


def _finding(knob: Knob, name: str, values: list[int], labels: list[I32], read: Callable[[int], I32 | None]) -> Finding:
    import polars as pl

    counted = [cluster_sizes(found) for found in labels]
    clusters = [len(counts.sizes) for counts in counted]
    following = [agreement_of(one, other) for one, other in pairwise(labels)]
    fallen = cliffs(following, clusters)
    flat = None if knob.name == COUNT else plateau(values, labels)
    table = pl.DataFrame({
        "knob": [knob.name] * len(values), "value": values, "own": [value == round(knob.value) for value in values],
        "clusters": clusters, "noise_share": [counts.noise_share for counts in counted],
        "largest_share": [float(counts.shares.max(initial=0)) for counts in counted],
        "agreement_with_next": [*following, None], "cliff_to_next": [*fallen.tolist(), False],
        "plateau": [flat is not None and flat[0] <= i <= flat[1] for i in range(len(values))],
    }, schema_overrides={"agreement_with_next": pl.Float64, "noise_share": pl.Float64})  # fmt: skip
    edges = _edges(values, fallen, read)
    return Finding(table, tuple(_sentences(name, table, edges)), {"cliffs": edges})


def _edges(values: list[int], fallen: npt.NDArray[np.bool_], read: Callable[[int], I32 | None]) -> pl.DataFrame:
    """Find each cliff's two values next to each other."""
    import polars as pl

    nothing = np.zeros(0, dtype=np.int32)

    def certain(value: int) -> I32:
        found = read(value)
        return nothing if found is None else found

    rows = []
    for i in np.flatnonzero(fallen):
        low, high = locate(values[i], values[i + 1], certain)
        one, other = certain(low), certain(high)
        rows.append({
            "below": low, "above": high, "clusters_below": int(one.max(initial=-1)) + 1,
            "clusters_above": int(other.max(initial=-1)) + 1, "agreement": agreement_of(one, other),
        })  # fmt: skip
    schema = {
        "below": pl.Int64, "above": pl.Int64, "clusters_below": pl.Int64, "clusters_above": pl.Int64,
        "agreement": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _sentences(name: str, table: pl.DataFrame, edges: pl.DataFrame) -> Iterator[str]:
    rows = table.rows(named=True)
    at = next(i for i, row in enumerate(rows) if row["own"])
    own, flat = rows[at], [row for row in rows if row["plateau"]]
    here = f"{name} {own['value']:,} gives {topics_of(own['clusters'])}"
    if own["cliff_to_next"] or (at and rows[at - 1]["cliff_to_next"]):
        yield f"The run stands next to a cliff: {here}, and one step away the clusters break down."
    for edge in edges.iter_rows(named=True):
        yield (
            f"A cliff: from {name} {edge['below']:,} to {edge['above']:,} the number of topics goes from "
            f"{edge['clusters_below']:,} to {edge['clusters_above']:,}."
        )
    if f"clusterer.{name}" == COUNT:
        sides = [row for row in rows[max(at - 1, 0) : at + 1] if row["agreement_with_next"] is not None]
        if sides:
            worst = min(sides, key=lambda row: row["agreement_with_next"])
            yield f"{here}; one step of the sweep away, {worst['agreement_with_next']:.0%} of a topic is found again."
    elif not flat:
        yield (
            f"There is no plateau: no wide range of {name} leaves the topics as they are, unless one of them holds "
            f"most rows; {here}."
        )
    else:
        counts = sorted(row["clusters"] for row in flat)
        wide = f"from {name} {flat[0]['value']:,} to {flat[-1]['value']:,} ({_span(counts[0], counts[-1])} topics)"
        where = "on" if own["plateau"] else "beside"
        yield f"The run stands {where} the widest plateau: {here}, and the topics hardly change {wide}."


def _span(low: int, high: int) -> str:
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
