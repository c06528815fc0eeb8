"""Whether distances still tell near from far, before and after reduction, and whether that matters to the clusters.

Both spaces are measured on the same rows and by the same metrics (Beyer et al. 1999; Aggarwal, Hinneburg & Keim 2001).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._again import clustered_again, drawn, group_column, group_score
from triptych.checks._words import percent, rows_of, shown
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.params import Integer, Limit
from triptych.measures.concentration import (
    HUB_NEIGHBOURS,
    concentration,
    distance_matrix,
    inner_products,
    intrinsic_dimension,
    nearest_distances,
)
from triptych.measures.partition import cluster_sizes
from triptych.measures.rand import adjusted_rand
from triptych.measures.silhouette import silhouette

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Distances"]

#: Numbers of dimensions that are looked at on the way to all of them, and the rows for that.
STEPS, GROWTH_ROWS = (2, 5, 10, 20, 50, 100, 200, 500, 1000), 400
METRICS = ("cosine", "euclidean")
_SAID = {"cosine": "cosine", "euclidean": "Euclidean"}
#: What is to be said of one ratio, and of two.
_ASIDE = ("", "", "; a layout draws neighbours together by design, which is no proof of better clusters")

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
Row = dict[str, Any]


class Distances(Check):
    """Measures how far distances have lost their contrast, and whether clusters suffer from it."""

    question: ClassVar[str] = "Do distances still mean anything?"
    worth: ClassVar[int] = 4
    looks_at: ClassVar[tuple[str, ...]] = ("columns",)
    limits: ClassVar[dict[str, Limit]] = {
        "rows": Integer(low=20, high=2_000, help="rows that are drawn to be measured"),
    }

    def __init__(self, *, rows: int = 1_000) -> None:
        self.rows = rows

    def effort(self, case: Case) -> float:
        """Estimate a few products of a thousand rows, and one clustering of them in all dimensions."""
        return min(1.0, 2_000 / max(len(case.vectors), 1))

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return one line for each space and metric; more: ``growth`` with the dimensions, and ``clusterings``."""
        n = len(case.vectors)
        if n < 3:
            raise Undefined(f"there are {n} rows, and a nearest and a farthest of two others need 3")
        rows = drawn(n, self.rows, seed)
        spaces = {"vectors": case.vectors[rows]}
        if case.road.reduced:
            # A layout has no origin of its own; angles are taken about its middle.
            spaces["layout"] = case.points[rows] - case.points.mean(axis=0)
        if not np.ptp(spaces["vectors"], axis=0).any():
            raise Undefined("all vectors are equal" if n <= self.rows else f"all {self.rows:,} vectors drawn are equal")
        products = {name: inner_products(points) for name, points in spaces.items()}
        sizes = {name: points.shape[1] for name, points in spaces.items()}
        table = [_measured(name, sizes[name], products[name], metric) for name in spaces for metric in METRICS]
        advance(0.4)
        growth = list(_growth(spaces["vectors"][:GROWTH_ROWS], seed))
        advance(0.2)
        clusterings = _clusterings(case, rows, spaces, products, seed) if case.road.reduced else []
        advance(0.4)
        sentences = (*_mattered(clusterings), *_contrast(table), *_grown(growth), *_shape(table))
        more = {"growth": _frame(growth, _GROWTH)}
        if clusterings:
            more["clusterings"] = _frame(clusterings, _CLUSTERINGS)
        return Finding(_frame(table, _TABLE), sentences, more)


def _measured(space: str, dimensions: int, products: F64, metric: str) -> Row:
    if metric == "cosine":
        directed = np.diag(products) > 0
        products = products[np.ix_(directed, directed)] if not directed.all() else products
    distances = distance_matrix(products, metric)
    # Of directions the chord is a distance; one minus the cosine is half its square.
    near = nearest_distances(distances)
    return (
        {"space": space, "metric": metric, "dimensions": dimensions}
        | asdict(concentration(distances))
        | {"intrinsic_dimension": intrinsic_dimension(np.sqrt(2 * near) if metric == "cosine" else near)}
    )


def _growth(points: F32, seed: int) -> Iterator[Row]:
    """Measure more and more of the dimensions, drawn at random, beside normal noise of as many."""
    random = np.random.default_rng(seed)
    n, d = points.shape
    sources = {"vectors": points[:, random.permutation(d)], "noise": random.standard_normal((n, d), dtype=np.float32)}
    for few in (*(step for step in STEPS if step < d), d):
        for source, values in sources.items():
            found = concentration(distance_matrix(inner_products(values[:, :few]), "euclidean"))
            yield {"dimensions": few, "source": source} | asdict(found)


def _clusterings(
    case: Case, rows: npt.NDArray[np.int64], spaces: dict[str, F32], products: dict[str, F64], seed: int
) -> list[Row]:
    """Cluster the same rows with and without the reduction, and score both in the same way."""
    found = {name: clustered_again(case, points, seed=seed) for name, points in spaces.items()}
    vectors, layout = found["vectors"], found["layout"]
    both = (vectors >= 0) & (layout >= 0)
    apart = {name: distance_matrix(matrix[np.ix_(both, both)], "euclidean") for name, matrix in products.items()}
    agree, groups = adjusted_rand(vectors, layout), group_column(case)
    lines = []
    for name, labels in found.items():
        counted = cluster_sizes(labels)
        lines.append({
            "space": name, "rows": len(rows), "clusters": len(counted.sizes), "noise": counted.noise,
            "noise_share": counted.noise_share, "rows_in_both": int(both.sum()), "ari": agree,
            **{f"silhouette_{space}": silhouette(matrix, labels[both]) for space, matrix in apart.items()},
            "group": groups[0] if groups else None,
            "ami": group_score(labels, groups[1][rows]) if groups else None,
        })  # fmt: skip
    return lines


def _mattered(lines: list[Row]) -> Iterator[str]:
    if not lines:
        return
    raw, reduced = lines
    yield (
        f"Clustered without reduction {raw['rows']:,} rows form {raw['clusters']:,} clusters with "
        f"{percent(raw['noise_share'])} noise, on the layout {reduced['clusters']:,} with "
        f"{percent(reduced['noise_share'])}; {rows_of(raw['rows_in_both'])} are in a cluster of both."
    )
    if raw["ari"] is not None:
        yield f"On those {raw['rows_in_both']:,} rows the two agree by an adjusted Rand index of {raw['ari']:.2f}."
    if raw["silhouette_vectors"] is not None and reduced["silhouette_vectors"] is not None:
        yield (
            f"On those {raw['rows_in_both']:,} rows the mean silhouette by Euclidean distance in the vectors is "
            f"{raw['silhouette_vectors']:.2f} without and {reduced['silhouette_vectors']:.2f} with reduction."
        )
    if raw["ami"] is not None and reduced["ami"] is not None:
        yield (
            f"Adjusted mutual information with {shown(raw['group'])} is {raw['ami']:.2f} without and "
            f"{reduced['ami']:.2f} with reduction, noise counted as a cluster."
        )


def _contrast(table: list[Row]) -> Iterator[str]:
    for metric in METRICS:
        lines = [line for line in table if line["metric"] == metric and line["nearest_to_farthest"] is not None]
        if lines:
            ratios = ", and ".join(
                f"{line['nearest_to_farthest']:.2g} times as far as its farthest in the {line['dimensions']:,} "
                f"dimensions of the {line['space']}" for line in lines
            )  # fmt: skip
            rows, aside = lines[0]["rows"], _ASIDE[len(lines)]
            yield f"By {_SAID[metric]} distance the nearest of {rows:,} rows is on average {ratios}{aside}."


def _grown(growth: list[Row]) -> Iterator[str]:
    ratio = {(line["source"], line["dimensions"]): line["nearest_to_farthest"] for line in growth}
    few, many = growth[0]["dimensions"], growth[-1]["dimensions"]
    if few < many and None not in (ratio["vectors", few], ratio["vectors", many]):
        yield (
            f"From {few} to all {many:,} dimensions of the vectors the nearest of {growth[0]['rows']:,} rows goes from "
            f"{ratio['vectors', few]:.2f} to {ratio['vectors', many]:.2f} of the farthest by Euclidean distance; in "
            f"noise without any structure from {ratio['noise', few]:.2f} to {ratio['noise', many]:.2f}."
        )


def _shape(table: list[Row]) -> Iterator[str]:
    for line in table:
        if line["metric"] == "euclidean" and line["intrinsic_dimension"] is not None:
            yield (
                f"In the {line['dimensions']:,} dimensions of the {line['space']} {line['rows']:,} rows vary as if "
                f"there were {line['intrinsic_dimension']:.1f} (TwoNN)."
            )
        if line["metric"] == "euclidean" and line["hubness"] is not None:
            yield (
                f"How often a row of the {line['space']} is among the {HUB_NEIGHBOURS} nearest of others has a skew of "
                f"{line['hubness']:.1f}: 0 is even, above 1 a few rows are neighbours of very many."
            )


_TEXT, _WHOLE, _REAL = "String", "Int64", "Float64"
_FIGURES = dict.fromkeys(("nearest_to_farthest", "contrast", "spread", "hubness"), _REAL)
_TABLE = {
    "space": _TEXT, "metric": _TEXT, "dimensions": _WHOLE, "rows": _WHOLE, **_FIGURES, "intrinsic_dimension": _REAL,
}  # fmt: skip
_GROWTH = {"dimensions": _WHOLE, "source": _TEXT, "rows": _WHOLE, **_FIGURES}
_CLUSTERINGS = {
    "space": _TEXT, "rows": _WHOLE, "clusters": _WHOLE, "noise": _WHOLE, "noise_share": _REAL, "rows_in_both": _WHOLE,
    "ari": _REAL, "silhouette_vectors": _REAL, "silhouette_layout": _REAL, "group": _TEXT, "ami": _REAL,
}  # fmt: skip


def _frame(rows: list[Row], columns: dict[str, str]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(rows, schema={name: getattr(pl, kind) for name, kind in columns.items()})
