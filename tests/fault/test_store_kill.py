"""SIGKILL between any two writes and in every stage, signals that can be caught, and writers that race."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.fault.forker import Forker
from tests.fault.roads import PART, ROWS, digests, stage_road, store_road
from triptych.core.codec import ENDINGS
from triptych.core.manifest import MANIFEST, read_manifest
from triptych.core.store import Store
from triptych.core.upkeep import check_run

OWNER = re.compile(r"is being written by process \d+ on \S+ since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$")


def lost(folder: Path) -> int:
    """Return how many bytes of what the manifest names are not as they were written."""
    if not (folder / MANIFEST).exists():
        return 0
    return sum(element.bytes for element in check_run(folder) if element.state != "intact")


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob(".writing-*"))


def test_kill_at_every_write_then_run_again(forker: Forker, tally: Counter[str], memory: Path) -> None:
    whole = forker("store", out=str(memory / "whole"))
    calls, swept = whole.value["calls"], 0
    assert calls > 60
    for at in range(1, calls + 1):
        folder = memory / f"killed-{at}"
        assert forker("store", out=str(folder), kill_at=at).signal == signal.SIGKILL
        swept += len(leftovers(folder))
        tally["bytes lost of what was kept"] += lost(folder)
        store_road(folder)
        assert digests(folder) == whole.value["digests"], f"killed at call {at}"
        assert not leftovers(folder)
        assert set(manifest_objects(folder)) == {path.name for path in (folder / "objects").iterdir()}
        tally["kills survived"] += 1
    assert swept > 10, "some were killed in the middle of a file"
    assert tally["bytes lost of what was kept"] == 0


def test_kill_while_a_finished_run_is_changed_leaves_the_old_or_the_new(
    forker: Forker, tally: Counter[str], memory: Path
) -> None:
    old = forker("store", out=str(memory / "old"), tag=" old").value["digests"]
    shutil.copytree(memory / "old", memory / "new")
    changed = forker("store", out=str(memory / "new"), tag=" new").value
    for at in range(1, changed["calls"] + 1, 3):
        folder = memory / f"killed-{at}"
        shutil.copytree(memory / "old", folder)
        assert forker("store", out=str(folder), tag=" new", kill_at=at).signal == signal.SIGKILL
        assert digests(folder) in (old, changed["digests"]), f"killed at call {at}"
        tally["kills survived"] += 1


def test_kill_in_every_stage_loses_one_part_at_most(forker: Forker, tally: Counter[str], memory: Path) -> None:
    whole = forker("stages", out=str(memory / "whole")).value
    assert whole["digests"] == dict(stage_road(None, part=ROWS).digests), "parts change nothing"
    assert whole["events"] == 2 * 8 + 2 * ROWS // PART
    for at in range(1, whole["events"] + 1):
        folder, book = memory / f"killed-{at}", memory / f"book-{at}"
        assert forker("stages", out=str(folder), book=str(book), kill_at=at).signal == signal.SIGKILL
        tally["bytes lost of what was kept"] += lost(folder)
        stage_road(folder, book=book)
        assert digests(folder) == whole["digests"], f"killed at event {at}"
        assert sum(map(int, book.read_text().split())) <= ROWS + PART, f"killed at event {at}"
        tally["kills survived"] += 1


@pytest.mark.parametrize("rounds", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_at_any_moment(forker: Forker, tally: Counter[str], memory: Path, rounds: int) -> None:
    whole = forker("stages", out=str(memory / "whole")).value["digests"]
    for number in range(rounds):
        folder = memory / f"killed-{number}"
        forker("stages", out=str(folder), kill_after=0.4 * number / rounds)
        stage_road(folder)
        assert digests(folder) == whole
        tally["kills survived"] += 1


@pytest.mark.parametrize(("event", "code"), [("terminate_at", 143), ("interrupt_at", 130)])
def test_signals_stop_cleanly_in_every_stage(
    forker: Forker, tally: Counter[str], memory: Path, event: str, code: int
) -> None:
    whole = forker("stages", out=str(memory / "whole")).value
    for at in range(1, whole["events"] + 1, 3):
        folder = memory / f"{event}-{at}"
        assert forker("stages", out=str(folder), **{event: at}).code == code
        assert not leftovers(folder)
        if folder.exists():
            assert (folder / "lock").read_bytes() == b"", "the lock was let go"
        stage_road(folder)
        assert digests(folder) == whole["digests"]
        tally["signals survived"] += 1


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_command_line_stops_with_a_hint(
    tally: Counter[str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    rows = "\n".join(f"text {i} of a table that takes its time {i * i}" for i in range(20_000))
    (tmp_path / "table.csv").write_text(f"text\n{rows}\n")
    words = ["-m", "triptych", "run", "table.csv", "--text", "text", "--quiet", "--threads", "1"]
    run = subprocess.Popen([sys.executable, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    folder = tmp_path / "table.trip"
    while run.poll() is None and not (folder / "manifest.json").exists():
        time.sleep(0.05)
    time.sleep(1)  # the first step is kept; now it loads the model, or encodes
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == code
    assert said.strip() == "triptych: stopped; the same command continues where this one ended"
    assert not leftovers(folder)
    assert (folder / "lock").read_bytes() == b""
    tally["signals survived"] += 1


def test_twenty_writers_race(forker: Forker, tally: Counter[str], memory: Path) -> None:
    """The folder holds a run, or nothing: then each writer takes it away again, which is where locks go wrong."""
    store_road(memory / "run")
    before = (memory / "run" / "manifest.json").read_bytes()
    for name in ("run", "fresh"):
        ends = forker("race", copies=20, out=str(memory / name), witness=str(memory / "witness"), times=50)
        assert [end.value["shared"] for end in ends] == [0] * 20
        assert sum(end.value["written"] for end in ends) >= 20
        refusals = {message for end in ends for message in end.value["refused"]}
        assert any(OWNER.search(message) for message in refusals)
        for message in refusals:
            # Who lets go between our try and our look has no name any more.
            assert OWNER.search(message) or message.endswith("is being written by another process"), message
        tally["races for the lock"] += 1_000
    assert (memory / "run" / "manifest.json").read_bytes() == before
    assert not (memory / "fresh").exists()


def test_the_lock_of_a_dead_writer_is_harmless(forker: Forker, memory: Path) -> None:
    forker("store", out=str(memory / "run"), kill_at=20)
    assert b"process" in (memory / "run" / "lock").read_bytes(), "it was left behind"
    with Store(memory / "run"):
        pass


def manifest_objects(folder: Path) -> list[str]:
    return [f"{name}.{ENDINGS[entry['type']]}" for name, entry in read_manifest(folder)["objects"].items()]
