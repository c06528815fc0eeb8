"""S3, S4, S5: bad links stay text, our script has no unsafe sink, and the browser refuses any other script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from tests.browser.chromium import OpenMap
from triptych.core.errors import StepFailed
from triptych.pages.html import load_asset, render_page, script_json
from triptych.pages.links import safe_link
from triptych.pages.map import render_cosmos, render_map
from triptych.pages.payload import MapData

ROOT = Path(__file__).parents[2]
PLANTED = "window.calls = 0; window.planted = () => { window.calls += 1; };"
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|createContextualFragment|"
    r"setHTML|parseFromString|DOMParser|srcdoc|\.cssText|importScripts|localStorage|sessionStorage|indexedDB|"
    r"\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|setAttribute\(\s*[\"']on|javascript:"
)


def small_map(**changes: object) -> MapData:
    data: dict[str, object] = {"title": "Small", "xy": np.eye(2), "names": ["a", "b"]}
    return MapData(**{**data, **changes})  # type: ignore[arg-type]


def test_s3_table_of_links(links: dict[str, list[str]]) -> None:
    assert len(links["allowed"]) + len(links["refused"]) >= 60
    assert [link for link in links["allowed"] if safe_link(link) != link] == []
    assert [link for link in [*links["refused"], "https://\ud800.example/"] if safe_link(link) is not None] == []


@pytest.mark.browser
@pytest.mark.parametrize("render", [render_map, render_cosmos], ids=["map", "cosmos"])
def test_s3_only_good_links_can_be_clicked(
    open_html: OpenMap, links: dict[str, list[str]], render: Callable[[MapData], str]
) -> None:
    table = links["allowed"] + [link for link in links["refused"] if link]
    n = len(table)
    names = [f"row-{i:03d}" for i in range(n)]
    xyz = np.c_[np.arange(n), np.arange(n) % 7, np.arange(n) % 5]
    data = small_map(xy=xyz[:, :2], xyz=xyz, names=names, links=table)
    opened = open_html(render(data))
    shown = opened.page.evaluate(
        """(names) => names.map((name) => {
          const input = document.querySelector("input[type=search]");
          input.value = name;
          input.dispatchEvent(new Event("input"));
          document.querySelector("#hits li").click();
          const anchor = document.querySelector(".dock a");
          const text = document.querySelector(".dock .refused")?.textContent ?? null;
          return [anchor?.getAttribute("href") ?? null, anchor?.rel ?? null, text];
        })""",
        names,
    )
    for link, (href, rel, text) in zip(table, shown, strict=True):
        if link in links["allowed"]:
            assert (href, rel, text) == (link, "noopener noreferrer", None)
        else:
            assert (href, text) == (None, link)


def test_s4_no_unsafe_sink_in_our_source() -> None:
    files = sorted((ROOT / "web" / "src").rglob("*.ts"))
    assert len(files) > 15
    found = [
        f"{file.name}:{i}"
        for file in files
        for i, line in enumerate(file.read_text().splitlines(), 1)
        if SINKS.search(line)
    ]
    assert found == []


def test_s4_the_scan_sees_what_it_should() -> None:
    for line in ("node.innerHTML = x", "eval(x)", "new Function(x)", 'e.setAttribute("onclick", x)', "fetch(x)"):
        assert SINKS.search(line)


@pytest.mark.parametrize("page", ["map", "cosmos"])
def test_s4_the_built_script_has_no_unsafe_sink_and_no_address(page: str) -> None:
    script = load_asset(f"{page}.js")
    assert SINKS.findall(script) == []
    assert set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]+[^\s\"'`]*", script)) <= {
        "http://www.w3.org/2000/svg",
        "//www.w3.org/2000/svg",
    }
    assert "url(" not in load_asset(f"{page}.css")
    assert "@import" not in load_asset(f"{page}.css")


# Tries what a script could do if one ever got in: run more script, change the base, style, frame, call home.
BREAK_OUT = """async (home) => {
  const seen = [];
  document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
  const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
  add("script", { textContent: "planted()" });
  add("style", { textContent: "h1 { display: none }" });
  add("base", { href: home });
  add("iframe", { src: home });
  add("img", { src: home + "image.png" });
  const link = document.createElement("a");
  link.setAttribute("onclick", "planted()");
  link.click();
  await fetch(home, { mode: "no-cors" }).catch(() => seen.push("fetch failed"));
  await new Promise((done) => setTimeout(done, 300));
  return seen;
}"""


@pytest.fixture
def home() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.browser
def test_s5_an_injected_script_is_refused(open_html: OpenMap, home: tuple[str, list[str]]) -> None:
    html = render_map(small_map()).replace("</body>", "<script>planted()</script><img src=x onerror=planted()></body>")
    address, asked = home
    opened = open_html(html, init=PLANTED)
    refused = opened.page.evaluate(BREAK_OUT, address)
    assert opened.page.evaluate("window.calls") == 0
    wanted = {"script-src-elem", "script-src-attr", "style-src-elem", "base-uri", "frame-src", "img-src"}
    assert wanted | {"connect-src"} <= set(refused)
    assert "fetch failed" in refused
    assert asked == []


@pytest.mark.browser
def test_s5_the_trap_springs_without_the_policy(open_html: OpenMap, home: tuple[str, list[str]]) -> None:
    address, asked = home
    opened = open_html(render_map(small_map()), init=PLANTED, bypass_csp=True)
    opened.page.evaluate(BREAK_OUT, address)
    assert opened.page.evaluate("window.calls") == 2
    assert "/image.png" in asked


@pytest.mark.parametrize("render", [render_map, render_cosmos], ids=["map", "cosmos"])
def test_s5_the_policy_names_only_our_own_script_and_style(render: Callable[[MapData], str]) -> None:
    html = render(small_map(xyz=np.eye(3)[:2]))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; img-src data: blob:; "
        r"connect-src 'none'; base-uri 'none'; form-action 'none'",
        policy,
    )
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<script")


@pytest.mark.parametrize(
    ("part", "text"),
    [("script", "x = '</SCRIPT>'"), ("script", "// <!-- x"), ("style", "a{}</style>"), ("data", "a<b")],
)
def test_a_part_that_would_end_its_element_is_refused(part: str, text: str) -> None:
    parts: dict[str, object] = {"title": "t", "style": "", "script": ""}
    with pytest.raises(StepFailed, match="would end its element"):
        render_page(**parts | {part: {"x": text} if part == "data" else text})  # type: ignore[arg-type]


def test_script_json_cannot_be_markup() -> None:
    written = script_json({"<&>": "</script>\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(written)
    with pytest.raises(ValueError, match="JSON compliant"):
        script_json(float("nan"))


def test_missing_assets_say_how_to_build_them() -> None:
    with pytest.raises(StepFailed, match="make web"):
        load_asset("no-such-page.js")
