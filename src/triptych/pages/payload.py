"""The data of a map page: frozen, checked, and packed into one deterministic block of bytes.

The packed form is ``uint32 length of the head · head (UTF-8 JSON) · padding to 8 · arrays``, all little
endian, compressed with gzip. The head holds the words and says where each array starts.
"""

from __future__ import annotations

import gzip
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError, shorten
from triptych.pages.columns import Column, describe_column
from triptych.pages.links import safe_link
from triptych.pages.text import replace_surrogates

_STEPS = 65535
#: Of gzip: a third of the time of the greatest, and 2 % more bytes.
_EFFORT = 5


@dataclass(frozen=True)
class MapTopic:
    """One topic of a level.

    Parameters
    ----------
    id, label, keywords, size
        What it is called, its words, and how many points it has.
    parent
        Id of its topic one level coarser, -1 at the top.
    exemplars
        Points that stand for it, the best first.
    verdict
        What an audit says of it, a sentence; "" where none was made.
    """

    id: int
    label: str
    keywords: tuple[str, ...]
    size: int
    parent: int = -1
    exemplars: tuple[int, ...] = ()
    verdict: str = ""


@dataclass(frozen=True)
class MapLevel:
    """One level: topic id of each point as int ``(n,)`` with -1 for noise, and the topics."""

    assignment: npt.NDArray[np.integer[Any]]
    topics: tuple[MapTopic, ...]


@dataclass(frozen=True)
class Sprites:
    """A sheet of square tiles of ``tile`` px, ``columns`` a row; ``index`` is each point's tile, -1 for none."""

    image: bytes
    mime: str
    tile: int
    columns: int
    index: npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class MapData:
    """All that a map page shows.

    Parameters
    ----------
    title, subtitle
        Plain text at the top of the page.
    xy
        Positions, float ``(n, 2)``, finite; any unit, the same on both axes.
    names
        Title of each point, ``(n,)``.
    texts
        Excerpt of each point, ``(n,)``, or None.
    levels
        Finest first; may be empty.
    fields
        Columns of the cards, to colour by and to filter by: name → ``(n,)`` strings, numbers,
        booleans or ``datetime64``; None, NaT and non-finite numbers are blank.
    links
        Address behind each point, ``(n,)``; only http, https and mailto become links, others are
        shown as text.
    sprites
        Pictures to draw as points.
    notes
        Plain sentences for "About this map".
    xyz
        Positions in space, float ``(n, 3)``, of the same kind; only a cosmos has them.

    Raises
    ------
    UsageError
        If lengths, shapes, ids or numbers do not fit together.
    """

    title: str
    xy: npt.NDArray[np.floating[Any]]
    names: Sequence[str]
    subtitle: str = ""
    texts: Sequence[str] | None = None
    levels: tuple[MapLevel, ...] = ()
    fields: Mapping[str, Column] = field(default_factory=dict)
    links: Sequence[str | None] | None = None
    sprites: Sprites | None = None
    notes: tuple[str, ...] = ()
    xyz: npt.NDArray[np.floating[Any]] | None = None

    def __post_init__(self) -> None:
        _check_positions("xy", self.xy, 2)
        if self.xyz is not None:
            _check_positions("xyz", self.xyz, 3)
        self._check_lengths()
        self._check_topics()
        if self.sprites is not None and not re.fullmatch(r"image/(png|webp|jpeg)", self.sprites.mime):
            raise UsageError(f"sprites: {shorten(self.sprites.mime)} is no raster type", hint="use png, webp or jpeg")

    def _check_lengths(self) -> None:
        lengths: dict[str, int] = {"names": len(self.names)}
        lengths |= {f"level {k}: assignment": len(level.assignment) for k, level in enumerate(self.levels)}
        lengths |= {f"field {shorten(name)}": len(column) for name, column in self.fields.items()}
        if self.texts is not None:
            lengths["texts"] = len(self.texts)
        if self.links is not None:
            lengths["links"] = len(self.links)
        if self.xyz is not None:
            lengths["xyz"] = len(self.xyz)
        if self.sprites is not None:
            lengths["sprites: index"] = len(self.sprites.index)
        for name, length in lengths.items():
            if length != len(self.xy):
                raise UsageError(f"{name} has {length} values for {len(self.xy)} points")

    def _check_topics(self) -> None:
        for k, level in enumerate(self.levels):
            coarser = {topic.id for topic in self.levels[k + 1].topics} if k + 1 < len(self.levels) else set()
            for topic in level.topics:
                stranger = next((point for point in topic.exemplars if not 0 <= point < len(self.xy)), None)
                if stranger is not None:
                    raise UsageError(f"level {k}: topic {topic.id} has exemplar {stranger} of {len(self.xy)} points")
                if topic.parent != -1 and topic.parent not in coarser:
                    raise UsageError(
                        f"level {k}: topic {topic.id} has parent {topic.parent}, not a topic one level coarser"
                    )


def pack(data: MapData) -> bytes:
    """Return the packed form of a map's data; the same data gives the same bytes.

    Positions become 16-bit steps over the larger side of their box, assignments 16- or 32-bit positions in
    the level's topics. Lone surrogates become U+FFFD and are counted in the head.
    """
    arrays = _Arrays()
    head = {
        "count": len(data.xy),
        "xy": arrays.add(_steps(data.xy)),
        "xyz": None if data.xyz is None else arrays.add(_steps(data.xyz)),
        "names": list(data.names),
        "texts": None if data.texts is None else list(data.texts),
        "levels": [_level(data.levels, k, arrays) for k in range(len(data.levels))],
        "fields": [describe_column(name, column) for name, column in data.fields.items()],
        "links": None if data.links is None else _links(data.links),
        "sprites": None if data.sprites is None else _sprites(data.sprites, arrays),
        "arrays": arrays.places,
    }
    text, replaced = replace_surrogates(json.dumps(head, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    encoded = f'{{"replaced":{replaced},{text[1:]}'.encode()
    padding = b" " * (-(4 + len(encoded)) % 8)
    body = struct.pack("<I", len(encoded) + len(padding)) + encoded + padding + b"".join(arrays.parts)
    return gzip.compress(body, compresslevel=_EFFORT, mtime=0)


class _Arrays:
    """Arrays laid one after the other, each at a multiple of 8 bytes."""

    def __init__(self) -> None:
        self.places: list[list[Any]] = []
        self.parts: list[bytes] = []
        self._end = 0

    def add(self, array: npt.NDArray[Any]) -> int:
        raw = array.tobytes()
        raw += b"\0" * (-len(raw) % 8)
        self.places.append([array.dtype.str[1:], self._end, array.size])
        self.parts.append(raw)
        self._end += len(raw)
        return len(self.places) - 1


def _check_positions(name: str, positions: npt.NDArray[np.floating[Any]], axes: int) -> None:
    if positions.ndim != 2 or positions.shape[1] != axes:
        raise UsageError(f"{name} has shape {positions.shape}", hint=f"it must be (n, {axes})")
    wrong = np.flatnonzero(~np.isfinite(positions).all(axis=1))
    if len(wrong):
        raise UsageError(f"{name}: point {wrong[0]} has no finite position", hint="leave such rows out of the map")


def _steps(positions: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.uint16]:
    if not len(positions):
        return np.zeros(positions.shape, dtype="<u2")
    low = positions.min(axis=0).astype(np.float64)
    side = float((positions.max(axis=0) - low).max()) or 1.0
    steps: npt.NDArray[np.uint16] = np.rint((positions.astype(np.float64) - low) / side * _STEPS).astype("<u2")
    return steps


def _level(levels: tuple[MapLevel, ...], k: int, arrays: _Arrays) -> dict[str, Any]:
    level = levels[k]
    place = _places(level)
    above = _places(levels[k + 1]) if k + 1 < len(levels) else {}
    place[-1] = above[-1] = -1
    ids, inverse = np.unique(level.assignment, return_inverse=True)
    unknown = [int(topic) for topic in ids if int(topic) not in place]
    if unknown:
        raise UsageError(f"level {k}: points belong to topic {unknown[0]}, which is not among its topics")
    width = "<i2" if len(level.topics) < 2**15 else "<i4"
    codes = np.array([place[int(topic)] for topic in ids], dtype=width)
    return {
        "assignment": arrays.add(codes[inverse]),
        "topics": [_topic(topic, above) for topic in level.topics],
    }


def _topic(topic: MapTopic, above: Mapping[int, int]) -> list[Any]:
    words, parent = list(topic.keywords), above[topic.parent]
    return [topic.id, topic.label, words, topic.size, parent, list(topic.exemplars), topic.verdict]


def _places(level: MapLevel) -> dict[int, int]:
    return {topic.id: place for place, topic in enumerate(level.topics)}


def _links(links: Sequence[str | None]) -> dict[str, Any]:
    """Split links into those a page may carry and, by row, those it only shows as text."""
    safe = [safe_link(link) if link else None for link in links]
    refused = {row: link for row, (link, good) in enumerate(zip(links, safe, strict=True)) if link and not good}
    return {"safe": safe, "refused": refused}


def _sprites(sprites: Sprites, arrays: _Arrays) -> dict[str, Any]:
    return {
        "image": arrays.add(np.frombuffer(sprites.image, dtype="u1")),
        "mime": sprites.mime,
        "tile": sprites.tile,
        "columns": sprites.columns,
        "index": arrays.add(sprites.index.astype("<i4")),
    }
