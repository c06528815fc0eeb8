"""Pictures in a real Chromium: as points of the map, and side by side in the grid of a topic."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import triptych as tp
from tests.browser.chromium import OpenPage
from tests.pictures import encoded, plain, write_pictures
from triptych.pages.payload import Sprites

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
NO_DECODER = "window.createImageBitmap = () => Promise.reject(new Error('no decoder'));"


@pytest.fixture
def many() -> Sprites:
    """A tile for every third point."""
    picture = plain((230, 40, 40), (64, 64))
    return Sprites(encoded(picture), "image/png", tile=64, columns=1, index=np.where(np.arange(200) % 3, -1, 0))


def open_grid(opened: OpenPage, topic: str = "Sea") -> None:
    opened.page.locator(".topic", has_text=topic).first.click()
    opened.settle()
    opened.page.locator(".strip").click()
    opened.page.locator(".grid[open] .cell").first.wait_for()


def active(opened: OpenPage) -> str:
    """What a screen reader says of the cell that has the focus."""
    return str(
        opened.page.evaluate(
            """() => {
              const list = document.activeElement;
              return document.getElementById(list.getAttribute("aria-activedescendant")).ariaLabel;
            }"""
        )
    )


def test_f078_a_topic_has_a_grid_of_its_pictures(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many)
    opened.page.locator(".topic", has_text="Sea").first.click()
    opened.settle()
    assert opened.text(".strip") == "See all 20 pictures"
    assert opened.page.locator(".strip canvas").count() == 5
    opened.page.locator(".strip").click()
    assert opened.text(".grid h2") == "Sea"
    assert opened.text(".grid .facts") == "20 pictures, 40 without one"
    assert opened.page.locator(".cell").count() == 60
    assert opened.page.locator(".cell canvas").count() == 20
    assert opened.complaints == []
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]


def test_f078_cells_are_painted_and_named(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many)
    open_grid(opened)
    box = opened.page.locator(".cell canvas").first.bounding_box()
    image = np.asarray(Image.open(io.BytesIO(opened.page.screenshot())).convert("RGB")).astype(int)
    x, y = round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
    assert np.abs(image[y, x] - (230, 40, 40)).max() < 6
    cells = opened.page.locator(".cell")
    assert cells.first.get_attribute("aria-label") == "Film 0"
    assert cells.nth(1).get_attribute("aria-label") == "Film 1, no picture"
    assert opened.page.locator(".blank .tile").first.inner_text() == "Film 1"
    assert cells.first.get_attribute("aria-setsize") == "60"
    assert opened.page.get_by_role("listbox", name="Sea").count() == 1
    assert opened.page.get_by_role("option", name="Film 3", exact=True).count() == 1


def test_f078_keys_lead_through_the_grid(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many)
    open_grid(opened)
    assert active(opened) == "Film 0"
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("ArrowRight")
    assert active(opened) == "Film 2, no picture"
    opened.page.keyboard.press("End")
    assert active(opened) == "Film 59, no picture"
    last = opened.page.locator('.cell[aria-selected="true"]').bounding_box()
    list_box = opened.page.locator(".cells").bounding_box()
    assert last["y"] + last["height"] <= list_box["y"] + list_box["height"]
    opened.page.keyboard.press("Home")
    before = opened.state("camera")
    opened.page.keyboard.press("ArrowDown")
    assert opened.state("camera") == before, "the map behind the grid stays where it is"
    opened.page.keyboard.press("Enter")
    opened.settle()
    assert not opened.page.locator(".grid").is_visible()
    assert opened.state("selected")["point"] > 0


def test_f078_a_click_flies_to_the_point_and_escape_goes_back(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many)
    open_grid(opened)
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator(".grid").is_visible()
    assert opened.state("selected") == {"topic": "Sea"}
    assert "strip" in opened.page.evaluate("document.activeElement.className")
    opened.page.locator(".strip").click()
    opened.page.get_by_role("option", name="Film 9", exact=True).click()
    opened.settle()
    assert opened.state("selected") == {"point": 9}
    x, y = opened.point(9)["screen"]
    assert 330 < x < 900
    assert 0 < y < 800


def test_f078_five_thousand_pictures_draw_only_what_is_in_view(open_map: Any) -> None:
    rows = 5000
    sprites = Sprites(encoded(plain((9, 9, 200), (16, 16))), "image/png", 16, 1, np.zeros(rows, dtype=np.int32))
    xy = np.random.default_rng(0).normal(size=(rows, 2))
    names = [f"Film {i}" for i in range(rows)]
    opened = open_map(xy=xy, names=names, texts=None, levels=(), fields={}, links=None, sprites=sprites)
    lasso(opened)
    chosen = len(opened.state("selected")["lasso"])
    assert chosen > 4000
    opened.page.locator(".strip").click()
    assert 20 < opened.page.locator(".cell").count() < 300
    opened.page.keyboard.press("End")
    assert opened.page.locator(f'.cell[aria-posinset="{chosen}"]').is_visible()
    assert opened.page.locator(".cell").count() < 300


def lasso(opened: OpenPage) -> None:
    opened.page.get_by_role("button", name="Draw around points").click()
    corners = [(360, 20), (1180, 20), (1180, 780), (360, 780), (360, 30)]
    opened.page.mouse.move(*corners[0])
    opened.page.mouse.down()
    for corner in corners[1:]:
        opened.page.mouse.move(*corner, steps=3)
    opened.page.mouse.up()
    opened.settle()


def test_f078_the_lasso_has_a_grid_too(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many)
    lasso(opened)
    opened.page.locator(".strip").click()
    assert opened.text(".grid h2") == opened.text(".dock h2")


def test_f078_the_grid_fills_a_phone_and_nothing_sticks_out(open_map: Any, many: Sprites) -> None:
    opened = open_map(sprites=many, browser=PHONE)
    opened.page.locator(".topics-toggle").tap()
    opened.page.locator(".topic").first.tap()
    opened.settle()
    opened.page.locator(".strip").tap()
    box = opened.page.locator(".grid").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    cells = opened.page.locator(".cell").evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().right)")
    assert max(cells) <= 390
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390


def test_f078_no_grid_without_pictures(open_map: Any, many: Sprites) -> None:
    none = Sprites(many.image, many.mime, many.tile, many.columns, np.full(200, -1))
    for changes in ({}, {"sprites": none}, {"sprites": many, "browser": {"init": NO_DECODER}}):
        opened = open_map(**changes)
        opened.page.locator(".topic").first.click()
        opened.settle()
        assert opened.page.locator(".strip").count() == 0
        assert opened.complaints == []


def test_f078_the_contrast_of_names_is_enough(open_map: Any, many: Sprites) -> None:
    for scheme in ("light", "dark"):
        opened = open_map(sprites=many, browser={"color_scheme": scheme})
        open_grid(opened)
        colours = opened.page.evaluate(
            """() => [".cell:nth-child(3) .name", ".grid .facts", ".grid h2", ".blank bdi"].map((s) =>
                 getComputedStyle(document.querySelector(s)).color)"""
        )
        ground = opened.page.evaluate("getComputedStyle(document.querySelector('.grid')).backgroundColor")
        for colour in colours:
            assert contrast(colour, ground) >= 4.5, (scheme, colour, ground)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_f078_hostile_titles_stay_text(open_map: Any, many: Sprites) -> None:
    hostile = ["<img src=x onerror=planted()>", "</script><script>planted()</script>", '"><svg onload=planted()>']
    names = [f"{hostile[i % 3]} {i}" for i in range(200)]
    opened = open_map(
        sprites=many, names=names, browser={"init": "window.calls = 0; window.planted = () => (window.calls += 1);"}
    )
    open_grid(opened)
    opened.page.keyboard.press("End")
    assert hostile[2] in opened.page.locator(".cell").last.get_attribute("aria-label")
    assert opened.page.evaluate("window.calls") == 0
    assert opened.page.locator(".grid img, .grid script, .grid svg[onload]").count() == 0


def test_f003_f075_pictures_of_a_folder_are_the_points_of_the_map(open_html: Any, tmp_path: Path) -> None:
    """Rows on a square of nine, each far from the others; the middle one has no file."""
    names = [f"<b>{i}.png" for i in range(9)]
    write_pictures(tmp_path, [name for i, name in enumerate(names) if i != 4])
    frame = pl.DataFrame({"t": [f"text {i}" for i in range(9)], "p": names})
    atlas = tp.illustrate(tp.read(frame, roles=tp.Roles(text="t", title="p", image="p")), tmp_path)
    from triptych.core.slots import Layout
    from triptych.core.step import Outcome, Plan, run_step

    xy = np.array([[i % 3, i // 3] for i in range(9)], dtype=np.float32)
    plan = Plan(stage="reduce", name="umap2", method="given", version="1", params={}, reads={})
    atlas = run_step(atlas, plan, lambda _seed: Outcome({"layouts/umap2": Layout(xy)}))
    opened = open_html(tp.draw(atlas).html)
    opened.page.wait_for_timeout(200)
    opened.page.mouse.move(1199, 20)
    image = np.asarray(Image.open(io.BytesIO(opened.page.screenshot())).convert("RGB")).astype(int)
    side = []
    for i in range(9):
        x, y = opened.point(i)["screen"]
        around = image[round(y) - 14 : round(y) + 15, round(x) - 14 : round(x) + 15]
        side.append(int((np.abs(around - (250, 247, 240)).max(axis=2) > 60).sum()))
    assert min(side[:4] + side[5:]) == 29 * 29, "a picture covers its spot"
    assert 0 < side[4] < 29 * 29 * 0.8, "a row without a picture is a point"
    opened.page.get_by_role("button", name="About this map").click()
    assert "8 of 9 rows have a picture; without one: 1 not there (row_id '4': '<b>4.png')" in opened.text(".about")
