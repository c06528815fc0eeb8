"""The parts of a report as HTML and inline SVG; every text in them goes through :func:`triptych.pages.text.text`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.pages.icicle import icicle
from triptych.pages.report_parts import Bars, Branch, Columns, Commands, Dots, Grid, Icicle, Part, Tree
from triptych.pages.text import text

__all__ = ["part"]

#: Sides of the small map, in its own units.
MAP = (600, 420)
#: Colours that the style knows; later groups begin again.
COLOURS = 10
#: A tree with no more topics at the top is open when the page is.
FEW = 12
#: A table with more lines is folded.
LONG = 20


def part(value: Part) -> str:
    """Return a part as HTML; the same part gives the same text."""
    match value:
        case Grid():
            return _grid(value)
        case Bars():
            return _bars(value)
        case Columns():
            return _columns(value)
        case Dots():
            return _dots(value)
        case Commands():
            lines = "".join(f"<dt><code>{text(line)}</code></dt><dd>{text(what)}</dd>" for line, what in value.lines)
            return f'<dl class="commands">{lines}</dl>'
        case Tree():
            opened = len(value.branches) <= FEW
            return "".join(_branch(branch, opened=opened) for branch in value.branches)
        case Icicle():
            return icicle(value)


def _grid(grid: Grid) -> str:
    numbers = [head.endswith("#") for head in grid.heads]
    heads = _cells("th", [head.rstrip("#") for head in grid.heads], numbers)
    rows = "".join(f"<tr>{_cells('td', row, numbers)}</tr>" for row in grid.rows)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    table = f'<div class="wide" tabindex="0" role="region" aria-label="{_name(grid)}">{table}</div>'
    if not grid.folded and len(grid.rows) <= LONG:
        return table
    lines = f"{len(grid.rows):,} {'line' if len(grid.rows) == 1 else 'lines'}"
    return f"<details><summary>{lines} of figures</summary>{table}</details>"


def _name(grid: Grid) -> str:
    return text("table of " + ", ".join(head.rstrip("#") for head in grid.heads))


def _cells(tag: str, cells: Sequence[str], numbers: Sequence[bool]) -> str:
    kinds = [' class="number"' if number else ' dir="auto"' for number in numbers]
    return "".join(f"<{tag}{kind}>{text(cell)}</{tag}>" for cell, kind in zip(cells, kinds, strict=True))


def _bars(bars: Bars) -> str:
    whole = bars.whole or max((amount for _, amount, _ in bars.bars), default=0) or 1
    rows = "".join(
        f'<tr><th scope="row" dir="auto">{text(name)}</th><td><svg viewBox="0 0 100 8" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="{100 * amount / whole:.2f}" height="8"/></svg></td>'
        f'<td class="number">{text(shown)}</td></tr>'
        for name, amount, shown in bars.bars
    )
    return f'<table class="bars"><caption>{text(bars.caption)}</caption><tbody>{rows}</tbody></table>'


def _columns(columns: Columns) -> str:
    tallest = max(columns.counts, default=0) or 1
    heights = [60 * count / tallest for count in columns.counts]
    rects = "".join(
        f'<rect x="{10 * i}" y="{60 - height:.2f}" width="9" height="{height:.2f}"/>'
        for i, height in enumerate(heights)
        if height
    )
    caption = text(columns.caption)
    return (
        f'<figure class="columns"><svg viewBox="0 0 {10 * len(heights) - 1} 60" preserveAspectRatio="none" role="img" '
        f'aria-label="{caption}">{rects}</svg><div class="ends" aria-hidden="true"><span>{text(columns.low)}</span>'
        f"<span>{text(columns.high)}</span></div><figcaption>{caption}</figcaption></figure>"
    )


def _dots(dots: Dots) -> str:
    low, step = _frame([points for _, points in dots.groups])
    paths = "".join(
        f'<path class="{_colour(i)}" d="{_path((points - low) * step)}"/>' for i, (_, points) in enumerate(dots.groups)
    )
    legend = "".join(
        f'<li><span class="key {_colour(i)}"></span><span dir="auto">{text(name)}</span></li>'
        for i, (name, points) in enumerate(dots.groups)
        if len(points)
    )
    caption = text(dots.caption)
    return (
        f'<figure class="dots"><svg viewBox="0 0 {MAP[0]} {MAP[1]}" role="img" aria-label="{caption}">{paths}</svg>'
        f'<ul class="legend">{legend}</ul><figcaption>{caption}</figcaption></figure>'
    )


def _frame(groups: Sequence[npt.NDArray[np.floating[Any]]]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where the picture begins and how far a unit goes in it: all points within a margin, y upwards."""
    points = np.concatenate([*groups, np.zeros((0, 2))]).astype(np.float64)
    if not len(points):
        return np.zeros(2), np.ones(2)
    low, high = points.min(axis=0), points.max(axis=0)
    wide, tall = np.where(high > low, high - low, 1.0)
    unit = min((MAP[0] - 16) / wide, (MAP[1] - 16) / tall)
    corner = (low + high) / 2 + np.array([-MAP[0], MAP[1]]) / 2 / unit
    return corner, np.array([unit, -unit])


def _path(points: npt.NDArray[np.floating[Any]]) -> str:
    return "".join(f"M{x:.0f} {y:.0f}h0" for x, y in points)


def _colour(place: int) -> str:
    return f"c{(place - 1) % COLOURS}" if place else "ground"


def _branch(branch: Branch, *, opened: bool) -> str:
    children = "".join(_branch(child, opened=False) for child in branch.children)
    return (
        f"<details{' open' if opened and branch.children else ''}><summary>"
        f'<span class="title" dir="auto">{text(branch.title)}</span>'
        f'<span class="size">{branch.size:,} · {branch.share:.1%}</span>'
        f'<meter min="0" max="1" value="{branch.share:.4f}" aria-label="share of rows"></meter></summary>'
        f'<p class="words" dir="auto">{text(branch.words)}</p><p class="words" dir="auto">{text(branch.examples)}</p>'
        f"{children}</details>"
    )
