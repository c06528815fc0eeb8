"""What a reader can ask of the map: colours, a brush, topics on and off, outlines, a lasso, a link back."""

from __future__ import annotations

import csv
import io
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import OpenMap, OpenPage
from tests.browser.conftest import planted_map
from tests.browser.test_map_page import PHONE, labels, picture
from triptych.pages.map import render_map
from triptych.pages.payload import MapLevel, MapTopic

pytestmark = pytest.mark.browser

SMALL_PHONE = {**PHONE, "viewport": {"width": 360, "height": 740}}
DAYS = np.datetime64("2001-01-01") + np.arange(200) * 40
KINDS = [("red", "green", "blue")[i % 3] for i in range(200)]
COLUMNS = {"year": np.arange(1800, 2000), "kind": KINDS, "day": DAYS, "note": [f"note {i}" for i in range(200)]}


def lit(opened: OpenPage) -> list[int]:
    return list(opened.state("lit"))


def colour_by(opened: OpenPage, name: str) -> None:
    opened.page.get_by_label("Colour by").select_option(label=name)
    opened.settle()


def drag(opened: OpenPage, *spots: tuple[float, float]) -> None:
    opened.page.mouse.move(*spots[0])
    opened.page.mouse.down()
    for spot in spots[1:]:
        opened.page.mouse.move(*spot, steps=6)
    opened.page.mouse.up()
    opened.settle()


def drag_over_plot(opened: OpenPage, start: float, end: float) -> None:
    box = opened.page.locator(".plot").bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    drag(opened, (box["x"] + start * box["width"], y), (box["x"] + end * box["width"], y))


def dots(opened: OpenPage, selector: str) -> list[str]:
    return list(
        opened.page.locator(selector).evaluate_all("(all) => all.map((e) => getComputedStyle(e).backgroundColor)")
    )


def test_f073_colours_by_category_number_and_date(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS)
    choices = opened.page.get_by_label("Colour by").locator("option").all_inner_texts()
    assert choices == ["Topic", "year", "kind", "day"], "a text of its own for every row is no colour"
    colour_by(opened, "kind")
    assert opened.state("colouring") == {"column": "kind", "classes": [["green", 67], ["red", 67], ["blue", 66]]}
    swatches = dots(opened, ".class .dot")
    assert len(set(swatches)) == 3
    image = picture(opened)
    seen = dict.fromkeys(("green", "red", "blue"), 0)
    for i in range(180):
        x, y = opened.point(i)["screen"]
        wanted = np.array([int(v) for v in swatches[list(seen).index(KINDS[i])].strip("rgb()").split(",")])
        if 380 < x < 1090 and 30 < y < 770:
            seen[KINDS[i]] += int(np.abs(image[round(y), round(x)] - wanted).max() < 40)
    assert min(seen.values()) > 15, seen
    colour_by(opened, "day")
    assert opened.page.locator(".band").is_visible()
    assert opened.page.locator(".legend .ends bdi").first.inner_text() == "2001"
    colour_by(opened, "year")
    assert opened.page.locator(".class").count() == 0
    assert opened.complaints == []


def test_f073_noise_is_grey_by_topic_only(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS, texts=None)
    grey = "rgb(168, 168, 168)"
    colour_by(opened, "kind")
    assert grey not in dots(opened, ".class .dot")
    missing = open_map(fields={"kind": [*KINDS[:150], *[None] * 50]})
    colour_by(missing, "kind")
    assert missing.page.locator(".class").last.inner_text().split("\n") == ["no value", "50"]
    assert dots(missing, ".class .dot")[-1] == grey


def test_f073_five_hundred_categories_get_a_short_legend(open_map: Any) -> None:
    xy = np.random.default_rng(0).normal(size=(1500, 2))
    many = [f"Category {i % 500}" for i in range(1500)]
    opened = open_map(xy=xy, names=many, texts=None, levels=(), fields={"kind": many}, links=None)
    colour_by(opened, "kind")
    assert opened.page.locator(".class").count() == 12
    assert "489 others" in opened.page.locator(".class").last.inner_text()


def test_f067_the_brush_filters_the_points(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS)
    before = picture(opened)
    drag_over_plot(opened, 0.26, 0.49)
    brush = opened.state("brush")
    assert brush["column"] == "year"
    assert lit(opened) == [i for i in range(200) if brush["from"] <= 1800 + i < brush["to"]]
    assert 40 <= len(lit(opened)) <= 60
    assert opened.text(".focus .status") == f"{len(lit(opened))} of 200 points"
    x, y = opened.point(150)["screen"]
    ground = np.array([250, 247, 240])
    spot = (slice(round(y) - 1, round(y) + 2), slice(round(x) - 1, round(x) + 2))
    dim = np.abs(picture(opened)[spot] - ground).sum(axis=2).max()
    assert dim < 0.6 * np.abs(before[spot] - ground).sum(axis=2).max()
    opened.page.locator(".plot").click()
    opened.settle()
    assert opened.state("brush") is None
    assert len(lit(opened)) == 200


def test_f067_the_brush_works_by_keys_and_escape_ends_it(open_map: Any) -> None:
    opened = open_map(fields={"day": DAYS})
    plot = opened.page.locator(".plot")
    plot.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.settle()
    first = opened.state("brush")
    assert 0 < len(lit(opened)) < 60
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Shift+ArrowRight")
    opened.settle()
    assert opened.state("brush")["from"] > first["from"]
    assert "Escape ends it" in str(plot.get_attribute("aria-label"))
    opened.page.keyboard.press("Escape")
    opened.settle()
    assert opened.state("brush") is None


@pytest.mark.parametrize(
    "fields", [{}, {"kind": KINDS}, {"year": np.full(200, 1999)}], ids=["none", "words", "one value"]
)
def test_f067_no_column_to_cut_no_histogram(open_map: Any, fields: dict[str, Any]) -> None:
    opened = open_map(fields=fields)
    assert opened.page.locator(".histogram").is_hidden()
    assert opened.complaints == []


def test_f068_the_tree_follows_the_map_and_opens_whole(open_map: Any) -> None:
    opened = open_map()
    seen = opened.page.locator(".seen > .topic .name")
    assert "9 in view" in opened.text(".topics .heading")
    opened.page.get_by_role("button", name="Open all").click()
    assert opened.page.locator(".topic").count() == 12
    assert seen.count() == 12
    opened.page.get_by_role("button", name="Close all").click()
    assert opened.page.locator(".topic:visible").count() == 3
    x, y = next((label["x"], label["y"]) for label in labels(opened) if label["text"] == "Air")
    opened.page.mouse.click(x, y)
    opened.settle()
    assert "Sea" not in seen.all_inner_texts()
    assert "Air" in seen.all_inner_texts()
    near = next(label for label in labels(opened) if label["level"] == 0)
    opened.page.mouse.click(near["x"], near["y"])
    opened.settle()
    current = opened.page.locator('.topic[aria-current="true"]')
    assert current.locator(".name").inner_text() == near["text"]
    assert current.is_visible(), "the tree opens where the map went"


def test_f071_topics_are_switched_off_and_on(open_map: Any) -> None:
    opened = open_map()
    eye = opened.page.get_by_role("button", name="Show Sea")
    assert eye.get_attribute("aria-pressed") == "true"
    x, y = opened.point(0)["screen"]
    eye.click()
    opened.settle()
    assert eye.get_attribute("aria-pressed") == "false"
    assert lit(opened) == list(range(60, 200))
    opened.page.mouse.click(x, y)
    opened.settle()
    assert opened.state("selected") is None, "what is hidden cannot be chosen"
    opened.page.get_by_role("button", name="Show Sea").click()
    opened.settle()
    assert len(lit(opened)) == 200


def test_f071_one_topic_alone(open_map: Any) -> None:
    opened = open_map()
    opened.page.locator(".topic", has_text="Land").click()
    opened.settle()
    assert lit(opened) == list(range(60, 120))


def test_f071_classes_are_switched_off_and_looked_at_alone(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS)
    colour_by(opened, "kind")
    opened.page.locator(".class", has_text="red").click()
    opened.settle()
    assert not [i for i in lit(opened) if KINDS[i] == "red"]
    assert opened.page.evaluate("document.activeElement.textContent").startswith("red"), "the focus stays"
    opened.page.get_by_role("button", name="Only blue").focus()
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert {KINDS[i] for i in lit(opened)} == {"blue"}
    opened.page.get_by_role("button", name="Show all").click(force=True)
    opened.settle()
    assert len(lit(opened)) == 200


def test_f072_outlines_on_demand(open_map: Any) -> None:
    opened = open_map()
    plain = picture(opened)
    button = opened.page.get_by_role("button", name="Outline topics")
    button.click()
    opened.page.mouse.move(1199, 20)
    opened.settle()
    changed = np.abs(picture(opened)[:, 360:1130] - plain[:, 360:1130]).sum(axis=2) > 60
    assert 500 < changed.sum() < 40_000
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    opened.page.mouse.move(1199, 20)
    opened.settle()
    assert np.abs(picture(opened)[:, 360:1130] - plain[:, 360:1130]).max() <= 2


def around(opened: OpenPage, points: range) -> list[tuple[float, float]]:
    spots = np.array([opened.point(i)["screen"] for i in points])
    (x0, y0), (x1, y1) = spots.min(axis=0) - 6, spots.max(axis=0) + 6
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_lasso_lists_and_saves_what_it_holds(open_map: Any) -> None:
    names = [f"Film {i}" for i in range(198)] + ["=1+1", "Inception"]
    opened = open_map(fields=COLUMNS, names=names)
    camera = opened.state("camera")
    opened.page.get_by_role("button", name="Draw around points").click()
    drag(opened, *around(opened, range(60)))
    chosen = opened.state("selected")["lasso"]
    assert set(range(60)) <= set(chosen)
    assert lit(opened) == chosen
    assert opened.state("camera") == camera, "drawing does not move the map"
    assert f"{len(chosen)} points chosen" in opened.text(".dock h2")
    assert opened.page.locator(".dock .member").count() == len(chosen)
    with opened.page.expect_download() as saved:
        opened.page.get_by_role("button", name="Save as CSV").click()
    text = saved.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert saved.value.suggested_filename == "points.csv"
    assert [row["title"] for row in rows] == [names[i].replace("=", "'=", 1) for i in chosen]
    assert rows[0]["topic"] == "Part 0 of Sea"
    assert rows[0]["topic_level_1"] == "Sea"
    assert (rows[0]["year"], rows[0]["day"], rows[0]["link"]) == ("1800", "2001-01-01", "https://example.org/film/0")
    assert [url for url in opened.requests if not url.startswith(("file:", "blob:"))] == []
    assert opened.complaints == []
    opened.page.keyboard.press("Escape")
    opened.settle()
    assert len(lit(opened)) == 200


def test_lasso_with_shift_around_nothing_says_so(open_map: Any) -> None:
    opened = open_map(levels=())
    opened.page.keyboard.down("Shift")
    drag(opened, (700, 5), (720, 5), (720, 15), (700, 15))
    opened.page.keyboard.up("Shift")
    assert "No point in the lasso" in opened.text(".dock")


def test_topic_card_says_all_of_a_topic(open_map: Any) -> None:
    levels = planted_map().levels
    told = MapTopic(0, "Sea", ("salt",), 60, -1, (7, 3), "Holds in 19 of 20 samples.")
    opened = open_map(fields=COLUMNS, levels=(levels[0], MapLevel(levels[1].assignment, (told, *levels[1].topics[1:]))))
    opened.page.locator(".topic", has_text="Sea").click()
    opened.settle()
    assert [e.inner_text() for e in opened.page.locator(".dock .member").all()] == ["Film 7", "Film 3"]
    assert opened.text(".dock .verdict") == "Holds in 19 of 20 samples."
    mix = [e.inner_text().split("\n") for e in opened.page.locator(".dock .mix li").all()]
    assert mix == [["blue", "33.3 %"], ["green", "33.3 %"], ["red", "33.3 %"]]
    assert opened.page.locator(".dock .timeline .bars").is_visible()
    assert opened.text(".dock .ends").split() == ["2001", "2023"]


def test_a_link_brings_everything_back(open_html: OpenMap) -> None:
    html = render_map(planted_map(fields=COLUMNS))
    opened = open_html(html)
    assert "#" not in opened.page.url
    colour_by(opened, "kind")
    drag_over_plot(opened, 0.1, 0.9)
    opened.search("film 1")
    opened.page.keyboard.press("Enter")
    opened.settle()
    opened.page.get_by_role("button", name="Outline topics").click()
    opened.settle()
    names = ("colouring", "brush", "hits", "selected", "lit")
    before, camera = [opened.state(name) for name in names], opened.state("camera")
    address = opened.page.url
    opened.page.goto("about:blank")
    opened.page.goto(address)
    opened.settle()
    assert [opened.state(name) for name in names] == before
    assert opened.state("camera") == pytest.approx(camera, rel=1e-3)
    assert opened.page.url == address
    opened.page.get_by_role("button", name="Reset all").click()
    opened.settle()
    assert "#" not in opened.page.url
    assert opened.state("colouring")["column"] is None
    assert (opened.state("brush"), opened.state("hits"), opened.state("selected")) == (None, None, None)
    assert opened.page.locator(".reset-all").is_hidden()


@pytest.mark.parametrize(
    "words",
    [
        "topic=9_9&point=999999&colour=nope&brush=nope&from=1&to=2&off=5_5&without=77&at=1_1_1e99",
        "q=%3Cimg%20src%3Dx%20onerror%3Dplanted()%3E&colour=%3Cscript%3E",
        "at=NaN_NaN_NaN&lasso=1_2_3&topic=0_0_0&point=-1&point=1.5",
        "%E0%A4%A&__proto__=x&topic=constructor_0",
    ],
)
def test_a_strange_link_shows_the_map(open_map: Any, words: str) -> None:
    opened = open_map(browser={"init": "window.calls = 0; window.planted = () => { window.calls += 1; };"})
    opened.page.evaluate("(words) => { location.hash = words; }", words)
    opened.page.wait_for_timeout(50)
    opened.settle()
    assert opened.complaints == []
    assert opened.page.evaluate("window.calls") == 0
    assert opened.state("selected") is None
    assert opened.state("brush") is None
    assert opened.state("colouring")["column"] is None


# Contrast of every visible text with what is painted behind it, panels taken as they are composed.
CONTRASTS = """() => {
  const parse = (text) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = parse(getComputedStyle(document.body).backgroundColor);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const isShown = element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    if (!node.textContent.trim() || element.closest("script") || !isShown) continue;
    const layers = [];
    for (let up = element; up; up = up.parentElement) layers.unshift(parse(getComputedStyle(up).backgroundColor));
    let opacity = 1;
    for (let up = element; up; up = up.parentElement) opacity *= Number(getComputedStyle(up).opacity);
    const behind = layers.reduce((below, top) => over(top, below), ground);
    const ink = parse(getComputedStyle(element).color);
    const front = over([...ink.slice(0, 3), ink[3] * opacity], behind);
    const [a, b] = [light(front), light(behind)];
    const label = element.closest(".label");
    found.push([node.textContent.trim(), (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), Boolean(label)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("column", ["Topic", "kind"])
def test_f083_every_text_has_contrast(open_map: Any, scheme: str, column: str) -> None:
    levels = (*planted_map().levels,)
    opened = open_map(fields=COLUMNS, levels=levels, browser={"color_scheme": scheme})
    colour_by(opened, column)
    opened.page.get_by_role("button", name="Open all").click()
    opened.page.locator(".topic", has_text="Land").first.click()
    opened.page.keyboard.press("-")
    opened.settle()
    opened.search("film 1")
    found = opened.page.evaluate(CONTRASTS)
    opened.page.locator("input[type=search]").fill("")
    opened.page.locator(".topic", has_text="Land").first.click()
    opened.page.keyboard.press("0")
    opened.settle()
    opened.page.wait_for_timeout(300)
    found += opened.page.evaluate(CONTRASTS)
    assert sum(is_label for *_, is_label in found) >= 3
    assert len(found) > 40
    assert [(text, ratio) for text, ratio, _ in found if ratio < 4.5] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f083_labels_stand_on_a_halo_of_the_ground(open_map: Any, scheme: str) -> None:
    """Measured on the picture: with the letters made clear, what is left behind them is nearly the ground."""
    opened = open_map(browser={"color_scheme": scheme, "reduced_motion": "reduce"})
    shown = picture(opened)
    colours = opened.page.evaluate(
        """() => [...document.querySelectorAll(".label.on")].map((label) => {
          const colour = getComputedStyle(label).color;
          label.style.webkitTextFillColor = "transparent";
          return [colour, label.getBoundingClientRect().toJSON()];
        })"""
    )
    clear = picture(opened)
    for colour, box in colours:
        area = (
            slice(int(box["top"]), int(box["bottom"]) + 1),
            slice(int(box["left"]), int(box["right"]) + 1),
        )
        letters = np.abs(shown[area] - clear[area]).sum(axis=2) > 150
        front = np.array([int(v) for v in colour.strip("rgb()").split(",")])
        assert letters.sum() > 20
        ratios = contrast(front[None], clear[area][letters])
        assert np.quantile(ratios, 0.02) >= 4.5, (colour, box)


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    def light(rgb: np.ndarray) -> np.ndarray:
        v = rgb / 255
        return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4) @ np.array([0.2126, 0.7152, 0.0722])

    a, b = light(one), light(other)
    ratios: np.ndarray = (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)
    return ratios


def test_f083_a_narrow_phone_has_all_panels_in_reach(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS, browser=SMALL_PHONE)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    opened.page.locator(".topics-toggle").tap()
    colour_by(opened, "kind")
    for selector in (".topics", ".legend", ".histogram", ".controls"):
        box = opened.page.locator(selector).bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
    tops = [opened.page.locator(s).bounding_box() for s in (".topics", ".legend", ".histogram", ".controls")]
    assert all(a and b and a["y"] + a["height"] <= b["y"] for a, b in pairwise(tops))


def test_f083_the_focus_goes_down_the_column_and_shows(open_map: Any) -> None:
    opened = open_map(fields=COLUMNS)
    order = []
    for _ in range(16):
        opened.page.keyboard.press("Tab")
        order.append(opened.page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.className"))
        assert (
            opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'") or len(order) == 1
        )
    wanted = ["Search titles and texts", "Open all", "Topics in Sea", "Sea, 60 points", "Show Sea"]
    assert order[:5] == wanted
    rest = ["Colour by", "Histogram of"]
    assert [name for name in order if name in rest] == rest
    assert order.index("Histogram of") < next(i for i, name in enumerate(order) if str(name).startswith("Map of"))


HARD = {
    "three rows": {
        "xy": np.eye(3)[:, :2],
        "names": ["a", "b", "c"],
        "fields": {"kind": ["x", "y", None], "n": [1, 2, 2**60]},
    },
    "ids beyond 2^53": {"xy": np.eye(2), "names": ["a", "b"], "fields": {"id": [2**53 + 1, 2**53 + 3]}},
    "one cluster": {
        "xy": np.eye(3)[:, :2],
        "names": ["a", "b", "c"],
        "fields": {},
        "levels": (MapLevel(np.zeros(3, int), (MapTopic(0, "All", (), 3),)),),
    },
    "long titles": {"xy": np.eye(2), "names": ["x" * 10_000, "word " * 2000], "fields": {"kind": ["y" * 10_000, "z"]}},
    "right to left": {
        "xy": np.eye(2),
        "names": ["שלום עולם", "مرحبا بالعالم"],
        "fields": {"سنة": [1, 2], "نوع": ["أ", "ب"]},
    },
    "nothing in it": {"xy": np.eye(2), "names": ["a", "b"], "fields": {"kind": [None, ""], "n": [float("nan"), None]}},
}


@pytest.mark.parametrize("changes", HARD.values(), ids=HARD.keys())
def test_hard_maps_are_shown(open_map: Any, changes: dict[str, Any]) -> None:
    opened = open_map(**{"texts": None, "levels": (), "links": None} | changes)
    for name in opened.page.get_by_label("Colour by").locator("option").all_inner_texts():
        if opened.page.get_by_label("Colour by").is_visible():
            colour_by(opened, name)
    opened.search("a")
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert opened.complaints == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 1200
    side = opened.page.locator(".side").bounding_box()
    assert side
    assert side["width"] < 330


def test_ids_beyond_2_53_keep_their_digits(open_map: Any) -> None:
    opened = open_map(fields={"id": [2**53 + 1 + 2 * i for i in range(200)]})
    assert opened.point(0)["fields"] == [["id", "9007199254740993"]]
    assert opened.page.locator("section.histogram").is_hidden()


def test_long_titles_of_topics_do_not_break_the_page(open_map: Any) -> None:
    long = (MapTopic(0, "word " * 2000, ("w" * 500,), 180), MapTopic(1, "שלום עולם", (), 20))
    opened = open_map(levels=(MapLevel(np.repeat([0, 1], [180, 20]), long),))
    opened.page.locator(".topic").first.click()
    opened.settle()
    dock = opened.page.locator(".dock").bounding_box()
    assert dock
    assert dock["x"] + dock["width"] <= 1200
    assert dock["height"] <= 800
    assert opened.complaints == []
