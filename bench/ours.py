"""Our road on the same texts and vectors, verb by verb: our defaults, and the tutorial's cluster size and min_dist."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.stopwatch import Stopwatch, save

SEED = 42


def encode(corpus: Path, vectors: Path, saved: Path) -> None:
    """Encode every text once, timed; both sides start from these vectors."""
    import polars as pl

    import triptych as tp

    watch = Stopwatch()
    frame = pl.read_parquet(corpus)
    roles = tp.Roles(text="text", title="package", group=("section",))
    atlas = tp.read(frame, roles=roles, seed=SEED)
    with watch.lap("encode"):
        atlas = tp.encode(atlas)
    np.save(vectors, atlas.vectors["minilm"].values)
    save(saved, [watch], rows=frame.height)


def one_pass(
    options: argparse.Namespace, vectors: npt.NDArray[np.float32] | None, rows: int | None = None
) -> Stopwatch:
    """Walk the road to the page, from the vectors or, without them, the texts; ``rows`` takes the first ones only."""
    watch = Stopwatch()
    with watch.lap("import triptych"):
        import polars as pl

        import triptych as tp
    size = options.min_cluster_size
    with watch.lap("read"):
        roles = tp.Roles(text="text", title="package", group=("section",))
        frame = pl.read_parquet(options.corpus, n_rows=rows)
        if vectors is None:
            atlas = tp.read(frame, roles=roles, seed=SEED)
        else:
            atlas = tp.read(vectors[:rows], metadata=frame, roles=roles, seed=SEED)
    if vectors is None:
        with watch.lap("encode"):
            atlas = tp.encode(atlas, options.encoder, name="given")
    with watch.lap("relate"):
        atlas = tp.relate(atlas, *options.method)
    with watch.lap("umap 5-d"):
        atlas = tp.reduce(atlas, n_components=5, min_dist=0.0, n_epochs=options.n_epochs)
    with watch.lap("hdbscan"):
        atlas = tp.cluster(atlas, on="umap5", min_cluster_size=size)
    if size is not None:
        with watch.lap("hdbscan as theirs"):
            # Not on our road: the tutorial leaves min_samples at its library's default, which is min_cluster_size,
            # the point itself not counted.
            tp.cluster(atlas, on="umap5", min_cluster_size=size, min_samples=size + 1)
    with watch.lap("umap 2-d"):
        atlas = tp.reduce(atlas, n_components=2, min_dist=0.0, n_epochs=options.n_epochs)
    with watch.lap("nest"):
        atlas = tp.nest(atlas)
    with watch.lap("describe"):
        atlas = tp.describe(atlas, diversity=0.2)
    with watch.lap("label"):
        atlas = tp.label(atlas)
    with watch.lap("audit"):
        atlas = tp.audit(tp.audit(atlas, "agreement"), "data")
    with watch.lap("draw"):
        tp.draw(atlas, options.out / "ours.html", title="Debian packages")
    made = {
        "labels": atlas.clusterings["hdbscan"].labels,
        "layout": atlas.layouts["umap2"].values,
        "indices": atlas.graphs["given"].indices,
        "distances": atlas.graphs["given"].distances,
    }
    for what, values in made.items():
        np.save(options.out / f"{options.encoder or 'ours'}-{what}.npy", values)
    return watch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, help="to start from; the texts unless given")
    parser.add_argument("--save", type=Path, required=True)
    parser.add_argument("--encode", action="store_true", help="only make the vectors")
    parser.add_argument("--encoder", help="of the texts, where no vectors are given")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--min-cluster-size", type=int, help="the tutorial's; ours unless given")
    parser.add_argument("--method", nargs=1, default=[], help="of the search for neighbours; the stage's unless given")
    parser.add_argument("--n-epochs", type=int, help="of both layouts; ours by the number of rows unless given")
    parser.add_argument("--passes", type=int, default=2)
    parser.add_argument("--warm", type=int, default=0, help="walk so many rows first, so that no pass is cold")
    options = parser.parse_args()
    if options.encode:
        encode(options.corpus, options.vectors, options.save)
        return
    vectors = np.load(options.vectors) if options.vectors else None
    if options.warm:
        one_pass(options, vectors, options.warm)
    save(options.save, [one_pass(options, vectors) for _ in range(options.passes)])


if __name__ == "__main__":
    main()
