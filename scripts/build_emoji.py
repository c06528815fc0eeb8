"""Build the emoji set of the demo: one Parquet table and one sheet of sprites.

Both inputs are npm packages; fetch and unpack them with::

    npm pack emoji-datasource-google@16.0.0 emojibase-data@17.0.0
    mkdir google base
    tar -xzf emoji-datasource-google-16.0.0.tgz -C google
    tar -xzf emojibase-data-17.0.0.tgz -C base
    python scripts/build_emoji.py google/package base/package

The rows are the base emoji of emoji-datasource, without skin tones, in Unicode's own order. The category
"Component" (five bare skin tones) is dropped, which leaves 1,906 emoji in 9 groups and 98 subgroups. Names
and tags come from emojibase, artwork from Noto Emoji. Every row's tile on the sheet is its row number. With
the same versions of Pillow and Polars the same bytes come out.
"""

from __future__ import annotations

import argparse
import json
from bisect import bisect_right
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image

TILE = 32
COLUMNS = 44
OUT = Path(__file__).parents[1] / "src/triptych/data/emoji"

#: When each version of Emoji was released: the day of the Unicode version it came with, where there is one.
RELEASED = {
    "0.6": date(2010, 10, 11),
    "0.7": date(2014, 6, 16),
    "1.0": date(2015, 6, 17),
    "2.0": date(2015, 11, 12),
    "3.0": date(2016, 6, 21),
    "4.0": date(2016, 11, 22),
    "5.0": date(2017, 6, 20),
    "11.0": date(2018, 6, 5),
    "12.0": date(2019, 3, 5),
    "12.1": date(2019, 10, 21),
    "13.0": date(2020, 3, 10),
    "13.1": date(2020, 9, 15),
    "14.0": date(2021, 9, 14),
    "15.0": date(2022, 9, 13),
    "15.1": date(2023, 9, 12),
    "16.0": date(2024, 9, 10),
}

#: First and last code point of every Unicode block that an emoji begins in; the first names the code chart.
BLOCKS = (
    (0x0000, 0x007F), (0x0080, 0x00FF), (0x2000, 0x206F), (0x2100, 0x214F), (0x2190, 0x21FF),
    (0x2300, 0x23FF), (0x2460, 0x24FF), (0x25A0, 0x25FF), (0x2600, 0x26FF), (0x2700, 0x27BF),
    (0x2900, 0x297F), (0x2B00, 0x2BFF), (0x3000, 0x303F), (0x3200, 0x32FF), (0x1F000, 0x1F02F),
    (0x1F0A0, 0x1F0FF), (0x1F100, 0x1F1FF), (0x1F200, 0x1F2FF), (0x1F300, 0x1F5FF), (0x1F600, 0x1F64F),
    (0x1F680, 0x1F6FF), (0x1F780, 0x1F7FF), (0x1F900, 0x1F9FF), (0x1FA70, 0x1FAFF),
)  # fmt: skip


def main() -> None:
    """Read the two packages, write the table and the sheet."""
    parser = argparse.ArgumentParser(description="Build the emoji set of the demo.")
    parser.add_argument("google", type=Path, help="unpacked package emoji-datasource-google")
    parser.add_argument("base", type=Path, help="unpacked package emojibase-data")
    folders = parser.parse_args()

    emoji = base_emoji(folders.google)
    OUT.mkdir(parents=True, exist_ok=True)
    table(emoji, folders.base).write_parquet(OUT / "emoji.parquet", compression="zstd", compression_level=19)
    sheet(emoji, folders.google).save(OUT / "sprites.webp", lossless=True, quality=100, method=6)
    for path in sorted(OUT.iterdir()):
        print(f"{path.name}: {path.stat().st_size:,} bytes")


def base_emoji(google: Path) -> list[dict[str, Any]]:
    """Return the entries of emoji-datasource without the bare skin tones, in Unicode's order."""
    entries = json.loads((google / "emoji.json").read_text("utf-8"))
    kept = [entry for entry in entries if entry["category"] != "Component"]
    return sorted(kept, key=lambda entry: entry["sort_order"])


def table(emoji: list[dict[str, Any]], base: Path) -> pl.DataFrame:
    """Return one row an emoji, with the names and tags of emojibase."""
    english = json.loads((base / "en/data.json").read_text("utf-8"))
    words = {bare(entry["hexcode"]): entry for entry in english}
    rows = [row(entry, words[bare(entry["unified"])]) for entry in emoji]
    return pl.DataFrame(rows).with_columns(
        year=pl.col("date").dt.year(), sprite=pl.int_range(len(rows), dtype=pl.Int32)
    )


def row(entry: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    """Return the row of one emoji."""
    return {
        "id": entry["unified"],
        "emoji": "".join(chr(int(point, 16)) for point in entry["unified"].split("-")),
        "name": words["label"],
        "tags": ", ".join(words["tags"]),
        "group": entry["category"],
        "subgroup": entry["subcategory"].replace("-", " "),
        "date": RELEASED[entry["added_in"]],
        "link": code_chart(int(entry["unified"].split("-")[0], 16)),
    }


def bare(hexcode: str) -> str:
    """Return a code point sequence without variation selectors, on which the two packages disagree."""
    return "-".join(point for point in hexcode.split("-") if point != "FE0F")


def code_chart(point: int) -> str:
    """Return the address of the Unicode code chart that shows a code point."""
    first, last = BLOCKS[bisect_right(BLOCKS, (point, 0x10FFFF)) - 1]
    if point > last:
        raise ValueError(f"U+{point:04X} is in no known block")
    return f"https://www.unicode.org/charts/PDF/U{first:04X}.pdf"


def sheet(emoji: list[dict[str, Any]], google: Path) -> Image.Image:
    """Return the sheet: tile i, counted along the lines, is the artwork of row i."""
    lines = -(-len(emoji) // COLUMNS)
    whole = Image.new("RGBA", (COLUMNS * TILE, lines * TILE))
    for index, entry in enumerate(emoji):
        with Image.open(google / "img/google/64" / entry["image"]) as art:
            tile = art.convert("RGBA").resize((TILE, TILE), Image.Resampling.LANCZOS)
        whole.paste(tile, (index % COLUMNS * TILE, index // COLUMNS * TILE))
    return whole


if __name__ == "__main__":
    main()
