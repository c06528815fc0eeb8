"""What each wrong turn would have made of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._again import clustered_again, drawn, group_column, group_score
from triptych.checks._words import percent, rows_of, shown
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.params import Integer, Limit
from triptych.core.slots import Graph
from triptych.measures.partition import by_size, cluster_sizes
from triptych.measures.rand import adjusted_rand
from triptych.measures.vectors import unit_rows

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Arms"]

#: Rows of the sample: a tenth, within these.
FEW, MANY = 1_000, 3_000
#: Rounds of k-means at most.
ROUNDS = 30

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Row = dict[str, Any]


@dataclass(frozen=True)
class Arm:
    """One way to cluster the sample.

    Attributes
    ----------
    name, turn
        What it is called, and what is done otherwise than in the run.
    beside
        The arm that differs from it in nothing else; empty where it is one of these.
    go
        Goes it: the cluster of each row of the sample, -1 for noise.
    """

    name: str
    turn: str
    beside: str
    go: Callable[[], I32]


#: The run's own way: read from the run's layout, and from a layout of the sample alone.
READ, LAID = "as in the run", "as in the run, laid out again"


class Arms(Check):
    """Clusters a sample of the rows once as the run did and once for each choice that people often make.

    Every arm differs from the run in one thing, and is compared with the run's clusters on the rows of the sample.
    """

    question: ClassVar[str] = "What would each wrong turn have made of it?"
    worth: ClassVar[int] = 3
    looks_at: ClassVar[tuple[str, ...]] = ("texts", "columns")
    limits: ClassVar[dict[str, Limit]] = {
        "rows": Integer(
            low=20, high=20_000, optional=True, help="rows that are drawn; a tenth, from 1,000 to 3,000, unless given"
        ),
    }

    def __init__(self, *, rows: int | None = None) -> None:
        self.rows = rows

    def effort(self, case: Case) -> float:
        """Estimate two layouts of the sample and a clustering in all dimensions."""
        n = len(case.labels)
        return 2.5 * min(self._drawn(n), n) / max(n, 1)

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return one line an arm: what it found, and how far it agrees with the run."""
        n = len(case.labels)
        if case.clusters < 2:
            found = "1 cluster" if case.clusters else "no cluster"
            raise Undefined(f"the run has {found}, and there is nothing that another way could part otherwise")
        rows = drawn(n, self._drawn(n), seed)
        lines, arms = [], list(_arms(case, rows, seed))
        for arm in arms:
            lines.append(_line(case, rows, arm, arm.go()))
            advance(1 / len(arms))
        return Finding(_frame(lines), tuple(_sentences(lines)))

    def _drawn(self, n: int) -> int:
        return self.rows or min(max(n // 10, FEW), MANY)


def _arms(case: Case, rows: I64, seed: int) -> Iterator[Arm]:
    """Yield the arms, the run's own way first."""
    road, points, vectors = case.road, case.points[rows], case.vectors[rows]

    def again(space: F32) -> I32:
        return clustered_again(case, space, seed=seed)

    yield Arm(READ, "nothing is changed", "", lambda: again(points))
    if road.reduced:
        yield Arm("no reduction", "the vectors themselves are clustered", READ, lambda: again(vectors))
    yield Arm("two dimensions", "the picture is clustered", READ, lambda: again(case.picture[rows]))
    yield Arm(
        "forced k-means", f"k-means must find {case.clusters:,} clusters and knows no noise", READ,
        lambda: _kmeans(points, case.clusters, seed=seed, threads=case.threads),
    )  # fmt: skip
    if road.reduced and len(rows) > road.k:
        graph = road.search(vectors)
        yield Arm(LAID, "only the sample is laid out", "", lambda: again(_laid(case, vectors, graph)))
        yield _other_metric(case, vectors, graph, again)
        texts = [case.documents[i] for i in rows] if case.documents else []
        if texts and all(texts):

            def by_words() -> I32:
                found = case.bags(texts)
                return again(_laid(case, found, road.search(found)))

            yield Arm("bags of words", "texts are near by the words that they share (TF-IDF)", LAID, by_words)


def _other_metric(case: Case, vectors: F32, graph: Graph, again: Callable[[F32], I32]) -> Arm:
    if graph.metric == "cosine":
        # Between unit vectors |a - b|² = 2 (1 - cos): the same neighbours in the same order, weighed otherwise.
        other = Graph(graph.indices, np.sqrt(2 * graph.distances), "euclidean", graph.recall)
        turn = "of vectors of length 1: the same neighbours, weighed otherwise"
        return Arm("Euclidean distance", turn, LAID, lambda: again(_laid(case, vectors, other)))
    unit = unit_rows(np.where(vectors.any(axis=1, keepdims=True), vectors, 1))
    turn = "directions are compared, lengths are not"
    return Arm("cosine distance", turn, LAID, lambda: again(_laid(case, unit, case.road.search(unit))))


def _laid(case: Case, vectors: F32, graph: Graph) -> F32:
    return case.road.reduce(vectors, graph, seed=case.seed)


def _kmeans(points: F32, k: int, *, seed: int, threads: int) -> I32:
    """Return the clusters of k-means from one start of k-means++ (Lloyd 1982; Arthur & Vassilvitskii 2007)."""
    from triptych.kernels.neighbours import nearest_rows

    centres = _spread_out(points, k, np.random.default_rng(seed))
    labels = np.full(len(points), -1, dtype=np.int32)
    for _ in range(ROUNDS):
        before, labels = labels, nearest_rows(centres, points, 1, threads=threads).indices[:, 0]
        if np.array_equal(before, labels):
            break
        sizes = np.bincount(labels, minlength=len(centres))
        sums = np.stack([np.bincount(labels, axis, minlength=len(centres)) for axis in points.T], axis=1)
        # A centre that lost all its rows stays where it is.
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres).astype(np.float32)
    return by_size(labels)


def _spread_out(points: F32, k: int, random: np.random.Generator) -> F32:
    """Draw rows to start from, each with a chance that grows with the square of its distance to those drawn before."""
    drawn_rows = [int(random.integers(len(points)))]
    apart = np.full(len(points), np.inf)
    while len(drawn_rows) < k:
        apart = np.minimum(apart, np.square(points - points[drawn_rows[-1]], dtype=np.float64).sum(axis=1))
        total = np.cumsum(apart)
        if total[-1] == 0:
            break
        drawn_rows.append(int(np.searchsorted(total, random.random() * total[-1], side="right")))
    return points[drawn_rows]


def _line(case: Case, rows: I64, arm: Arm, labels: I32) -> Row:
    counted, run, groups = cluster_sizes(labels), case.labels[rows], group_column(case)
    return {
        "arm": arm.name, "turn": arm.turn, "beside": arm.beside or None, "rows": len(rows),
        "clusters": len(counted.sizes), "noise": counted.noise,
        "noise_share": counted.noise_share, "rows_in_both": int(((labels >= 0) & (run >= 0)).sum()),
        "ari": adjusted_rand(run, labels), "ari_with_noise": adjusted_rand(run, labels, noise=True),
        "group": groups[0] if groups else None,
        "ami": group_score(labels, groups[1][rows]) if groups else None,
    }  # fmt: skip


def _sentences(lines: list[Row]) -> Iterator[str]:
    """Say what each arm makes of the sample, the farthest from the run first."""
    named = {line["arm"]: line for line in lines}
    for line in sorted(lines, key=lambda line: (not line["beside"], 2.0 if line["ari"] is None else line["ari"])):
        noun = "cluster" if line["clusters"] == 1 else "clusters"
        own = named.get(line["beside"], {})
        agrees = "cannot be compared with the run" if line["ari"] is None else (
            f"agree with the run by an adjusted Rand index of {_beside('ari', line, own)}"
        )  # fmt: skip
        groups = "" if line["ami"] is None else (
            f"; adjusted mutual information with {shown(line['group'])} is {_beside('ami', line, own)}"
        )  # fmt: skip
        yield (
            f"{line['arm'][0].upper()}{line['arm'][1:]} ({line['turn']}): {line['rows']:,} rows form "
            f"{line['clusters']:,} {noun} with {percent(line['noise_share'])} noise; the "
            f"{rows_of(line['rows_in_both'])} in a cluster of both {agrees}{groups}."
        )


def _beside(score: str, line: Row, own: Row) -> str:
    """Return a score, and after it that of the run's own way."""
    other = own.get(score)
    return f"{line[score]:.2f}" + ("" if other is None else f" (the run's own way {other:.2f})")


def _frame(lines: list[Row]) -> pl.DataFrame:
    import polars as pl

    schema: dict[str, Any] = {
        "arm": pl.String, "turn": pl.String, "beside": pl.String, "rows": pl.Int64,
        "clusters": pl.Int64, "noise": pl.Int64,
        "noise_share": pl.Float64, "rows_in_both": pl.Int64, "ari": pl.Float64, "ari_with_noise": pl.Float64,
        "group": pl.String, "ami": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)
