"""Run folders as a stranger may hand them over: bytes changed, fields changed, hashes made to fit again."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from triptych.core.codec import ENDINGS, digest
from triptych.core.errors import StoreError
from triptych.core.manifest import MANIFEST, sealed
from triptych.core.store import load_atlas

WRONG: tuple[Any, ...] = (
    None, True, -1, 2**70, 1e308, "", "x", "../../etc/passwd", "0" * 64, [], ["x"], [[[]]], {}, {"x": {}}, "rows",
    {"vectors/x": "0" * 64},
)  # fmt: skip


def everything(folder: Path) -> tuple[Any, ...]:
    """Open a run and look at all there is."""
    atlas = load_atlas(folder)
    shelves = [dict(shelf) for shelf in vars(atlas).values() if hasattr(shelf, "plus")]
    topics = [atlas.topics(tree).to_dicts() for tree in atlas.descriptions if tree in atlas.trees]
    return atlas.digests, atlas.roles, atlas.seed, atlas.steps, atlas.rows.to_dicts(), topics, len(shelves)


def outcome(folder: Path, honest: tuple[Any, ...]) -> str:
    """Return what became of opening a run: ``refused``, ``unchanged`` or ``read``; any other error comes through."""
    try:
        return "unchanged" if everything(folder) == honest else "read"
    except StoreError:
        return "refused"


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return bytes with one thing changed, near the start, near the end or anywhere."""
    at = rng.choice((rng.randrange(min(24, len(data))), len(data) - 1 - rng.randrange(min(24, len(data))),
                     rng.randrange(len(data))))  # fmt: skip
    size = rng.randrange(1, 16)
    return rng.choice((
        data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :],
        data[:at], data[:at] + data[at + size :], data[:at] + rng.randbytes(size) + data[at:],
        data[:at] + bytes(size) + data[at + size :], data[:at] + data[at : at + size] + data[at:],
    ))  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything in a JSON value."""
    if path:
        yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return a copy of a JSON value with another value, or nothing (Ellipsis), at a path."""
    copy = json.loads(json.dumps(value))
    *above, last = path
    inner = copy
    for key in above:
        inner = inner[key]
    if new is ...:
        del inner[last]
    else:
        inner[last] = new
    return copy


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / MANIFEST).read_bytes())


def put_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / MANIFEST).write_bytes(sealed(manifest))


def copy_with_object(folder: Path, target: Path, name: str, data: bytes) -> Path:
    """Copy a run with another object in place of one, and every hash made to fit."""
    shutil.copytree(folder, target)
    manifest = manifest_of(target)
    kind = manifest["objects"][name]["type"]
    (target / "objects" / f"{name}.{ENDINGS[kind]}").unlink()
    (target / "objects" / f"{digest(data)}.{ENDINGS[kind]}").write_bytes(data)
    manifest["objects"][name]["bytes"] = len(data)
    put_manifest(target, json.loads(json.dumps(manifest).replace(name, digest(data))))
    return target
