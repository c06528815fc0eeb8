"""The picture of the tree of topics in a real Chromium: titles never overlap, and it is readable wherever it is."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import pytest

from tests.browser.chromium import OpenMap, OpenPage
from tests.browser.colours import contrasts
from triptych.core.atlas import Atlas
from triptych.pages.report import render_report
from triptych.pages.report_parts import Branch, Icicle, ReportData, Section, Stage
from triptych.stages.report import draw_report

pytestmark = pytest.mark.browser

#: Titles as people write them, and as only a tester does: wide letters, no spaces, other scripts, a ligature of a line.
TITLES = (
    "Dogs", "Income tax & deductions of small firms", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW MMMMMMMMMMMMMMMMMMMM",
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenrente",
    "一个关于税收和扣除的很长的标题", "عنوان طويل عن الضرائب والخصومات",
    "👩‍👩‍👧‍👦 families 👨‍🚀 astronauts", "﷽﷽﷽﷽﷽", "Ž̧̛̖͓a̢̛l͓g̶o̷ ̸t̶e̵x̴t̷",
)  # fmt: skip

# Every title that is drawn: its box, cut to that of its frame, and the box of its block.
BOXES = """() => [...document.querySelectorAll(".icicle g")].flatMap((g, of) => {
  const block = g.querySelector("rect").getBoundingClientRect();
  return [...g.querySelectorAll("svg text")].map((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const whole = [left, right, top, bottom];
    const frame = [block.left, block.right, block.top, block.bottom];
    return { of, text: text.textContent, whole, frame };
  });
})"""


def six_levels() -> tuple[Branch, ...]:
    """Return 400 topics of the finest level under 200, 100, 50, 25 and 5, of very unlike sizes."""
    titles = cycle(TITLES)
    below = [Branch(title, 10 + 4000 // (i + 1), 0.01, "", "") for i, title in enumerate(islice(titles, 400))]
    for level, count in enumerate((200, 100, 50, 25, 5), 1):
        step = len(below) // count
        groups = [tuple(below[i * step : (i + 1) * step]) for i in range(count)]
        below = [Branch(next(titles), sum(b.size for b in g), 0.1, "", "", g, level=level) for g in groups]
    return tuple(below)


@pytest.fixture(scope="module")
def html() -> str:
    picture = Icicle("Every topic.", tuple(f"{n} topics" for n in (5, 25, 50, 100, 200, 400)), six_levels())
    panel = Section("A panel", ("Nothing.",))
    stage = Stage("Labels", panel, panel, panel, (Section("The tree of topics", (), (picture,)), panel))
    return render_report(ReportData("Tree", "", (stage,), ()))


@pytest.fixture(scope="module")
def demo_html(demo_atlas: Atlas) -> str:
    return draw_report(demo_atlas).html


def boxes(opened: OpenPage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = opened.page.evaluate(BOXES)
    return found


def seen(box: dict[str, Any]) -> tuple[float, float, float, float]:
    left, right, top, bottom = box["whole"]
    edges = box["frame"]
    return max(left, edges[0]), min(right, edges[1]), max(top, edges[2]), min(bottom, edges[3])


@pytest.mark.parametrize("page", ["html", "demo_html"])
@pytest.mark.parametrize("width", [360, 1200, 1920])
def test_f064_titles_never_overlap(open_html: OpenMap, request: pytest.FixtureRequest, page: str, width: int) -> None:
    opened = open_html(request.getfixturevalue(page), wait=False, viewport={"width": width, "height": 900})
    found = boxes(opened)
    assert len(found) > 40
    places = [seen(box) for box in found]
    for i, (left, right, top, bottom) in enumerate(places):
        for other, box in zip(places[:i], found, strict=False):
            across = min(right, other[1]) - max(left, other[0])
            down = min(bottom, other[3]) - max(top, other[2])
            # Boxes of letters of other fonts are taller than the letters: within one title lines may touch.
            assert min(across, down) <= (4 if box["of"] == found[i]["of"] else 0.5), (box["text"], found[i]["text"])


def test_f064_nothing_of_a_title_in_common_letters_is_cut_off(open_html: OpenMap, html: str, demo_html: str) -> None:
    for page in (html, demo_html):
        for box in boxes(open_html(page, wait=False)):
            if "﷽" not in box["text"] and "\u0327" not in box["text"]:
                assert box["whole"][1] <= box["frame"][1] + 0.5, box["text"]
                # The box of a letter of another font is a little taller than the letter.
                assert box["whole"][2] >= box["frame"][2] - 2, box["text"]
                assert box["whole"][3] <= box["frame"][3] + 2, box["text"]


def test_f064_what_is_wider_than_its_block_is_cut_at_its_edge(open_html: OpenMap) -> None:
    """A letter that is as wide as a line, which no reckoning foresees, does not run into the next topic."""
    branches = (Branch("﷽" * 14, 10, 1.0, "", "", (Branch("beside", 10, 1.0, "", ""),), level=1),)
    panel = Section("A panel", (), (Icicle("c", tuple("12345678"), branches),))
    opened = open_html(render_report(ReportData("t", "", (Stage("s", panel, panel, panel),), ())), wait=False)
    clipped = opened.page.locator(".icicle svg svg").first.evaluate("(svg) => getComputedStyle(svg).overflowX")
    assert clipped in ("hidden", "clip")


def test_f064_blocks_are_as_tall_as_their_topics_have_rows(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False)
    found = opened.page.evaluate(
        """() => [...document.querySelectorAll(".icicle g")].map((g) => [
          Number(g.querySelector("title").textContent.split("\\n")[1].split(" ")[0].replaceAll(",", "")),
          g.querySelector("rect").getBoundingClientRect().height,
        ])"""
    )
    unit = max(height / size for size, height in found)
    assert all(height == pytest.approx(size * unit, abs=1.3) for size, height in found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_f064_titles_can_be_read_in_light_and_dark(open_html: OpenMap, html: str, scheme: Any) -> None:
    opened = open_html(html, wait=False, color_scheme=scheme)
    for selector in (".icicle svg svg text", ".icicle .head", ".icicle figcaption"):
        found = contrasts(opened, selector)
        assert found, selector
        assert min(found) >= 4.5, selector
    grounds = opened.page.locator(".icicle rect").evaluate_all("(all) => all.map((r) => getComputedStyle(r).fill)")
    assert len(set(grounds)) == 5, "a colour for each of the coarsest topics"


def test_f064_a_phone_scrolls_the_picture_and_not_the_page(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, viewport={"width": 360, "height": 740})
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 360
    region = opened.page.get_by_role("region", name="tree of topics")
    assert region.evaluate("(node) => node.scrollWidth > node.clientWidth")
    size = opened.page.locator(".icicle svg svg text").first.evaluate("(node) => node.getBoundingClientRect().height")
    assert size >= 11
    region.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.wait_for_timeout(300)
    assert region.evaluate("(node) => node.scrollLeft") > 0


def test_f064_the_picture_is_on_the_slide_and_the_list_is_not(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False)
    opened.page.get_by_role("button", name="Show as slides").click()
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.locator(".icicle svg").first.is_visible()
    assert [more.is_visible() for more in opened.page.locator(".more").all()] == [True, False]
    opened.page.get_by_role("region", name="tree of topics").focus()
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.get_by_role("status").inner_text() == "2 of 2", "the arrow scrolls the picture"


def test_f064_the_picture_has_a_name_and_says_what_it_leaves_out(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False)
    name = opened.page.get_by_role("img").get_attribute("aria-label")
    assert name
    assert name == opened.text(".icicle figcaption")
    assert "of 780 have room for their title" in name
    assert opened.page.locator(".icicle svg svg:not([aria-hidden=true])").count() == 0
    assert opened.page.locator(".icicle g > title").count() == opened.page.locator(".icicle g").count()


def test_f064_the_whole_picture_is_on_paper(open_html: OpenMap, html: str) -> None:
    opened = open_html(html, wait=False, viewport={"width": 760, "height": 1000})
    opened.page.emulate_media(media="print")
    box = opened.page.locator(".icicle svg").first.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 760
