"""Small pictures for the tests, made by Pillow, each of one colour."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = [(230, 40, 40), (40, 160, 60), (40, 80, 220), (240, 200, 40), (140, 60, 180), (30, 190, 190)]


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the bytes of a file that holds an image."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(colour: tuple[int, ...], size: tuple[int, int] = (20, 20), mode: str = "RGB") -> Image.Image:
    """Return an image of one colour."""
    return Image.new(mode, size, colour)


def write_pictures(folder: Path, names: list[str]) -> None:
    """Write a PNG under each name, every one different."""
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(names):
        picture = plain(COLOURS[i % len(COLOURS)])
        picture.putpixel((i % 20, i // 20 % 20), (i // 400, 0, 0))
        (folder / name).write_bytes(encoded(picture))
