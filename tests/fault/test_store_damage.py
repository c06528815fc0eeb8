"""Bit rot, edited and missing objects: found, named, and only what is damaged is made again."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.fault.roads import Hook, digests, stage_road, store_road
from triptych.cli.app import app
from triptych.core.errors import StoreError
from triptych.core.manifest import MANIFEST
from triptych.core.store import Store, load_atlas
from triptych.core.upkeep import check_run, collect_garbage


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("honest") / "run"
    stage_road(folder)
    return folder


class Book(Hook):
    """Progress that remembers which steps were computed."""

    def __init__(self) -> None:
        super().__init__()
        self.computed: list[str] = []

    def start(self, step: str, total: int | None, unit: str) -> None:
        self.step = step

    def finish(self, summary: str) -> None:
        if summary != "already done":
            self.computed.append(self.step.replace(" ", "/"))


def flipped(data: bytes) -> bytes:
    at = random.Random(len(data)).randrange(8 * len(data))
    return data[: at // 8] + bytes([data[at // 8] ^ 1 << at % 8]) + data[at // 8 + 1 :]


DAMAGE = {
    "a bit": (lambda f: f.write_bytes(flipped(f.read_bytes())), "damaged"),
    "its end": (lambda f: f.write_bytes(f.read_bytes()[:-1]), "damaged"),
    "more": (lambda f: f.write_bytes(f.read_bytes() + b"\0"), "damaged"),
    "a link": (lambda f: f.rename(f.with_suffix(".x")).exists() and f.symlink_to(f.with_suffix(".x")), "damaged"),
    "all": (Path.unlink, "missing"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_to_any_object_is_found_and_only_its_step_runs_again(
    honest: Path, memory: Path, tally: Counter[str], what: str
) -> None:
    damage, state = DAMAGE[what]
    whole, folder = digests(honest), memory / "run"
    shutil.copytree(honest, folder)
    for element in check_run(folder):
        (file,) = (folder / "objects").glob(f"{element.object}.*")
        damage(file)
        assert [(e.path, e.state) for e in check_run(folder) if e.state != "intact"] == [(element.path, state)]
        assert element.current
        book = Book()
        stage_road(folder, book)
        assert book.computed == [element.step]
        assert digests(folder) == whole
        tally["damaged objects found"] += 1


def test_a_flipped_bit_of_the_manifest_is_found(honest: Path, tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "run")
    path = tmp_path / "run" / MANIFEST
    text = path.read_text()
    path.write_text(text.replace('"kmeans"', '"kmeanr"', 1))
    with pytest.raises(StoreError, match="damaged or was edited"):
        load_atlas(tmp_path / "run")
    with pytest.raises(StoreError, match="damaged or was edited"):
        Store(tmp_path / "run")


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=True)


def test_check_names_what_is_bad_and_what_to_do(honest: Path, tmp_path: Path) -> None:
    good, n = call("check", honest), len(check_run(honest))
    assert good.exit_code == 0
    assert f"{n} elements: {n} intact, 0 damaged, 0 missing" in good.output
    shutil.copytree(honest, tmp_path / "run")
    bad = {element.path: element for element in check_run(tmp_path / "run")}
    next((tmp_path / "run" / "objects").glob(f"{bad['layouts/pca2'].object}.*")).unlink()
    labels = next((tmp_path / "run" / "objects").glob(f"{bad['labels/topics'].object}.*"))
    labels.write_bytes(flipped(labels.read_bytes()))
    result = call("check", tmp_path / "run")
    assert isinstance(result.exception, StoreError)
    assert result.exception.exit_code == 5
    assert "layouts/pca2 of reduce/pca2 is missing" in result.exception.message
    assert "labels/topics of label/topics is damaged" in result.exception.message
    assert "only this is redone: reduce/pca2, label/topics" in result.exception.hint
    assert f"{n} elements: {n - 2} intact, 1 damaged, 1 missing" in result.output
    found = json.loads(call("check", tmp_path / "run", "--json").stdout)
    assert (found["intact"], found["damaged"], found["missing"]) == (n - 2, 1, 1)
    states = {element["path"]: element["state"] for element in found["elements"]}
    assert states["layouts/pca2"] == "missing"
    assert states["rows"] == "intact"


def test_check_of_what_is_no_run(tmp_path: Path) -> None:
    for verb in ("check", "gc"):
        result = call(verb, tmp_path / "nothing")
        assert isinstance(result.exception, StoreError)
        assert "is no Triptych run" in result.exception.message
    assert not list(tmp_path.iterdir())


def test_gc_removes_what_the_current_atlas_does_not_need(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    store_road(folder, " old")
    old = {path.name for path in (folder / "objects").iterdir()}
    store_road(folder, " new")
    (folder / "objects" / f"{'a' * 64}.json").write_bytes(b"left by a killed run")
    (folder / "objects" / "notes.txt").write_bytes(b"not ours")
    before, whole = {path: path.stat().st_size for path in (folder / "objects").iterdir()}, digests(folder)
    said = json.loads(call("gc", folder, "--dry-run", "--json").stdout)
    assert {path for path in before if path.exists()} == set(before), "a dry run removes nothing"
    result = call("gc", folder)
    gone = {path for path in before if not path.exists()}
    assert f"removed: steps 8, objects {len(gone)}, bytes {sum(before[p] for p in gone):,}" in result.output
    assert (said["steps"], said["objects"], said["bytes"]) == (8, len(gone), sum(before[p] for p in gone))
    assert f"{'a' * 64}.json" in {path.name for path in gone}
    assert {path.name for path in gone} & old
    assert (folder / "objects" / "notes.txt").exists()
    assert digests(folder) == whole
    assert collect_garbage(folder).objects == 0


def test_gc_leaves_an_unfinished_run_what_it_needs_to_continue(tmp_path: Path) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage_road(tmp_path / "run", Hook(9, stop))
    assert {element.step for element in check_run(tmp_path / "run")} == {"read/rows", "unfinished"}
    (tmp_path / "run" / "objects" / f"{'a' * 64}.json").write_bytes(b"left by a killed run")
    assert collect_garbage(tmp_path / "run").objects == 1
    book = tmp_path / "book"
    stage_road(tmp_path / "run", book=book)
    assert len(book.read_text().split()) < 5, "finished parts were used"
    with pytest.raises(StoreError, match="is being written by"), Store(tmp_path / "run"):
        collect_garbage(tmp_path / "run")
