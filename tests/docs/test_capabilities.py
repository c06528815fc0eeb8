"""The table of capabilities says what the tests show, no more and no less."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from list_tests import ROW, TABLE, fill, numbered_tests  # noqa: E402

TEXT = TABLE.read_text(encoding="utf-8")
ROWS = [row for line in TEXT.splitlines() if (row := ROW.match(line))]


def named(tests: str) -> list[str]:
    return re.findall(r"`(tests/[^`]+)`", tests)


def test_every_row_is_there_once_and_in_order() -> None:
    assert [int(row["number"]) for row in ROWS] == list(range(1, 123))
    assert len(ROWS) == sum(bool(re.match(r"\| *\d", line)) for line in TEXT.splitlines()), "a row is not well formed"


def test_the_tests_named_are_those_that_exist() -> None:
    tests = numbered_tests()
    for row in ROWS:
        wanted = tests.get(int(row["number"]), [])
        assert named(row["tests"]) == wanted, f"row {row['number']}; run: python scripts/list_tests.py"
    assert fill(TEXT, tests) == TEXT


def test_every_numbered_test_has_a_row() -> None:
    assert set(numbered_tests()) <= {int(row["number"]) for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_states_are_honest(row: re.Match[str]) -> None:
    if row["state"] == "works":
        assert named(row["tests"]), f"row {row['number']} works and no test shows it"
    if row["state"] == "planned":
        assert not named(row["tests"]), f"row {row['number']} is planned and has tests: is it there in part?"


def test_names_are_read_from_the_tests() -> None:
    tests = numbered_tests()
    assert "tests/unit/test_encoders.py::test_f012_texts_become_unit_vectors_of_384" in tests[12]
    table = "| 12 | texts | works | old |\n| 13 | more | planned | |\n"
    assert fill(table, {12: ["tests/a.py::test_f012_x"]}) == (
        "| 12 | texts | works | `tests/a.py::test_f012_x` |\n| 13 | more | planned |  |\n"
    )
