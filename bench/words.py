"""Words of the same topics by BERTopic and by ours: what they take, and how far they are the same."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import machine
from bench.report import table
from bench.wordings import DIVERSITY, LAPS, OWN, TOP, Words

SIDES = ("reference", "ours")
HEADER = ("", "reference s, cold", "ours s, cold", "ratio", "reference s, warm", "ours s, warm", "ratio", f"top-{TOP}")
#: Topics whose words are printed.
SHOWN = 3


def topics_of(corpus: Path, vectors: Path, size: int, save: Path) -> int:
    """Cluster the vectors, once for both sides, and write the labels; return how many clusters there are."""
    import polars as pl

    import triptych as tp

    if not save.exists():
        atlas = tp.read(np.load(vectors), metadata=pl.read_parquet(corpus), roles=tp.Roles(text="text"), seed=42)
        atlas = tp.cluster(tp.reduce(tp.relate(atlas), n_components=5, min_dist=0.0), min_cluster_size=size)
        np.save(save, atlas.clusterings["hdbscan"].labels)
    return int(np.load(save).max()) + 1


def overlap(one: Words, other: Words) -> float:
    """Return the share of the words of each topic that the other side has too, on average over the topics."""
    return float(np.mean([len(set(a) & set(b)) / TOP for a, b in zip(one, other, strict=True)]))


def seconds(files: list[dict[str, Any]], which: int, lap: str) -> float:
    """Return the seconds of a lap in a pass, the median over the processes."""
    return median(float(entry["wall"]) for file in files for entry in file["passes"][which] if entry["stage"] == lap)


def rows_of(saved: dict[str, list[dict[str, Any]]]) -> list[list[str]]:
    """Return a row for each kind of words."""
    found = []
    for lap in LAPS:
        row = [lap]
        for which in (0, 1):
            theirs, mine = (seconds(saved[side], which, lap) for side in SIDES)
            row += [f"{theirs:.2f}", f"{mine:.2f}", f"{theirs / mine:.1f}"]
        found.append([*row, f"{overlap(saved['reference'][0]['words'][lap], saved['ours'][0]['words'][lap]):.2f}"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("bench/work"))
    parser.add_argument("--n", type=int, default=45_000, help="rows; their vectors are made by bench/run.sh")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--save", type=Path, default=Path("bench/work/words.md"))
    options = parser.parse_args()
    before, work, n = machine.facts(), options.work / "words", options.n
    work.mkdir(parents=True, exist_ok=True)
    size = max(10, min(100, round(100 * (n / 45_000) ** 0.5)))
    inputs = {
        "corpus": options.work / f"corpus-{n}.parquet",
        "vectors": options.work / f"vectors-{n}.npy",
        "labels": work / f"labels-{n}.npy",
    }
    count = topics_of(inputs["corpus"], inputs["vectors"], size, inputs["labels"])
    saved: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for _ in range(options.repeats):
        for side in SIDES:
            python = options.work / "venv" / "bin" / "python" if side == "reference" else sys.executable
            path = work / f"{side}-{n}.json"
            arguments = [
                text for name, value in (inputs | {"save": path}).items() for text in (f"--{name}", str(value))
            ]
            subprocess.run([python, "-m", "bench.wordings", "--side", side, *arguments], check=True)
            saved[side].append(json.loads(path.read_text(encoding="utf-8")))
    words = {side: saved[side][0]["words"] for side in SIDES}
    own = overlap(words["reference"][OWN], words["reference"]["KeyBERT"])
    about = (
        f"{n:,} Debian descriptions, {count} topics, single words without stop words, {options.repeats} fresh "
        "processes a side by turns, medians; cold is the first pass in a process. c-TF-IDF: scikit-learn's "
        "CountVectorizer with BERTopic's transformer, both times; ours with the paper's weights (background=False) and "
        "as we weigh, which takes away what is usual in all texts and leaves out words that say the same. KeyBERT "
        f"and MMR (diversity {DIVERSITY}): BERTopic's update_topics with its encoder loaded. The last column is the "
        f"share of the {TOP} words that both have; of the reference's own KeyBERT and c-TF-IDF it is {own:.2f}."
    )
    shown = [
        [lap, side, *(", ".join(words[side][lap][topic][:6]) for topic in range(min(SHOWN, count)))]
        for lap in LAPS for side in SIDES
    ]  # fmt: skip
    examples = table(("", "", *(f"topic {topic}" for topic in range(min(SHOWN, count)))), shown)
    text = "\n\n".join(
        ["# Words", machine.sentence(before, machine.facts()), about, table(HEADER, rows_of(saved)), examples]
    )
    options.save.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
