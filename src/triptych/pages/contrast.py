"""The page of before and after: every topic with its words and titles by two describers or labellers."""

from __future__ import annotations

from dataclasses import dataclass

from triptych.pages.html import render_page
from triptych.pages.report import figure_list, report_style, section
from triptych.pages.report_parts import Section
from triptych.pages.text import text

__all__ = ["ContrastData", "ContrastLevel", "Pair", "render_contrast"]

WHEN = ("Before", "After")


@dataclass(frozen=True)
class Pair:
    """A topic: its size as text, its two titles, the words of each, strongest first, and typical rows as text."""

    size: str
    titles: tuple[str, str]
    words: tuple[tuple[str, ...], tuple[str, ...]]
    examples: str


@dataclass(frozen=True)
class ContrastLevel:
    """A level, 0 the finest, what it is called, and its topics."""

    level: int
    heading: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class ContrastData:
    """All that the page shows: figures as (number, what it counts), sections on the whole, then level by level."""

    title: str
    subtitle: str
    figures: tuple[tuple[str, str], ...]
    whole: tuple[Section, ...]
    levels: tuple[ContrastLevel, ...]


def render_contrast(data: ContrastData) -> str:
    """Return the whole page as HTML without a script; all text in it is shown as text."""
    links = "".join(f'<li><a href="#level-{each.level}">Level {each.level}</a></li>' for each in data.levels)
    first = data.levels[0].level if data.levels else 0
    parts = [
        f'<a class="skip" href="#level-{first}">Skip to the topics</a><main>'
        f'<header><h1 dir="auto">{text(data.title)}</h1><p class="subtitle" dir="auto">{text(data.subtitle)}</p>'
        f"{figure_list(data.figures)}</header>",
        f'<nav aria-label="Levels"><ol>{links}</ol></nav>',
        *(f'<section class="more">{section(each, 2)}</section>' for each in data.whole),
        *map(_level, data.levels),
        "</main>",
    ]
    return render_page(title=data.title, style=report_style(), script="", body="\n".join(parts))


def _level(level: ContrastLevel) -> str:
    head = f"head-{level.level}"
    return (
        f'<section class="stage" id="level-{level.level}" aria-labelledby="{head}"><h2 id="{head}">'
        f"{text(level.heading)}</h2><p>Marked words are in both.</p>{''.join(map(_pair, level.pairs))}</section>"
    )


def _pair(pair: Pair) -> str:
    both = set(pair.words[0]) & set(pair.words[1])
    sides = "".join(
        f'<div><p class="kind">{when}</p><p class="title" dir="auto">{text(title)}</p>{_words(words, both)}</div>'
        for when, title, words in zip(WHEN, pair.titles, pair.words, strict=True)
    )
    same = "same title" if pair.titles[0] == pair.titles[1] else "another title"
    examples = f'<p class="words" dir="auto">e.g. {text(pair.examples)}</p>' if pair.examples else ""
    return (
        f'<article class="pair"><h3>{text(pair.size)}, {same}</h3><div class="sides">{sides}</div>{examples}</article>'
    )


def _words(words: tuple[str, ...], both: set[str]) -> str:
    shown = (f"<mark>{text(word)}</mark>" if word in both else f"<span>{text(word)}</span>" for word in words)
    return f'<p class="terms" dir="auto">{", ".join(shown)}</p>' if words else '<p class="terms">No words</p>'
