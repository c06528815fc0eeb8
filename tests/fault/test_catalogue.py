"""Bad data, read by the library: every input has its stated outcome and says what it should."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path

import pytest

from tests.fault.cases import CASES, Case, expected, statuses, told
from tests.fault.make_inputs import INPUTS
from triptych.core.errors import InputError, TriptychError
from triptych.core.schema import ROW_ID, STATUS, ReadOptions, Roles, Status
from triptych.sources import read


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outcome(case: Case, inputs: Path) -> None:
    if isinstance(case.outcome, dict):
        table = case.read(inputs)
        assert statuses(table) == case.outcome
        assert table.rows[ROW_ID].n_unique() == len(table.rows)
        assert table.vectors is None or len(table.vectors) == case.outcome["kept"]
        assert len(table.digest) == 64
    else:
        with pytest.raises(case.outcome) as caught:
            case.read(inputs)
        assert type(caught.value) is case.outcome
        assert caught.value.hint, "an error says what to do"
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None, "no trace of a dependency"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_message(case: Case, inputs: Path) -> None:
    assert told(case, inputs) == expected()[case.name]


def test_every_input_has_a_case_and_every_case_a_message() -> None:
    files = {case.file for case in CASES}
    assert {path.name for path in INPUTS.iterdir()} <= files
    assert len({case.name for case in CASES}) == len(CASES)
    assert set(expected()) == {case.name for case in CASES}


@pytest.mark.parametrize("name", ["pickle.pkl", "pickle.csv", "pickle.parquet", "canary.npy"])
def test_f001_pickles_are_not_loaded(name: str, inputs: Path) -> None:
    with pytest.raises(InputError, match=r"could run code"):
        read(inputs / name, roles=Roles(text="text"))
    assert not (inputs / "canary").exists()


def test_the_canary_would_fire(inputs: Path) -> None:
    pickle.loads((inputs / "pickle.pkl").read_bytes())
    (inputs / "canary").rmdir()


def test_f001_unreadable_rows_keep_their_text(inputs: Path) -> None:
    rows = read(inputs / "ragged.csv", roles=Roles(text="text", id="id"), options=ReadOptions(on_bad_rows="mark")).rows
    assert rows["document"].to_list() == ["fine", "2,one, two, three", "3", "fine again"]
    assert rows["row_id"].to_list() == ["1", "line-3", "line-4", "4"]
    assert rows["text"].to_list() == ["fine", None, None, "fine again"]


@pytest.mark.parametrize("name", ["typed.parquet", "list_vectors.parquet", "good.npy"])
def test_damaged_files_give_a_table_or_an_error_of_ours(name: str, inputs: Path, tmp_path: Path) -> None:
    whole, rng = (inputs / name).read_bytes(), random.Random(name)
    path = tmp_path / name
    refused = 0
    for _ in range(40 if name.endswith("npy") else 10):  # a Parquet file is read in another process first
        damaged = bytearray(whole)
        damaged[rng.randrange(8, len(whole) - 8)] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            read(path, roles=Roles(text="text") if name == "typed.parquet" else Roles())
        except TriptychError:
            refused += 1
    assert refused > 0


def test_a_parquet_file_that_would_end_the_program(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (inputs / "typed.parquet").read_bytes()
    for at in (53, 1516):  # in headers of pages, as polars 2.1 writes them: it wants 2**61 bytes, and aborts
        (tmp_path / "table.parquet").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(InputError, match="is not a readable Parquet file"):
            read(tmp_path / "table.parquet", roles=Roles(text="text"))
    monkeypatch.setattr("triptych.sources.parquet._PROBE", "import os; os.abort()")
    with pytest.raises(InputError, match="reading it ends the program"):
        read(inputs / "typed.parquet", roles=Roles(text="text"))


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("text\nfirst\n")
    honest = Path.read_bytes

    def read_and_append(self: Path) -> bytes:
        data = honest(self)
        with self.open("a") as file:
            file.write("second\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", read_and_append)
    with pytest.raises(InputError, match=r"changed while it was read"):
        read(path, roles=Roles(text="text"))


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file"), "vanished"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end(
    error: OSError, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("text\nfirst\n")

    def fail(self: Path) -> bytes:
        raise error

    monkeypatch.setattr(Path, "read_bytes", fail)
    with pytest.raises(InputError, match=said):
        read(path, roles=Roles(text="text"))


def test_pipes_and_impossible_paths_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name, said in [("pipe.csv", "not a regular file"), ("loop.csv", "cannot read"), ("a\0b.csv", "cannot read")]:
        with pytest.raises(InputError, match=said):
            read(tmp_path / name, roles=Roles(text="text"))


def test_no_row_vanishes_whatever_the_options(inputs: Path) -> None:
    options = ReadOptions(on_bad_rows="mark", on_bad_bytes="replace", rename=True, make_ids=True)
    for name, rows in {"ragged.csv": 4, "unbalanced_quote.csv": 4, "bad_line.jsonl": 3, "repeated_ids.csv": 5}.items():
        table = read(inputs / name, roles=Roles(text="text"), options=options)
        assert len(table.rows) == rows
        assert set(table.rows[STATUS]) <= set(Status)
