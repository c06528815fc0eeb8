"""The data of a map page: checks, packing, size, and that the browser reads back what Python wrote."""

from __future__ import annotations

import gzip
import json
import struct
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import planted_map
from triptych.core.errors import UsageError
from triptych.pages.map import render_map
from triptych.pages.payload import MapData, MapLevel, MapTopic, Sprites, pack
from triptych.stages.draw import _excerpts as excerpts


def head(data: MapData) -> dict[str, Any]:
    raw = gzip.decompress(pack(data))
    (length,) = struct.unpack("<I", raw[:4])
    decoded: dict[str, Any] = json.loads(raw[4 : 4 + length])
    return decoded


def test_same_data_same_bytes() -> None:
    assert render_map(planted_map()) == render_map(planted_map())
    assert pack(planted_map()) != pack(planted_map(title="x", names=["y"] * 200))


def test_positions_keep_shape_and_order() -> None:
    data = planted_map()
    raw = gzip.decompress(pack(data))
    (length,) = struct.unpack("<I", raw[:4])
    kind, offset, size = head(data)["arrays"][head(data)["xy"]]
    assert (kind, size) == ("u2", 400)
    steps = np.frombuffer(raw, "<u2", size, 4 + length + offset).reshape(-1, 2)
    scale = np.ptp(data.xy, axis=0).max() / 65535
    restored = steps * scale + data.xy.min(axis=0)
    assert np.abs(restored - data.xy).max() <= scale


def test_values_that_json_lacks() -> None:
    fields = {
        "f32": np.array([0.1, np.nan, np.inf], dtype=np.float32),
        "mixed": ["a", None, float("-inf")],
        "flag": np.array([True, False, True]),
    }
    data = MapData(title="t", xy=np.eye(3)[:, :2], names=["a", "\ud800b\udfff", "c"], fields=fields)
    packed = head(data)
    assert packed["fields"] == [
        {"name": "f32", "kind": "number", "cells": [0.1, None, None]},
        {"name": "mixed", "kind": "text", "cells": ["a", None, None]},
        {"name": "flag", "kind": "category", "cells": [True, False, True]},
    ]
    assert packed["names"][1] == "\ufffdb\ufffd"
    assert packed["replaced"] == 2


def test_links_are_split() -> None:
    links = ["https://example.org", "javascript:x()", None]
    data = MapData(title="t", xy=np.eye(3)[:, :2], names=list("abc"), links=links)
    assert head(data)["links"] == {"safe": ["https://example.org", None, None], "refused": {"1": "javascript:x()"}}


def test_topics_refer_by_place() -> None:
    levels = (
        MapLevel(np.array([10, -1, 30]), (MapTopic(30, "b", (), 1, 5, (2, 0), "holds"), MapTopic(10, "a", ("w",), 1))),
        MapLevel(np.array([-1, -1, 5]), (MapTopic(5, "top", (), 1),)),
    )
    packed = head(MapData(title="t", xy=np.eye(3)[:, :2], names=list("abc"), levels=levels))
    assert packed["levels"][0]["topics"] == [
        [30, "b", [], 1, 0, [2, 0], "holds"],
        [10, "a", ["w"], 1, -1, [], ""],
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"xy": np.zeros((200, 3))}, r"shape \(200, 3\)"),
        ({"xy": np.where(np.arange(400).reshape(200, 2) == 12, np.nan, 0.0)}, "point 6 has no finite position"),
        ({"names": ["a"]}, "names has 1 values for 200 points"),
        ({"texts": ["a"]}, "texts has 1 values"),
        ({"links": []}, "links has 0 values"),
        ({"fields": {"year": [1]}}, "field 'year' has 1 values"),
        ({"levels": (MapLevel(np.zeros(3, int), ()),)}, "level 0: assignment has 3 values"),
        ({"levels": (MapLevel(np.full(200, -1), (MapTopic(0, "a", (), 0, 4),)),)}, "topic 0 has parent 4"),
        (
            {"levels": (MapLevel(np.full(200, -1), (MapTopic(0, "a", (), 0, -1, (200,)),)),)},
            "exemplar 200 of 200 points",
        ),
        ({"sprites": Sprites(b"", "image/svg+xml", 2, 2, np.zeros(200, int))}, "no raster type"),
        ({"sprites": Sprites(b"", "image/png", 2, 2, np.zeros(2, int))}, "sprites: index has 2"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        planted_map(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"levels": (MapLevel(np.full(200, 3), (MapTopic(0, "a", (), 0),)),)}, "belong to topic 3"),
        ({"fields": {"year": [b"x"] * 200}}, "field 'year': b'x' is neither"),
    ],
)
def test_what_cannot_be_packed_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        pack(planted_map(**changes))


def test_f079_size_of_100k_points() -> None:
    rng = np.random.default_rng(0)
    words = np.array([f"{a}{b}" for a in ("mor", "sel", "tan", "vir", "kop") for b in range(200)])
    names = [" ".join(row) for row in rng.choice(words, (100_000, 3))]
    levels = []
    for count in (60, 12):
        assignment = rng.integers(-1, count, 100_000)
        levels.append(MapLevel(assignment, tuple(MapTopic(t, f"Topic {t}", ("a", "b"), 1) for t in range(count))))
    data = MapData(
        title="t",
        xy=rng.normal(size=(100_000, 2)),
        names=names,
        levels=tuple(levels),
        fields={"year": rng.integers(1900, 2026, 100_000)},
    )
    assert len(render_map(data)) <= 6_000_000


def test_f079_the_more_texts_the_shorter_their_beginnings() -> None:
    few, many = excerpts(["word " * 100] * 3), excerpts(["word " * 100] * 100_000)
    assert few is not None
    assert many is not None
    assert len(few[0]) == 300
    assert sum(map(len, many)) <= 8_000_000
    assert len(many[0]) >= 79
    assert excerpts(["", ""]) is None


@pytest.mark.browser
def test_f079_the_browser_reads_back_what_python_wrote(open_map: Any) -> None:
    data = planted_map()
    opened = open_map()
    for i in (0, 7, 100, 199):
        point = opened.point(i)
        assert point["name"] == data.names[i]
        assert data.texts is not None
        assert point["text"] == data.texts[i]
        fine = int(data.levels[0].assignment[i])
        expected = [] if fine < 0 else [data.levels[1].topics[fine // 3].label, data.levels[0].topics[fine].label]
        assert point["path"] == expected
