"""How well text stands out from what is behind it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

from tests.browser.chromium import OpenPage

# The colour of each text, and that of the block drawn behind it or of the nearest element with a ground.
COLOURS = """(all) => all.map((node) => {
  const block = node.closest("g")?.querySelector("rect");
  const style = getComputedStyle(node);
  if (block) return [style.fill, getComputedStyle(block).fill];
  let around = node;
  while (getComputedStyle(around).backgroundColor === "rgba(0, 0, 0, 0)") around = around.parentElement;
  return [node instanceof SVGElement ? style.fill : style.color, getComputedStyle(around).backgroundColor];
})"""


def luminance(colour: str) -> float:
    """Return the relative luminance of ``rgb(…)`` or ``color(srgb …)``."""
    numbers = [float(number) for number in re.findall(r"[\d.]+", colour.replace("srgb", ""))[:3]]
    channels = numbers if colour.startswith("color(") else [number / 255 for number in numbers]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrasts(opened: OpenPage, selector: str) -> list[float]:
    """Return the contrast of every element that a selector finds with its ground, 1 to 21."""
    pairs = opened.page.locator(selector).evaluate_all(COLOURS)
    lights = [sorted(map(luminance, pair), reverse=True) for pair in pairs]
    return [(light + 0.05) / (dark + 0.05) for light, dark in lights]
