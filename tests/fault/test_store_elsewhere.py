"""Odd locales, zones, umasks, homes and paths change no result."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fault.forker import ROOT
from tests.fault.roads import digests, stage_road
from triptych.core import lock, store

CODE = """
import os, sys
os.umask(int(sys.argv[2], 8))
from tests.fault.roads import stage_road
stage_road(sys.argv[1])
"""

LONG = "/".join(["a folder with a name of nearly two hundred and fifty characters ".ljust(240, "x")] * 12)


@pytest.mark.parametrize(
    ("environment", "umask", "name"),
    [
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}, "000", "run"),
        ({"LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "7"}, "077", "run"),
        ({"LC_ALL": "C.UTF-8", "TZ": "Etc/GMT+12"}, "027", "Übung mit Leerzeichen/поезд 🚂/run"),
        ({}, "022", f"{LONG}/run"),
    ],
    ids=["ascii", "turkish", "unicode-path", "long-path"],
)
def test_no_effect(tmp_path: Path, environment: dict[str, str], umask: str, name: str) -> None:
    folder = tmp_path / name
    # No HOME: nothing may be read from there or written to it.
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    subprocess.run([sys.executable, "-c", CODE, str(folder), umask], env=clean, cwd=ROOT, check=True)
    assert digests(folder) == dict(stage_road(None).digests)
    allowed = 0o666 & ~int(umask, 8)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (folder / "objects").iterdir()} == {allowed}
    assert stat.S_IMODE((folder / "manifest.json").stat().st_mode) == allowed


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_wrong_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, year: int) -> None:
    stopped = SimpleNamespace(now=lambda zone: datetime(year, 1, 1, tzinfo=zone))
    monkeypatch.setattr(store, "datetime", stopped)
    monkeypatch.setattr(lock, "datetime", stopped)
    stage_road(tmp_path / "run")
    assert digests(tmp_path / "run") == dict(stage_road(None).digests)
