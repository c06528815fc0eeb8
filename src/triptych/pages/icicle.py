"""The tree of topics as one picture: a column for each level, a block for each topic, as tall as its share."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from triptych.pages.report_parts import Branch, Icicle
from triptych.pages.text import text

__all__ = ["icicle"]

#: Width of the picture, and the least and the most height of its blocks, in its own units.
WIDTH, LEAST, MOST = 1200, 240, 1080
#: Height for each of the smallest topics, as long as the picture has room.
EACH = 19
#: Height of the heads of the columns, of a line of text, of its letters, and of a block with one line at least.
HEAD, LINE, SIZE, LOW = 24, 16, 13, 15
#: Space left of a title, and right of it.
MARGIN = 7
#: A block that is less tall is not drawn.
THIN = 1.0
#: What joins a sign to the next one, or says how it is drawn, and means nothing at the end of a line.
JOINERS = " \u200d\ufe0e\ufe0f"
#: Colours that the style knows; further topics have that of the ground, as they have on the small map.
COLOURS = 10


@dataclass(frozen=True)
class _Block:
    branch: Branch
    colour: str
    x: float
    y: float
    width: float
    height: float

    @property
    def room(self) -> int:
        """How many lines of text it holds with their descenders."""
        return max(int((self.height - 1.5) // LINE), int(self.height >= LOW))

    @property
    def lines(self) -> list[str]:
        """The title in as many lines as have room, none where one has not."""
        return _wrapped(self.branch.title, self.width - 2 * MARGIN, self.room)


def icicle(value: Icicle) -> str:
    """Return the picture as HTML, with a sentence on what it has no room for; the same value gives the same text."""
    height = min(max(EACH * sum(map(_leaves, value.branches)), LEAST), MOST)
    unit = height / max(sum(branch.size for branch in value.branches), 1)
    every = list(_blocks(value, unit))
    drawn = [block for block in every if block.height >= THIN]
    column = WIDTH / len(value.heads)
    heads = "".join(
        f'<text class="head" x="{i * column:.1f}" y="{SIZE}">{text(head)}</text>' for i, head in enumerate(value.heads)
    )
    caption = text(f"{value.caption} {_left_out(every, drawn)}".strip())
    return (
        f'<figure class="icicle"><div class="wide" tabindex="0" role="region" aria-label="tree of topics">'
        f'<svg viewBox="0 0 {WIDTH} {height + HEAD}" role="img" aria-label="{caption}">{heads}'
        f"{''.join(map(_drawn, drawn))}</svg></div><figcaption>{caption}</figcaption></figure>"
    )


def _leaves(branch: Branch) -> int:
    return sum(map(_leaves, branch.children)) or 1


def _blocks(value: Icicle, unit: float) -> Iterator[_Block]:
    levels = len(value.heads)
    column = WIDTH / levels

    def grow(branches: tuple[Branch, ...], y: float, colour: str) -> Iterator[_Block]:
        for i, branch in enumerate(branches):
            own = colour or (f"c{i}" if i < COLOURS else "ground")
            ends = branch.children[0].level + 1 if branch.children else 0
            left, right = (column * (levels - level) for level in (branch.level + 1, ends))
            yield _Block(branch, own, left, y, right - left, branch.size * unit)
            yield from grow(branch.children, y, own)
            y += branch.size * unit

    return grow(value.branches, HEAD, "")


def _left_out(every: list[_Block], drawn: list[_Block]) -> str:
    named = sum(bool(block.lines) for block in drawn)
    said = [f"{named:,} of {len(every):,} have room for their title"] if named < len(every) else []
    if len(drawn) < len(every):
        said.append(f"{len(every) - len(drawn):,} are too small to be drawn")
    return f"{'; '.join(said)}; the list of the topics has them all." if said else ""


def _drawn(block: _Block) -> str:
    branch, gap = block.branch, min(1.0, block.height / 3)
    shown = [(line, "") for line in block.lines]
    size = f"{branch.size:,} · {branch.share:.1%}"
    if 0 < len(shown) < block.room and _wide(size) <= block.width - 2 * MARGIN:
        shown.append((size, ' class="size"'))
    # A frame of its own cuts off what a font draws wider than was reckoned, so that no title runs into another.
    first = min(LINE, (block.height + SIZE) / 2) - 2
    lines = "".join(
        f'<text x="{MARGIN}" y="{first + i * LINE:.1f}"{kind}>{text(line)}</text>'
        for i, (line, kind) in enumerate(shown)
    )
    place = f'x="{block.x:.1f}" y="{block.y:.2f}" width="{block.width - 2:.1f}" height="{block.height - gap:.2f}"'
    told = text("\n".join(filter(None, (branch.title, size, branch.words))))
    framed = f'<svg {place} aria-hidden="true">{lines}</svg>' if lines else ""
    return f'<g class="{block.colour}"><title>{told}</title><rect {place}/>{framed}</g>'


def _wrapped(title: str, width: float, most: int) -> list[str]:
    """Return a title broken between words into at most so many lines; what has no room ends in an ellipsis."""
    if most < 1 or width < 2 * SIZE:
        return []
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or _wide(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    kept, rest = lines[:most], lines[most:]
    if rest:
        kept[-1] += f" {rest[0]}"
    return [_shortened(line, width) for line in kept]


def _shortened(line: str, width: float) -> str:
    if _wide(line) <= width:
        return line
    while line and _wide(f"{line}…") > width:
        line = line[:-1]
    return f"{line.rstrip(JOINERS)}…"


def _wide(line: str) -> float:
    """Return how wide a line is at most in common fonts."""
    return SIZE * sum(map(_em, line))


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "iljtfrI.,:;'|!()[] ":
        return 0.4
    return 0.95 if char in "mwMWQO@%&" else 0.78 if char.isupper() else 0.62
