"""Fixtures of the browser tests: a Chromium and a small map whose every number is known."""

from __future__ import annotations

import base64
from collections.abc import Callable

import numpy as np
import pytest

from tests.browser import chromium
from triptych.pages.map import render_map
from triptych.pages.payload import MapData, MapLevel, MapTopic, Sprites


def pytest_configure(config: pytest.Config) -> None:
    chromium.register(config)


COARSE = ("Sea", "Land", "Air")
# A picture of 4 × 2 px, two opaque tiles of 2 px, red and blue, made once with Pillow.
TILES = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAIAAADwyuo0AAAAGUlEQVR4nGP8z8DAwMDAyPCfgYGBiQEJAAAqNwIDlBYW1QAAAABJRU5ErkJggg=="
)


def planted_map(**changes: object) -> MapData:
    """Three families of three topics each, 20 points a topic, and 20 points of noise at the end."""
    rng = np.random.default_rng(0)
    middles = np.array(
        [[f * 10 + 2.6 * np.cos(t * 2.1), (f % 2) * 8 + 2.6 * np.sin(t * 2.1)] for f in range(3) for t in range(3)]
    )
    xy = np.concatenate([rng.normal(middle, 0.5, (20, 2)) for middle in middles] + [rng.uniform(-3, 23, (20, 2))])
    fine = np.concatenate([np.repeat(np.arange(9), 20), np.full(20, -1)])
    coarse = np.where(fine < 0, -1, fine // 3)
    names = [f"Film {i}" for i in range(199)] + ["Inception"]
    data: dict[str, object] = {
        "title": "A planted map",
        "subtitle": "Two hundred points",
        "xy": xy,
        "names": names,
        "texts": [f"The words of film {i}, Señor Ångström" if i == 7 else f"The words of film {i}" for i in range(200)],
        "levels": (
            MapLevel(
                fine, tuple(MapTopic(t, f"Part {t} of {COARSE[t // 3]}", ("one", "two"), 20, t // 3) for t in range(9))
            ),
            MapLevel(coarse, tuple(MapTopic(f, COARSE[f], ("salt", "wave"), 60) for f in range(3))),
        ),
        "fields": {"year": np.arange(1800, 2000), "score": np.where(np.arange(200) == 3, np.nan, 0.5)},
        "links": [f"https://example.org/film/{i}" for i in range(200)],
        "notes": ("Planted by hand.",),
    }
    return MapData(**{**data, **changes})  # type: ignore[arg-type]


@pytest.fixture
def open_map(open_html: chromium.OpenMap) -> Callable[..., chromium.OpenPage]:
    """Open the planted map, with fields changed by keyword; options of the browser go in ``browser``."""

    def open_it(*, browser: dict[str, object] | None = None, **changes: object) -> chromium.OpenPage:
        return open_html(render_map(planted_map(**changes)), **(browser or {}))

    return open_it


@pytest.fixture
def sprites() -> Sprites:
    """A red tile for the first hundred points, a blue one for the rest, none for the last."""
    index = np.repeat([0, 1], 100)
    index[-1] = -1
    return Sprites(TILES, "image/png", tile=2, columns=2, index=index)
