"""A real Chromium for the tests of the pages, and what a test wants to know of an open page."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from scripts.screenshot import FLAGS

EXECUTABLE = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class OpenPage:
    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def state(self, name: str) -> Any:
        """One getter of the page's read-only hook."""
        return self.page.evaluate(f"window.triptychMap.{name}")

    def settle(self) -> None:
        """Wait until the map stands still; the policy of the page forbids waiting by expression."""
        for _ in range(600):
            if self.page.evaluate("Boolean(window.triptychMap && window.triptychMap.ready)"):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(f"the map never came to rest: {self.complaints}")

    def point(self, index: int) -> Any:
        return self.page.evaluate("(i) => window.triptychMap.point(i)", index)

    def search(self, words: str) -> None:
        self.page.locator("input[type=search]").fill(words)
        self.settle()

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()


OpenMap = Callable[..., OpenPage]


def register(config: pytest.Config) -> None:
    """Offer the fixtures of this module once, whichever folders of tests ask for them."""
    if not config.pluginmanager.has_plugin("chromium"):
        config.pluginmanager.register(sys.modules[__name__], "chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if EXECUTABLE is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_html(chromium: Browser, tmp_path: Path) -> Iterator[OpenMap]:
    """Write a page to a file and open it from there, as a reader would."""
    contexts: list[BrowserContext] = []

    def open_it(html: str, *, init: str = "", wait: bool = True, **options: Any) -> OpenPage:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = chromium.new_context(
            **{"reduced_motion": "reduce", "viewport": {"width": 1200, "height": 800}} | options
        )
        contexts.append(context)
        opened = OpenPage(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.on(
            "console", lambda m: opened.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        if init:
            opened.page.add_init_script(init)
        opened.page.goto(file.as_uri())
        if wait:
            opened.settle()
        return opened

    yield open_it
    for context in contexts:
        context.close()
