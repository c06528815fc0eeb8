"""The emoji set that ships with the package: 1,906 pictures with names, tags, groups, dates and links."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from triptych.core.schema import Roles

__all__ = ["ROLES", "SPRITES", "Sprites", "demo_path", "sprite_bytes"]

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


@dataclass(frozen=True, kw_only=True)
class Sprites:
    """The layout of a sheet of equal squares: tile i stands in line ``i // columns`` at ``i % columns``.

    Attributes
    ----------
    tile
        Side of a tile in pixels.
    columns
        Tiles in a line.
    count
        Tiles in all; the last line may have empty places after them.
    media_type
        Of the sheet's bytes.
    """

    tile: int
    columns: int
    count: int
    media_type: str


#: The sheet of the emoji set: the tile of row i is tile i.
SPRITES = Sprites(tile=32, columns=44, count=1906, media_type="image/webp")


def demo_path() -> Path:
    """Return the path of the table.

    Columns: ``id`` (code points), ``emoji``, ``name``, ``tags`` (joined by ", "), ``group`` (9), ``subgroup``
    (98), ``date`` (release of the version that added it), ``link`` (code chart), ``year``, ``sprite`` (its
    tile, which is the row number).
    """
    return _folder() / "emoji.parquet"


def sprite_bytes() -> bytes:
    """Return the sheet of sprites: a lossless WebP, transparent, laid out as :data:`SPRITES` says."""
    return (_folder() / "sprites.webp").read_bytes()


def _folder() -> Path:
    return Path(str(files("triptych"))) / "data" / "emoji"
