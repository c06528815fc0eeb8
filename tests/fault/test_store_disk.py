"""A disk that is full or defect at the n-th write, for every n, and power that goes between any two."""

from __future__ import annotations

import errno
import json
import os
import random
import resource
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import planted
from tests.fault.forker import ROOT
from tests.fault.roads import digests, store_road
from triptych.core import files
from triptych.core.errors import StoreError
from triptych.core.manifest import MANIFEST
from triptych.core.store import Store
from triptych.core.upkeep import check_run, collect_garbage
from triptych.export.tables import write_table
from triptych.testing.faults import disk, failing
from triptych.testing.power import Recorder, after_power_cut

POWER_CUTS = 1_000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return dict(store_road(None).digests)


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob(".writing-*"))


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from-then-on"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO], ids=["full", "defect"])
def test_every_write_may_fail(
    memory: Path, whole: dict[str, str], tally: Counter[str], code: int, lasting: bool
) -> None:
    said = []
    for at in count(1):
        folder = memory / str(at)
        try:
            with disk(failing(at, code, lasting=lasting)) as calls:
                store_road(folder)
        except StoreError as error:
            said.append(error)
        if calls.calls < at:
            break
        kept = known(folder)
        assert all(element.state == "intact" for element in elements(folder)), f"call {at}"
        assert lasting or not leftovers(folder), f"call {at}"
        store_road(folder)
        assert set(kept) <= set(known(folder)), f"call {at}: what was kept is kept"
        assert digests(folder) == whole, f"call {at}"
        assert not leftovers(folder), f"call {at}"
        tally["write faults survived"] += 1
    assert len(said) > 60
    for error in said:
        assert os.strerror(code) in error.message
        assert str(memory) in error.message
        assert error.hint


def test_the_message_says_how_many_bytes_are_needed(tmp_path: Path) -> None:
    with disk(failing(2)), pytest.raises(StoreError, match=r"No space left on device \(1,234 bytes needed\)") as caught:
        files.write_bytes(tmp_path / "file", bytes(1234))
    assert str(tmp_path / "file") in caught.value.message
    assert "free some space" in caught.value.hint
    assert not list(tmp_path.iterdir())


def test_the_system_itself_refuses_to_write_on(tmp_path: Path) -> None:
    code = "from tests.fault.roads import store_road; import sys; store_road(sys.argv[1])"
    limited = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run")], cwd=ROOT, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000)),
    )  # fmt: skip
    last = [line for line in limited.stderr.splitlines() if "StoreError" in line][-1]
    assert "File too large" in last
    assert "bytes needed" in last
    assert not leftovers(tmp_path)
    assert dict(store_road(tmp_path / "run").digests) == digests(tmp_path / "run")


@pytest.mark.parametrize("name", ["table.csv", "table.parquet", "table.json"])
def test_exports_are_whole_or_the_old_ones(tmp_path: Path, tally: Counter[str], name: str) -> None:
    _, frame = planted(30)
    write_table(frame.head(3), tmp_path / name)
    old = (tmp_path / name).read_bytes()
    write_table(frame, tmp_path / "new" / name)
    for at in count(1):
        try:
            with disk(failing(at, errno.EIO)) as calls:
                write_table(frame, tmp_path / name)
        except StoreError:
            tally["write faults survived"] += 1
        if calls.calls < at:
            break
        # After the rename only the flush of the folder can fail: then the new file is there.
        assert (tmp_path / name).read_bytes() in (old, (tmp_path / "new" / name).read_bytes())
        assert not leftovers(tmp_path)
    assert (tmp_path / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


def recorded(folder: Path) -> Recorder:
    recorder = Recorder()
    with disk(recorder):
        store_road(folder, " old")
        with Store(folder) as store:
            for number in range(2):
                store.keep_part(str(number) * 64, planted(9 + number)[1])
        store_road(folder, " new")
        collect_garbage(folder)
    return recorder


def damaged_by_power_cuts(recorder: Recorder, root: Path, scratch: Path, cuts: int) -> int:
    """Return after how many power cuts the manifest was not the old or the new one, or named what was not there."""
    commits = [i for i, entry in enumerate(recorder.log) if entry[0] == "replace" and entry[2].endswith(MANIFEST)]
    manifests = [written(recorder, at) for at in commits]
    bad = 0
    for number in range(cuts):
        at = round(number * len(recorder.log) / (cuts - 1))
        folder = scratch / str(number)
        folder.mkdir()
        after_power_cut(recorder.log[:at], root.parent, folder, random.Random(number))
        run = folder / root.name
        # The last one whose folder was flushed by then must be there, or a later one.
        safe = sum(("folder", str(root)) in recorder.log[commit:at] for commit in commits)
        begun = sum(commit < at for commit in commits)
        bad += not valid(run, manifests[max(safe - 1, 0) : begun], none_yet=safe == 0)
    return bad


def valid(run: Path, allowed: list[bytes], *, none_yet: bool) -> bool:
    if not (run / MANIFEST).exists():
        return none_yet
    if (run / MANIFEST).read_bytes() not in allowed:
        return False
    return all(element.state == "intact" for element in check_run(run))


def written(recorder: Recorder, commit: int) -> bytes:
    """Return the bytes of the file that a recorded rename put in place."""
    source = recorder.log[commit][1]
    file = next(entry[2] for entry in recorder.log if entry[:2] == ("set", source))
    return b"".join(entry[2] for entry in recorder.log if entry[:2] == ("write", file))


def test_power_cuts_leave_the_old_manifest_or_the_new(tmp_path: Path, memory: Path, tally: Counter[str]) -> None:
    recorder = recorded(tmp_path / "run")
    assert damaged_by_power_cuts(recorder, tmp_path / "run", memory, POWER_CUTS) == 0
    tally["power cuts survived"] += POWER_CUTS


@pytest.mark.parametrize("forgotten", ["file", "folder"])
def test_without_flushing_power_cuts_would_show(tmp_path: Path, memory: Path, forgotten: str) -> None:
    recorder = recorded(tmp_path / "run")
    objects = str(tmp_path / "run" / "objects")
    recorder.log = [e for e in recorder.log if e[0] != forgotten or (forgotten == "folder" and e[1] != objects)]
    assert damaged_by_power_cuts(recorder, tmp_path / "run", memory, 100) > 10


def test_leftovers_of_dead_writers_are_swept_and_those_of_live_ones_are_not(tmp_path: Path) -> None:
    store_road(tmp_path / "run")
    dead, live = tmp_path / "run" / ".writing-dead", tmp_path / "run" / ".writing-live"
    (tmp_path / "run" / "objects" / ".writing-dead").write_bytes(b"half")
    dead.write_bytes(b"half")
    with live.open("wb") as file:
        assert files.hold(file.fileno())
        with Store(tmp_path / "run"):
            pass
        assert leftovers(tmp_path) == [live]


def elements(folder: Path) -> list[object]:
    return check_run(folder) if (folder / MANIFEST).exists() else []


def known(folder: Path) -> list[str]:
    path = folder / MANIFEST
    return list(json.loads(path.read_bytes())["known"]) if path.exists() else []
