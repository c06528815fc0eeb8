"""The cosmos in a real Chromium: turning, moving, cards, search, labels, pictures, faults of the machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import OpenMap, OpenPage
from tests.browser.conftest import planted_map
from tests.browser.test_map_filters import CONTRASTS, contrast
from tests.browser.test_map_page import NO_WEBGL, PHONE, picture, pixels_around, planted_single_level
from triptych.pages.map import render_cosmos, render_map
from triptych.pages.payload import MapLevel, Sprites

pytestmark = pytest.mark.browser

N = 200
FAMILIES = np.array([[np.cos(f * 2.1), 0.4 * f - 0.4, np.sin(f * 2.1)] for f in range(3)])


def planted_space() -> np.ndarray:
    """The families of the planted map in three places, its noise all over."""
    rng = np.random.default_rng(1)
    topics = np.repeat(FAMILIES, 60, axis=0) + np.repeat(rng.normal(0, 0.25, (9, 3)), 20, axis=0)
    return np.concatenate([topics + rng.normal(0, 0.07, (180, 3)), rng.uniform(-1.2, 1.2, (20, 3))])


@pytest.fixture
def open_cosmos(open_html: OpenMap) -> Any:
    """Open the planted map in space, with fields changed by keyword; options of the browser go in ``browser``."""

    def open_it(*, browser: dict[str, object] | None = None, **changes: object) -> OpenPage:
        data = planted_map(**{"xyz": planted_space(), **changes})
        return open_html(render_cosmos(data), **(browser or {}))

    return open_it


def camera(opened: OpenPage) -> dict[str, Any]:
    return dict(opened.state("camera"))


def spots(opened: OpenPage, count: int = N) -> np.ndarray:
    """Where the points are on the screen, and how deep."""
    seen = opened.page.evaluate("(n) => Array.from({ length: n }, (_, i) => window.triptychMap.point(i).screen)", count)
    return np.array(seen)


def in_the_open(opened: OpenPage, points: range) -> tuple[int, float, float]:
    """A point in plain view with nothing before it and no label over it."""
    seen = spots(opened)
    labels = opened.state("labels")
    for i in points:
        x, y, _ = seen[i]
        others = np.hypot(*(seen[:, :2] - seen[i, :2]).T)
        under = any(abs(x - s["x"]) < s["width"] / 2 + 4 and abs(y - s["y"]) < s["height"] / 2 + 4 for s in labels)
        if 400 < x < 1080 and 40 < y < 760 and not under and np.sort(others)[1] > 24:
            return i, float(x), float(y)
    raise AssertionError("no point stands alone")


def drag(opened: OpenPage, dx: float, dy: float, button: Any = "left") -> None:
    opened.page.mouse.move(760, 400)
    opened.page.mouse.down(button=button)
    opened.page.mouse.move(760 + dx / 2, 400 + dy / 2)
    opened.page.mouse.move(760 + dx, 400 + dy)
    opened.page.mouse.up(button=button)
    opened.settle()


def test_f077_single_offline_html(open_cosmos: Any) -> None:
    opened = open_cosmos(browser={"offline": True})
    opened.search("film")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert [url.split(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []
    assert opened.page.title() == "A planted map"


def test_f077_all_points_are_in_view(open_cosmos: Any) -> None:
    opened = open_cosmos()
    for _ in range(5):
        seen = spots(opened)
        assert ((seen[:, 0] > 330) & (seen[:, 0] < 1200) & (seen[:, 1] > 0) & (seen[:, 1] < 800)).mean() > 0.96
        opened.page.keyboard.press("ArrowLeft")
        opened.page.keyboard.press("ArrowLeft")
        opened.settle()


def test_f077_it_turns_until_it_is_grabbed(open_cosmos: Any) -> None:
    opened = open_cosmos(browser={"reduced_motion": "no-preference", "wait": False})
    opened.page.wait_for_timeout(2500)
    assert opened.state("turning")
    before = camera(opened)["azimuth"]
    opened.page.wait_for_timeout(600)
    assert camera(opened)["azimuth"] > before
    drag(opened, 60, 0)
    assert not opened.state("turning")
    after = camera(opened)
    opened.page.wait_for_timeout(300)
    assert camera(opened) == after
    opened.page.get_by_role("button", name="Turn by itself").click()
    assert opened.state("turning")
    opened.page.locator("canvas.map").focus()
    opened.page.keyboard.press("Space")
    assert not opened.state("turning")
    assert opened.page.get_by_role("button", name="Turn by itself").get_attribute("aria-pressed") == "false"


def test_f077_readers_who_want_no_motion_get_none(open_cosmos: Any) -> None:
    opened = open_cosmos()
    before = camera(opened)
    opened.page.wait_for_timeout(400)
    assert camera(opened) == before
    assert not opened.state("turning")


def test_f077_drags_turn_and_move(open_cosmos: Any) -> None:
    opened = open_cosmos()
    home = camera(opened)
    drag(opened, 80, 40)
    turned = camera(opened)
    assert turned["target"] == home["target"]
    assert turned["azimuth"] < home["azimuth"]
    assert turned["elevation"] > home["elevation"]
    drag(opened, 80, 40, button="right")
    moved = camera(opened)
    assert moved["azimuth"] == turned["azimuth"]
    assert moved["target"] != turned["target"]
    opened.page.keyboard.down("Shift")
    drag(opened, -80, -40)
    opened.page.keyboard.up("Shift")
    assert camera(opened)["target"] == pytest.approx(home["target"], abs=1e-6)
    opened.page.mouse.dblclick(1150, 60)
    opened.settle()
    back = camera(opened)
    assert (back["target"], back["distance"]) == (home["target"], home["distance"])


def test_f077_the_wheel_comes_nearer_to_what_is_under_the_mouse(open_cosmos: Any) -> None:
    opened = open_cosmos()
    before = camera(opened)
    seen = spots(opened)
    level = np.abs(seen[:, 2] - before["distance"]).argmin()
    x, y, _ = seen[level]
    opened.page.mouse.move(x, y)
    for _ in range(4):
        opened.page.mouse.wheel(0, -150)
    opened.settle()
    assert camera(opened)["distance"] < 0.6 * before["distance"]
    nx, ny, _ = spots(opened)[level]
    assert np.hypot(nx - x, ny - y) < 30


def test_f077_keys_turn_zoom_and_reset(open_cosmos: Any) -> None:
    opened = open_cosmos()
    home = camera(opened)
    opened.page.locator("canvas.map").focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("+")
    opened.settle()
    near = camera(opened)
    assert near["azimuth"] != home["azimuth"]
    assert near["elevation"] != home["elevation"]
    assert near["distance"] == pytest.approx(home["distance"] / 1.6)
    opened.page.keyboard.press("r")
    opened.settle()
    back = camera(opened)
    assert (back["target"], back["distance"], back["elevation"]) == (
        home["target"],
        home["distance"],
        home["elevation"],
    )


def test_f077_two_fingers_come_nearer(open_cosmos: Any) -> None:
    opened = open_cosmos(browser=PHONE)
    before = camera(opened)["distance"]
    touch = opened.page.context.new_cdp_session(opened.page)

    def fingers(kind: str, *at: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(at)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", (155, 400), (235, 400))
    for apart in (50, 60, 70, 80):
        fingers("touchMove", (195 - apart, 400), (195 + apart, 400))
    fingers("touchEnd")
    opened.settle()
    assert camera(opened)["distance"] == pytest.approx(before / 2, rel=0.05)
    assert opened.state("selected") is None
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390


def test_f077_hover_card_and_link(open_cosmos: Any) -> None:
    opened = open_cosmos()
    point, x, y = in_the_open(opened, range(180))
    opened.page.mouse.move(x, y)
    opened.settle()
    card = opened.text(".hover")
    assert card.startswith(f"Film {point}\n")
    assert " › ".join(opened.point(point)["path"]) in card
    opened.page.mouse.click(x, y)
    opened.settle()
    assert opened.state("selected") == {"point": point}
    link = opened.page.locator(".dock a")
    assert link.get_attribute("href") == f"https://example.org/film/{point}"
    assert link.get_attribute("rel") == "noopener noreferrer"
    opened.page.keyboard.press("Escape")
    assert opened.state("selected") is None


def test_f077_the_search_flies_and_says_noise(open_cosmos: Any) -> None:
    opened = open_cosmos()
    before = camera(opened)["distance"]
    opened.search("inCÉPtion")
    assert opened.state("hits") == [199]
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.state("selected") == {"point": 199}
    assert camera(opened)["distance"] < before
    x, y, depth = opened.point(199)["screen"]
    assert 340 < x < 870
    assert 40 < y < 760
    assert depth == pytest.approx(camera(opened)["distance"])
    assert "Noise: in no topic" in opened.text(".dock")


def test_f077_labels_never_overlap_and_fly_to_their_topic(open_cosmos: Any) -> None:
    opened = open_cosmos()
    seen: set[str] = set()
    for _ in range(8):
        shown = opened.state("labels")
        seen |= {label["text"] for label in shown}
        for i, a in enumerate(shown):
            for b in shown[i + 1 :]:
                across = abs(a["x"] - b["x"]) >= (a["width"] + b["width"]) / 2 - 1
                along = abs(a["y"] - b["y"]) >= (a["height"] + b["height"]) / 2 - 1
                assert across or along, (a, b)
        opened.page.keyboard.press("ArrowRight")
        opened.page.keyboard.press("ArrowRight")
        opened.settle()
    assert {"Sea", "Land", "Air"} <= seen
    label = opened.state("labels")[0]
    opened.page.mouse.click(label["x"], label["y"])
    opened.settle()
    assert opened.state("selected") == {"topic": label["text"]}
    assert "20 points" in opened.text(".dock") or "60 points" in opened.text(".dock")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f077_every_text_has_contrast(open_cosmos: Any, scheme: str) -> None:
    opened = open_cosmos(browser={"color_scheme": scheme})
    opened.page.get_by_role("button", name="Open all").click()
    opened.page.wait_for_timeout(300)
    found = opened.page.evaluate(CONTRASTS)
    assert sum(is_label for *_, is_label in found) >= 2
    assert [(text, ratio) for text, ratio, _ in found if ratio < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f077_labels_stand_on_a_halo_of_the_ground(open_cosmos: Any, sprites: Sprites, scheme: str) -> None:
    opened = open_cosmos(sprites=sprites, browser={"color_scheme": scheme})
    opened.page.wait_for_timeout(300)
    shown = picture(opened)
    colours = opened.page.evaluate(
        """() => [...document.querySelectorAll(".label.on")].map((label) => {
          const colour = getComputedStyle(label).color;
          label.style.webkitTextFillColor = "transparent";
          return [colour, label.getBoundingClientRect().toJSON()];
        })"""
    )
    clear = picture(opened)
    assert colours
    for colour, box in colours:
        area = (slice(int(box["top"]), int(box["bottom"]) + 1), slice(int(box["left"]), int(box["right"]) + 1))
        letters = np.abs(shown[area] - clear[area]).sum(axis=2) > 150
        front = np.array([int(v) for v in colour.strip("rgb()").split(",")])
        assert letters.sum() > 20
        assert np.quantile(contrast(front[None], clear[area][letters]), 0.02) >= 4.5, (colour, box)


def test_f077_noise_is_grey_and_far_is_paler(open_cosmos: Any) -> None:
    opened = open_cosmos(levels=planted_single_level())
    _, x, y = in_the_open(opened, range(180, 200))
    _, mx, my = in_the_open(opened, range(180))
    image = picture(opened)
    assert np.ptp(pixels_around(image, x, y, 0), axis=1).max() <= 16
    assert np.ptp(pixels_around(image, mx, my, 0), axis=1).max() > 30
    opened = open_cosmos(levels=(), fields={})
    deep = spots(opened)
    image = picture(opened)
    ground = np.array([250, 247, 240])
    order = np.argsort(deep[:, 2])
    ink = [np.abs(pixels_around(image, deep[i, 0], deep[i, 1], 0) - ground).sum() for i in order]
    assert np.median(ink[-40:]) < 0.75 * np.median(ink[:40])


def test_f077_colours_by_a_column_and_the_topics_have_the_colours_of_the_map(open_cosmos: Any, open_html: Any) -> None:
    fields = {"kind": ["a", "b"] * 100, "year": np.arange(1800, 2000)}
    opened = open_cosmos(fields=fields)
    flat = open_html(render_map(planted_map(fields=fields)))
    dots = "() => [...document.querySelectorAll('.topic .dot')].map((dot) => dot.style.backgroundColor)"
    assert opened.page.evaluate(dots) == flat.page.evaluate(dots)
    opened.page.locator("select[aria-label='Colour by']").select_option("kind")
    opened.settle()
    assert opened.state("colouring") == "kind"
    opened.page.get_by_role("button", name="Only a").click(force=True)
    opened.settle()
    assert opened.state("lit") == list(range(0, 200, 2))
    opened.page.get_by_role("button", name="Reset all").click()
    opened.settle()
    assert (opened.state("colouring"), len(opened.state("lit"))) == (None, 200)


def few(count: int) -> dict[str, object]:
    return {
        "xy": np.zeros((count, 2)), "xyz": np.arange(3 * count).reshape(count, 3) / 10,
        "names": [f"Row {i}" for i in range(count)], "texts": None, "levels": (), "fields": {}, "links": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (few(0), "0 points"),
        (few(1), "1 point"),
        (few(3), "3 points"),
        ({"levels": ()}, "200 points"),
        ({"levels": (MapLevel(np.full(200, -1), ()),)}, "100 % in none (noise)"),
        ({"xyz": np.zeros((200, 3)), "levels": ()}, "200 points"),
    ],
    ids=["nothing", "one", "three", "no levels", "all noise", "all on one spot"],
)
def test_f077_thin_data_is_shown(open_cosmos: Any, changes: dict[str, object], said: str) -> None:
    opened = open_cosmos(**changes)
    assert said in opened.text(".side .facts")
    assert opened.complaints == []
    if opened.state("count"):
        x, y, _ = opened.point(0)["screen"]
        assert 340 < x < 1200
        assert 0 < y < 800
    else:
        assert opened.text("p.loading") == "There is no point in this cosmos."


def test_f077_without_webgl_the_topics_are_still_readable(open_cosmos: Any) -> None:
    opened = open_cosmos(browser={"init": NO_WEBGL})
    assert "no WebGL2" in opened.text("[role=alert]")
    assert opened.page.locator(".topic").count() == 3
    opened.search("Inception")
    assert "noise: in no topic" in opened.text("#hits li")
    assert opened.complaints == []


def test_f077_a_lost_context_comes_back(open_cosmos: Any, sprites: Sprites) -> None:
    opened = open_cosmos(sprites=sprites)
    opened.page.wait_for_timeout(300)
    before = picture(opened)
    opened.page.evaluate(
        """async () => {
          const canvas = document.querySelector("canvas.map");
          const lose = canvas.getContext("webgl2").getExtension("WEBGL_lose_context");
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


def pairs(count: int = 8) -> np.ndarray:
    """A lattice across the first look, and a little behind each of its points another one: float (2 count², 3)."""
    ca, sa, ce, se = np.cos(0.5), np.sin(0.5), np.cos(0.22), np.sin(0.22)
    right, up, forward = np.array([[ca, 0, -sa], [-se * sa, ce, -se * ca], [-ce * sa, -se, -ce * ca]])
    across, along = np.meshgrid(*[np.linspace(-0.5, 0.5, count)] * 2)
    lattice = across.reshape(-1, 1) * right + along.reshape(-1, 1) * up
    return np.concatenate([lattice, lattice + 0.02 * forward])


def test_f076_pictures_stand_at_their_points_the_nearer_before_the_farther(open_cosmos: Any, sprites: Sprites) -> None:
    near = np.arange(64) % 2  # red and blue in turn, and behind each one the other colour
    both = replace(sprites, index=np.concatenate([near, 1 - near]))
    names = [f"Row {i}" for i in range(128)]
    rest: dict[str, object] = {"texts": None, "levels": (), "fields": {}, "links": None}
    opened = open_cosmos(xy=np.zeros((128, 2)), xyz=pairs(), names=names, sprites=both, **rest)
    opened.page.wait_for_timeout(300)
    seen, image = spots(opened, 128), picture(opened)
    assert (seen[:64, 2] < seen[64:, 2]).all()
    assert np.hypot(*(seen[:64, :2] - seen[64:, :2]).T).max() < 12
    colours = np.array([pixels_around(image, seen[i, 0], seen[i, 1], 0)[0] for i in range(64)])
    assert ((colours[:, 0] > colours[:, 2] + 80) == (near == 0)).all()
    assert ((colours[:, 2] > colours[:, 0] + 80) == (near == 1)).all()


def test_f076_a_card_shows_the_picture(open_cosmos: Any, sprites: Sprites) -> None:
    opened = open_cosmos(sprites=sprites)
    opened.page.wait_for_timeout(200)
    opened.search("film 5")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.page.locator(".dock canvas").count() == 1


def test_f076_a_sheet_that_cannot_be_decoded_leaves_points(open_cosmos: Any, sprites: Sprites) -> None:
    broken = Sprites(b"not a picture", sprites.mime, sprites.tile, sprites.columns, sprites.index)
    opened = open_cosmos(sprites=broken)
    opened.page.wait_for_timeout(200)
    image = picture(opened)[30:770, 400:1080]
    assert (np.abs(image - np.array([250, 247, 240])).sum(axis=2) > 120).sum() > 300
    assert opened.complaints == []
