"""Open a page in headless Chromium and measure it: first points, first answers, frames of a gesture, memory.

A probe counts what the page asks of WebGL, so that every page is measured the same way: points are on the screen once
the first call that draws at least half of them has been carried out; a frame is one in which anything is drawn.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright
from scripts.screenshot import FLAGS

SIZE = (1200, 800)
#: Where a gesture begins and a point is looked for: right of all panels.
MIDDLE = (700, 400)
#: Moves of the mouse a pan, turns of the wheel a zoom.
MOVES = 40
TURNS = 12
WAIT = 60.0

_PROBE = """(() => {
  const state = { first: 0, frames: [], whole: 0, drawn: 0 };
  window.pageProbe = state;
  let [marked, whole] = [-1, -1];
  const settled = (gl, done) => {
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const look = () => {
      const status = gl.clientWaitSync(fence, 0, 0);
      if (status === gl.TIMEOUT_EXPIRED) setTimeout(look, 1);
      else done();
    };
    setTimeout(look, 0);
  };
  const drew = (gl, count) => {
    const frame = document.timeline.currentTime;
    if (frame !== marked) state.frames.push(performance.now());
    marked = frame;
    if (count < MANY || frame === whole) return;
    whole = frame;
    state.whole = performance.now();
    settled(gl, () => {
      state.drawn = performance.now();
      if (state.first === 0) state.first = state.drawn;
    });
  };
  const type = WebGL2RenderingContext.prototype;
  for (const [name, at] of Object.entries(
    { drawArrays: 2, drawElements: 1, drawArraysInstanced: 3, drawElementsInstanced: 4 })) {
    const plain = type[name];
    type[name] = function (...args) {
      plain.apply(this, args);
      drew(this, args[at]);
    };
  }
})()"""


@dataclass(frozen=True)
class Opened:
    """What one opening took: seconds from the navigation, milliseconds a frame, bytes of memory."""

    first: float
    #: None where the page has no search and no card.
    answered: float | None
    pan: list[float]
    zoom: list[float]
    heap: int
    resident: int


def measure(file: Path, kind: str, n: int, picture: Path | None = None) -> Opened:
    """Open a page of n points in a fresh browser and measure it; ``kind`` says how it answers."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}).new_page()
        page.add_init_script(_PROBE.replace("MANY", str(n // 2)))
        page.goto(file.resolve().as_uri(), wait_until="commit", timeout=WAIT * 1000)
        until(page, "pageProbe.first > 0")
        answered = answer(page, kind)
        page.wait_for_timeout(1500)
        if picture:
            page.screenshot(path=picture)
        pan, zoom = panned(page), zoomed(page)
        heap, resident = memory(page, browser.new_browser_cdp_session())
        first: float = page.evaluate("pageProbe.first") / 1000
        browser.close()
    return Opened(first, answered, pan, zoom, heap, resident)


def until(page: Page, said: str) -> None:
    """Wait until an expression is true; asked from here, for the policy of our pages forbids waiting inside."""
    begun = time.monotonic()
    while not page.evaluate(f"Boolean({said})"):
        if time.monotonic() - begun > WAIT:
            raise SystemExit(f"{page.url}: waited {WAIT:.0f} s for {said}")
        page.wait_for_timeout(5)


#: Of each kind: the card of a point, and the search.
_PARTS = {
    "ours": (".card.hover:not([hidden])", "input[type=search]"),
    "datamapplot": (".deck-tooltip:not([style*='display: none'])", "#text-search"),
}
QUERY = "python"


def answer(page: Page, kind: str) -> float | None:
    """Hover a point and type a search as soon as there are points; return when both were answered."""
    if kind not in _PARTS:
        return None
    card, search = _PARTS[kind]
    begun = time.monotonic()
    for i in range(400):
        page.mouse.move(MIDDLE[0] + 3 * (i % 20), MIDDLE[1] + 3 * (i // 20))
        if page.evaluate("(name) => Boolean(document.querySelector(name)?.textContent)", card):
            break
        if time.monotonic() - begun > WAIT:
            raise SystemExit(f"{page.url}: no card")
    before = page.evaluate("pageProbe.drawn")
    page.locator(search).fill(QUERY)
    page.wait_for_timeout(1)
    until(page, f"pageProbe.drawn > {before} && pageProbe.drawn > pageProbe.whole")
    seconds: float = page.evaluate("pageProbe.drawn") / 1000
    page.locator(search).fill("")
    return seconds


def panned(page: Page) -> list[float]:
    """Drag the map to and fro; return the milliseconds between frames."""
    page.mouse.move(*MIDDLE)
    page.mouse.down()

    def gesture() -> None:
        for i in range(MOVES):
            away = 6 * (i + 1 if i < MOVES / 2 else MOVES - i)
            page.mouse.move(MIDDLE[0] + away, MIDDLE[1] + away // 2)

    frames = between(page, gesture)
    page.mouse.up()
    return frames


def zoomed(page: Page) -> list[float]:
    """Turn the wheel in and out again; return the milliseconds between frames."""

    def gesture() -> None:
        for i in range(2 * TURNS):
            page.mouse.wheel(0, -60 if i < TURNS else 60)

    return between(page, gesture)


def between(page: Page, gesture: Callable[[], None]) -> list[float]:
    page.wait_for_timeout(600)
    page.evaluate("pageProbe.frames.length = 0")
    gesture()
    times: Sequence[float] = page.evaluate("pageProbe.frames")
    return [float(gap) for gap in np.diff(times)]


def memory(page: Page, browser: CDPSession) -> tuple[int, int]:
    """Return the bytes of the page's JavaScript after a collection, and the resident ones of its process."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    processes: list[dict[str, Any]] = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    resident = max(_resident(process["id"]) for process in processes if process["type"] == "renderer")
    return int(metrics["JSHeapUsedSize"]), resident


def _resident(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    return int(found[1]) * 1024 if found else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--kind", default="bare", choices=[*_PARTS, "bare"])
    parser.add_argument("--points", type=int, required=True)
    parser.add_argument("--save", type=Path, required=True)
    parser.add_argument("--picture", type=Path, help="where to write what is seen at rest")
    options = parser.parse_args()
    opened = measure(options.file, options.kind, options.points, options.picture)
    options.save.write_text(json.dumps(asdict(opened), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
