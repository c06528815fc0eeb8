"""The emoji set that ships with the package: 1,906 pictures with names, tags, groups, dates and links."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from triptych.core.schema import Roles
from triptych.core.slots import Sheet

__all__ = ["ROLES", "demo_path", "sprites"]

#: Which column of the table plays which part.
ROLES = Roles(
    text="{name}: {tags}",
    title="name",
    date="date",
    link="{link}",
    id="id",
    group=("group", "subgroup"),
    show=("emoji",),
)


def demo_path() -> Path:
    """Return the path of the table.

    Columns: ``id`` (code points), ``emoji``, ``name``, ``tags`` (joined by ", "), ``group`` (9), ``subgroup``
    (98), ``date`` (release of the version that added it), ``link`` (code chart), ``year``, ``sprite`` (its
    tile, which is the row number).
    """
    return _folder() / "emoji.parquet"


def sprites() -> Sheet:
    """Return the pictures: a lossless WebP, transparent, tiles of 32 px, 44 in a line, tile i for row i."""
    image = np.frombuffer((_folder() / "sprites.webp").read_bytes(), dtype=np.uint8)
    return Sheet(image, mime="image/webp", tile=32, columns=44)


def _folder() -> Path:
    return Path(str(files("triptych"))) / "data" / "emoji"
