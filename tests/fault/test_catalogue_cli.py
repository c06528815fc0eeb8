"""The same bad data through ``triptych run``: the same outcome, an exit code, and never a trace."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.fault.cases import CASES, Case, expected
from triptych.cli.app import app
from triptych.core.errors import TriptychError


def flags(case: Case, folder: Path) -> list[str]:
    """Return the command line that reads a case."""
    words = [str(folder / case.file)]
    for name, value in (case.roles | case.options).items():
        flag = "--" + name.replace("_", "-")
        for item in value if isinstance(value, tuple) else (value,):
            words += [flag] if item is True else [flag, str(item)]
    return [*words, "--metadata", str(folder / case.metadata)] if case.metadata else words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_outcome_on_the_command_line(case: Case, inputs: Path, tmp_path: Path, tally: Counter[str]) -> None:
    out = tmp_path / "run.trip"
    tally["inputs tried on the command line"] += 1
    result = CliRunner().invoke(app, ["run", *flags(case, inputs), "--out", str(out), "--quiet", "--json"])
    if isinstance(case.outcome, dict):
        assert result.exit_code == 0, repr(result.exception)
        found = json.loads(result.stdout)["rows"]
        kept = case.outcome.get("kept", 0)
        assert (found["kept"], found["marked"]) == (kept, {k: v for k, v in case.outcome.items() if k != "kept"})
        assert found["in"] == sum(case.outcome.values()), "a row vanished"
        assert (out / "map.html").exists()
    else:
        assert isinstance(result.exception, TriptychError), repr(result.exception)
        assert type(result.exception) is case.outcome
        said = f"{type(result.exception).__name__}: {result.exception}".replace(str(inputs), "")
        assert re.sub(r"(readable Parquet file): .*", r"\1: …", said) == expected()[case.name]
        assert not out.exists(), "left a folder behind"
    tally["outcomes met on the command line"] += 1
