"""How columns of a run reach the page: what is a number, a date, a category, and what stays text."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from tests.conftest import planted
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.pages.columns import describe_column
from triptych.stages import draw


@pytest.mark.parametrize(
    ("column", "kind", "cells"),
    [
        ([1, 2.0, None, float("nan")], "number", [1, 2, None, None]),
        (np.array([1.5, np.inf]), "number", [1.5, None]),
        ([2**60, 1], "category", [str(2**60), "1"]),
        ([2**53, 1], "number", [2**53, 1]),
        (np.array(["1970-01-02", "NaT", "1969-12-31"], "M8[D]"), "date", [1, None, -1]),
        (np.array(["1970-01-01T12:00", "1970-01-03"], "M8[us]"), "date", [0.5, 2]),
        (np.array([10**9], "M8[D]"), "date", [None]),
        (["a", "b", None], "category", ["a", "b", None]),
        (["a", "a"], "text", ["a", "a"]),
        ([None, ""], "text", [None, ""]),
        ([True, False], "category", [True, False]),
        ([], "text", []),
    ],
)
def test_kinds_and_cells(column: Any, kind: str, cells: list[Any]) -> None:
    assert describe_column("c", column) == {"name": "c", "kind": kind, "cells": cells}


def test_f073_five_hundred_categories_are_one_column_and_names_are_not() -> None:
    assert describe_column("c", [f"c{i % 500}" for i in range(1500)])["kind"] == "category"
    assert describe_column("c", [f"c{i}" for i in range(1500)])["kind"] == "text"


def test_what_is_no_cell_is_refused() -> None:
    with pytest.raises(UsageError, match=r"field 'c': b'x' is neither text, number, boolean nor date"):
        describe_column("c", [b"x"])


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1999", "2001", "", "-3.50", "1e-05"], "number"),
        (["007", "12"], "text"),
        (["1234567890123456", "2"], "text"),
        (["1", "n/a"], "text"),
        (["2001-02-03", "", "1999-12-31"], "date"),
        (["2001-02-30", "1999-12-31"], "text"),
        (["", ""], "text"),
    ],
)
def test_a_table_keeps_text_and_the_page_sees_what_it_holds(
    planted_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, texts: list[str], kind: str
) -> None:
    values = [texts[i % len(texts)] for i in range(planted_atlas.kept.height)]
    frame = planted_atlas.kept.with_columns(pl.Series("extra", values))
    monkeypatch.setattr(Atlas, "kept", property(lambda _: frame))
    shown = describe_column("extra", draw.column_values(planted_atlas, "extra"))
    expected = {"text": ("category", "text")}.get(kind, (kind,))
    assert shown["kind"] in expected
    if kind == "number":
        assert shown["cells"][:5] == [1999, 2001, None, -3.5, 1e-05]


def test_the_columns_of_a_run(planted_atlas: Atlas) -> None:
    kinds = {
        name: describe_column(name, draw.column_values(planted_atlas, name))
        for name in draw.shown_columns(planted_atlas)
    }
    assert {name: column["kind"] for name, column in kinds.items()} == {
        "day": "date",
        "kind": "category",
        "votes": "number",
    }
    _, frame = planted()
    first = kinds["day"]["cells"][0]
    assert str(np.datetime64("1970-01-01") + np.timedelta64(first, "D")) == frame["day"][0]
