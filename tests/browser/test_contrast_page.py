"""The page of before and after in a real Chromium: no request, readable in light and dark, on a phone, on paper."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import triptych as tp
from tests.browser.chromium import OpenMap
from tests.browser.colours import contrasts
from triptych.core.atlas import Atlas

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def html(planted_atlas: Atlas) -> str:
    other = tp.label(tp.describe(planted_atlas, "ctfidf", top=4))
    return tp.contrast_page(planted_atlas, other, title="Two describers").html


def test_f054_page_makes_no_request_and_needs_no_script(open_html: OpenMap, html: str) -> None:
    for script in (True, False):
        opened = open_html(html, wait=False, offline=True, java_script_enabled=script)
        assert [url.partition(":")[0] for url in opened.requests] == ["file"]
        assert opened.complaints == []
        assert opened.page.locator(".pair").count() == 12
        opened.page.get_by_role("link", name="Level 0").click()
        assert opened.page.get_by_role("heading", name="Level 0, the finest: 6 topics").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f054_page_can_be_read_in_light_and_dark(open_html: OpenMap, html: str, scheme: Any) -> None:
    opened = open_html(html, wait=False, color_scheme=scheme)
    for selector in ("h1", ".subtitle", "nav a", "th", ".pair h3", ".pair .kind", ".pair .title", ".terms", "mark"):
        found = contrasts(opened, selector)
        assert found, selector
        assert min(found) >= 4.5, selector
    marks = opened.page.locator("mark").evaluate_all("(all) => all.map((m) => getComputedStyle(m).textDecorationLine)")
    assert set(marks) == {"underline"}, "not told by a colour alone"


def test_f054_before_and_after_stand_side_by_side_and_one_below_the_other_on_a_phone(
    open_html: OpenMap, html: str
) -> None:
    for width, across in ((1200, True), (360, False)):
        opened = open_html(html, wait=False, viewport={"width": width, "height": 740})
        assert opened.page.evaluate("document.documentElement.scrollWidth") == width
        for pair in opened.page.locator(".pair").all():
            pair.scroll_into_view_if_needed()
            before, after = (side.bounding_box() for side in pair.locator(".sides > div").all())
            assert before
            assert after
            assert (before["y"] == after["y"]) is across
            assert (before["x"] == after["x"]) is not across


def test_f054_page_has_names_for_screen_readers(open_html: OpenMap, html: str) -> None:
    page = open_html(html, wait=False).page
    assert page.locator("main").count() == 1
    assert page.get_by_role("navigation", name="Levels").count() == 1
    for level in range(3):
        assert page.get_by_role("region", name=f"Level {level}").count() == 1
    levels = page.locator("h1, h2, h3").evaluate_all("(all) => all.map((head) => Number(head.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
