"""Lists, frames and arrays in memory → tables; given vectors from files and columns."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from triptych.core.errors import InputError, UsageError
from triptych.core.schema import ReadOptions, Roles
from triptych.measures.vectors import describe, unit_rows
from triptych.sources import read
from triptych.sources.vectors import vector_columns

VECTORS = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
TITLES = [f"title {row}" for row in range(6)]


def frames() -> list[Any]:
    columns = {"id": [7, 8, 9], "text": ["first", "None", None], "votes": [1.5, None, 3.0]}
    table = pa.table(columns)
    polars = pl.DataFrame(columns)
    return [polars, polars.lazy(), pd.DataFrame(columns), table, table.to_batches()[0], table.to_pandas()]


@pytest.mark.parametrize("frame", frames(), ids=lambda frame: f"{type(frame).__module__}.{type(frame).__name__}")
def test_f120_frames_of_every_kind_give_the_same_table(frame: Any) -> None:
    table = read(frame, roles=Roles(text="text", id="id", popularity="votes"))
    assert table.rows["row_id"].to_list() == ["7", "8", "9"]
    assert table.rows["status"].to_list() == ["kept", "kept", "empty"]
    assert table.rows["text"].to_list() == ["first", "None", None]
    assert table.rows["votes"].to_list() == [1.5, None, 3.0]


def test_f120_frames_of_every_kind_have_the_same_digest() -> None:
    digests = {read(frame, roles=Roles(text="text")).digest for frame in frames()}
    assert len(digests) == 1


def test_f120_digest_tells_values_names_and_order_apart() -> None:
    sources = [["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a", "c"]]
    named = pl.DataFrame({"other": ["a", "b"]})
    found = [read(source, roles=Roles()).digest for source in sources] + [read(named, roles=Roles(text="other")).digest]
    assert len(set(found)) == len(found)


def test_f120_list_of_strings() -> None:
    table = read(("first", "", "third"), roles=Roles())
    assert table.roles == Roles(text="text")
    assert table.rows["document"].to_list() == ["first", "", "third"]
    assert table.rows["row_id"].to_list() == ["0", "1", "2"]


@pytest.mark.parametrize("series", [pl.Series(["a", "b"]), pd.Series(["a", "b"]), np.array(["a", "b"]).tolist()])
def test_f120_columns_are_lists(series: Any) -> None:
    assert read(series, roles=Roles()).rows["text"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("item", "said"), [(None, "NoneType"), (3, "int"), (b"x", "bytes"), (float("nan"), "float"), (["x"], "list")]
)
def test_f120_items_that_are_no_strings_are_named(item: object, said: str) -> None:
    with pytest.raises(InputError, match=f"item 2 is {said}"):
        read(["a", "b", item], roles=Roles())


def test_an_empty_list_is_an_error() -> None:
    with pytest.raises(InputError, match="0 rows"):
        read([], roles=Roles())


def test_f120_array_with_metadata_frame_or_file(tmp_path: Path) -> None:
    pl.DataFrame({"title": TITLES}).write_csv(tmp_path / "titles.csv")
    tables = [
        read(VECTORS, roles=Roles(title="title", text="title"), metadata=metadata)
        for metadata in (pl.DataFrame({"title": TITLES}), pd.DataFrame({"title": TITLES}), tmp_path / "titles.csv")
    ]
    for table in tables:
        assert table.vectors is not None
        assert np.array_equal(table.vectors, VECTORS)
        assert table.rows["document"].to_list() == TITLES


def test_f120_array_alone_and_turned_or_too_long_metadata() -> None:
    table = read(VECTORS.astype(np.float16), roles=Roles())
    assert table.rows.columns == ["row_id", "status", "document"]
    assert table.notes == ("the array converted from float16 to float32",)
    with pytest.raises(InputError, match=r"3 rows, its metadata has 6.*\n.*transposed"):
        read(VECTORS.T, roles=Roles(), metadata=pl.DataFrame({"title": TITLES}))
    with pytest.raises(InputError, match=r"6 rows, its metadata has 5"):
        read(VECTORS, roles=Roles(), metadata=pl.DataFrame({"title": TITLES[:5]}))


def test_wide_arrays_are_suspected_of_being_transposed() -> None:
    assert "is it transposed?" in read(np.ones((2, 20_000), np.float32), roles=Roles()).notes[0]


def test_vectors_and_rows_stay_aligned_when_rows_are_marked() -> None:
    broken = VECTORS.copy()
    broken[1, 0], broken[4] = np.nan, 0
    frame = pl.DataFrame({"title": TITLES})
    table = read(broken, roles=Roles(text="title"), metadata=frame, options=ReadOptions(on_bad_rows="mark"))
    assert table.rows["status"].to_list() == ["kept", "bad_vector", "kept", "kept", "no_direction", "kept"]
    assert table.vectors is not None
    assert np.array_equal(table.vectors, VECTORS[[0, 2, 3, 5]])


def test_given_vectors_decide_and_not_the_texts() -> None:
    frame = pl.DataFrame({"text": ["", "long enough"], "v": [[1.0, 0.0], [0.0, 1.0]]})
    table = read(frame, roles=Roles(text="text", vectors="v"), options=ReadOptions(min_chars=5))
    assert table.rows["status"].to_list() == ["kept", "kept"]


def test_f004_npy_and_prefix_columns_give_the_same_vectors(tmp_path: Path) -> None:
    wide = np.random.default_rng(1).normal(size=(5, 12)).astype(np.float32)
    np.save(tmp_path / "wide.npy", wide)
    order = np.random.default_rng(2).permutation(12)
    frame = pl.DataFrame({"title": TITLES[:5]} | {f"bert_{column}": wide[:, column] for column in order})
    frame.write_parquet(tmp_path / "wide.parquet")
    frame.write_csv(tmp_path / "wide.csv")
    given = [
        read(tmp_path / "wide.npy", roles=Roles()),
        read(tmp_path / "wide.parquet", roles=Roles(vectors="bert_", title="title")),
        read(tmp_path / "wide.csv", roles=Roles(vectors="bert_")),
    ]
    for table in given:
        assert table.vectors is not None
        assert table.vectors.dtype == np.float32
        assert np.array_equal(table.vectors, wide)
        assert table.roles.vectors is None
    assert given[1].rows.columns == ["row_id", "status", "document", "title"]


@pytest.mark.parametrize(
    "column",
    [pl.Series(VECTORS.tolist()), pl.Series(VECTORS), pl.Series(VECTORS.tolist(), dtype=pl.List(pl.Float32)),
     pl.Series([str(row) for row in VECTORS.tolist()])],
    ids=["list", "array", "list32", "json"],
)  # fmt: skip
def test_f004_list_columns(column: pl.Series) -> None:
    table = read(pl.DataFrame({"v": column}), roles=Roles(vectors="v"))
    assert table.vectors is not None
    assert np.array_equal(table.vectors, VECTORS)


@pytest.mark.parametrize("rows", [list(VECTORS), VECTORS.tolist()], ids=["arrays", "lists"])
def test_f004_pandas_columns_of_vectors(rows: list[Any]) -> None:
    table = read(pd.DataFrame({"v": rows, "title": TITLES}), roles=Roles(vectors="v", title="title"))
    assert table.vectors is not None
    assert np.array_equal(table.vectors, VECTORS)


def test_f004_arrow_columns_of_vectors() -> None:
    column = pa.FixedSizeListArray.from_arrays(pa.array(VECTORS.ravel()), 3)
    table = read(pa.table({"v": column}), roles=Roles(vectors="v"))
    assert table.vectors is not None
    assert np.array_equal(table.vectors, VECTORS)


def test_f004_columns_are_ordered_by_number() -> None:
    names = ["v10", "v9", "vx", "v", "v1_0", "w1", "v001"]
    assert vector_columns([name for name in names if name != "v"], "v") == ["v001", "v9", "v10"]
    assert vector_columns(names, "v") == ["v"]


def test_f004_column_of_something_else_is_refused() -> None:
    for column in (["a", "b"], [[["a"]], [["b"]]], [["a"], ["b"]]):
        with pytest.raises(InputError, match=r"lists? of numbers"):
            read(pl.DataFrame({"v": column}), roles=Roles(vectors="v"))


def test_f010_audit_of_a_matrix() -> None:
    matrix = np.array([[1.0, 2.0], [np.nan, -3.0], [0.0, 0.0], [np.inf, 4.0]], dtype=np.float64)
    audit = describe(matrix)
    finite = matrix[np.isfinite(matrix)]
    assert audit["shape"] == (4, 2)
    assert (audit["dtype"], audit["bytes"]) == ("float64", 64)
    assert (audit["nan"], audit["infinite"], audit["zero_rows"]) == (1, 1, 1)
    assert audit["mean"] == pytest.approx(finite.mean())
    assert audit["std"] == pytest.approx(finite.std())
    assert (audit["min"], audit["max"]) == (-3.0, 4.0)


def test_f010_audit_goes_in_blocks_and_survives_nothing_finite() -> None:
    matrix = np.random.default_rng(3).normal(5, 2, size=(70_000, 2)).astype(np.float32)
    audit = describe(matrix)
    assert audit["std"] == pytest.approx(matrix.std(dtype=np.float64), rel=1e-9)
    assert audit["mean"] == pytest.approx(matrix.mean(dtype=np.float64), rel=1e-9)
    nothing = describe(np.full((2, 2), np.nan))
    assert (nothing["mean"], nothing["std"], nothing["min"], nothing["max"]) == (None, None, None, None)


def test_f010_audit_of_numbers_far_from_zero_with_gaps() -> None:
    matrix = np.random.default_rng(4).normal(1e7, 1, size=(40_000, 7))
    matrix[::3, 2] = np.nan
    matrix[20_000:, 4] = np.inf
    finite, audit = matrix[np.isfinite(matrix)], describe(matrix)
    assert (audit["nan"], audit["infinite"], audit["zero_rows"]) == (13_334, 20_000, 0)
    assert audit["mean"] == pytest.approx(finite.mean(), rel=1e-12)
    assert audit["std"] == pytest.approx(finite.std(), rel=1e-7)
    assert (audit["min"], audit["max"]) == (finite.min(), finite.max())


def test_unit_rows_are_the_rows_divided_by_their_length() -> None:
    values = (np.random.default_rng(5).normal(size=(3000, 100)) * 1e-3).astype(np.float32)
    exact = values / np.linalg.norm(values.astype(np.float64), axis=1, keepdims=True)
    assert np.array_equal(unit_rows(values), exact.astype(np.float32))
    assert unit_rows(values).dtype == np.float32


def test_pandas_types_become_text_without_loss() -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["a", None, "nan"], dtype=object),
            "big": pd.Series([2**70, "x", None], dtype=object),
            "whole": pd.Series([1, None, 3], dtype="Int64"),
            "kind": pd.Categorical(["p", "q", "p"]),
            "flag": [True, False, True],
            "when": pd.to_datetime(["2020-01-01", "2020-02-01", None]),
            "zoned": pd.to_datetime(["2020-01-01 12:00", "2020-02-01 12:00", None]).tz_localize("Europe/Paris"),
        }
    )
    rows = read(frame, roles=Roles(text="text", date="when")).rows
    assert rows["text"].to_list() == ["a", None, "nan"]
    assert rows["big"].to_list() == [str(2**70), "x", None]
    assert rows["whole"].to_list() == ["1", None, "3"]
    assert rows["kind"].to_list() == ["p", "q", "p"]
    assert rows["flag"].to_list() == ["true", "false", "true"]
    assert rows["when"].to_list() == [dt.date(2020, 1, 1), dt.date(2020, 2, 1), None]
    assert rows["zoned"].to_list() == ["2020-01-01 12:00:00+01:00", "2020-02-01 12:00:00+01:00", None]


def test_repeated_names_in_frames_are_refused_or_numbered() -> None:
    doubled = [
        pd.DataFrame([["a", "b"]], columns=["text", "text"]),
        pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["text", "text"]),
    ]
    for frame in doubled:
        with pytest.raises(InputError, match="column 2 'text'"):
            read(frame, roles=Roles(text="text"))
        rows = read(frame, roles=Roles(text="text"), options=ReadOptions(rename=True)).rows
        assert rows.select("text", "text_2").row(0) == ("a", "b")


def test_typed_parquet_columns_become_exact_text(tmp_path: Path) -> None:
    from tests.fault.make_inputs import make_inputs

    make_inputs(tmp_path)
    rows = read(tmp_path / "typed.parquet", roles=Roles(text="text", id="id")).rows
    texts = {column: rows[column].to_list() for column in rows.columns}
    assert texts["row_id"] == ["9223372036854775807", "-1", "0"]
    assert texts["unsigned"] == ["18446744073709551615", "0", None]
    assert texts["single"] == ["0.1", "1e+30", None]
    assert texts["double"] == ["0.1", "1e+300", "NaN"]
    assert texts["day"] == ["2020-02-29", "0001-01-01", None]
    assert texts["moment"] == ["2020-01-01 12:30:00.000005", "1969-01-01 00:00:00.000000", None]
    assert texts["price"] == ["1.10", "-0.05", None]
    assert texts["flag"] == ["true", "false", None]
    assert texts["kind"] == ["a", "b", None]
    assert texts["nothing"] == [None, None, None]
    assert texts["tags"] == ['["a", "b\\"c"]', "[]", None]
    assert texts["nested"] == ['{"k": 1}', '{"k": null}', '{"k": 3}']
    assert texts["bytes"] == ["plain", None, None]
    assert "vector" not in texts


@pytest.mark.parametrize(
    ("source", "roles", "metadata", "error"),
    [(VECTORS, Roles(vectors="v"), None, UsageError), (["a"], Roles(), pl.DataFrame(), UsageError),
     (VECTORS, Roles(), 3, UsageError), ({"a": 1}, Roles(), None, UsageError), (3, Roles(), None, UsageError),
     (VECTORS.ravel(), Roles(), None, InputError), (np.array([["a"]]), Roles(), None, InputError),
     (np.array([None]), Roles(), None, InputError), ("A whole text, not a path", Roles(), None, InputError)],
)  # fmt: skip
def test_calls_that_make_no_sense(source: Any, roles: Roles, metadata: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(source, roles=roles, metadata=metadata)


def test_pandas_and_arrow_are_not_imported() -> None:
    code = (
        "import sys; from triptych.sources import read; from triptych.core.schema import Roles; import polars as pl;"
        "read(['a'], roles=Roles()); read(pl.DataFrame({'t': ['a']}), roles=Roles(text='t'));"
        "sys.exit(bool({'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
