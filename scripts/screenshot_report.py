"""Take the pictures of the report: the page in light and dark, and one slide.

Usage: python -m scripts.screenshot_report emoji.trip/report.html docs/images
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from scripts.screenshot import FLAGS

SIZE = (1400, 900)
#: Picture -> colours of the page, part of its address.
PICTURES = {
    "report-light.png": ("light", ""),
    "report-dark.png": ("dark", "#stage-3"),
    "report-slide.png": ("light", "#slide-5"),
}


def shoot(browser: Browser, page_file: Path, scheme: str, place: str) -> bytes:
    """Return what a reader sees at a place of the report, as a PNG."""
    context = browser.new_context(
        viewport={"width": SIZE[0], "height": SIZE[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(page_file.resolve().as_uri() + place)
    page.wait_for_timeout(200)
    data = page.screenshot()
    context.close()
    return data


def main() -> None:
    """Read the arguments and write the pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of the report.")
    parser.add_argument("report", type=Path, help="report.html of a run")
    parser.add_argument("folder", type=Path, help="where the PNGs go")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, (scheme, place) in PICTURES.items():
            data = shoot(browser, options.report, scheme, place)
            (options.folder / name).write_bytes(data)
            print(f"{name}: {len(data) / 1e3:,.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
