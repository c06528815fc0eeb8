"""The objects of a run: files named by the SHA-256 of their bytes, and never believed before they are hashed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from triptych.core import codec
from triptych.core.errors import StoreError
from triptych.core.files import read_bytes

__all__ = ["loader", "object_path", "objects_folder", "read_object", "referenced"]


def objects_folder(run: Path) -> Path:
    """Return the folder of a run's objects; raises StoreError when it is a link to somewhere else."""
    folder = run / "objects"
    if folder.is_symlink():
        raise StoreError(f"{folder} is a link; links are not followed in a run", hint="put the folder itself there")
    return folder


def object_path(run: Path, name: str, kind: str) -> Path:
    """Return where an object of a checked manifest lies."""
    return objects_folder(run) / f"{name}.{codec.ENDINGS[kind]}"


def read_object(run: Path, name: str, entry: Mapping[str, Any]) -> bytes:
    """Return the bytes of an object.

    Parameters
    ----------
    run
        The folder of the run.
    name
        SHA-256 of the bytes, in hex.
    entry
        What the manifest says of it: ``type`` and ``bytes``.

    Raises
    ------
    StoreError
        If the file is not there, no regular file, or not what was written.
    """
    path = object_path(run, name, entry["type"])
    data = read_bytes(path, entry["bytes"])
    if codec.digest(data) != name:
        raise StoreError(f"{path} is damaged: its hash is not its name", hint="run again; only that step is redone")
    return data


def loader(run: Path, name: str, entry: Mapping[str, Any]) -> Callable[[], Any]:
    """Return a function that reads, checks and decodes an object."""
    return lambda: codec.decode(entry["type"], read_object(run, name, entry))


def referenced(manifest: Mapping[str, Any]) -> set[str]:
    """Return the names of the objects that a finished step, or a part of an unfinished one, needs."""
    outputs = {name for entry in manifest["known"].values() for name in entry["outputs"].values()}
    return outputs | set(manifest["parts"].values())
