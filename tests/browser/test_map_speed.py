"""Maps of many points, and of browsers that draw slowly: what is shown in haste becomes what it should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import OpenPage
from triptych.pages.payload import MapLevel, MapTopic

pytestmark = pytest.mark.browser

MANY = 100_000
# A graphics card of which no drawing is ever done at once.
SLOW = """(() => {
  const type = WebGL2RenderingContext.prototype;
  const plain = type.getSyncParameter;
  const begun = new WeakMap();
  type.getSyncParameter = function (sync, name) {
    if (!begun.has(sync)) begun.set(sync, performance.now());
    return performance.now() - begun.get(sync) > 100 ? plain.call(this, sync, name) : this.UNSIGNALED;
  };
  window.drawn = 0;
  const draw = type.drawElements;
  type.drawElements = function (mode, count, ...rest) {
    if (count >= 100) window.drawn++;
    draw.call(this, mode, count, ...rest);
  };
})()"""


def drag(opened: OpenPage, dx: int, dy: int, steps: int = 8) -> None:
    mouse = opened.page.mouse
    mouse.move(700, 400)
    mouse.down()
    mouse.move(700 + dx, 400 + dy, steps=steps)
    mouse.up()


def test_f079_100k_points_open_and_move(open_map: Any) -> None:
    rng = np.random.default_rng(0)
    fine = rng.integers(-1, 40, MANY)
    levels = (
        MapLevel(fine, tuple(MapTopic(t, f"Part {t}", (), int((fine == t).sum()), t // 10) for t in range(40))),
        MapLevel(np.where(fine < 0, -1, fine // 10), tuple(MapTopic(t, f"Whole {t}", (), 1) for t in range(4))),
    )
    opened = open_map(
        xy=rng.normal(size=(MANY, 2)),
        names=[f"Point {i}" for i in range(MANY)],
        texts=None,
        levels=levels,
        fields={"year": rng.integers(1900, 2026, MANY)},
        links=None,
    )
    assert "100,000 points" in opened.text(".side .facts")
    before = opened.state("camera")
    drag(opened, 60, 30)
    opened.page.mouse.wheel(0, -200)
    opened.settle()
    after = opened.state("camera")
    assert after["scale"] > before["scale"]
    assert after["x"] < before["x"]
    opened.search("Point 99999")
    assert opened.state("hits") == [99_999]
    assert opened.complaints == []


def test_f079_a_slow_browser_moves_the_picture_and_draws_it_when_at_rest(open_map: Any) -> None:
    slow, quick = open_map(browser={"init": SLOW}), open_map()
    for opened in (slow, quick):
        opened.page.wait_for_timeout(400)
        opened.page.mouse.move(60, 10)
        opened.settle()
    for factor in (1, -1):  # the second look at the clock is the one that counts
        drag(slow, 16 * factor, 0)
        slow.settle()
        slow.page.wait_for_timeout(300)
    before = slow.page.evaluate("window.drawn")
    drag(slow, 40, 16)
    drag(quick, 40, 16)
    for opened in (slow, quick):
        opened.page.mouse.move(60, 10)
        opened.settle()
    assert 1 <= slow.page.evaluate("window.drawn") - before <= 4  # not once a move
    assert slow.state("camera") == quick.state("camera")
    pictures = [opened.page.locator("canvas.map").screenshot() for opened in (slow, quick)]
    assert pictures[0] == pictures[1]
