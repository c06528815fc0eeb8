"""Settings have one name in Python, on the command line and in triptych.toml."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import planted
from triptych.cli.app import app
from triptych.core.config import COLUMNS, dump_config, load_config, parse_config
from triptych.core.errors import TriptychError, UsageError
from triptych.core.schema import ReadOptions, Roles
from triptych.stages.run import SETTINGS, Road


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder with a table of texts in it; ``data.npy`` and ``rows.csv`` need no encoder."""
    import numpy as np

    vectors, frame = planted(60)
    np.save(tmp_path / "data.npy", vectors)
    frame.write_csv(tmp_path / "rows.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


FILE = """
source = "data.npy"
metadata = "rows.csv"
name = "Six groups"

[columns]
text = "words"
group = ["kind"]

[road]
reduction = 0
clusterer = "kmeans"
n_clusters = 6
levels = [3]
seed = 7
"""


def test_f099_the_file_has_every_setting_once() -> None:
    assert list(SETTINGS["columns"]) == [item.name for item in fields(Roles)]
    assert list(SETTINGS["reading"]) == [item.name for item in fields(ReadOptions)]
    assert list(SETTINGS["road"]) == [item.name for item in fields(Road)]
    names = [name for limits in SETTINGS.values() for name in limits]
    assert len(names) == len(set(names))
    assert not set(names) & set(SETTINGS)
    for limits in SETTINGS.values():
        assert all(limit.help for limit in limits.values())


def test_a_setting_that_may_be_left_out_is_left_out_by_default() -> None:
    """A file cannot say None: whatever can be None must be so when it is not in the file."""
    for cls in (Road, ReadOptions):
        for item in fields(cls):
            assert not item.metadata["limit"].optional or item.default is None, item.name


def test_f099_run_without_a_source_reads_the_file_and_flags_win(here: Path) -> None:
    (here / "triptych.toml").write_text(FILE)
    result = call("run", "--n-clusters", "4", "--out", "map.trip", "--quiet", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["clusters"] == 4
    config = json.loads((here / "map.trip" / "manifest.json").read_text())["config"]
    assert {name: config[name] for name in ("source", "text", "group", "clusterer", "n_clusters", "seed", "name")} == {
        "source": "data.npy", "text": "words", "group": ["kind"], "clusterer": "kmeans", "n_clusters": 4, "seed": 7,
        "name": "Six groups",
    }  # fmt: skip


def test_f099_the_settings_of_a_run_repeat_it(here: Path) -> None:
    (here / "triptych.toml").write_text(FILE)
    assert call("run", "--out", "one.trip", "--quiet").exit_code == 0
    printed = call("config", "one.trip").output
    (here / "again.toml").write_text(printed)
    assert call("run", "--config", "again.toml", "--out", "two.trip", "--quiet").exit_code == 0
    assert (here / "one.trip" / "results.csv").read_bytes() == (here / "two.trip" / "results.csv").read_bytes()
    steps = [json.loads((here / run / "manifest.json").read_text())["steps"] for run in ("one.trip", "two.trip")]
    assert steps[0] == steps[1]
    assert call("config", "two.trip").output == printed


def test_a_source_on_the_command_line_leaves_the_file_alone(here: Path) -> None:
    (here / "triptych.toml").write_text("nonsense = 1")
    result = call("run", "rows.csv", "--text", "nothing", "--quiet")
    assert "no column 'nothing'" in str(result.exception)


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "triptych.toml").write_text('source = "a.csv"\nout = "/runs/a.trip"')
    found = load_config(folder / "triptych.toml", SETTINGS)
    assert found == {"source": str(folder / "a.csv"), "out": "/runs/a.trip"}


def test_nothing_to_read_says_how_to_begin(here: Path) -> None:
    error = call("run").exception
    assert isinstance(error, UsageError)
    assert "no SOURCE is given" in str(error)
    (here / "triptych.toml").write_text("")
    assert "names no source" in str(call("run").exception)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[road]\nmin_cluster_sise = 3", "t.toml, [road] has no parameter 'min_cluster_sise'", "min_cluster_size"),
        ("[colums]\ntext = 'a'", "t.toml has no 'colums' at the top", "did you mean columns?"),
        ("sauce = 'a.csv'", "t.toml has no 'sauce' at the top", "did you mean source?"),
        ("seed = 3", "t.toml has no 'seed' at the top", "put it below [road]"),
        ("road = 3", "t.toml: road must be a table", "[road]"),
        ("[road]\nseed = 'a'", "t.toml, [road]: seed must be a whole number of at least 0, got 'a'", "random"),
        ("[road]\nseed = true", "seed must be a whole number of at least 0, got True", "random"),
        ("[road]\nmin_dist = nan", "min_dist must be a number from 0.0 to 1.0, got nan", "pack"),
        (f"[road]\nmin_dist = {10**400}", "min_dist must be a number from 0.0 to 1.0", "pack"),
        ("[road]\nlevels = [4, 0]", "levels must be whole numbers of at least 1", "coarser"),
        ("[road]\nselection = ['eom']", "selection must be one of eom, leaf", "HDBSCAN"),
        ("[columns]\ngroup = 'kind'", "group must be a list of strings", "categories"),
        ("[columns]\ntext = 3", "t.toml, [columns]: text must be a string, got 3", "template"),
        ("[reading]\nmake_ids = 1", "make_ids must be true or false, got 1", "number the rows"),
        ("name = [1]", "t.toml: name must be a string, got [1]", "heading"),
        ("name =", "t.toml is not valid TOML", "values look like"),
        (f"[road]\nseed = {'9' * 5000}", "t.toml is not valid TOML", "values look like"),
        ("name = " + "[" * 5000, "t.toml is not valid TOML", "values look like"),
    ],
)
def test_f099_a_wrong_file_is_refused_in_words(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_config(text, "t.toml", SETTINGS)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("make", ["missing", "latin", "folder"])
def test_a_file_that_cannot_be_read(tmp_path: Path, make: str) -> None:
    path = tmp_path / "triptych.toml"
    if make == "latin":
        path.write_bytes('name = "Käse"'.encode("latin-1"))
    if make == "folder":
        path.mkdir()
    with pytest.raises(TriptychError) as error:
        load_config(path, SETTINGS)
    assert str(path) in error.value.message
    assert error.value.hint


def test_one_setting_has_one_form() -> None:
    """1 and 1.0, a list and a tuple, make the same run: they must give the same step and the same bytes."""
    found = parse_config("[road]\nmin_dist = 0\nlevels = [4, 2]", "t.toml", SETTINGS)
    assert repr(found) == "{'min_dist': 0.0, 'levels': (4, 2)}"


def test_what_no_file_can_hold_is_refused() -> None:
    with pytest.raises(UsageError, match="no Unicode text"):
        dump_config({"name": "a\udc80"}, SETTINGS)
    with pytest.raises(UsageError, match="seed must be a whole number"):
        dump_config({"seed": {"a": 1}}, SETTINGS)


def test_columns_are_flags(here: Path) -> None:
    text = call("run", "--help").output
    for name in COLUMNS:
        assert f"--{name}" in text
    result = call("run", "rows.csv", "--text", "words", "--group", "kind", "--group", "nope", "--quiet")
    assert "no column 'nope', named for group" in str(result.exception)
