"""Files of pictures, one a row → a sheet of tiles; whatever is missing or damaged is told, and stops nothing."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from triptych.core.errors import InputError, LimitExceeded
from triptych.core.slots import Sheet
from triptych.sources.picture_files import Unusable, check_folder, read_under
from triptych.sources.thumbnails import Tile, thumbnails

__all__ = ["Picture", "find_pictures", "make_sheet", "tile_side"]

#: Sides of tiles in pixels: whole blocks of the image format, so that no block holds two pictures.
SIDES = (128, 112, 96, 80, 64, 48, 32, 16)
#: Side of a sheet in pixels that tiles shrink to stay within, and the largest that graphics cards commonly take.
COMFORTABLE, LARGEST = 4608, 8192
#: Of the image format, 0 to 100.
QUALITY = 80

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Picture:
    """What was found where a row says that its picture is.

    Attributes
    ----------
    path
        As the table has it, "" when it names none.
    digest
        SHA-256 (hex) of the file, "" when there is none that can be used.
    problem
        Why there is none, "" when there is one.
    """

    path: str
    digest: str = ""
    problem: str = ""


def find_pictures(folder: Path, paths: Sequence[str | None], *, threads: int) -> list[Picture]:
    """Hash the file that each row names.

    Parameters
    ----------
    folder
        Where paths start, and what they cannot leave.
    paths
        One a row; None or "" where it names no picture.
    threads
        How many files to read at once.

    Raises
    ------
    InputError
        If there is no such folder.
    """
    check_folder(folder)

    def find(path: str) -> Picture:
        if not path:
            return Picture(path, problem="no path")
        try:
            return Picture(path, digest=hashlib.sha256(read_under(folder, path)).hexdigest())
        except Unusable as why:
            return Picture(path, problem=str(why))

    return list(_spread(find, [path or "" for path in paths], threads))


def make_sheet(
    folder: Path, pictures: Sequence[Picture], *, threads: int, advance: Callable[[int], None]
) -> tuple[Sheet, list[Picture]]:
    """Decode pictures into the tiles of one WebP image; equal files share a tile.

    Parameters
    ----------
    folder, pictures
        As they were given to and by :func:`find_pictures`.
    threads
        How many pictures to decode at once; changes no byte of the result.
    advance
        Is told of each file that is done.

    Returns
    -------
    sheet, pictures
        The sheet, with an index of one tile for each row, and the pictures with what was wrong with some of them.

    Raises
    ------
    InputError
        If a file was changed since it was hashed.
    LimitExceeded
        If there are too many different pictures for one sheet.
    """
    paths = {picture.digest: picture.path for picture in reversed(pictures) if picture.digest}
    digests = list(dict.fromkeys(picture.digest for picture in pictures if picture.digest))
    side, columns = tile_side(len(digests)), max(1, math.isqrt(max(len(digests) - 1, 0)) + 1)
    lines = max(1, -(-len(digests) // columns))
    canvas = np.zeros((lines, side, columns, side, 4), dtype=np.uint8)

    with thumbnails(side) as thumbnail:

        def fill(place: int) -> str:
            into, digest = canvas[place // columns, :, place % columns], digests[place]
            return _fill(into, folder, paths[digest], digest, thumbnail)

        problems = {}
        for digest, problem in zip(digests, _spread(fill, range(len(digests)), threads), strict=True):
            problems[digest] = problem
            advance(1)
    tiles = {digest: place for place, digest in enumerate(digests) if not problems[digest]}
    index = np.array([tiles.get(picture.digest, -1) for picture in pictures], dtype=np.int32)
    image = np.frombuffer(_webp(canvas.reshape(lines * side, columns * side, 4)), dtype=np.uint8)
    judged = [replace(p, problem=p.problem or problems[p.digest]) for p in pictures]
    return Sheet(image, mime="image/webp", tile=side, columns=columns, index=index), judged


def tile_side(count: int) -> int:
    """Return the side of a tile in pixels for so many pictures: 16 to 128, smaller in a crowd.

    Raises
    ------
    LimitExceeded
        On more pictures than one sheet holds.
    """
    columns = math.isqrt(max(count - 1, 0)) + 1
    if columns * SIDES[-1] > LARGEST:
        most = (LARGEST // SIDES[-1]) ** 2
        raise LimitExceeded(f"{count:,} different pictures are too many for one map", hint=f"at most {most:,}")
    return next((side for side in SIDES if side * columns <= COMFORTABLE), SIDES[-1])


def _fill(into: Tile, folder: Path, path: str, digest: str, thumbnail: Callable[[bytes], Tile]) -> str:
    """Decode a file into its place on the sheet; return why that did not go, or ""."""
    try:
        data = read_under(folder, path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise InputError(f"{path!r} was changed while it was read", hint="run the same command again")
        into[:] = thumbnail(data)
    except Unusable as why:
        return str(why)
    return ""


def _spread(work: Callable[[T], R], items: Sequence[T], threads: int) -> Iterator[R]:
    """Yield what work makes of each item, in order; nothing more is begun once something went wrong."""
    pool = ThreadPoolExecutor(max_workers=threads)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _webp(pixels: Tile) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue()
