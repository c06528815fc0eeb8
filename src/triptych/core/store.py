"""The folder that a run lives in: immutable objects named by their hash, and one manifest that is swapped last.

A reader sees the old manifest or the new one, never half of either; a killed writer leaves objects that nobody
names. The format is described in ``docs/format.md``.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from triptych._version import __version__
from triptych.core import codec
from triptych.core.atlas import Atlas, Step
from triptych.core.errors import StoreError
from triptych.core.schema import Roles

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SCHEMA", "Store", "load_atlas"]

SCHEMA = 1
FORMAT = "triptych-run"
MANIFEST = "manifest.json"


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
        _refuse_strangers(self.path)
        with _naming(self.path):
            (self.path / "objects").mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.path / "lock")
        # Only now: the last writer may have swapped the manifest while we waited for its lock.
        self._manifest = _read_manifest(self.path) if (self.path / MANIFEST).exists() else _empty_manifest()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let other processes write; a folder that nothing was kept in is taken away again."""
        if not (self.path / MANIFEST).exists():
            with contextlib.suppress(OSError):
                (self.path / "objects").rmdir()
                (self.path / "lock").unlink()
                self.path.rmdir()
        self._lock.close()

    def find(self, key: str) -> tuple[Step, dict[str, Callable[[], Any]]] | None:
        """Return a finished step and loaders of its results, or None when it must be run.

        Every object is hashed here, so that a damaged one is made again instead of trusted.
        """
        entry = self._manifest["known"].get(key)
        if entry is None:
            return None
        step = _step(entry)
        if not all(self._intact(name) for name in step.outputs.values()):
            return None
        return step, {path: self._loader(name) for path, name in step.outputs.items()}

    def keep(self, step: Step, values: Mapping[str, tuple[str, bytes]]) -> None:
        """Write the results of a step, then the manifest that names them.

        Parameters
        ----------
        step
            The record; its outputs name the SHA-256 of the bytes in ``values``.
        values
            Path -> (type name, bytes).
        """
        for path, (kind, data) in values.items():
            name = step.outputs[path]
            target = _object_path(self.path, name, kind)
            if not (target.exists() and self._intact(name, kind)):
                _write(target, data)
            self._manifest["objects"][name] = {"type": kind, "bytes": len(data)}
        self._manifest["known"][step.key] = asdict(step)
        self._commit()

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

    def _commit(self) -> None:
        text = json.dumps(self._manifest, indent=1, sort_keys=True, ensure_ascii=False)
        _write(self.path / MANIFEST, text.encode())

    def _intact(self, name: str, kind: str | None = None) -> bool:
        kind = kind or self._manifest["objects"].get(name, {}).get("type")
        try:
            return codec.digest(_object_path(self.path, name, kind).read_bytes()) == name
        except (OSError, StoreError):
            return False

    def _loader(self, name: str) -> Callable[[], Any]:
        return _loader(self.path, name, self._manifest["objects"][name]["type"])


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
    if not (folder / MANIFEST).exists():
        raise StoreError(f"{folder} is no Triptych run: it has no {MANIFEST}", hint="make one with: triptych run")
    manifest = _read_manifest(folder)
    if not manifest["steps"]:
        raise StoreError(f"the run in {folder} was not finished", hint="the same triptych run command continues it")
    steps = [_step(manifest["known"][key]) for key in manifest["steps"]]
    loaders = {
        p: _loader(folder, name, manifest["objects"][name]["type"]) for s in steps for p, name in s.outputs.items()
    }
    roles: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in manifest["roles"].items()}
    atlas = Atlas(rows=loaders.pop("rows")(), roles=Roles(**roles), seed=manifest["seed"])
    for step in steps:
        atlas = atlas.plus(step, {path: loaders[path] for path in step.outputs if path in loaders})
    return atlas


def read_config(path: str | Path) -> dict[str, Any]:
    """Return the configuration that a finished run was made with."""
    config: dict[str, Any] = _read_manifest(Path(path))["config"]
    return config


def _empty_manifest() -> dict[str, Any]:
    return {
        "format": FORMAT, "schema": SCHEMA, "triptych": __version__,
        "objects": {}, "known": {}, "steps": [], "roles": {}, "config": {}, "seed": 0,
    }  # fmt: skip


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    with _naming(path):
        text = path.read_bytes()
    try:
        manifest: dict[str, Any] = json.loads(text)
        found, schema = manifest["format"], manifest["schema"]
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if found != FORMAT:
        raise StoreError(f"{path} is not of a Triptych run (format {found!r})")
    if schema > SCHEMA:
        raise StoreError(
            f"{path} was written by a newer Triptych (schema {schema}, this one knows {SCHEMA})",
            hint="upgrade Triptych",
        )
    return manifest


def _refuse_strangers(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file, not a run folder", hint="give another --out")
    if (path / MANIFEST).exists():
        _read_manifest(path)
    elif path.is_dir() and any(path.iterdir()) and not (path / "objects").is_dir():
        raise StoreError(f"{path} holds other files and no run", hint="give another --out")


def _lock(path: Path) -> IO[str]:
    """Take the writer's lock; the kernel lets go of it when the process dies, so that none goes stale."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover - other systems run without the lock
        return path.open("a+", encoding="utf-8")
    with _naming(path):
        file = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        owner = file.read().strip() or "another process"
        file.close()
        raise StoreError(
            f"{path.parent} is being written by {owner}", hint="wait for it, or give another --out"
        ) from None
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    file.flush()
    return file


def _object_path(folder: Path, name: str, kind: str | None) -> Path:
    if kind not in codec.ENDINGS or not (len(name) == 64 and name.isalnum()):
        raise StoreError(f"the manifest names an object that cannot be: {name!r} of type {kind!r}")
    return folder / "objects" / f"{name}.{codec.ENDINGS[kind]}"


def _loader(folder: Path, name: str, kind: str) -> Callable[[], Any]:
    def load() -> Any:
        path = _object_path(folder, name, kind)
        with _naming(path):
            data = path.read_bytes()
        if codec.digest(data) != name:
            raise StoreError(f"{path} is damaged: its hash is not its name", hint="run again; only that step is redone")
        return codec.decode(kind, data)

    return load


def _step(entry: Mapping[str, Any]) -> Step:
    return Step(**{**entry, "notes": tuple(entry["notes"])})


def _write(path: Path, data: bytes) -> None:
    """Write a file so that after a crash the old one or the new one is there, whole."""
    with _naming(path):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _naming(path: Path) -> Any:
    """Turn an operating system's error into one that names the file."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}", hint="check the disk and the permissions") from error
