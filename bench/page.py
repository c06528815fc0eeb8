"""Our map page and datamapplot's on the same rows, and the least page that draws the points: written, opened, moved."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import machine, page_data
from bench.report import table

#: Name in the table → side, table of points, whether the card has texts.
PAGES = {
    "ours": ("ours", "real", False),
    "ours, with texts": ("ours", "real", True),
    "datamapplot": ("datamapplot", "real", False),
    "bare points": ("bare", "real", False),
    "ours, 1,000,000": ("ours", "many", False),
    "bare points, 1,000,000": ("bare", "many", False),
}
#: What datamapplot loads from elsewhere, at the versions that it asks for.
LIBRARIES = ("deck.gl@9.1.15", "apache-arrow@21.2.0", "d3@7.9.2", "jquery@3.7.1")
#: An opening that takes longer counts as none.
PATIENCE = 900.0

Run = dict[str, Any]


def one(work: Path, name: str, rows: int, many: int) -> Run:
    """Write a page in a fresh process and open it in a fresh browser; ``opened`` is None when it did not answer."""
    side, data, texts = PAGES[name]
    n = rows if data == "real" else many
    points = page_data.real(work, n) if data == "real" else page_data.many(work, n)
    folder = work / "page"
    out = folder / f"{name.replace(', ', '-').replace(' ', '-')}.html"
    saved = out.with_suffix(".json")
    python = work / "venv" / "bin" / "python" if side == "datamapplot" else Path(sys.executable)
    files = ("--table", points, "--out", out, "--save", saved, "--libraries", folder / "npm" / "node_modules")
    more = () if texts else ("--no-texts",)
    subprocess.run([python, "-m", "bench.page_write", side, *files, *more], check=True)
    written = json.loads(saved.read_text(encoding="utf-8"))
    how = ("--kind", side, "--points", str(n), "--save", saved, "--picture", out.with_suffix(".png"))
    try:
        subprocess.run([sys.executable, "-m", "bench.page_browser", out, *how], check=True, timeout=PATIENCE)
        opened = json.loads(saved.read_text(encoding="utf-8"))
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        opened = None
    cold, warm = (laps[0]["wall"] for laps in written["passes"])
    return {"cold": cold, "warm": warm, "bytes": written["bytes"], "opened": opened}


def row(name: str, runs: Sequence[Run]) -> list[str]:
    """Return the medians over the runs of a page as cells."""
    written = [f"{median(run[key] for run in runs):.2f}" for key in ("cold", "warm")]
    cells = [name, *written, f"{runs[0]['bytes'] / 1e6:.1f}"]
    opened = [run["opened"] for run in runs if run["opened"]]
    if not opened:
        return [*cells, *["did not answer"], *[""] * 5]
    answered = [each["answered"] for each in opened if each["answered"] is not None]
    cells += [f"{median(each['first'] for each in opened):.2f}", f"{median(answered):.2f}" if answered else ""]
    for gesture in ("pan", "zoom"):
        halves = [median(float(np.percentile(each[gesture], share)) for each in opened) for share in (50, 95)]
        cells.append(" / ".join(f"{half:.0f}" for half in halves))
    return [*cells, *(f"{median(each[key] for each in opened) / 1e6:.0f}" for key in ("heap", "resident"))]


HEADER = ("", "written s, first", "again", "MB", "points s", "answers s", "pan ms, median / p95", "zoom ms",
          "JS heap MB", "resident MB")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--pages", nargs="+", default=list(PAGES), choices=list(PAGES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int, default=page_data.ROWS)
    parser.add_argument("--many", type=int, default=page_data.MANY)
    parser.add_argument("--save", type=Path, default=Path("bench/work/page.md"))
    options = parser.parse_args()
    libraries = options.work / "page" / "npm"
    libraries.mkdir(parents=True, exist_ok=True)
    if "datamapplot" in options.pages and not (libraries / "node_modules" / "d3").exists():
        quiet = ("--silent", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(["npm", "install", *quiet, *LIBRARIES], check=True, cwd=libraries)
    before = machine.facts()
    runs = {
        name: [one(options.work, name, options.rows, options.many) for _ in range(options.repeats)]
        for name in options.pages
    }
    about = (
        f"{options.rows:,} rows, {options.repeats} runs, medians; two levels of titles, search, histogram of numbers; "
        "headless Chromium, WebGL2 in software. Points and answers: seconds from the navigation until the points are "
        f"drawn, and until a hover and a search were answered. Load {os.getloadavg()[0]:.1f} at the end."
    )
    rows = [row(name, each) for name, each in runs.items()]
    text = "\n\n".join(["# The page", machine.sentence(before, machine.facts()), about, table(HEADER, rows)])
    options.save.write_text(text + "\n", encoding="utf-8")
    options.save.with_suffix(".json").write_text(json.dumps(runs, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
