"""How often the null model errs: structureless data of many makes, and planted clusters at three separations.

``python -m bench.null [SEEDS]`` prints a line for each make of data: the share of seeds with evidence, and how often
each of the two tests passed by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

import triptych as tp
from triptych.checks.base import Case
from triptych.checks.null import Null
from triptych.measures.vectors import unit_rows
from triptych.stages._case import case_of

F32 = npt.NDArray[np.float32]

#: Standard deviations along the axes: like those of sentence embeddings, one strong direction, all alike.
SPECTRA: dict[str, Callable[[int], npt.NDArray[Any]]] = {
    "decaying": lambda d: np.arange(1, d + 1) ** -0.5,
    "one strong": lambda d: np.where(np.arange(d) == 0, 8.0, 1.0),
    "isotropic": np.ones,
}
#: Mean distances between the centres of planted clusters, in standard deviations of a cluster along an axis.
SEPARATIONS = (6, 8, 12)
CLUSTERS = 8


@dataclass(frozen=True)
class Make:
    """A make of data: what it is, and vectors for a seed, unit ones where they are to be compared by their angles."""

    name: str
    metric: str
    draw: Callable[[int], F32]

    @classmethod
    def gaussian(cls, rows: int, dimensions: int, spectrum: str, metric: str) -> Make:
        def draw(seed: int) -> F32:
            noise = np.random.default_rng(seed).normal(size=(rows, dimensions))
            return _as(metric, noise * SPECTRA[spectrum](dimensions))

        return cls(f"Gaussian, {spectrum}, {rows} × {dimensions}, {metric}", metric, draw)

    @classmethod
    def heavy_tailed(cls, rows: int, dimensions: int, metric: str, *, alike: bool) -> Make:
        """Student's t of 3 degrees of freedom: one radius for a row, or every coordinate by itself."""

        def draw(seed: int) -> F32:
            random = np.random.default_rng(seed)
            size = (rows, 1 if alike else dimensions)
            radius = np.sqrt(random.chisquare(3, size=size) / 3)
            return _as(metric, random.normal(size=(rows, dimensions)) * SPECTRA["decaying"](dimensions) / radius)

        kind = "one radius a row" if alike else "coordinates apart"
        return cls(f"Student's t, {kind}, {rows} × {dimensions}, {metric}", metric, draw)

    @classmethod
    def mixture(cls, rows: int, dimensions: int, spectrum: str, metric: str, separation: float) -> Make:
        """Gaussians of one shape, of mean variance 1; centres in random directions, all as far from the middle."""

        def draw(seed: int) -> F32:
            random = np.random.default_rng(seed)
            spread = SPECTRA[spectrum](dimensions)
            centres = random.normal(size=(CLUSTERS, dimensions))
            centres *= separation / np.sqrt(2) / np.linalg.norm(centres, axis=1, keepdims=True)
            noise = random.normal(size=(rows, dimensions)) * spread / np.sqrt((spread**2).mean())
            return _as(metric, noise + centres[random.integers(CLUSTERS, size=rows)])

        name = f"{CLUSTERS} clusters {separation} apart, {spectrum}, {rows} × {dimensions}, {metric}"
        return cls(name, metric, draw)


def structureless() -> list[Make]:
    shapes = [(300, 20, "euclidean"), (300, 384, "cosine"), (1_000, 100, "cosine"), (2_000, 384, "cosine")]
    found = [Make.gaussian(n, d, spectrum, metric) for n, d, metric in shapes for spectrum in SPECTRA]
    found += [Make.heavy_tailed(600, 50, metric, alike=True) for metric in ("euclidean", "cosine")]
    return [*found, Make.heavy_tailed(600, 50, "cosine", alike=False)]


def clustered() -> list[Make]:
    shapes = [(600, 20, "decaying", "euclidean"), (600, 100, "decaying", "cosine"), (600, 384, "isotropic", "cosine")]
    return [Make.mixture(*shape, separation) for separation in SEPARATIONS for shape in shapes]


def passed(make: Make, seed: int) -> dict[str, bool]:
    """Tell for one seed whether there is evidence, ``both``, and which of the two tests says so."""
    vectors = make.draw(seed)
    case = replace(_road(len(vectors), make.metric), vectors=vectors)
    test = Null().examine(case, seed=seed, advance=lambda _: None).more["test"]
    return {row["statistic"]: row["verdict"] == "evidence" for row in test.iter_rows(named=True)}


def rates(make: Make, seeds: Sequence[int]) -> dict[str, float]:
    """Return the share of seeds that pass, of both tests and of each."""
    found = [passed(make, seed) for seed in seeds]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


@cache
def _road(rows: int, metric: str) -> Case:
    """Return the case of some data of as many rows, for its road."""
    vectors = Make.mixture(rows, 20, "isotropic", metric, 12).draw(0)
    atlas = tp.relate(tp.read(vectors, roles=tp.Roles(), seed=0), metric=metric)
    atlas = tp.reduce(tp.reduce(atlas, n_components=5, min_dist=0.0, name="umap5"), "pca", n_components=2, name="umap2")
    return case_of(tp.cluster(atlas))


def _as(metric: str, values: npt.NDArray[np.float64]) -> F32:
    rows = values.astype(np.float32)
    return unit_rows(rows) if metric == "cosine" else rows


def main() -> None:
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    print("| data | evidence | silhouette alone | tendency alone |\n|---|---|---|---|")
    for make in (*structureless(), *clustered()):
        found = rates(make, seeds)
        print(
            f"| {make.name} | {found['both']:.2f} | {found['silhouette']:.2f} | {found['tendency']:.2f} |", flush=True
        )


if __name__ == "__main__":
    main()
