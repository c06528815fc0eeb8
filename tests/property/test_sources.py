"""Any table of strings that is written comes back as it was: no row vanishes, no value changes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from triptych.core.errors import InputError
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS, ReadOptions, Roles, Status, Table, split_template
from triptych.sources import read
from triptych.sources.csv import read_csv
from triptych.sources.vectors import finite_and_flat

# One folder for all examples of a test: each example overwrites the file.
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Control characters become U+FFFD by rule, so they have tests of their own; tab and line ends are ordinary text.
TEXT = st.text(
    st.one_of(
        st.sampled_from(list("\"'\r\n\t,;| ab.\ufeff\u2028\u0301😀")),
        st.characters(exclude_categories=["Cs"], exclude_characters=[*map(chr, range(32)), "\x7f"]),
    ),
    max_size=12,
)


@st.composite
def tables(draw: st.DrawFn, *, missing: bool = False) -> list[list[str | None]]:
    """Rows of two to four texts, of which the last says something in one row at least."""
    width = draw(st.integers(2, 4))
    value = st.none() | TEXT if missing else TEXT
    rows = draw(st.lists(st.lists(value, min_size=width, max_size=width), min_size=1, max_size=8))
    rows[0][-1] = "x" + (rows[0][-1] or "")
    return rows


def names(rows: list[list[str | None]]) -> list[str]:
    return [f"c{place}" for place in range(len(rows[0]))]


def check(table: Table, rows: list[list[str | None]]) -> None:
    """The columns are the rows as written, and every row is kept or marked."""
    assert [list(row) for row in table.rows.select(names(rows)).iter_rows()] == rows
    assert table.rows[ROW_ID].to_list() == [str(row) for row in range(len(rows))]
    assert set(table.rows[STATUS]) <= {Status.KEPT, Status.EMPTY}
    for text, document, status in zip([row[-1] for row in rows], table.rows[DOCUMENT], table.rows[STATUS], strict=True):
        assert document == ((text or "") if status == Status.KEPT else "")


# The standard writer quotes the characters of its own line end only, so the other ends go with quotes everywhere.
@pytest.mark.parametrize(
    ("ending", "quoting"),
    [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL)],
)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@SETTINGS
@given(rows=tables())
@example(rows=[["", "x"], ["", ""]])
@example(rows=[["\r\n", "x\r"], ["\ufeff", '"']])
def test_f001_csv_dialects_read_back(rows: list[list[str | None]], separator: str, quoting: int, ending: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=quoting, lineterminator=ending)  # type: ignore[arg-type]
    writer.writerow(names(rows))
    writer.writerows(rows)
    raw = read_csv(written.getvalue().encode(), "table.csv", ReadOptions(separator=separator))
    assert [list(row) for row in raw.frame.iter_rows()] == rows
    assert not raw.unreadable


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@SETTINGS
@given(rows=tables())
def test_f001_separator_is_found(rows: list[list[str | None]], separator: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([names(rows), *rows])
    check(read(path, roles=Roles(text=names(rows)[-1])), rows)


@SETTINGS
@given(values=st.lists(TEXT, min_size=1, max_size=8))
def test_f001_one_column_csv_reads_back(values: list[str]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([["text"], *([value] for value in values)])
    raw = read_csv(written.getvalue().encode(), "table.csv", ReadOptions(separator=","))
    assert raw.frame["text"].to_list() == values


@SETTINGS
@given(rows=tables(missing=True), ascii_only=st.booleans())
def test_f001_jsonl_reads_back(rows: list[list[str | None]], ascii_only: bool, tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    lines = [json.dumps(dict(zip(names(rows), row, strict=True)), ensure_ascii=ascii_only) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    check(read(path, roles=Roles(text=names(rows)[-1])), rows)


@SETTINGS
@given(rows=tables(missing=True))
def test_f001_parquet_reads_back(rows: list[list[str | None]], tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pl.DataFrame(rows, schema=dict.fromkeys(names(rows), pl.String), orient="row").write_parquet(path)
    check(read(path, roles=Roles(text=names(rows)[-1])), rows)


@SETTINGS
@given(rows=tables(missing=True))
def test_f120_polars_frame_reads_back(rows: list[list[str | None]]) -> None:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names(rows), pl.String), orient="row")
    check(read(frame, roles=Roles(text=names(rows)[-1])), rows)


@SETTINGS
@given(values=st.lists(st.text(st.characters()), min_size=1))
@example(values=["\ud800", "\ud83d\ude00", "a\x00"])
def test_f120_lists_keep_every_item(values: list[str]) -> None:
    table = read(["x", *values], roles=Roles())
    assert len(table.rows) == len(values) + 1
    for before, after in zip(values, table.rows["text"][1:], strict=True):
        surrogates = any("\ud800" <= character <= "\udfff" for character in before)
        controls = any((character < " " and character not in "\t\r\n") or character == "\x7f" for character in before)
        assert after == before or surrogates or controls
        assert not controls or "\ufffd" in after


@SETTINGS
@given(
    integers=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    floats=st.lists(st.floats(allow_nan=False), min_size=5, max_size=5),
)
def test_f001_numbers_survive_as_text(integers: list[int], floats: list[float]) -> None:
    floats = floats[: len(integers)]
    frame = pl.DataFrame({"text": ["x"] * len(floats), "i": integers[: len(floats)], "f": floats})
    rows = read(frame, roles=Roles(text="text")).rows
    assert [int(value) for value in rows["i"]] == integers[: len(floats)]
    assert [float(value) for value in rows["f"]] == floats


@SETTINGS
@given(lines=st.lists(st.text(st.sampled_from('ab,"\n'), max_size=10), max_size=12))
def test_marked_csv_loses_no_text(lines: list[str]) -> None:
    """Whatever the quotes do, every character of the body is in a cell, in an unreadable row, or is markup."""
    body = "\n".join(lines)
    raw = read_csv(f"one,two\n{body}\nx,y\n".encode(), "table.csv", ReadOptions(on_bad_rows="mark", separator=","))
    cells = [value for row in raw.frame.iter_rows() for value in row if value is not None]
    found = "".join([*cells, *raw.unreadable.values()])
    for letter in "ab":
        assert found.count(letter) == body.count(letter)


@SETTINGS
@given(data=st.binary(max_size=200))
def test_any_bytes_give_a_table_or_a_clear_error(data: bytes, tmp_path: Path) -> None:
    for name in ("any.csv", "any.jsonl", "any.parquet", "any.npy"):
        path = tmp_path / name
        path.write_bytes(data)
        options = ReadOptions(on_bad_rows="mark", on_bad_bytes="replace", rename=True)
        with pytest.raises(InputError):
            read(path, roles=Roles(text="no such column"), options=options)


@SETTINGS
@given(st.lists(st.tuples(st.text(max_size=5), st.text(st.characters(exclude_characters="{}"), min_size=1))))
def test_f008_templates_split_as_they_were_joined(pieces: list[tuple[str, str]]) -> None:
    template = "".join(f"{plain.replace('{', '{{').replace('}', '}}')}{{{column}}}" for plain, column in pieces)
    assert split_template(template) == pieces


@SETTINGS
@given(
    st.lists(
        st.lists(st.floats(width=32), min_size=2, max_size=2),
        min_size=1,
        max_size=6,
    )
)
def test_finite_rows_have_a_direction_or_are_flat(rows: list[list[float]]) -> None:
    matrix = np.array(rows, dtype=np.float32)
    finite, flat = finite_and_flat(matrix)
    usable = matrix[finite & ~flat]
    norms = np.linalg.norm(usable, axis=1)
    assert np.isfinite(norms).all()
    assert (norms > 0).all()
    assert not finite[~np.isfinite(matrix).all(axis=1)].any()
