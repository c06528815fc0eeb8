"""How well the levels agree with known groups, each score beside chance (Vinh, Epps & Bailey 2010)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from triptych.checks.base import Case, Check, Column, Finding, Undefined
from triptych.core.params import Integer, Limit, Names
from triptych.core.seeds import child_seed

if TYPE_CHECKING:
    import polars as pl


class Agreement(Check):
    """Compares every level with every column of groups, each score beside what shuffled groups give."""

    question: ClassVar[str] = "Do the topics agree with groups that are already known?"
    worth: ClassVar[int] = 8
    looks_at: ClassVar[tuple[str, ...]] = ("columns",)

    limits: ClassVar[dict[str, Limit]] = {
        "columns": Names(help="columns of groups; those of the run, or all categories, unless given", optional=True),
        "n_permutations": Integer(low=20, help="how often the groups are shuffled"),
    }

    def __init__(self, *, columns: tuple[str, ...] | None = None, n_permutations: int = 200) -> None:
        self.columns = columns
        self.n_permutations = n_permutations

    def effort(self, case: Case) -> float:
        """Estimate one fifteenth of the road for a column of groups."""
        return 0.07 * len(self._groups(case))

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return a row for each column, level, scope and metric.

        The columns are ``column``, ``level``, then the fields of :class:`triptych.measures.agreement.Score`.
        """
        from triptych.measures.agreement import level_agreement

        groups = self._groups(case)
        if not groups:
            raise Undefined("no column holds known groups")
        rows: list[dict[str, Any]] = []
        for column in groups:
            named = child_seed(seed, column.name)
            scores = level_agreement(list(case.levels), column.codes, n_permutations=self.n_permutations, seed=named)
            for level, found in enumerate(scores):
                rows += [{"column": column.name, "level": level} | asdict(score) for score in found]
            advance(1 / len(groups))
        frame = _frame(rows)
        sentences = _sentences(frame)
        if not sentences:
            raise Undefined("fewer than two clusters or groups with rows in both")
        return Finding(frame, sentences)

    def _groups(self, case: Case) -> list[Column]:
        """Return the columns of groups: those named so, else all categories that do not name nearly every row alone."""
        if self.columns is not None:
            return [column for column in case.columns if column.name in self.columns and column.kind == "category"]
        named = [column for column in case.columns if column.group]
        return named or [c for c in case.columns if c.kind == "category" and 2 * len(c.classes) <= (c.codes >= 0).sum()]


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    import polars as pl

    text, whole, real = pl.String(), pl.Int64(), pl.Float64()
    schema: dict[str, pl.DataType] = {"column": text, "level": whole, "metric": text, "scope": text, "value": real}
    schema |= dict.fromkeys(("baseline_mean", "baseline_low", "baseline_high", "p_value"), real)
    schema |= dict.fromkeys(("rows", "rows_unknown", "clusters", "classes"), whole)
    return pl.DataFrame(rows, schema=schema)


def _sentences(frame: pl.DataFrame) -> tuple[str, ...]:
    """Say how the finest level agrees with each column, the best first."""
    import polars as pl

    clustered = frame.filter((pl.col("level") == 0) & (pl.col("scope") == "clustered") & pl.col("value").is_not_null())
    found = []
    for name in dict.fromkeys(clustered["column"]):
        scores = {row["metric"]: row for row in clustered.filter(pl.col("column") == name).iter_rows(named=True)}
        purity, ami = scores["purity"], scores["ami"]
        line = (
            f"Agreement with {name}: purity {purity['value']:.2f} where shuffled groups give "
            f"{purity['baseline_mean']:.2f}, AMI {ami['value']:.2f} (chance 0), p = {ami['p_value']:.3f}"
        )
        found.append((-ami["value"], line))
    return tuple(line for _, line in sorted(found))
