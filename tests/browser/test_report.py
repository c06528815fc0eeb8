"""The report in a real Chromium: slides by keyboard, print, phone, dark, names for screen readers, no request."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from tests.browser.chromium import OpenMap, OpenPage
from tests.browser.colours import contrasts, luminance
from triptych.core.atlas import Atlas
from triptych.stages.report import draw_report

pytestmark = pytest.mark.browser

STAGES = ["Raw data", "Encoding", "Dimension reduction", "Clustering", "Labels", "Actions"]


@pytest.fixture(scope="module")
def html(planted_atlas: Atlas) -> str:
    return draw_report(planted_atlas, title="Planted").html


@pytest.fixture
def opened(open_html: OpenMap, html: str) -> OpenPage:
    return open_html(html, wait=False, offline=True)


def in_slides(opened: OpenPage) -> bool:
    return bool(opened.page.evaluate("document.body.classList.contains('slides')"))


def press(opened: OpenPage, *keys: str) -> None:
    for key in keys:
        opened.page.keyboard.press(key)


def visible(opened: OpenPage) -> list[str]:
    heads = opened.page.locator(".slide h1, .slide h2")
    return [heads.nth(i).inner_text().split("\n")[-1] for i in range(heads.count()) if heads.nth(i).is_visible()]


def test_f102_the_page_makes_no_request_and_no_complaint(opened: OpenPage) -> None:
    assert visible(opened) == ["Planted", *STAGES]
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []


def test_f102_slides_by_keyboard_alone(opened: OpenPage) -> None:
    opened.page.get_by_role("button", name="Show as slides").focus()
    press(opened, "Enter")
    assert visible(opened) == ["Planted"]
    assert opened.page.evaluate("document.activeElement.tagName") == "H1"
    for key, stage in zip(["ArrowRight", "Space", "ArrowDown", "PageDown", "Enter", "End"], STAGES, strict=True):
        press(opened, key)
        assert visible(opened) == [stage]
    assert opened.page.get_by_role("status").inner_text() == "7 of 7"
    assert opened.page.evaluate("document.activeElement.id") == "head-6"
    press(opened, "ArrowRight", "ArrowLeft", "Shift+Space", "ArrowUp", "PageUp")
    assert visible(opened) == ["Encoding"]
    assert opened.page.locator("nav [aria-current=step]").inner_text() == "Encoding"
    press(opened, "Home", "ArrowLeft")
    assert visible(opened) == ["Planted"]
    press(opened, "ArrowRight", "Escape")
    assert visible(opened) == ["Planted", *STAGES]
    assert opened.page.evaluate("document.activeElement.className") == "start"
    assert opened.complaints == []


def test_f102_keys_do_nothing_before_the_slides_begin(opened: OpenPage) -> None:
    press(opened, "ArrowRight", "Escape", "End")
    assert not in_slides(opened)


def test_f102_slides_by_touch_and_by_the_list_of_stages(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, viewport={"width": 390, "height": 844}, has_touch=True)
    opened.page.get_by_role("button", name="Show as slides").tap()
    opened.page.get_by_role("button", name="Next slide").tap()
    assert visible(opened) == ["Raw data"]
    opened.page.get_by_role("link", name="Clustering").tap()
    assert visible(opened) == ["Clustering"]
    opened.page.get_by_role("button", name="Previous slide").tap()
    assert visible(opened) == ["Dimension reduction"]
    opened.page.get_by_role("button", name="Leave the slides").tap()
    assert not in_slides(opened)


def test_f102_a_key_on_a_button_works_the_button(opened: OpenPage) -> None:
    opened.page.get_by_role("button", name="Show as slides").click()
    press(opened, "ArrowRight", "ArrowRight")
    opened.page.get_by_role("button", name="Previous slide").focus()
    press(opened, "Space")
    assert visible(opened) == ["Raw data"]


def test_f102_an_address_opens_its_slide(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False)
    for place, head in (("3", "Encoding"), ("99", "Actions"), ("0", "Planted")):
        opened.page.goto("about:blank")
        opened.page.goto(f"{opened.requests[0]}#slide-{place}")
        assert visible(opened) == [head]


def test_f102_each_slide_has_its_three_panels_side_by_side(opened: OpenPage) -> None:
    opened.page.get_by_role("button", name="Show as slides").click()
    for _ in STAGES:
        press(opened, "ArrowRight")
        boxes = [box.bounding_box() for box in opened.page.locator(".shown .panel").all()]
        assert len({round(box["y"]) for box in boxes if box}) == 1
        assert len({round(box["x"]) for box in boxes if box}) == 3
        assert not opened.page.locator(".more").first.is_visible()


def test_f102_without_a_script_everything_is_there(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, java_script_enabled=False)
    assert visible(opened) == ["Planted", *STAGES]
    assert opened.page.locator("button").count() == 0


@pytest.mark.parametrize("slides", [False, True], ids=["page", "slides"])
def test_f102_prints_every_stage_and_what_is_folded(opened: OpenPage, slides: bool) -> None:
    if slides:
        opened.page.get_by_role("button", name="Show as slides").click()
    opened.page.emulate_media(media="print")
    assert visible(opened) == ["Planted", *STAGES]
    folded = opened.page.locator("details .words").last
    assert folded.bounding_box()["height"] > 5
    assert opened.page.locator("nav, .bar, .start").first.is_visible() is False
    assert len(re.findall(rb"/Type /Page\b", opened.page.pdf())) >= len(STAGES)


def test_f102_fits_a_phone(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, viewport={"width": 360, "height": 740})
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    boxes = [box.bounding_box() for box in opened.page.locator(".panel").all()]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f102_text_can_be_read_in_light_and_dark(open_html: OpenMap, html: str, scheme: Any) -> None:
    opened = open_html(html, wait=False, color_scheme=scheme)
    for selector in (
        "h2",
        ".panel p",
        ".kind",
        ".subtitle",
        "nav a",
        "th",
        "caption",
        "figcaption",
        ".words",
        "button",
    ):
        found = contrasts(opened, selector)
        assert found, selector
        assert min(found) >= 4.5, selector


def test_f102_paper_is_never_dark(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, color_scheme="dark")
    assert luminance(opened.page.locator(".panel p").last.evaluate("(node) => getComputedStyle(node).color")) > 0.5
    opened.page.emulate_media(media="print")
    assert luminance(opened.page.locator(".panel p").last.evaluate("(node) => getComputedStyle(node).color")) < 0.1


def test_f102_names_for_screen_readers(opened: OpenPage) -> None:
    page = opened.page
    assert page.locator("main").count() == 1
    assert [page.get_by_role("region", name=re.compile(f"{stage}$")).count() for stage in STAGES] == [1] * 6
    assert page.get_by_role("navigation", name="Stages").count() == 1
    for svg in page.locator("svg").all():
        assert svg.get_attribute("aria-hidden") == "true" or svg.get_attribute("aria-label")
    assert page.locator("caption").count() == page.locator(".bars").count() > 0
    levels = page.locator("h1, h2, h3, h4").evaluate_all("(all) => all.map((head) => Number(head.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_f102_slides_stand_still_where_motion_is_reduced(open_html: OpenMap, html: str) -> None:
    for motion, name in (("reduce", "none"), ("no-preference", "appear")):
        opened = open_html(html, wait=False, reduced_motion=motion)
        opened.page.get_by_role("button", name="Show as slides").click()
        found = opened.page.locator(".shown").evaluate("(slide) => getComputedStyle(slide).animationName")
        assert found == name
