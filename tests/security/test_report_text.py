"""S1, S2, S4, S6 for the report and the page of before and after: text of the data is only ever shown."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.browser.chromium import OpenMap
from tests.security.test_page_policy import SINKS
from tests.security.test_page_text import PLANTED, Tags, calls, shown_as_text
from triptych.pages.contrast import ContrastData, ContrastLevel, Pair, render_contrast
from triptych.pages.html import load_asset
from triptych.pages.report import render_report
from triptych.pages.report_parts import (
    Bars,
    Branch,
    Columns,
    Commands,
    Dots,
    Grid,
    Icicle,
    ReportData,
    Section,
    Stage,
    Tree,
)
from triptych.pages.text import replace_surrogates

#: Topics of one size that a picture has room to name.
FIT = 30


def nested(texts: list[str]) -> tuple[Branch, ...]:
    return tuple(Branch(t, 1, 0.5, t, t, (Branch(t, 1, 0.5, t, t),), level=1) for t in texts)


def hostile_report(texts: list[str]) -> ReportData:
    """Every text in every field: titles, sentences, cells, captions, legends, ends, commands, topics and figures."""
    both = " ".join(texts)
    section = Section(
        both,
        tuple(texts),
        (
            Grid((*texts[:3], texts[0] + "#"), tuple((t, t, t, t) for t in texts)),
            Bars(both, tuple((t, 1.0, t) for t in texts)),
            Columns(both, (1, 2), both, both),
            Dots(both, tuple((t, np.eye(2)) for t in texts)),
            Commands(tuple((t, t) for t in texts)),
            Tree(tuple(Branch(t, 1, 0.5, t, t, (Branch(t, 1, 0.5, t, t),)) for t in texts)),
            *(Icicle(both, (both, both), nested(texts[i : i + FIT])) for i in range(0, len(texts), FIT)),
        ),
    )
    stage = Stage(both, section, section, section, (section,))
    return ReportData(both, both, (stage,), tuple((t, t) for t in texts))


def hostile_contrast(texts: list[str]) -> ContrastData:
    """Every text in every field: titles, words in one run and in both, sizes, names of rows, figures, sections."""
    both = " ".join(texts)
    pairs = tuple(Pair(t, (t, f"{t}."), ((t, f"{t}1"), (t, f"{t}2")), t) for t in texts)
    section = Section(both, tuple(texts), (Grid((texts[0], texts[1]), tuple((t, t) for t in texts)),))
    levels = (ContrastLevel(1, both, pairs[:2]), ContrastLevel(0, both, pairs))
    return ContrastData(both, both, tuple((t, t) for t in texts), (section,), levels)


@pytest.mark.browser
@pytest.mark.parametrize("bypass_csp", [True, False], ids=["escaping alone", "escaping and policy"])
def test_s1_s6_no_payload_runs_in_any_field_of_the_report(
    open_html: OpenMap, hostile: list[str], bypass_csp: bool
) -> None:
    opened = open_html(render_report(hostile_report(hostile)), init=PLANTED, bypass_csp=bypass_csp, wait=False)
    opened.page.get_by_role("button", name="Show as slides").click()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Escape")
    opened.page.wait_for_timeout(300)
    assert calls(opened) == 0
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []
    assert len(hostile) >= 150
    shown_as_text(opened.page.locator("body").inner_text())
    foreign = "iframe, object, embed, img, video, audio, form, base, link, template, style, foreignObject, use, script"
    assert opened.page.locator(foreign).count() == 2, "only the page's own style and script"
    hrefs = opened.page.locator("[href]").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    assert all(re.fullmatch(r"#stage-\d+", href) for href in hrefs)


def test_s1_each_payload_leaves_the_frame_of_the_report_alone(hostile: list[str]) -> None:
    def frame(page: Tags) -> list[str]:
        """Return the elements but for the lines into which titles in a picture are broken: long ones have more."""
        return [tag for tag in page.tags if tag != "text"]

    plain = frame(Tags(render_report(hostile_report(["plain"] * 3))))
    for payload in hostile:
        parsed = Tags(render_report(hostile_report([payload] * 3)))
        assert frame(parsed) == plain, payload
        assert parsed.handlers == []
        assert replace_surrogates(payload)[0] in parsed.title


@pytest.mark.browser
@pytest.mark.parametrize("bypass_csp", [True, False], ids=["escaping alone", "escaping and policy"])
def test_s1_s6_no_payload_runs_in_any_field_of_before_and_after(
    open_html: OpenMap, hostile: list[str], bypass_csp: bool
) -> None:
    opened = open_html(render_contrast(hostile_contrast(hostile)), init=PLANTED, bypass_csp=bypass_csp, wait=False)
    opened.page.wait_for_timeout(300)
    assert calls(opened) == 0
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []
    shown_as_text(opened.page.locator("body").inner_text())
    foreign = "iframe, object, embed, img, svg, video, audio, form, base, link, template, style, script"
    assert opened.page.locator(foreign).count() == 2, "only the page's own style and its empty script"
    hrefs = opened.page.locator("[href]").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    assert all(re.fullmatch(r"#level-\d+", href) for href in hrefs)
    assert opened.page.locator("mark").count() == 2 * (len(hostile) + 2)


def test_s1_each_payload_leaves_the_frame_of_before_and_after_alone(hostile: list[str]) -> None:
    plain = Tags(render_contrast(hostile_contrast(["plain"] * 3))).tags
    for payload in hostile:
        parsed = Tags(render_contrast(hostile_contrast([payload] * 3)))
        assert parsed.tags == plain, payload
        assert parsed.handlers == []
        assert replace_surrogates(payload)[0] in parsed.title


def test_s2_a_report_can_always_be_written() -> None:
    html = render_report(hostile_report(["\ud800", "a\udfffb", "\u2028"]))
    html.encode("utf-8")
    assert "a\ufffdb" in html


def test_s4_the_script_of_the_report_has_no_unsafe_sink_and_no_address() -> None:
    script = load_asset("report.js")
    assert SINKS.findall(script) == []
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+", script) == []


def test_s5_the_style_of_the_report_asks_for_nothing() -> None:
    html = render_report(hostile_report(["plain"] * 3))
    (style,) = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    assert "url(" not in style
    assert "@import" not in style
