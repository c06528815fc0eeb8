"""Turn the saved laps of both sides into one table, with what each side's result is worth beside what it took."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.limits import floors
from bench.machine import sentence
from bench.scores import neighbourhoods

#: Laps that are measured but are not on the road from the vectors to the page.
OFF_THE_ROAD = ("encode sample", "bertopic words only", "hdbscan as theirs")
#: The same work, once on each side: (row, laps of the reference, laps of ours).
LIKE_FOR_LIKE = (
    ("neighbours and UMAP 5-d", ("umap 5-d",), ("relate", "umap 5-d")),
    ("HDBSCAN", ("hdbscan",), ("hdbscan as theirs",)),
    ("UMAP 2-d", ("umap 2-d",), ("umap 2-d",)),
    ("words: c-TF-IDF, MMR", ("bertopic words only", "mmr"), ("describe",)),
    ("page", ("documents page",), ("draw",)),
)
PASSES = ("cold", "warm")
SIDES = ("reference", "ours", "student")


class Span(NamedTuple):
    """Seconds over the repeats."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        spread = f" ({self.low:.1f}–{self.high:.1f})" if self.high - self.low >= 0.1 else ""
        return f"{self.median:.1f}{spread}"


class Side:
    """The saved runs of one side."""

    def __init__(self, runs: Path, name: str) -> None:
        self.files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(runs.glob(f"{name}-*.json"))]

    def road(self, which: int, clock: str) -> Span:
        """Return the seconds of a whole pass, from the vectors to the page."""
        laps = {lap["stage"] for lap in self.files[0]["passes"][which]}
        return self.seconds(which, laps.difference(OFF_THE_ROAD), clock)

    def seconds(self, which: int, stages: Iterable[str], clock: str = "wall") -> Span:
        """Return the seconds of some laps together over the repeats, by the wall or by the processor (``cpu``)."""
        wanted = set(stages)
        totals = [sum(lap[clock] for lap in file["passes"][which] if lap["stage"] in wanted) for file in self.files]
        return Span(median(totals), min(totals), max(totals))

    def peak(self) -> float:
        """Return the largest resident memory of any lap of any run, in GiB."""
        return max(float(lap["peak"]) for file in self.files for laps in file["passes"] for lap in laps) / 2**30


def like_for_like(reference: Side, ours: Side) -> list[tuple[str, list[tuple[Span, Span]]]]:
    """Return the rows of the like-for-like table, the sum last; each has (reference, ours) cold and warm."""
    theirs = [lap for _, laps, _ in LIKE_FOR_LIKE for lap in laps]
    mine = [lap for _, _, laps in LIKE_FOR_LIKE for lap in laps]
    rows = [*LIKE_FOR_LIKE, ("together", tuple(theirs), tuple(mine))]
    return [
        (name, [(reference.seconds(i, laps), ours.seconds(i, own)) for i in range(len(PASSES))])
        for name, laps, own in rows
    ]


def as_written(reference: Side, ours: Side, clock: str = "wall") -> list[tuple[Span, Span]]:
    """Return the whole roads from the vectors to the page, cold and warm."""
    return [(reference.road(i, clock), ours.road(i, clock)) for i in range(len(PASSES))]


def worth(
    runs: Path, name: str, classes: npt.NDArray[np.int32], vectors: npt.NDArray[np.float32]
) -> dict[str, float | int | None]:
    """Return what a side's clusters and map are worth: agreement with the sections, neighbours kept."""
    from triptych.measures.agreement import agreement

    labels = np.load(runs / f"{name}-labels.npy")
    found: dict[str, float | int | None] = {
        "clusters": int(labels.max()) + 1,
        "noise": float(np.mean(labels < 0)),
    }
    for score in agreement(labels, classes, n_permutations=200, seed=0):
        if score.metric in ("ami", "purity"):
            found[f"{score.metric}, {score.scope}"] = score.value
            found[f"{score.metric}, {score.scope}, by chance"] = score.baseline_mean
    trust, kept = neighbourhoods(vectors, [np.load(runs / f"{name}-layout.npy")])[0]
    found |= {"trustworthiness of the map": trust, "neighbours kept on the map": kept}
    return found


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def pair_cells(pairs: Sequence[tuple[Span, Span]]) -> list[str]:
    """Return the cells of (reference, ours, ratio) for each pass."""
    return [cell for theirs, mine in pairs for cell in (str(theirs), str(mine), f"{theirs.median / mine.median:.1f} ×")]


def render(facts: dict[str, Any], reference: Side, ours: Side, student: Side) -> str:
    """Return the whole report as markdown."""
    n, repeats, encode = facts["rows"], len(ours.files), facts["encode"]
    header = ["", *(f"{side}, {when}" for when in PASSES for side in ("reference s", "ours s", "ratio"))]
    written = as_written(reference, ours)
    whole = [
        ["vectors to page", *pair_cells(written)],
        ["the same, processor seconds", *pair_cells(as_written(reference, ours, "cpu"))],
        ["texts to page", *pair_cells([(_later(a, encode[0]), _later(b, encode[1])) for a, b in written])],
    ]
    taught = student.road(0, "wall")
    theirs = _later(written[0][0], encode[0])
    whole.append(["texts to page, ours by the student", *pair_cells([(theirs, taught)]), "", "", ""])
    machine = facts["machine"]
    docs = [n / seconds for seconds in encode]
    quality = [[name, *(_cell(side[name]) for side in facts["worth"])] for name in facts["worth"][0]]
    quality.append(["peak memory, GiB", *(f"{side.peak():.2f}" for side in (reference, ours, student))])
    return "\n\n".join([
        f"# {n:,} Debian descriptions, {facts['sections']} sections",
        f"{sentence(*machine)} Fresh processes a side: {repeats}; numbers are medians over them, with the range where "
        "it matters. Cold is the first pass in a process, warm the second. min_cluster_size "
        f"{facts['min_cluster_size']} on both sides; min_samples is each side's default on its road (reference: the "
        "same, ours: 5), and the reference's like for like.",
        "## As written: each side's whole road",
        table(header, whole),
        f"Encoding: the reference {docs[0]:.1f} texts/s (fp32, measured on {facts['sample']:,} texts and scaled), "
        f"ours {docs[1]:.1f} texts/s (8-bit weights, all texts). The reference reduces and clusters twice, as "
        "BERTopic does. Ours also builds and titles nested levels and audits them, which the reference does not, "
        "and has no KeyBERT-style pass, which the reference has.",
        "## Like for like: the same stages once each",
        table(header, [[name, *pair_cells(pairs)] for name, pairs in like_for_like(reference, ours)]),
        "## Against the machine",
        table(
            ("ours, warm", "least s of its arithmetic", "s", "share"),
            [[stage, f"{floor:.2f}", f"{took:.2f}", f"{floor / took:.0%}"] for stage, floor, took in facts["limits"]],
        ),
        "The yardstick is the best fp32 matrix product measured. Neighbours: every pair of rows once. Layouts: an "
        "estimate of 45 vector operations for 8 pairs in two dimensions and 6 for each further one, without padding.",
        "## What the results are worth",
        table(["", "reference", "ours", "ours by the student, from the texts"], quality),
        "Agreement is with the section of the package; trustworthiness and neighbours kept are of the 15 nearest, over "
        "3,000 rows.",
    ])  # fmt: skip


def _later(span: Span, seconds: float) -> Span:
    return Span(*(value + seconds for value in span))


def _cell(value: float | int | None) -> str:
    if value is None:
        return "undefined"
    return f"{value:,}" if isinstance(value, int) else f"{round(value, 3) + 0.0:.3f}"  # no -0.000


def gather(options: argparse.Namespace, reference: Side, ours: Side) -> dict[str, Any]:
    """Compute everything in the report that is not a lap."""
    import polars as pl

    sections = pl.read_parquet(options.corpus)["section"]
    classes = sections.rank("dense").to_numpy().astype(np.int32) - 1
    vectors = np.load(options.vectors)
    n = len(vectors)
    machine = [
        json.loads((options.runs / f"machine-{when}.json").read_text(encoding="utf-8")) for when in ("before", "after")
    ]
    sample = reference.files[0]["sample"]
    own_encode = json.loads(options.encode.read_text(encoding="utf-8"))["passes"][0][0]["wall"]
    return {
        "rows": n,
        "sections": sections.n_unique(),
        "min_cluster_size": options.min_cluster_size,
        "sample": sample,
        "encode": (reference.seconds(1, ["encode sample"]).median * n / sample, own_encode),
        "machine": machine,
        "limits": [
            (stage, floor, ours.seconds(1, [stage]).median)
            for stage, floor in floors(options.runs, vectors.shape, max(side["gflops"] for side in machine)).items()
        ],
        "worth": [worth(options.runs, name, classes, vectors) for name in SIDES],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("corpus", "vectors", "runs", "encode", "save"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--min-cluster-size", type=int, required=True)
    options = parser.parse_args()
    reference, ours, student = (Side(options.runs, name) for name in SIDES)
    facts = gather(options, reference, ours)
    text = render(facts, reference, ours, student)
    options.save.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    saved = {"facts": facts, "reference": reference.files, "ours": ours.files, "student": student.files}
    options.save.with_suffix(".json").write_text(json.dumps(saved, indent=1), encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
