"""The command line as people and programs use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from tests.conftest import planted
from triptych.cli.app import VERBS, app, main
from triptych.cli.show_text import plain
from triptych.core.errors import TriptychError


def call(*words: object) -> Result:
    """Run the command line in this process; errors of ours come back as exceptions."""
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def fails(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: object) -> tuple[int, str]:
    """Run the command line as the shell would; return exit code and stderr."""
    monkeypatch.setattr(sys, "argv", ["triptych", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    return int(stop.value.code or 0), capsys.readouterr().err


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of a CSV with a messy header, made by the command line."""
    folder = tmp_path_factory.mktemp("messy")
    _, frame = planted(90)
    rows = [f'{r["key"]};"{r["words"]}, said ""he""\nand more";{r["kind"]};{r["day"]}' for r in frame.to_dicts()]
    text = "\ufeff" + "\r\n".join([" Row Id ;Über Text (EN);KIND?;first seen", *rows]) + "\r\n"
    (folder / "messy.csv").write_bytes(text.encode())
    result = call(
        "run", folder / "messy.csv", "--text", "Über Text (EN)", "--id", " Row Id ", "--group", "KIND?",
        "--date", "first seen", "--title", " Row Id ", "--min-cluster-size", "5", "--levels", "4,2",
        "--json", "--quiet",
    )  # fmt: skip
    assert result.exit_code == 0, result.output + repr(result.exception)
    (folder / "summary.json").write_text(result.output)
    return folder


def test_run_of_a_csv_with_a_messy_header(messy: Path) -> None:
    found = json.loads((messy / "summary.json").read_text())
    assert found["rows"] == {"in": 90, "kept": 90, "marked": {}}
    assert found["levels"][0] == found["clusters"]
    assert [s["stage"] for s in found["steps"]][:2] == ["read", "encode"]
    for name in ("map.html", "report.html", "results.parquet", "results.csv", "topics.csv", "topics.json"):
        assert (messy / "messy.trip" / name).stat().st_size > 100, name


def test_show_prints_what_people_ask_for(messy: Path) -> None:
    result = call("show", messy / "messy.trip")
    assert result.exit_code == 0
    for words in ("90 in, 90 kept", "noise)", "Largest topics", "encode minilm", "seconds", "triptych open"):
        assert words in result.output, words


def test_show_level_and_json(messy: Path) -> None:
    topics = json.loads(call("show", messy / "messy.trip", "--level", "0", "--json").output)
    lines = call("show", messy / "messy.trip", "--level", "0").output.splitlines()
    assert len(topics) == len(lines) > 1
    assert json.loads(call("show", messy / "messy.trip", "--json").output)["rows"]["in"] == 90


@pytest.mark.parametrize(
    ("name", "what"),
    [("a.csv", "results"), ("a.parquet", "results"), ("t.json", "topics"), ("d.json", "documents"),
     ("s.csv", "agreement"), ("m.html", "map")],
)  # fmt: skip
def test_export(messy: Path, tmp_path: Path, name: str, what: str) -> None:
    result = call("export", messy / "messy.trip", tmp_path / name, "--what", what)
    assert result.exit_code == 0, result.exception
    assert (tmp_path / name).stat().st_size > 50
    if name == "a.csv":
        assert pl.read_csv(tmp_path / name, infer_schema=False).height == 90


def test_methods_lists_every_method_and_its_parameters() -> None:
    listed = call("methods").output
    for word in ("encoders", "minilm", "hdbscan", "umap", "ward", "mmr", "phrases"):
        assert word in listed
    assert "min_cluster_size" in call("methods", "clusterers/hdbscan").output
    schema = json.loads(call("methods", "clusterers/hdbscan", "--json").output)
    assert schema["properties"]["min_cluster_size"]["minimum"] == 2
    assert "kmeans" in json.loads(call("methods", "--json").output)["clusterers"]


def test_doctor_finds_nothing_missing() -> None:
    found = json.loads(call("doctor", "--json").output)
    assert found["encoder minilm"] == "ready, offline"
    assert not [state for state in found.values() if state.startswith("missing")]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    result = call(verb, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
    for line in result.output.splitlines():
        assert not (line.strip().startswith("--") and len(line.split()) == 1 and "  " not in line.strip()), line


def test_settings_have_the_same_names_as_flags() -> None:
    from triptych.core.schema import ReadOptions, Roles
    from triptych.stages.run import Road

    help_text = call("run", "--help").output
    for cls in (Road, ReadOptions, Roles):
        for name in cls.__dataclass_fields__:
            assert f"--{name.replace('_', '-')}" in help_text, name


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["run", "nowhere.csv", "--text", "t"], 3, "nowhere.csv"),
        (["show", "nowhere.trip"], 5, "is no Triptych run"),
        (["open", "nowhere.trip"], 5, "there is no nowhere.trip"),
        (["methods", "clusterer"], 2, "did you mean clusterers"),
        (["methods", "clusterers/hdbscn"], 2, "did you mean hdbscan"),
        (["run", "x.csv", "--min-cluster-size", "1"], 2, "must be a whole number of at least 2, got '1'"),
        (["run", "x.csv", "--levels", "4,x"], 2, "whole numbers of at least 1"),
        (["run", "x.csv", "--on-bad-rows", "drop"], 2, "one of error, mark"),
        (["nonsense"], 2, "there is no command 'nonsense'"),
        (["expert"], 2, "did you mean export?"),
    ],
)
def test_errors_end_with_their_code_and_a_sentence(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    found, text = fails(capsys, monkeypatch, *words)
    assert (found, message in text) == (code, True), text
    assert "Traceback" not in text
    assert not list(tmp_path.iterdir()), "left something behind"


def test_a_defect_is_a_sentence_with_its_own_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triptych.cli.methods.method_names", lambda _: 1 / 0)
    code, text = fails(capsys, monkeypatch, "methods")
    assert code == 8
    assert "ZeroDivisionError" in text
    assert "Traceback" not in text


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("triptych.cli.methods.method_names", stop)
    code, text = fails(capsys, monkeypatch, "methods")
    assert code == 130
    assert text.strip() == "triptych: stopped; the same command continues where this one ended"


def test_every_error_shows_its_hint(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for error in TriptychError.__subclasses__():
        monkeypatch.setattr(
            "triptych.cli.methods.method_names", lambda _, e=error: (_ for _ in ()).throw(e("A\x1b", hint="B"))
        )
        assert fails(capsys, monkeypatch, "methods") == (error.exit_code, "triptych: A\\x1b\n  hint: B\n")


def test_terminal_escapes_are_shown_not_obeyed() -> None:
    assert plain("a\x1b[31mb\x07\u202ec\x9b\td\n") == "a\\x1b[31mb\\x07\\u202ec\\x9b\td\n"


def test_the_module_runs_too(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "triptych", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ},
    )
    assert found.stdout.startswith("triptych, version 0.")
