"""audit: what speaks for the clusters and what against; here, how well they agree with known groups."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.core.step import Outcome, Plan, run_step, text_digest
from triptych.measures.agreement import level_agreement
from triptych.stages._inputs import pick, reads

if TYPE_CHECKING:
    import polars as pl

__all__ = ["audit"]


def audit(atlas: Atlas, *, tree: str | None = None, n_permutations: int = 200) -> Atlas:
    """Compare every level with every group column, each score beside its permutation baseline.

    The levels of a tree are compared with the same shuffles.

    Parameters
    ----------
    atlas
        With a tree and at least one group column.
    tree
        Which tree; None takes the newest.
    n_permutations
        Shuffles of each group column, at least 20.

    Returns
    -------
    Atlas
        With ``audits["agreement"]``: column, level, then the fields of :class:`triptych.measures.agreement.Score`.

    Raises
    ------
    UsageError
        If no group column was named.
    """
    if not atlas.roles.group:
        raise UsageError("there is nothing to compare with", hint="name columns of known groups: group=… (--group)")
    tree = pick(atlas.trees, tree, "tree")
    columns = {name: atlas.kept[name].cast(_text()).to_list() for name in atlas.roles.group}
    texts = {f"column {name}": text_digest([str(v) for v in values]) for name, values in columns.items()}
    plan = Plan(
        stage="audit", name="agreement", method="permutation", version="1", params={"n_permutations": n_permutations},
        reads=texts | reads(atlas, f"trees/{tree}"),
    )  # fmt: skip

    def compute(seed: int) -> Outcome:
        frame = _frame(atlas.trees[tree].levels, columns, n_permutations, seed)
        return Outcome({"audits/agreement": frame}, tuple(_sentences(frame)))

    return run_step(atlas, plan, compute)


def _codes(values: list[str | None]) -> npt.NDArray[np.int32]:
    """Return a class number for each value, -1 for none."""
    names = {name: code for code, name in enumerate(sorted({v for v in values if v}))}
    return np.array([names[v] if v else -1 for v in values], dtype=np.int32)


def _frame(
    levels: npt.NDArray[np.int32], columns: dict[str, list[str | None]], n_permutations: int, seed: int
) -> pl.DataFrame:
    import polars as pl

    rows: list[dict[str, Any]] = []
    for name, values in columns.items():
        scores = level_agreement(list(levels), _codes(values), n_permutations=n_permutations, seed=seed)
        for level, found in enumerate(scores):
            rows += [{"column": name, "level": level} | asdict(score) for score in found]
    return pl.DataFrame(rows, infer_schema_length=None)


def _sentences(frame: pl.DataFrame) -> list[str]:
    import polars as pl

    clustered = frame.filter((pl.col("level") == 0) & (pl.col("scope") == "clustered"))
    lines = []
    for name in dict.fromkeys(clustered["column"]):
        scores = {row["metric"]: row for row in clustered.filter(pl.col("column") == name).iter_rows(named=True)}
        if scores["purity"]["value"] is None:
            lines.append(f"agreement with {name!r} is undefined here")
        else:
            purity, ami = scores["purity"], scores["ami"]
            lines.append(
                f"{name}: purity {purity['value']:.2f} where shuffled groups give {purity['baseline_mean']:.2f}, "
                f"AMI {ami['value']:.2f} (chance 0), p = {purity['p_value']:.3f}"
            )
    return lines


def _text() -> Any:
    import polars as pl

    return pl.String
