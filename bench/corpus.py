"""Build the texts of the benchmark: the long descriptions of Debian packages, with their section as the truth.

One row a source package; where that gives fewer rows than asked for, further binary packages with descriptions of
their own fill up, marked in the column ``extra``. The package lists are fetched by apt into a folder of our own, so the
machine's own lists are left alone.
"""

from __future__ import annotations

import argparse
import random
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

MIN_CHARS = 30


class Package(NamedTuple):
    """A binary package with a description of its own."""

    package: str
    source: str
    section: str
    text: str
    extra: bool = False


def fetch_lists(folder: Path) -> Path:
    """Bring the package lists and their English descriptions, uncompressed; return their folder."""
    lists = folder.resolve() / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    if not list(lists.glob("*Translation-en")):
        settings = (f"Dir::State::Lists={lists}", "Acquire::Languages=en", "Acquire::GzipIndexes=false")
        subprocess.run(
            ["apt-get", *(word for setting in settings for word in ("-o", setting)), "-q", "update"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return lists


def stanzas(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Parse a package list: fields by name, the lines of a long field joined by line breaks."""
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if fields:
                yield fields
            fields = {}
        elif line[0] == " ":
            fields[name] += "\n" + line[1:]
        else:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
    if fields:
        yield fields


def long_text(description: str) -> str:
    """Return a long description without its first line, one line a paragraph."""
    _, _, body = description.partition("\n")
    paragraphs = "\n".join("\x00" if line.strip() == "." else line for line in body.split("\n")).split("\x00")
    return "\n".join(joined for joined in (" ".join(paragraph.split()) for paragraph in paragraphs) if joined)


def read_packages(lists: Path) -> list[Package]:
    """Return every package that has a long description, sorted by name; the last one of a name counts."""
    texts: dict[tuple[str, str], str] = {}
    for path in sorted(lists.glob("*Translation-en")):
        with path.open(encoding="utf-8") as lines:
            for fields in stanzas(lines):
                text = long_text(fields.get("Description-en", ""))
                if len(text) >= MIN_CHARS:
                    texts[fields["Package"], fields["Description-md5"]] = text
    packages: dict[str, Package] = {}
    for path in sorted(lists.glob("*_Packages")):
        with path.open(encoding="utf-8") as lines:
            for fields in stanzas(lines):
                name = fields["Package"]
                text = texts.get((name, fields.get("Description-md5", "")), "")
                source = fields.get("Source", name).split(" ")[0]
                section = fields.get("Section", "unknown").rpartition("/")[2]
                if text:
                    packages[name] = Package(name, source, section, text)
    return sorted(packages.values())


def choose(packages: list[Package], n: int, seed: int = 0) -> list[Package]:
    """Pick at most n packages with distinct descriptions, one a source first, and shuffle them.

    A source stands for itself by the binary package of its own name, or else by the first one.
    """
    seen_texts: set[str] = set()
    seen_sources: set[str] = set()
    first: list[Package] = []
    further: list[Package] = []
    for package in sorted(packages, key=lambda p: (p.package != p.source, p.package)):
        if package.text in seen_texts:
            continue
        seen_texts.add(package.text)
        if package.source in seen_sources:
            further.append(package._replace(extra=True))
        else:
            seen_sources.add(package.source)
            first.append(package)
    shuffle = random.Random(seed)
    shuffle.shuffle(first)
    shuffle.shuffle(further)
    chosen = (first + further)[:n]
    shuffle.shuffle(chosen)
    return chosen


def main() -> None:
    import polars as pl

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=45_000)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    options = parser.parse_args()
    path = options.work / f"corpus-{options.n}.parquet"
    if not path.exists():
        chosen = choose(read_packages(fetch_lists(options.work / "apt")), options.n)
        pl.DataFrame(chosen, schema=list(Package._fields), orient="row").write_parquet(path)
    frame = pl.read_parquet(path)
    print(
        f"{frame.height:,} descriptions, {frame['section'].n_unique()} sections, "
        f"{int(frame['extra'].sum()):,} of them further packages of a source that is in already"
    )


if __name__ == "__main__":
    main()
