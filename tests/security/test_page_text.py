"""S1, S2, S6: no text of the data runs, leaves or changes, whatever it says and wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.browser.chromium import OpenMap, OpenPage
from triptych.pages.map import render_cosmos, render_map
from triptych.pages.payload import MapData, MapLevel, MapTopic
from triptych.pages.text import replace_surrogates

PLANTED = "window.calls = 0; window.planted = () => { window.calls += 1; };"

# Opens the card of every point and every topic, and the panel of notes; returns all text seen on the way.
TOUR = """async (names) => {
  const frame = () => new Promise((done) => setTimeout(done, 0));
  const seen = [];
  const input = document.querySelector("input[type=search]");
  for (const name of names) {
    input.value = name;
    input.dispatchEvent(new Event("input"));
    document.querySelector("#hits li")?.click(); // the whole title ranks first
    await frame();
    seen.push(document.querySelector(".dock").innerText);
  }
  input.value = "";
  input.dispatchEvent(new Event("input"));
  for (const fold of document.querySelectorAll(".fold")) fold.click();
  for (const topic of document.querySelectorAll(".topic")) {
    topic.click();
    await frame();
    seen.push(document.querySelector(".dock").innerText);
  }
  document.querySelector(".info").click();
  seen.push(document.querySelector(".about").innerText);
  await new Promise((done) => setTimeout(done, 300));
  return seen;
}"""


def hostile_map(payloads: list[str]) -> MapData:
    """Every payload in every field: names, texts, labels, keywords, field names and values, links, notes."""
    n = len(payloads)
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    fine = tuple(MapTopic(i, p, (p, "word"), 1, i % 3) for i, p in enumerate(payloads))
    coarse = tuple(MapTopic(i, payloads[i], (payloads[i],), len(range(i, n, 3))) for i in range(3))
    return MapData(
        title=" ".join(payloads),
        subtitle=" ".join(reversed(payloads)),
        xy=np.c_[np.cos(angle), np.sin(angle)],
        xyz=np.c_[np.cos(angle), np.sin(angle), np.sin(2 * angle)],
        names=payloads,
        texts=list(reversed(payloads)),
        levels=(MapLevel(np.arange(n), fine), MapLevel(np.arange(n) % 3, coarse)),
        fields={payload or "blank": payloads for payload in payloads},
        links=payloads,
        notes=tuple(payloads),
    )


def calls(opened: OpenPage) -> int:
    return int(opened.page.evaluate("window.calls"))


@pytest.mark.browser
def test_s1_the_trap_springs(open_html: OpenMap) -> None:
    """Without escaping and without the policy the planted function does run, so a count of zero means something."""
    opened = open_html("<!doctype html><img src=x onerror=planted()><svg onload=planted()>", init=PLANTED, wait=False)
    opened.page.wait_for_timeout(300)
    assert calls(opened) == 2


@pytest.mark.browser
@pytest.mark.parametrize("bypass_csp", [True, False], ids=["escaping alone", "escaping and policy"])
@pytest.mark.parametrize("render", [render_map, render_cosmos], ids=["map", "cosmos"])
def test_s1_s6_no_payload_runs_in_any_field(
    open_html: OpenMap, hostile: list[str], render: Callable[[MapData], str], bypass_csp: bool
) -> None:
    """With the policy switched off too, so that the one defence does not hide a hole in the other."""
    opened = open_html(render(hostile_map(hostile)), init=PLANTED, bypass_csp=bypass_csp)
    seen = opened.page.evaluate(TOUR, [replace_surrogates(name)[0] for name in hostile])
    assert calls(opened) == 0
    assert [url.partition(":")[0] for url in opened.requests] == ["file"]
    assert opened.complaints == []
    assert len(hostile) >= 150
    assert len(seen) > 2 * len(hostile)
    everything = "".join(seen)
    shown_as_text(everything)
    foreign = "iframe, object, embed, img, video, audio, form, base, link, template, script:not([id])"
    assert opened.page.locator(foreign).count() == 1, "only the page's own script"
    assert all(not href.startswith("javascript") for href in anchors(opened))


def shown_as_text(everything: str) -> None:
    """What would have run, had it not been escaped, stands on the page letter by letter."""
    for sign in (
        "<script>planted()</script>",
        "<img src=x onerror=planted()>",
        "{{7*7}}",
        "</title>",
        "&lt;script&gt;",
    ):
        assert sign in everything, f"{sign} was not shown as text"


def anchors(opened: OpenPage) -> list[str]:
    return list(opened.page.evaluate("[...document.querySelectorAll('a')].map((a) => a.href)"))


class Tags(HTMLParser):
    """The elements of a page, the attributes of each, and the text of its title."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.handlers: list[str] = []
        self.title = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["title"]:
            self.title += data


def test_s1_each_payload_as_title_leaves_the_frame_alone(hostile: list[str]) -> None:
    def page(text: str) -> Tags:
        return Tags(render_map(MapData(title=text, subtitle=text, xy=np.eye(2), names=["a", "b"], notes=(text,))))

    plain = page("plain").tags
    for payload in hostile:
        parsed = page(payload)
        assert parsed.tags == plain, payload
        assert parsed.handlers == []
        assert replace_surrogates(payload)[0] in parsed.title


@pytest.mark.browser
@given(st.lists(st.text(st.characters(), min_size=1, max_size=60), min_size=50, max_size=50))
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_s2_text_goes_through_unchanged(open_html: OpenMap, texts: list[str]) -> None:
    """Python → page → browser: equal for every text, lone surrogates replaced and counted."""
    n = len(texts)
    topics = tuple(MapTopic(i, text, (), 1) for i, text in enumerate(texts))
    data = MapData(
        title="t",
        xy=np.c_[np.arange(n), np.arange(n)],
        names=texts,
        texts=texts[::-1],
        levels=(MapLevel(np.arange(n), topics),),
        fields={"a": texts},
    )
    opened = open_html(render_map(data))
    got = opened.page.evaluate("(n) => Array.from({ length: n }, (_, i) => window.triptychMap.point(i))", n)
    clean = [replace_surrogates(text)[0] for text in texts]
    assert [point["name"] for point in got] == clean
    assert [point["text"] for point in got] == clean[::-1]
    assert [point["path"] for point in got] == [[text] for text in clean]
    assert [point["fields"] for point in got] == [[["a", text]] for text in clean]
    assert opened.state("replaced") == 4 * sum(replace_surrogates(text)[1] for text in texts)


@pytest.mark.browser
def test_s2_ends_of_script_and_numbers_that_json_lacks(open_html: OpenMap) -> None:
    names = ["</script>", "<!--", "<!--<script>", "\u2028\u2029", "\ud83d", "\x00\x1b[31m", "]]>"]
    score = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e308, 5e-324])
    opened = open_html(
        render_map(MapData(title="</title>\udfff", xy=np.ones((7, 2)), names=names, fields={"x": score}))
    )
    got = [opened.point(i) for i in range(7)]
    assert [point["name"] for point in got] == [*names[:4], "\ufffd", *names[5:]]
    assert [point["fields"][0][1] for point in got] == [None, None, None, 0, 0, 1e308, 5e-324]
    assert opened.state("replaced") == 2
    assert opened.page.title() == "</title>\ufffd"
    opened.page.locator(".info").click()
    assert "2 broken characters are shown as \ufffd." in opened.text(".about")
