"""read: untrusted bytes or objects in memory become the rows of an Atlas."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from triptych.core import codec
from triptych.core.atlas import Atlas
from triptych.core.schema import STATUS, ReadOptions, Roles, Status, Table
from triptych.core.slots import Vectors
from triptych.core.step import Outcome, Plan, run_step
from triptych.stages._inputs import vector_audit

if TYPE_CHECKING:
    import polars as pl

__all__ = ["read"]

#: The name of vectors that came with the data.
GIVEN = "given"
#: Below this many rows the summary says that a map means little.
FEW = 10


def read(
    source: Any, *, roles: Roles, options: ReadOptions | None = None, metadata: Any = None, seed: int = 0
) -> Atlas:
    """Read a table of texts or vectors.

    Parameters
    ----------
    source
        A path (CSV, TSV, JSONL, Parquet, .npy), a list of strings, a Polars, pandas or Arrow frame, or an array (n, d).
    roles
        Which column plays which part.
    options
        How to read; None takes the defaults.
    metadata
        A frame, or the path of one, with a row for each row of an array.
    seed
        The root seed of all later steps.

    Returns
    -------
    Atlas
        With rows, and with ``vectors["given"]`` when the source holds vectors.

    Raises
    ------
    InputError
        If the data cannot be used as it is; names file, column, row and value.
    """
    from triptych.sources import read as read_table

    options = options or ReadOptions()
    table = read_table(source, roles=roles, options=options, metadata=metadata)
    atlas = Atlas(rows=table.rows, roles=table.roles, seed=seed)
    plan = Plan(
        stage="read", name="rows", method="table", version="1", params=asdict(options) | {"roles": asdict(roles)},
        reads={"source": table.digest, "rows": _digest(table.rows)}, total=table.rows.height,
    )  # fmt: skip
    return run_step(atlas, plan, lambda _seed: _outcome(table))


def _digest(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of the values and types of a frame; quicker found than its Parquet file, which may exist."""
    written = io.BytesIO()
    rows.write_ndjson(written)
    # JSON has one word for what is missing and what is not a number.
    return codec.digest(repr((rows.schema, rows.null_count().row(0))).encode() + written.getbuffer())


def _outcome(table: Table) -> Outcome:
    values: dict[str, Any] = {"rows": table.rows}
    if table.vectors is not None and table.audit is not None:
        none = np.zeros(0, dtype=np.bool_)
        values[f"vectors/{GIVEN}"] = Vectors(table.vectors, unit=False, cut=none, foreign=none)
        values[f"audits/{GIVEN}_vectors"] = vector_audit(table.audit)
    kept = int((table.rows[STATUS] == Status.KEPT.value).sum())
    few = (f"with {kept} rows a map means little; nothing here is evidence of anything",) if kept < FEW else ()
    return Outcome(values, (f"{table.rows.height:,} rows in, {kept:,} kept", *table.notes, *few))
