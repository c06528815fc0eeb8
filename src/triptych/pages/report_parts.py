"""What a report is made of: stages with three panels each, and the parts that a panel holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Bars",
    "Branch",
    "Columns",
    "Commands",
    "Dots",
    "Grid",
    "Icicle",
    "Part",
    "ReportData",
    "Section",
    "Stage",
    "Tree",
]


@dataclass(frozen=True)
class Grid:
    """A table: column heads and rows of cells; a head that ends in ``#`` is a column of numbers.

    ``folded`` hides it until it is asked for, as a long one is anyway.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False


@dataclass(frozen=True)
class Bars:
    """Named amounts as bars: (name, amount, amount as text); ``whole`` fills one, the greatest amount where it is 0."""

    caption: str
    bars: tuple[tuple[str, float, str], ...]
    whole: float = 0


@dataclass(frozen=True)
class Columns:
    """A histogram: counts from left to right, and what stands under its two ends."""

    caption: str
    counts: tuple[int, ...]
    low: str
    high: str


@dataclass(frozen=True)
class Dots:
    """A small picture of the map: for each named group its points, float (k, 2), finite; the first is the ground."""

    caption: str
    groups: tuple[tuple[str, npt.NDArray[np.floating[Any]]], ...]


@dataclass(frozen=True)
class Commands:
    """Lines for a terminal, each with what it does."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Branch:
    """A topic with those inside it: ``share`` of all rows 0…1; words and typical rows as text.

    ``level`` is the coarsest that has it, 0 the finest; those inside it are all of one level.
    """

    title: str
    size: int
    share: float
    words: str
    examples: str
    children: tuple[Branch, ...] = ()
    level: int = 0


@dataclass(frozen=True)
class Tree:
    """Topics, coarsest first, each with those inside it."""

    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Icicle:
    """The topics of all levels as blocks to scale: what stands over each level, coarsest first, and the topics."""

    caption: str
    heads: tuple[str, ...]
    branches: tuple[Branch, ...]


Part: TypeAlias = Grid | Bars | Columns | Dots | Commands | Tree | Icicle


@dataclass(frozen=True)
class Section:
    """A heading, sentences under it, then parts."""

    heading: str
    sentences: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline: three panels side by side, and below them what is too wide for one."""

    heading: str
    good: Section
    bad: Section
    beautiful: Section
    more: tuple[Section, ...] = ()


@dataclass(frozen=True)
class ReportData:
    """All that a report shows: a few figures as (number, what it counts), then the stages in order."""

    title: str
    subtitle: str
    stages: tuple[Stage, ...]
    figures: tuple[tuple[str, str], ...] = ()
