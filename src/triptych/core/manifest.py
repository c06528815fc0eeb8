"""The manifest of a run: read with suspicion, written with a seal.

It is one JSON object in ``manifest.json``. Its field ``sha256`` is the SHA-256 of all the others in canonical form, so
that no flipped bit goes unseen; what its fields must be is in :mod:`triptych.core.validate`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from triptych._version import __version__
from triptych.core import codec
from triptych.core.errors import StoreError
from triptych.core.files import read_bytes
from triptych.core.validate import check_manifest

__all__ = ["MANIFEST", "MIGRATIONS", "SCHEMA", "empty_manifest", "read_manifest", "sealed"]

MANIFEST = "manifest.json"
FORMAT = "triptych-run"
SCHEMA = 1

#: The most bytes that a manifest may have.
LIMIT = 64 * 2**20

#: Schema -> the pure function that turns a manifest of it into one of the next schema; what is on the disk stays.
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def empty_manifest() -> dict[str, Any]:
    """Return the manifest of a run in which nothing has been done."""
    return {
        "format": FORMAT, "schema": SCHEMA, "triptych": __version__, "finished": "",
        "objects": {}, "parts": {}, "known": {}, "steps": [], "roles": {}, "config": {}, "seed": 0,
    }  # fmt: skip


def sealed(manifest: dict[str, Any]) -> bytes:
    """Return a manifest as the bytes of its file, with the SHA-256 of its fields among them."""
    plain = json.loads(codec.canonical({name: value for name, value in manifest.items() if name != "sha256"}))
    plain["sha256"] = codec.digest(codec.canonical(plain))
    return json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False).encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run, whoever wrote it.

    Returns
    -------
    dict
        In today's schema, every field checked.

    Raises
    ------
    StoreError
        If it is none, damaged, edited, of a newer schema, or names what cannot be.
    """
    path = folder / MANIFEST
    data = read_bytes(path, LIMIT)
    try:
        manifest = json.loads(data)
        seal = codec.digest(codec.canonical({k: v for k, v in manifest.items() if k != "sha256"}))
        found, schema = manifest["format"], manifest["schema"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise StoreError(f"{path} cannot be read: {error}", hint=_AGAIN) from error
    if found != FORMAT:
        raise StoreError(f"{path} is not of a Triptych run (format {found!r})", hint="give the folder of a run")
    if type(schema) is not int or schema > SCHEMA:
        raise StoreError(
            f"{path} was written by a newer Triptych (schema {schema!r}, this one knows {SCHEMA})",
            hint="upgrade Triptych",
        )
    if manifest.get("sha256") != seal:
        raise StoreError(f"{path} is damaged or was edited: its hash is not the one in it", hint=_AGAIN)
    manifest = _migrated(manifest, path)
    check_manifest(manifest, path)
    return manifest


_AGAIN = "restore it from a copy, or remove it and run again"


def _migrated(manifest: dict[str, Any], path: Path) -> dict[str, Any]:
    del manifest["sha256"]
    while (schema := manifest["schema"]) < SCHEMA:
        if schema not in MIGRATIONS:
            raise StoreError(f"{path} has the schema {schema}, which never was", hint=_AGAIN)
        manifest = MIGRATIONS[schema](manifest)
    return manifest
