"""Take the picture of the README: the demo's map in a real Chromium, as a palette PNG.

Usage: python scripts/screenshot.py emoji.trip/map.html docs/images/demo-map.png
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path

from PIL import Image
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
SIZE = (1600, 1000)
LIMIT = 500_000


def shoot(page_file: Path, scheme: str) -> bytes:
    """Return the page as a PNG once the map stands still."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(
            viewport={"width": SIZE[0], "height": SIZE[1]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(page_file.resolve().as_uri())
        for _ in range(1200):
            # Not wait_for_function: the page's policy forbids what it does.
            if page.evaluate("Boolean(window.triptychMap && window.triptychMap.ready)"):
                break
            page.wait_for_timeout(50)
        else:
            raise SystemExit(f"{page_file}: the map never came to rest")
        page.wait_for_timeout(200)
        data = page.screenshot()
        browser.close()
    return data


def shrink(data: bytes, limit: int = LIMIT) -> bytes:
    """Return a PNG of at most 256 colours, of fewer where the file would be larger than the limit."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    for colours in (256, 128, 64):
        buffer = io.BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= limit:
            return buffer.getvalue()
    raise SystemExit(f"the picture is larger than {limit:,} bytes even in 64 colours")


def main() -> None:
    """Read the arguments and write the picture."""
    parser = argparse.ArgumentParser(description="Take the picture of the README.")
    parser.add_argument("map", type=Path, help="map.html of a run")
    parser.add_argument("picture", type=Path, help="PNG to write")
    parser.add_argument("--scheme", choices=("dark", "light"), default="dark")
    options = parser.parse_args()
    data = shrink(shoot(options.map, options.scheme))
    options.picture.parent.mkdir(parents=True, exist_ok=True)
    options.picture.write_bytes(data)
    print(f"{options.picture}: {len(data) / 1e3:,.0f} kB")


if __name__ == "__main__":
    main()
