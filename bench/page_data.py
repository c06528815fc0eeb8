"""What the page benchmark draws: real rows with two levels of titles, and a million random points in clusters.

A table has a row a point: ``x``, ``y``, ``fine`` and ``coarse`` (titles, "" for noise), ``name``, ``text`` and
``characters``, the length of the text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.datasets import grown

if TYPE_CHECKING:
    import polars as pl

ROWS = 100_000
MANY = 1_000_000
#: Characters of a text on the card.
EXCERPT = 300


def real(work: Path, n: int = ROWS) -> Path:
    """Return the table of n rows of the growth benchmark, laid out, clustered and titled by us."""
    import polars as pl

    import triptych as tp

    table = work / "page" / f"rows-{n}.parquet"
    if table.exists():
        return table
    table.parent.mkdir(parents=True, exist_ok=True)
    corpus, vectors = grown(work, n)
    frame = pl.read_parquet(corpus)
    atlas = tp.run(np.load(vectors), metadata=frame, text="text", title="package")
    (tree,) = atlas.trees
    titles = {(topic.level, topic.cluster): title for topic, title, _ in atlas.titles(tree)}
    levels = atlas.trees[tree].levels
    chosen = {"fine": 0, "coarse": min(2, len(levels) - 1)}
    named = {
        name: [titles.get((level, int(cluster)), "") for cluster in levels[level]] for name, level in chosen.items()
    }
    x, y = atlas.layouts["umap2"].values.T
    kept = {"name": atlas.names, "text": [text[:EXCERPT] for text in atlas.documents]}
    made = pl.DataFrame({"x": x, "y": y, **named, **kept, "characters": [len(text) for text in atlas.documents]})
    made.write_parquet(table)
    return table


def many(work: Path, n: int = MANY) -> Path:
    """Return a table of n random points in 200 clusters of unequal size, a tenth of them noise, without texts."""
    import polars as pl

    table = work / "page" / f"random-{n}.parquet"
    if table.exists():
        return table
    table.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    clusters = 200
    fine = rng.choice(clusters, n, p=rng.dirichlet(np.ones(clusters)))
    middles, widths = rng.normal(0, 10, (clusters, 2)), rng.uniform(0.3, 1.2, clusters)
    xy = (middles[fine] + widths[fine, None] * rng.standard_normal((n, 2))).astype(np.float32)
    noise = rng.random(n) < 0.1
    xy[noise] = rng.uniform(xy.min(0), xy.max(0), (noise.sum(), 2))
    coarse = np.digitize(np.arctan2(*middles.T), np.linspace(-3.0, 3.0, 19))
    titles = {"fine": [f"Cluster {c}" for c in fine], "coarse": [f"Region {coarse[c]}" for c in fine]}
    made: pl.DataFrame = pl.DataFrame(
        {"x": xy[:, 0], "y": xy[:, 1], **titles, "name": [f"Point {i}" for i in range(n)], "noise": noise}
    )
    made = made.with_columns(pl.when("noise").then(pl.lit("")).otherwise(c).alias(c) for c in ("fine", "coarse"))
    made.drop("noise").with_columns(characters=pl.Series(rng.integers(20, 2000, n))).write_parquet(table)
    return table
