"""Untrusted bytes of a picture → one square tile."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from triptych.sources.picture_files import Unusable

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["FORMATS", "MAX_PIXELS", "Tile", "thumbnails"]

#: What is decoded; whatever else the library knows stays shut.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
#: Most pixels of a picture.
MAX_PIXELS = 50_000_000

_TOO_LARGE = f"more than {MAX_PIXELS // 1_000_000} million pixels"
#: Pixels of a picture that is no longer decoded beside others.
_LARGE = 4_000_000

#: uint8 (side, side, 4): RGB and opacity.
Tile = npt.NDArray[np.uint8]


@contextmanager
def thumbnails(side: int) -> Iterator[Callable[[bytes], Tile]]:
    """Give a function that decodes a picture and fits the whole of it into a square; any thread may call it.

    The function takes the bytes of a PNG, JPEG, WebP or GIF file, of which the first frame counts, turned as its EXIF
    data say. It returns uint8 (side, side, 4), RGB and opacity, transparent where the picture leaves room. It raises
    :class:`Unusable` on anything else, on more than 50 million pixels, and on damage. All large pictures share one
    thread, so that many threads need no more memory than a few.

    Parameters
    ----------
    side
        Of the square, in pixels.
    """
    from PIL import Image

    with warnings.catch_warnings(), ThreadPoolExecutor(max_workers=1) as alone:
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield lambda data: _thumbnail(data, side, alone)


def _thumbnail(data: bytes, side: int, alone: Executor) -> Tile:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            pixels = picture.width * picture.height
            if pixels > MAX_PIXELS:
                raise Unusable(_TOO_LARGE)
            return _fitted(picture, side) if pixels <= _LARGE else alone.submit(_fitted, picture, side).result()
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable("no PNG, JPEG, WebP or GIF") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unusable(_TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - whatever a decoder makes of damaged bytes is a damaged picture
        raise Unusable("damaged") from None


def _fitted(picture: Image, side: int) -> Tile:
    from PIL import ExifTags, Image, ImageOps

    picture.draft("RGB", (2 * side, 2 * side))  # a JPEG is decoded at an eighth of its size or more
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = _smooth(picture).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")
    small.getexif()[ExifTags.Base.Orientation] = picture.getexif().get(ExifTags.Base.Orientation, 1)
    small = ImageOps.exif_transpose(small)
    tile = Image.new("RGBA", (side, side))
    tile.paste(small, ((side - small.width) // 2, (side - small.height) // 2))
    return np.asarray(tile)


def _smooth(picture: Image) -> Image:
    """Return a picture whose pixels may be averaged; most are so and are not copied."""
    from PIL import Image

    if picture.mode.startswith("I"):  # 16 bits of grey, which a plain conversion would cut off at 255
        return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
    averages = picture.mode in ("L", "LA", "RGB", "RGBA") and "transparency" not in picture.info
    return picture if averages else picture.convert("RGBA")
