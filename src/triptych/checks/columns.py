"""Which of the user's columns the clusters go with, corrected for the number of columns (Holm 1979)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._words import listed, percent, rows_of, shown, title_of
from triptych.checks.base import I32, Case, Check, Column, Finding, Undefined
from triptych.core.params import Integer, Limit, Real
from triptych.core.seeds import child_seed

if TYPE_CHECKING:
    import polars as pl

    from triptych.measures.association import Association

#: Classes that are compared by themselves; the rarer ones are one class.
CLASSES = 200
OTHERS = "all other values"
#: A class has at least so many rows on average, or the column names rows, not groups.
SHARED = 2
#: Groups that a sentence names.
NAMED = 3


class Columns(Check):
    """Compares the clusters with every column, and names the groups that clusters have too many or too few of."""

    question: ClassVar[str] = "Which known facts do the topics go with, and is that more than chance?"
    worth: ClassVar[int] = 7
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "columns")

    limits: ClassVar[dict[str, Limit]] = {
        "n_permutations": Integer(
            low=20, help="random tables for each column; more where the correction for many columns needs them"
        ),
        "significance": Real(low=0.0001, high=0.5, help="the corrected p-value up to which something is named"),
    }

    def __init__(self, *, n_permutations: int = 299, significance: float = 0.05) -> None:
        self.n_permutations = n_permutations
        self.significance = significance

    def effort(self, case: Case) -> float:
        """Estimate one fiftieth of the road for a column."""
        return 0.02 * len(case.columns)

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each column, and as ``groups`` a row for each group that stands out in a cluster.

        Noise is left out, and so are rows whose value is not known. P-values of columns are corrected by Holm's method
        for their number, those of the groups of all columns together by that of Benjamini and Hochberg.
        """
        if not case.columns:
            raise Undefined("there are no columns to compare with")
        if case.clusters < 2:
            raise Undefined("there are fewer than two clusters")
        tests = max(self.n_permutations, math.ceil(len(case.columns) / self.significance))
        tables = [_tabled(case.labels, column) for column in case.columns]
        rows = []
        for table in tables:
            rows.append(_row(table, tests, child_seed(seed, table.column.name)))
            advance(0.8 / len(tables))
        if all(row["why"] for row in rows):
            raise Undefined("; ".join(f"{row['column']}: {row['why']}" for row in rows))
        frame = _corrected(rows)
        groups = _groups([table for table in tables if table.names and not table.why], self.significance)
        sentences = (*_sentences(frame, self.significance), *_named(case, groups))
        return Finding(frame, sentences, {"groups": groups})


@dataclass(frozen=True)
class _Table:
    """A column against the clusters: the counts, the names of its classes, and why they cannot be compared."""

    column: Column
    counts: npt.NDArray[np.int64]
    names: Sequence[str]
    different: int
    unknown: int
    why: str | None


def _tabled(labels: I32, column: Column) -> _Table:
    from triptych.measures.association import contingency, steps_of
    from triptych.measures.periods import dated

    if column.kind == "category":
        codes, names, different = _commonest(column)
    else:
        values = dated(column.values) if column.kind == "date" else column.values
        codes, names, different = steps_of(values), [], len(np.unique(values[np.isfinite(values)]))
    counts = contingency(labels, codes)
    unknown = int(np.count_nonzero((labels >= 0) & (codes < 0)))
    filled = int(np.count_nonzero(codes >= 0))
    why = None
    if not counts.any():
        why = "no clustered row has a value"
    elif np.count_nonzero(counts.sum(axis=0)) < 2:
        why = "it is the same on every clustered row"
    elif column.kind == "category" and filled < SHARED * different:
        why = f"{different:,} values on {rows_of(filled)} name single rows, not groups"
    return _Table(column, counts, names, different, unknown, why)


def _commonest(column: Column) -> tuple[I32, list[str], int]:
    """Return a category with all rare classes as one, the names of the classes, and how many it had."""
    sizes = np.bincount(column.codes[column.codes >= 0], minlength=len(column.classes))
    order = np.argsort(-sizes, kind="stable")
    rank = np.empty(len(sizes) + 1, dtype=np.int32)
    rank[order] = np.minimum(np.arange(len(sizes)), CLASSES)
    rank[-1] = -1  # of what is not known
    names = [column.classes[code] for code in order[:CLASSES]] + [OTHERS] * (len(sizes) > CLASSES)
    return rank[column.codes], names, int(np.count_nonzero(sizes))


def _row(table: _Table, n_permutations: int, seed: int) -> dict[str, Any]:
    """Return what the table says of a column."""
    from triptych.measures.association import go_together

    ordered = table.column.kind != "category"
    row: dict[str, Any] = {
        "column": table.column.name, "kind": table.column.kind, "why": table.why, "rows": int(table.counts.sum()),
        "rows_unknown": table.unknown, "rows_other": 0 if ordered else int(table.counts[:, CLASSES:].sum()),
        "classes": table.different, "permutations": n_permutations,
    }  # fmt: skip
    if table.why:
        return row
    found = go_together(table.counts, ordered=ordered, n_permutations=n_permutations, seed=seed)
    return row | (_numbers(found, ordered=ordered) if found else {"why": "too few rows share a cluster or a value"})


def _numbers(found: Association, *, ordered: bool) -> dict[str, Any]:
    return {
        "measure": "epsilon_squared" if ordered else "ami", "value": found.value,
        "baseline_mean": found.baseline_mean, "baseline_high": found.baseline_high,
        "purity": found.purity, "purity_baseline": found.purity_baseline,
        "p_value": found.p_value, "clusters": found.clusters,
    }  # fmt: skip


def _corrected(rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    from triptych.measures.association import familywise

    text, whole, real = pl.String(), pl.Int64(), pl.Float64()
    schema: dict[str, pl.DataType] = {"column": text, "kind": text, "measure": text, "value": real}
    schema |= dict.fromkeys(("baseline_mean", "baseline_high", "purity", "purity_baseline"), real)
    schema |= {"p_value": real, "p_adjusted": real, "rows": whole, "rows_unknown": whole, "rows_other": whole}
    schema |= {"clusters": whole, "classes": whole, "permutations": whole, "why": text}
    tested = [row for row in rows if not row["why"]]
    for row, adjusted in zip(tested, familywise([row["p_value"] for row in tested]).tolist(), strict=True):
        row["p_adjusted"] = adjusted
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _sentences(frame: pl.DataFrame, significance: float) -> list[str]:
    import polars as pl

    tested = frame.filter(pl.col("why").is_null())
    with_it = tested.filter(pl.col("p_adjusted") <= significance).sort("value", "column", descending=[True, False])
    lines = []
    for row in with_it.iter_rows(named=True):
        what = "AMI" if row["measure"] == "ami" else "share of the variance of ranks between topics"
        lines.append(
            f"the topics go with {row['column']}: {what} {row['value']:.2f} where chance gives "
            f"{max(row['baseline_mean'], 0):.2f} (corrected p = {row['p_adjusted']:.3f}, {rows_of(row['rows'])})"
        )
    without = tested.filter(pl.col("p_adjusted") > significance)["column"].to_list()
    if without:
        lines.append(
            f"the topics go with {len(without):,} of {tested.height:,} columns no more than by chance: "
            f"{listed(without, 5)}"
        )
    return lines


def _groups(tables: Sequence[_Table], significance: float) -> pl.DataFrame:
    """Return the groups of which a cluster has more or fewer rows than chance would give it, the surest first."""
    import polars as pl

    from triptych.measures.association import enrichment, false_discovery

    cells = [enrichment(table.counts) for table in tables]
    ends = np.cumsum([cell.p_value.size for cell in cells])
    p_values = np.concatenate([np.zeros(0), *(cell.p_value.ravel() for cell in cells)])
    adjusted = np.split(false_discovery(p_values), ends[:-1])
    rows: list[dict[str, Any]] = []
    for table, cell, corrected in zip(tables, cells, adjusted, strict=False):
        corrected = corrected.reshape(table.counts.shape)
        for cluster, code in np.argwhere(corrected <= significance).tolist():
            found, expected = table.counts[cluster, code], cell.expected[cluster, code]
            size = table.counts[cluster].sum()
            rows.append({
                "column": table.column.name, "topic": cluster, "group": table.names[code],
                "direction": "over" if found > expected else "under", "rows": int(found), "expected": float(expected),
                "share": float(found / size), "share_overall": float(expected / size),
                "p_value": float(cell.p_value[cluster, code]), "p_adjusted": float(corrected[cluster, code]),
            })  # fmt: skip
    text, whole, real = pl.String(), pl.Int64(), pl.Float64()
    schema: dict[str, pl.DataType] = {"column": text, "topic": whole, "group": text, "direction": text, "rows": whole}
    schema |= dict.fromkeys(("expected", "share", "share_overall", "p_value", "p_adjusted"), real)
    return pl.DataFrame(rows, schema=schema).sort("p_adjusted", "p_value", "column", "topic", "group")


def _named(case: Case, groups: pl.DataFrame) -> list[str]:
    """Say which groups stand out most, each topic and column once."""
    import polars as pl

    most = groups.filter((pl.col("direction") == "over") & (pl.col("group") != OTHERS))
    most = most.with_columns(gain=pl.col("rows") - pl.col("expected")).sort(
        "gain", "column", "topic", "group", descending=[True, False, False, False]
    )
    return [
        f"{percent(row['share'])} of {title_of(case, row['topic'])} are {shown(row['group'])} ({row['column']}), of "
        f"all clustered rows {percent(row['share_overall'])}"
        for row in most.unique(["topic"], keep="first", maintain_order=True).head(NAMED).iter_rows(named=True)
    ]
