"""The map page in a real Chromium: zoom labels, search, cards, links, themes, pictures, faults of the machine."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.browser.chromium import OpenPage
from triptych.pages.payload import MapLevel, MapTopic, Sprites

pytestmark = pytest.mark.browser

NO_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind === "webgl2" ? null : original.call(this, kind, ...rest);
};
"""
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def picture(opened: OpenPage) -> np.ndarray:
    raw = opened.page.screenshot()
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGB")).astype(int)


def labels(opened: OpenPage) -> list[dict[str, Any]]:
    return list(opened.state("labels"))


def zoom_in(opened: OpenPage, x: float, y: float, steps: int) -> None:
    opened.page.mouse.move(x, y)
    for _ in range(steps):
        opened.page.mouse.wheel(0, -150)
    opened.settle()


def pixels_around(image: np.ndarray, x: float, y: float, reach: int = 1) -> np.ndarray:
    cx, cy = round(x), round(y)
    return image[cy - reach : cy + reach + 1, cx - reach : cx + reach + 1].reshape(-1, 3)


def lonely_point(opened: OpenPage, points: range) -> tuple[int, list[float]]:
    """A point in plain view that no label covers and no other point is near."""
    spots = np.array([opened.point(i)["screen"] for i in range(200)])
    for i in points:
        x, y = spots[i]
        near = np.hypot(*(spots - spots[i]).T)
        under = any(
            abs(x - label["x"]) < label["width"] / 2 + 4 and abs(y - label["y"]) < label["height"] / 2 + 4
            for label in labels(opened)
        )
        if 360 < x < 1100 and 30 < y < 770 and not under and np.sort(near)[1] > 14:
            return i, [float(x), float(y)]
    raise AssertionError("no point stands alone")


def test_f080_single_offline_html(open_map: Any) -> None:
    opened = open_map(browser={"offline": True})
    opened.search("film")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert [url.split(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []
    assert opened.page.title() == "A planted map"
    assert opened.text("h1") == "A planted map"


def test_canvas_is_not_blank(open_map: Any) -> None:
    image = picture(open_map(levels=()))[30:770, 360:1100]
    ground = np.array([250, 247, 240])
    assert (np.abs(image - ground).sum(axis=2) > 60).sum() > 500


def test_f065_zoom_labels(open_map: Any) -> None:
    opened = open_map()
    far = labels(opened)
    assert {label["text"] for label in far if label["level"] == 1} == {"Sea", "Land", "Air"}
    x, y = next((label["x"], label["y"]) for label in far if label["text"] == "Sea")
    zoom_in(opened, x, y, 4)
    near = labels(opened)
    fine = [label for label in near if label["level"] == 0]
    assert len(fine) > sum(label["level"] == 0 for label in far) or not any(label["level"] == 1 for label in near)
    assert fine
    zoom_in(opened, x, y, 8)
    assert all(label["level"] == 0 for label in labels(opened)), "a coarse label stays away once it fills the view"
    opened.page.keyboard.press("0")
    opened.settle()
    assert {label["text"] for label in labels(opened)} == {label["text"] for label in far}


def test_f065_labels_never_overlap(open_map: Any) -> None:
    opened = open_map()
    for _ in range(6):
        shown = labels(opened)
        for i, a in enumerate(shown):
            for b in shown[i + 1 :]:
                across = abs(a["x"] - b["x"]) >= (a["width"] + b["width"]) / 2 - 1
                along = abs(a["y"] - b["y"]) >= (a["height"] + b["height"]) / 2 - 1
                assert across or along, (a, b)
        zoom_in(opened, 700, 400, 1)


def test_label_click_flies_to_the_topic(open_map: Any) -> None:
    opened = open_map()
    before = opened.state("camera")["scale"]
    x, y = next((label["x"], label["y"]) for label in labels(opened) if label["text"] == "Land")
    opened.page.mouse.click(x, y)
    opened.settle()
    assert opened.state("selected") == {"topic": "Land"}
    assert opened.state("camera")["scale"] > 1.3 * before
    card = opened.text(".dock")
    assert "60 points, 30 % of the map" in card
    assert "salt" in card
    assert "Film 60" in card


def test_f066_search_flies_and_says_noise(open_map: Any) -> None:
    opened = open_map()
    before = opened.state("camera")
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("inCÉPtion")
    opened.settle()
    assert opened.state("hits") == [199]
    assert opened.text(".search .status") == "1 point; 1 in no topic (noise)."
    assert "noise: in no topic" in opened.text("#hits li")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.state("selected") == {"point": 199}
    assert opened.state("camera")["scale"] > before["scale"]
    x, y = opened.point(199)["screen"]
    assert 340 < x < 870
    assert 40 < y < 760
    assert "Noise: in no topic" in opened.text(".dock")


def test_f066_search_finds_texts_and_walks_by_keys(open_map: Any) -> None:
    opened = open_map()
    opened.search("senor angstrom")
    assert opened.state("hits") == [7]
    opened.search("film 19")
    hits = opened.state("hits")
    assert hits[0] == 19
    assert len(hits) == 11
    for _ in range(2):
        opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.state("selected") == {"point": hits[1]}
    opened.page.keyboard.press("Escape")
    assert opened.state("selected") is None
    opened.page.keyboard.press("Escape")
    assert opened.state("hits") is None
    opened.search("no such words")
    assert opened.text(".search .status") == "No point holds these words."


def test_search_highlights_hits_on_the_map(open_map: Any) -> None:
    opened = open_map()
    point, (x, y) = lonely_point(opened, range(180))
    other = next(i for i in range(180) if i != point)
    plain = picture(opened)
    opened.search(f"film {other}")
    opened.page.locator("input[type=search]").fill("Inception")
    opened.settle()
    ground = np.array([250, 247, 240])
    dimmed = np.abs(pixels_around(picture(opened), x, y) - ground).sum(axis=1).max()
    assert dimmed < 0.6 * np.abs(pixels_around(plain, x, y) - ground).sum(axis=1).max()


def test_f069_hover_card(open_map: Any) -> None:
    opened = open_map()
    point, (x, y) = lonely_point(opened, range(180))
    opened.page.mouse.move(x, y)
    opened.settle()
    card = opened.text(".hover")
    assert card.startswith(f"Film {point}\n")
    assert " › ".join(opened.point(point)["path"]) in card
    assert f"year\n{1800 + point}" in card.replace("\t", "\n")
    assert f"The words of film {point}" in card
    opened.page.mouse.move(1199, 20)
    opened.settle()
    assert opened.page.locator(".hover").is_hidden()


def test_f069_missing_numbers_are_left_out(open_map: Any) -> None:
    opened = open_map()
    assert opened.point(3)["fields"] == [["year", 1803], ["score", None]]
    opened.search("film 3")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert "score" not in opened.text(".dock")


def test_f070_click_link_template(open_map: Any) -> None:
    opened = open_map()
    point, (x, y) = lonely_point(opened, range(180))
    opened.page.mouse.click(x, y)
    opened.settle()
    assert opened.state("selected") == {"point": point}
    link = opened.page.locator(".dock a")
    assert link.get_attribute("href") == f"https://example.org/film/{point}"
    assert link.get_attribute("target") == "_blank"
    assert link.get_attribute("rel") == "noopener noreferrer"


def test_f074_noise_is_grey(open_map: Any) -> None:
    opened = open_map(levels=planted_single_level())
    point, (x, y) = lonely_point(opened, range(180, 200))
    opened.page.mouse.move(1199, 20)
    image = picture(opened)
    spread = np.ptp(pixels_around(image, x, y, 0), axis=1).max()
    assert spread <= 12, f"noise point {point} has a colour"
    member, (mx, my) = lonely_point(opened, range(180))
    assert np.ptp(pixels_around(image, mx, my, 0), axis=1).max() > 40, f"point {member} has no colour"
    assert opened.page.locator(".topic").count() == 30
    assert "10 % in none (noise)" in opened.text(".side .facts")


def planted_single_level() -> tuple[MapLevel, ...]:
    """Thirty topics, more than any fixed list of colours holds, and noise."""
    assignment = np.concatenate([np.arange(180) % 30, np.full(20, -1)])
    return (MapLevel(assignment, tuple(MapTopic(t, f"Topic {t}", (), 6) for t in range(30))),)


def test_f075_pictures_as_points(open_map: Any, sprites: Sprites) -> None:
    opened = open_map(sprites=sprites)
    opened.page.wait_for_timeout(200)
    opened.page.mouse.move(1199, 20)
    spots = [(i, *opened.point(i)["screen"]) for i in range(180)]
    image = picture(opened)
    seen = {0: 0, 1: 0}
    for i, x, y in spots:
        if 380 < x < 1090 and 30 < y < 770:
            red, green, blue = pixels_around(image, x, y, 0)[0]
            seen[i // 100] += int(green < 60 and (red > 200 and blue < 60 if i < 100 else blue > 200 and red < 60))
    assert min(seen.values()) > 10
    opened.search("film 5")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.page.locator(".dock canvas").count() == 1


def test_theme_follows_the_system_and_toggles(open_map: Any) -> None:
    opened = open_map(browser={"color_scheme": "dark"})
    assert opened.state("theme") == "dark"
    assert picture(opened)[5, 600].max() < 40
    opened.page.get_by_role("button", name="Light or dark").click()
    opened.settle()
    assert opened.state("theme") == "light"
    assert picture(opened)[5, 600].min() > 220


def test_keys_and_buttons_move_the_map(open_map: Any) -> None:
    opened = open_map()
    home = opened.state("camera")
    opened.page.keyboard.press("+")
    opened.settle()
    assert opened.state("camera")["scale"] == pytest.approx(1.6 * home["scale"])
    opened.page.keyboard.press("-")
    opened.settle()
    opened.page.locator("canvas.map").focus()
    opened.page.keyboard.press("ArrowRight")
    opened.settle()
    assert opened.state("camera")["x"] > home["x"]
    opened.page.get_by_role("button", name="Show the whole map").click()
    opened.settle()
    assert opened.state("camera") == pytest.approx(home)
    opened.page.mouse.move(700, 400)
    opened.page.mouse.down()
    opened.page.mouse.move(760, 430, steps=4)
    opened.page.mouse.up()
    opened.settle()
    assert opened.state("camera")["x"] < home["x"]
    assert opened.state("camera")["y"] > home["y"]


def test_two_fingers_zoom(open_map: Any) -> None:
    opened = open_map(browser=PHONE)
    before = opened.state("camera")["scale"]
    touch = opened.page.context.new_cdp_session(opened.page)

    def fingers(kind: str, *spots: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(spots)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (170, 400), (220, 400))
    for apart in (40, 60, 80, 100):
        fingers("touchMove", (195 - apart, 400), (195 + apart, 400))
    fingers("touchEnd")
    opened.settle()
    assert opened.state("camera")["scale"] == pytest.approx(4 * before, rel=0.05)
    assert opened.state("selected") is None


def test_flights_move_smoothly_and_arrive(open_map: Any) -> None:
    opened = open_map(browser={"reduced_motion": "no-preference"})
    opened.page.clock.install(time=0)
    opened.page.clock.pause_at(60_000)
    opened.page.locator(".topic").first.click()
    scales = []
    for _ in range(60):
        opened.page.clock.run_for(32)
        scales.append(opened.state("camera")["scale"])
    assert opened.state("ready")
    assert len(set(scales)) > 6
    assert max(b / a for a, b in pairwise(scales)) < 1.5


def test_phone_panels_do_not_overlap(open_map: Any) -> None:
    opened = open_map(browser=PHONE)
    opened.page.locator(".topics-toggle").tap()
    opened.page.locator(".topic").first.tap()
    opened.settle()
    boxes = [opened.page.locator(s).bounding_box() for s in (".side", ".dock", ".controls")]
    tops = [(box["y"], box["y"] + box["height"]) for box in boxes if box]
    assert len(tops) == 3
    assert tops[0][1] <= tops[1][0]
    assert tops[1][1] <= tops[2][0]
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"xy": np.zeros((0, 2)), "names": [], "texts": None, "levels": (), "fields": {}, "links": None},
            "0 points",
        ),
        ({"levels": ()}, "200 points"),
        ({"levels": (MapLevel(np.full(200, -1), ()),)}, "100 % in none (noise)"),
        ({"xy": np.zeros((200, 2)), "levels": ()}, "200 points"),
    ],
    ids=["no points", "no levels", "all noise", "all on one spot"],
)
def test_thin_maps_are_readable(open_map: Any, changes: dict[str, object], said: str) -> None:
    opened = open_map(**changes)
    assert said in opened.text(".side .facts")
    assert opened.complaints == []


def test_an_empty_map_says_so(open_map: Any) -> None:
    opened = open_map(xy=np.zeros((0, 2)), names=[], texts=None, levels=(), fields={}, links=None)
    assert opened.text("p.loading") == "There is no point on this map."


def test_f065_a_topic_that_does_not_split_is_named_once(open_map: Any) -> None:
    ids = np.repeat([0, 1], 100)
    levels = tuple(
        MapLevel(ids, tuple(MapTopic(t, f"Half {t}", (), 100, t if k < 2 else -1) for t in range(2))) for k in range(3)
    )
    opened = open_map(levels=levels)
    assert sorted(label["text"] for label in labels(opened)) == ["Half 0", "Half 1"]
    assert opened.page.locator(".fold").count() == 0


def test_one_point_is_shown_at_a_sane_scale(open_map: Any) -> None:
    opened = open_map(xy=np.ones((1, 2)), names=["only"], texts=None, levels=(), fields={}, links=None)
    x, y = opened.point(0)["screen"]
    assert 340 < x < 1200
    assert 0 < y < 800


def test_without_webgl_the_topics_are_still_readable(open_map: Any) -> None:
    opened = open_map(browser={"init": NO_WEBGL})
    assert "no WebGL2" in opened.text("[role=alert]")
    assert opened.page.locator(".topic").count() == 3
    opened.search("Inception")
    assert "noise: in no topic" in opened.text("#hits li")
    assert opened.complaints == []


def test_a_lost_context_comes_back(open_map: Any) -> None:
    opened = open_map()
    before = picture(opened)
    opened.page.evaluate(
        """async () => {
          const lose = document.querySelector("canvas.map").getContext("webgl2").getExtension("WEBGL_lose_context");
          const canvas = document.querySelector("canvas.map");
          const wait = (name) => new Promise((done) => canvas.addEventListener(name, done, { once: true }));
          const lost = wait("webglcontextlost");
          lose.loseContext();
          await lost;
          const back = wait("webglcontextrestored");
          setTimeout(() => lose.restoreContext(), 50);
          await back;
        }"""
    )
    opened.settle()
    opened.page.wait_for_timeout(100)
    assert np.abs(picture(opened) - before).max() <= 2


def test_a_broken_payload_is_said_aloud(open_html: Any, open_map: Any) -> None:
    opened = open_map()
    html = opened.page.evaluate("document.documentElement.outerHTML")
    start = html.index('id="triptych-data">') + len('id="triptych-data">')
    broken = open_html("<!doctype html>" + html[:start] + "AAAA" + html[html.index("</script>", start) :], wait=False)
    broken.page.wait_for_timeout(300)
    assert "This map cannot be shown" in broken.text("[role=alert]")


def test_accessible_names_and_focus_order(open_map: Any) -> None:
    opened = open_map()
    controls = opened.page.locator("button, input, select, canvas.map")
    names = controls.evaluate_all("(all) => all.map((e) => e.ariaLabel || e.textContent.trim())")
    assert len(names) > 8
    assert all(names)
    assert opened.page.locator(".search .status").get_attribute("aria-live") == "polite"
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.type") == "search"
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Open all"
    opened.page.keyboard.press("Tab")
    assert "fold" in opened.page.evaluate("document.activeElement.className")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator(".topic").count() == 6
