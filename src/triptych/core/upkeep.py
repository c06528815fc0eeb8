"""Looking after a run: finding what is not as it was written, and removing what nobody needs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triptych.core.codec import ENDINGS
from triptych.core.errors import StoreError
from triptych.core.files import naming, remove
from triptych.core.objects import object_path, objects_folder, read_object, referenced
from triptych.core.store import Store, open_manifest

__all__ = ["Element", "Garbage", "check_run", "collect_garbage"]

_OBJECT = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(sorted(set(ENDINGS.values())))})")


@dataclass(frozen=True)
class Element:
    """One kept value of a run.

    Attributes
    ----------
    step, path
        The step that made it, such as ``"reduce/umap2"``, and its place in the Atlas; the path of a part of a step
        that has not ended is ``"part"``.
    type, bytes, object
        Type name, length, and SHA-256 in hex.
    current
        Whether the Atlas that readers see needs it.
    state
        ``"intact"``, ``"damaged"`` or ``"missing"``.
    """

    step: str
    path: str
    type: str
    bytes: int
    object: str
    current: bool
    state: str


@dataclass(frozen=True)
class Garbage:
    """What the current Atlas does not need: steps, object files, and the bytes of those files."""

    steps: int
    objects: int
    bytes: int


def check_run(path: str | Path) -> list[Element]:
    """Read every element of a run again and compare it with its hash.

    Parameters
    ----------
    path
        The folder of the run, finished or not.

    Returns
    -------
    list of Element
        Those of the current Atlas first, in the order of its steps.

    Raises
    ------
    StoreError
        If the manifest itself cannot be read.
    """
    folder = Path(path)
    manifest = open_manifest(folder)
    keys = [*manifest["steps"], *sorted(manifest["known"].keys() - set(manifest["steps"]))]
    named = [
        (f"{manifest['known'][key]['stage']}/{manifest['known'][key]['name']}", place, name, key in manifest["steps"])
        for key in keys
        for place, name in manifest["known"][key]["outputs"].items()
    ]
    named += [("unfinished", "part", name, False) for name in sorted(manifest["parts"].values())]
    return [
        Element(step, place, entry["type"], entry["bytes"], name, current, _state(folder, name, entry))
        for step, place, name, current in named
        for entry in [manifest["objects"][name]]
    ]


def collect_garbage(path: str | Path, *, dry_run: bool = False) -> Garbage:
    """Remove the steps and objects that the current Atlas does not need.

    Of a run that has not been finished only objects that nothing names are taken, so that it can still continue.

    Parameters
    ----------
    path
        The folder of the run.
    dry_run
        Only say what would be removed.

    Returns
    -------
    Garbage
        What was removed.

    Raises
    ------
    StoreError
        If it is no run, another process writes to it, or the disk refuses.
    """
    folder = Path(path)
    open_manifest(folder)
    with Store(folder) as store:
        before, after = store.manifest, _needed(store.manifest)
        spare = list(_spare(folder, referenced(after)))
        size = sum(file.lstat().st_size for file in spare)
        if not dry_run:
            if after != before:
                store.replace_manifest(after)  # first, so that a reader never finds a name without its object
            for file in spare:
                remove(file)
    return Garbage(len(before["known"]) - len(after["known"]), len(spare), size)


def _needed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    if not manifest["steps"]:
        return dict(manifest)
    kept: dict[str, Any] = {
        **manifest,
        "parts": {},
        "known": {key: manifest["known"][key] for key in manifest["steps"]},
    }
    names = referenced(kept)
    return kept | {"objects": {name: entry for name, entry in manifest["objects"].items() if name in names}}


def _spare(folder: Path, needed: set[str]) -> Iterator[Path]:
    objects = objects_folder(folder)
    with naming(objects):
        names = sorted(os.listdir(objects))
    return (objects / name for name in names if _OBJECT.fullmatch(name) and name.partition(".")[0] not in needed)


def _state(folder: Path, name: str, entry: Mapping[str, Any]) -> str:
    try:
        read_object(folder, name, entry)
    except StoreError:
        return "damaged" if os.path.lexists(object_path(folder, name, entry["type"])) else "missing"
    return "intact"
