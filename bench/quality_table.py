"""Score the layouts and labels that a run left in the folder of a data set, and draw its tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import numpy.typing as npt

from bench.report import table
from bench.scores import against_truth, neighbourhoods, same_partition

#: The sides of bench.layouts, and what clusters the 5-D layouts of each.
SIDES = {"ours": "ours", "umap-learn": "hdbscan", "as-written": "hdbscan"}
HEADER = ("", "ours", "umap-learn seeded, same graph, PCA start", "umap-learn seeded, as written")
#: What clusters our own 5-D layouts, and its name.
CLUSTERERS = {"ours": "ours", "hdbscan": "the hdbscan library", "sklearn": "scikit-learn"}
CLOCKS = ("s, cold", "s, warm", "processor s, warm")
DIMS = (2, 5)
#: The longest that a 2-D and a 5-D layout of ours may take, as a share of seeded umap-learn's.
WANTED = {2: "1/12", 5: "1/8"}


def section(name: str, folder: Path, seeds: int) -> str:
    """Return the tables of one data set."""
    classes = np.load(folder / "classes.npy")
    worth = evaluate(folder, classes, seeds)
    rows = [[measure, *(spread(worth[side][measure]) for side in SIDES)] for measure in worth["ours"]]
    return "\n\n".join([
        f"## {name}: {len(classes):,} rows, {len(np.unique(classes))} classes",
        table(HEADER, [*rows, *timed_layouts(folder)]),
        table(("HDBSCAN on our 5-D layouts: ARI", *CLUSTERERS.values(), *CLOCKS), equals(folder, seeds)),
    ])  # fmt: skip


def evaluate(folder: Path, classes: npt.NDArray[np.int32], seeds: int) -> dict[str, dict[str, list[float]]]:
    """Return side -> measure -> a number for each seed."""
    stems = [(side, dims) for side in SIDES for dims in DIMS]
    layouts = [np.load(folder / f"{side}-{dims}d-{seed}.npy") for side, dims in stems for seed in range(seeds)]
    near = iter(neighbourhoods(np.load(folder / "vectors.npy"), layouts))
    found: dict[str, dict[str, list[float]]] = {side: {} for side in SIDES}
    for side, dims in stems:
        trust, kept = zip(*(next(near) for _ in range(seeds)), strict=True)
        found[side] |= {f"trustworthiness, {dims}-D": list(trust), f"neighbours kept, {dims}-D": list(kept)}
    for side, clusterer in SIDES.items():
        scores = [against_truth(labels, classes) for labels in labels_of(folder, clusterer, side, seeds)]
        found[side] |= {measure: [score[measure] for score in scores] for measure in scores[0]}
    return found


def timed_layouts(folder: Path) -> list[list[str]]:
    """Return the rows of seconds; with each peer's, what share of them ours took."""
    rows = []
    for dims in DIMS:
        times = [seconds(folder, f"{side}-{dims}d") for side in SIDES]
        for which, when in enumerate(CLOCKS):
            own, *others = (time[which] for time in times)
            shares = (f"{other:.2f} (ours 1/{other / own:.1f})" for other in others)
            rows.append([f"{dims}-D layout, {when}; wanted {WANTED[dims]} of the seeded", f"{own:.2f}", *shares])
    return rows


def equals(folder: Path, seeds: int) -> list[list[str]]:
    """Return a row a clusterer of our layouts: the adjusted Rand index with each one's clusters, and the seconds."""
    labels = {side: labels_of(folder, side, "ours", seeds) for side in CLUSTERERS}
    return [
        [
            name,
            *(
                spread([same_partition(*pair) for pair in zip(labels[side], other, strict=True)])
                for other in labels.values()
            ),
            *(f"{time:.2f}" for time in seconds(folder, f"{side}-on-ours")),
        ]
        for side, name in CLUSTERERS.items()
    ]


def seconds(folder: Path, stem: str) -> tuple[float, float, float]:
    """Return the times of :data:`CLOCKS`: the first lap in the process, and the least of the later ones."""
    laps = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))["passes"][0]
    warm = laps[1:] or laps
    return laps[0]["wall"], min(lap["wall"] for lap in warm), min(lap["cpu"] for lap in warm)


def labels_of(folder: Path, side: str, layouts: str, seeds: int) -> list[npt.NDArray[np.int64]]:
    """Return the labels that a side gave some layouts, an array a seed."""
    return [np.load(folder / f"{side}-on-{layouts}-{seed}.npy") for seed in range(seeds)]


def spread(values: Sequence[float]) -> str:
    """Return the mean and the range of some numbers; counts have no decimals."""
    show: Callable[[float], str] = ("{:.0f}" if all(value > 1 for value in values) else "{:.3f}").format
    return f"{show(mean(values))} ({show(min(values))}–{show(max(values))})"
