"""The report page: what was done to the data, in numbers and words, in one offline HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from triptych.pages.html import render_page
from triptych.pages.text import replace_surrogates

__all__ = ["Branch", "Grid", "ReportData", "Section", "render_report"]


@dataclass(frozen=True)
class Grid:
    """A table: column heads and rows of cells; a head that ends in ``#`` is a column of numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A part of the report: a heading, sentences, tables."""

    heading: str
    sentences: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True)
class Branch:
    """A topic with those inside it: ``share`` of all rows 0…1; words and typical rows as text."""

    title: str
    size: int
    share: float
    words: str
    examples: str
    children: tuple[Branch, ...] = ()


@dataclass(frozen=True)
class ReportData:
    """All that a report shows: the tree of topics, then the sections in order."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    topics: tuple[Branch, ...] = ()


def render_report(data: ReportData) -> str:
    """Return the whole report as HTML; the same data gives the same text, and all text in it is shown as text."""
    style = resources.files("triptych.pages").joinpath("report.css").read_text(encoding="utf-8")
    parts = [f"<main><h1>{_text(data.title)}</h1>", f'<p class="subtitle">{_text(data.subtitle)}</p>']
    if data.topics:
        parts.append("<h2>Topics</h2>")
        parts += [_branch(branch, opened=len(data.topics) <= 12) for branch in data.topics]
    parts += [_section(section) for section in data.sections]
    return render_page(title=data.title, style=style, script="", body="\n".join([*parts, "</main>"]))


def _text(text: str) -> str:
    return escape(replace_surrogates(text)[0])


def _section(section: Section) -> str:
    sentences = "".join(f"<p>{_text(sentence)}</p>" for sentence in section.sentences)
    grids = "".join(_grid(grid) for grid in section.grids)
    return f"<section><h2>{_text(section.heading)}</h2>{sentences}{grids}</section>"


def _grid(grid: Grid) -> str:
    numbers = [head.endswith("#") for head in grid.heads]
    heads = _cells("th", [head.rstrip("#") for head in grid.heads], numbers)
    rows = "".join(f"<tr>{_cells('td', row, numbers)}</tr>" for row in grid.rows)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(tag: str, cells: Sequence[str], numbers: Sequence[bool]) -> str:
    kinds = [' class="number"' if number else "" for number in numbers]
    return "".join(f"<{tag}{kind}>{_text(cell)}</{tag}>" for cell, kind in zip(cells, kinds, strict=True))


def _branch(branch: Branch, *, opened: bool) -> str:
    children = "".join(_branch(child, opened=False) for child in branch.children)
    return (
        f"<details{' open' if opened and branch.children else ''}><summary>"
        f'<span class="title">{_text(branch.title)}</span>'
        f'<span class="size">{branch.size:,} · {branch.share:.1%}</span>'
        f'<meter min="0" max="1" value="{branch.share:.4f}" aria-label="share of rows"></meter></summary>'
        f'<p class="words">{_text(branch.words)}</p><p class="words">{_text(branch.examples)}</p>{children}</details>'
    )
