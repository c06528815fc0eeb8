"""The folder that a run lives in: immutable objects named by their hash, and one manifest that is swapped last.

A reader sees the old manifest or the new one, never half of either; a killed writer leaves objects that nobody
names. The format is described in ``docs/format.md``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from triptych.core import codec
from triptych.core.atlas import Atlas, Step
from triptych.core.codec import Piece
from triptych.core.errors import StoreError
from triptych.core.files import make_folder, naming, remove, sweep, sync_folder, write_bytes
from triptych.core.lock import LOCK, acquire, release
from triptych.core.manifest import MANIFEST, empty_manifest, read_manifest, sealed
from triptych.core.objects import loader, object_path, objects_folder, read_object, referenced
from triptych.core.schema import Roles
from triptych.core.validate import check_roles, check_rows, check_value

__all__ = ["Store", "load_atlas", "open_manifest", "read_config", "step_of"]


class Store:
    """A run folder opened for writing; one writer at a time.

    Parameters
    ----------
    path
        The folder; made when it does not exist.

    Raises
    ------
    StoreError
        If the path is a file, holds something else, or another process writes to it.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._used: set[str] = set()
        _refuse_strangers(self.path)
        self._lock = acquire(self.path)
        try:
            objects = objects_folder(self.path)
            with naming(objects):
                make_folder(objects)
            for folder in (self.path, objects):
                sweep(folder)
            # Only now: the last writer may have swapped the manifest while we waited for its lock.
            self._manifest = read_manifest(self.path) if (self.path / MANIFEST).exists() else empty_manifest()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes write; a folder that nothing was kept in is taken away again."""
        if not (self.path / MANIFEST).exists():
            with contextlib.suppress(OSError, StoreError):
                os.rmdir(objects_folder(self.path))
                os.unlink(self.path / LOCK)
                os.rmdir(self.path)
        release(self._lock)

    def find(self, key: str) -> tuple[Step, dict[str, Callable[[], Any]]] | None:
        """Return a finished step and loaders of its results, or None when it must be run.

        Every object is hashed here, so that a damaged one is made again instead of trusted.
        """
        entry = self._manifest["known"].get(key)
        if entry is None:
            return None
        step = step_of(entry)
        if not all(self._intact(name) for name in step.outputs.values()):
            return None
        return step, {path: self._loader(name) for path, name in step.outputs.items()}

    def keep(self, step: Step, values: Mapping[str, tuple[str, tuple[Piece, ...]]]) -> None:
        """Write the results of a step, then the manifest that names them; the parts it was made of go.

        Parameters
        ----------
        step
            The record; its outputs name the SHA-256 of the bytes in ``values``.
        values
            Path -> (type name, bytes in pieces).

        Raises
        ------
        StoreError
            If the disk does not take it; what was kept before is as it was.
        """
        for path, (kind, data) in values.items():
            self._put(step.outputs[path], kind, data)
        self._manifest["known"][step.key] = asdict(step)
        joined = {self._manifest["parts"].pop(key) for key in self._used & self._manifest["parts"].keys()}
        self._used.clear()
        spare = {name: self._manifest["objects"].pop(name) for name in joined - referenced(self._manifest)}
        self._commit()
        for name, entry in spare.items():
            with contextlib.suppress(StoreError):  # what stays is garbage, and `triptych gc` takes it
                remove(object_path(self.path, name, entry["type"]))

    def steps(self, stage: str) -> list[Step]:
        """Return every finished step of a stage, those that readers of the folder see first."""
        known, seen = self._manifest["known"], self._manifest["steps"]
        keys = [*seen, *sorted(known.keys() - set(seen))]
        return [step_of(known[key]) for key in keys if known[key]["stage"] == stage]

    def find_parts(self, made_by: str) -> Iterator[Any]:
        """Return the parts that killed runs left of steps made in one way; they go when the step at work is kept.

        Parameters
        ----------
        made_by
            SHA-256 of how they are made: method, version, parameters, model.
        """
        found = {key: name for key, name in self._manifest["parts"].items() if key.startswith(f"{made_by}/")}
        self._used |= found.keys()
        return (self._loader(name)() for name in found.values() if self._intact(name))

    def keep_part(self, made_by: str, value: Any) -> None:
        """Write a part of a step, a slot value, so that a killed run loses no more than the part it was at."""
        kind, data = codec.encode(value)
        name = codec.digest(*data)
        self._put(name, kind, data)
        key = f"{made_by}/{name}"
        self._manifest["parts"][key] = name
        self._used.add(key)
        self._commit()

    def spare_parts(self) -> None:
        """Leave the parts of a step that failed where they are, whatever is kept next: it may be tried again."""
        self._used.clear()

    def publish(self, atlas: Atlas, config: Mapping[str, Any]) -> None:
        """Make an Atlas the one that readers of the folder see."""
        self._manifest |= {
            "seed": atlas.seed,
            "roles": asdict(atlas.roles),
            "config": dict(config),
            "steps": [step.key for step in atlas.steps],
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._commit()

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What is in the folder; for looking after it, not for stages."""
        return self._manifest

    def replace_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Swap the manifest for another one, whose objects are all there."""
        self._manifest = dict(manifest)
        self._commit()

    def _put(self, name: str, kind: str, pieces: tuple[Piece, ...]) -> None:
        target = object_path(self.path, name, kind)
        self._manifest["objects"][name] = {"type": kind, "bytes": sum(map(len, pieces))}
        if not self._intact(name):
            write_bytes(target, *pieces)
            return
        # A killed run may have left it there without bringing its name to the disk.
        with naming(target):
            sync_folder(target.parent)

    def _commit(self) -> None:
        write_bytes(self.path / MANIFEST, sealed(self._manifest))

    def _intact(self, name: str) -> bool:
        try:
            read_object(self.path, name, self._manifest["objects"][name])
        except StoreError:
            return False
        return True

    def _loader(self, name: str) -> Callable[[], Any]:
        return loader(self.path, name, self._manifest["objects"][name])


def load_atlas(path: str | Path) -> Atlas:
    """Open a run folder for reading.

    Parameters
    ----------
    path
        The folder.

    Returns
    -------
    Atlas
        Its arrays are read, and their hashes checked, when they are first asked for.

    Raises
    ------
    StoreError
        If there is no finished run in the folder, or it cannot be read.
    """
    folder = Path(path)
    manifest = open_manifest(folder)
    if not manifest["steps"]:
        raise StoreError(f"the run in {folder} was not finished", hint="the same triptych run command continues it")
    steps = [step_of(manifest["known"][key]) for key in manifest["steps"]]
    load = {p: loader(folder, name, manifest["objects"][name]) for s in steps for p, name in s.outputs.items()}
    rows = load.pop("rows")()
    check_rows(rows)
    parts: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in manifest["roles"].items()}
    check_roles(Roles(**parts), rows)
    atlas = Atlas(rows=rows, roles=Roles(**parts), seed=manifest["seed"])
    kept = atlas.kept.height
    for step in steps:
        atlas = atlas.plus(step, {path: _fitting(path, load[path], kept) for path in step.outputs if path in load})
    return atlas


def open_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run for reading; raises StoreError, also when there is none."""
    if not (folder / MANIFEST).exists():
        raise StoreError(f"{folder} is no Triptych run: it has no {MANIFEST}", hint="make one with: triptych run")
    return read_manifest(folder)


def read_config(path: str | Path) -> dict[str, Any]:
    """Return the configuration that a finished run was made with."""
    config: dict[str, Any] = open_manifest(Path(path))["config"]
    return config


def step_of(entry: Mapping[str, Any]) -> Step:
    """Return the record of a step as it is in a manifest."""
    return Step(**{**entry, "notes": tuple(entry["notes"])})


def _refuse_strangers(path: Path) -> None:
    if path.is_file():
        raise StoreError(f"{path} is a file, not a run folder", hint="give another --out")
    if (path / MANIFEST).exists():
        read_manifest(path)
    elif not objects_folder(path).is_dir() and _names(path) - {LOCK, "objects"}:
        raise StoreError(f"{path} holds other files and no run", hint="give another --out")


def _names(folder: Path) -> set[str]:
    with naming(folder):
        try:
            return set(os.listdir(folder))
        except FileNotFoundError:
            return set()


def _fitting(path: str, load: Callable[[], Any], kept: int) -> Callable[[], Any]:
    def check() -> Any:
        value = load()
        check_value(path, value, kept)
        return value

    return check
