"""Take the pictures of the documentation: the demo's map in a real Chromium.

Usage: python scripts/screenshot.py emoji.trip/map.html docs/images
"""

from __future__ import annotations

import argparse
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps
from playwright.sync_api import sync_playwright

# SwiftShader draws WebGL2 without a graphics card.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--use-gl=angle",
    "--use-angle=swiftshader",
]
LIMIT = 500_000


@dataclass(frozen=True)
class View:
    """One picture: its file, what the map shows as the part of its address after #, the screen, a button to press.

    Another page than the map is named by its file, which lies beside that of the map.
    """

    name: str
    shows: str = ""
    scheme: Literal["dark", "light"] = "dark"
    size: tuple[int, int] = (1600, 1000)
    press: str = ""
    page: str = ""


VIEWS = (
    View("demo-map"),
    View("map-light", scheme="light"),
    View("map-columns", shows="colour=group&brush=date&from=16071&to=17532&outlines=1", scheme="light"),
    View("map-topic", shows="at=0.47_0.6_4&topic=3_6"),
    View("cosmos", page="cosmos.html", size=(1400, 875)),
    View("grid", shows="topic=3_6", size=(1600, 900), press=".strip"),
    View("map-phone", scheme="light", size=(360, 740)),
)


def shoot(page_file: Path, view: View) -> bytes:
    """Return the page as a PNG once the map stands still."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(
            viewport={"width": view.size[0], "height": view.size[1]},
            color_scheme=view.scheme,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(f"{page_file.resolve().as_uri()}#{view.shows}")
        for _ in range(1200):
            # Not wait_for_function: the page's policy forbids what it does.
            if page.evaluate("Boolean(window.triptychMap && window.triptychMap.ready)"):
                break
            page.wait_for_timeout(50)
        else:
            raise SystemExit(f"{page_file}: the map never came to rest")
        page.wait_for_timeout(400)
        if view.press:
            page.locator(view.press).click()
            page.wait_for_timeout(400)
        data = page.screenshot()
        browser.close()
    return data


def shrink(data: bytes, limit: int = LIMIT) -> bytes:
    """Return a PNG with as many bits of each colour as the limit allows, six at least: a palette loses small dots."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for bits in (8, 7, 6):
        buffer = io.BytesIO()
        ImageOps.posterize(picture, bits).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= limit:
            return buffer.getvalue()
    raise SystemExit(f"the picture is larger than {limit:,} bytes even with six bits a colour")


def main() -> None:
    """Read the arguments and write the pictures."""
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("map", type=Path, help="map.html of a run")
    parser.add_argument("folder", type=Path, help="where to write the PNGs")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for view in VIEWS:
        data = shrink(shoot(options.map.with_name(view.page or options.map.name), view))
        picture = options.folder / f"{view.name}.png"
        picture.write_bytes(data)
        print(f"{picture}: {len(data) / 1e3:,.0f} kB")


if __name__ == "__main__":
    main()
