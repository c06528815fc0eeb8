"""Pictures that are none, lie elsewhere or would take all memory: the row stays and says why; the rest is drawn."""

from __future__ import annotations

import os
import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image, PngImagePlugin

import triptych as tp
from tests.pictures import encoded, plain
from tests.unit.test_pictures import tile_of
from triptych.core.context import Context, using
from triptych.core.memory import peak_bytes, reset_peak
from triptych.sources import picture_files
from triptych.sources.picture_files import Unusable, read_under
from triptych.sources.thumbnails import thumbnails

GOOD = encoded(plain((200, 30, 30)))
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("comment", "x" * (2 << 20), zip=True)
    return encoded(plain((1, 2, 3)), pnginfo=notes)


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty file"),
    "text": (b"this is no picture", "no PNG, JPEG, WebP or GIF"),
    "html": (b"<!doctype html><script>planted()</script>", "no PNG, JPEG, WebP or GIF"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="planted()"/>', "no PNG, JPEG, WebP or GIF"),
    "pdf": (b"%PDF-1.7\n", "no PNG, JPEG, WebP or GIF"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no PNG, JPEG, WebP or GIF"),
    "bmp": (encoded(plain((1, 2, 3)), "BMP"), "no PNG, JPEG, WebP or GIF"),
    "tiff": (encoded(plain((1, 2, 3)), "TIFF"), "no PNG, JPEG, WebP or GIF"),
    "pickle": (b"\x80\x04K\x01.", "no PNG, JPEG, WebP or GIF"),
    "cut png": (encoded(NOISE)[:-2000], "damaged"),
    "cut jpeg": (encoded(NOISE, "JPEG")[:700], "damaged"),
    "cut webp": (encoded(NOISE, "WEBP")[:300], "damaged"),
    "cut gif": (encoded(NOISE, "GIF")[:900], "damaged"),
    "head only": (encoded(NOISE)[:33], "no PNG, JPEG, WebP or GIF"),
    "wrong check sum": (GOOD.replace(b"IDAT", b"IDAU"), "no PNG, JPEG, WebP or GIF"),
    "bomb": (bomb(100_000, 100_000), "more than 50 million pixels"),
    "small bomb": (bomb(10_000, 10_000), "more than 50 million pixels"),
    "thin bomb": (bomb(2**31 - 1, 1), "more than 50 million pixels"),
    "bomb of words": (text_bomb(), "damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_f075_a_bad_file_is_told_and_the_good_one_is_drawn(name: str, tmp_path: Path) -> None:
    data, why = BAD[name]
    (tmp_path / "good.png").write_bytes(GOOD)
    (tmp_path / "bad.png").write_bytes(data)
    frame = pl.DataFrame({"t": ["one", "two"], "p": ["bad.png", "good.png"]})
    atlas = tp.illustrate(tp.read(frame, roles=tp.Roles(text="t", image="p")), tmp_path)
    assert atlas.audits["pictures"].rows() == [("0", "bad.png", why)]
    assert f"1 {why} (row_id '0': 'bad.png')" in atlas.steps[-1].notes[0]
    sheet = atlas.sheets["pictures"]
    assert sheet.index[0] == -1
    assert np.abs(tile_of(sheet, int(sheet.index[1]))[60, 60, :3].astype(int) - (200, 30, 30)).max() < 12


def gif() -> bytes:
    frames = [plain((250, 0, 0)), plain((0, 0, 250)), plain((0, 250, 0))]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])


def grey16() -> bytes:
    return encoded(Image.fromarray(np.full((20, 20), 32_896, dtype=np.uint16)))


def palette() -> bytes:
    return encoded(plain((10, 200, 30)).quantize(4))


def animated_webp() -> bytes:
    return encoded(plain((250, 0, 0)), "WEBP", save_all=True, append_images=[plain((0, 0, 250))], quality=100)


ODD: dict[str, tuple[Callable[[], bytes], tuple[int, ...]]] = {
    "the first frame of a gif": (gif, (250, 0, 0, 255)),
    "the first frame of a webp": (animated_webp, (250, 0, 0, 255)),
    "four inks": (lambda: encoded(plain((255, 0, 0, 0), mode="CMYK"), "JPEG"), (0, 255, 255, 255)),
    "16 bits of grey": (grey16, (128, 128, 128, 255)),
    "grey and opacity": (lambda: encoded(plain((100, 50), mode="LA")), (100, 100, 100, 50)),
    "one bit": (lambda: encoded(Image.new("1", (20, 20), 1)), (255, 255, 255, 255)),
    "a palette": (palette, (10, 200, 30, 255)),
    "opacity": (lambda: encoded(plain((10, 20, 30, 128), mode="RGBA")), (10, 20, 30, 128)),
    "one pixel": (lambda: encoded(plain((9, 8, 7), (1, 1))), (9, 8, 7, 255)),
}


@pytest.mark.parametrize("name", ODD)
def test_f075_odd_pictures_have_their_colours(name: str) -> None:
    data, colour = ODD[name]
    with thumbnails(32) as thumbnail:
        tile = thumbnail(data())
    assert tile.shape == (32, 32, 4)
    assert tile.dtype == np.uint8
    assert np.abs(tile[16, 16].astype(int) - colour).max() <= 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_f075_pictures_are_turned_as_the_camera_was_held(orientation: int, kind: str) -> None:
    upright = Image.new("RGB", (64, 64), (0, 0, 0))
    upright.paste((250, 250, 250), (0, 0, 32, 32))  # the upper left quarter is light
    held = {
        1: [], 2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM], 5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE], 8: [Image.Transpose.ROTATE_270],
    }[orientation]  # fmt: skip
    stored = upright.transpose(held[0]) if held else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    with thumbnails(32) as thumbnail:
        tile = thumbnail(encoded(stored, kind, exif=exif))[..., 0]
    assert [int(tile[y, x]) > 128 for y, x in ((8, 8), (8, 24), (24, 8), (24, 24))] == [True, False, False, False]


def test_f075_many_large_pictures_need_no_more_memory_than_a_few(tmp_path: Path) -> None:
    large = Image.new("RGB", (6000, 6000))
    paths = [f"{i}.png" for i in range(4)]
    for i, path in enumerate(paths):
        large.putpixel((0, 0), (i, 0, 0))
        (tmp_path / path).write_bytes(encoded(large, compress_level=1))
    del large
    frame = pl.DataFrame({"t": paths, "p": paths})
    atlas = tp.read(frame, roles=tp.Roles(text="t", image="p"))
    reset_peak()
    before = peak_bytes()
    with using(Context(threads=4)):
        tp.illustrate(atlas, tmp_path)
    assert peak_bytes() - before < 450e6, "36 million pixels are 108 MB, with opacity 144 MB: one at a time"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of pictures beside a secret, with ways that seem to lead there."""
    inside = tmp_path / "inside"
    (inside / "sub").mkdir(parents=True)
    (inside / "sub" / "good.png").write_bytes(GOOD)
    (tmp_path / "secret.png").write_bytes(GOOD)
    os.symlink(tmp_path / "secret.png", inside / "link.png")
    os.symlink(inside / "sub" / "good.png", inside / "near.png")
    os.symlink(tmp_path, inside / "up")
    os.symlink("loop", inside / "loop")
    os.mkfifo(inside / "pipe.png")
    (inside / "secret.png").mkdir()
    return inside


ESCAPES = {
    "../secret.png": "outside the folder",
    "sub/../../secret.png": "outside the folder",
    "..": "outside the folder",
    "/etc/passwd": "outside the folder",
    "//etc/passwd": "outside the folder",
    "link.png": "behind a link",
    "near.png": "behind a link",
    "up/secret.png": "behind a link",
    "loop": "behind a link",
    "pipe.png": "no file",
    "sub": "no file",
    "secret.png": "no file",
    ".": "no file",
    "sub/good.png/more.png": "not there",
    "nowhere.png": "not there",
    "sub\\good.png": "not there",
    "C:\\secret.png": "not there",
    "file:///etc/passwd": "not there",
    "https://example.org/poster.jpg": "not there",
    "x" * 300: "not there",
    "a/" * 3000: "not there",
    "good\0.png": "no path",
    "\ud800.png": "no path",
    "<img src=x onerror=planted()>.png": "not there",
}


@pytest.mark.parametrize("path", ESCAPES, ids=lambda path: path[:30].encode("unicode_escape").decode())
def test_f003_no_path_leads_out_of_the_folder(path: str, folder: Path) -> None:
    with pytest.raises(Unusable) as caught:
        read_under(folder, path)
    assert str(caught.value) == ESCAPES[path]


def test_f003_paths_that_stay_inside_are_read(folder: Path, tmp_path: Path) -> None:
    for path in ("sub/good.png", "./sub//good.png", str(folder / "sub" / "good.png")):
        assert read_under(folder, path) == GOOD
    os.symlink(folder, tmp_path / "named-by-the-user")
    assert read_under(tmp_path / "named-by-the-user", "sub/good.png") == GOOD


def test_f003_sockets_and_very_large_files_are_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        with pytest.raises(Unusable, match="cannot be read"):
            read_under(folder, "socket.png")
    monkeypatch.setattr(picture_files, "MAX_BYTES", 1 << 20)
    (folder / "large.png").write_bytes(b"\0" * ((1 << 20) + 1))
    with pytest.raises(Unusable, match="more than 1 MiB"):
        read_under(folder, "large.png")
