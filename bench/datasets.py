"""The real data sets of the benchmarks: unit vectors, the known class of each row, and the exact neighbours.

Each lies in a folder of its own: ``vectors.npy`` float32 (n, 384), ``classes.npy`` int32 (n,), ``indices.npy`` int32
and ``distances.npy`` float32 (n, 15), cosine, a row not among its own. Both sides start from these files.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.corpus import fetch_lists

NAMES = ("emoji", "wordnet", "debian")
WORDNET_ROWS = 15_000
DEBIAN_ROWS = 45_000
K = 15

F32 = npt.NDArray[np.float32]


def prepare(name: str, work: Path, rows: int | None = None) -> Path:
    """Make the files of a data set unless they are there; ``rows`` samples one that is larger. Return the folder."""
    folder = work / "quality" / (name if rows is None else f"{name}-{rows}")
    if (folder / "distances.npy").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    if rows is not None:
        vectors, classes = (np.load(prepare(name, work) / f"{part}.npy") for part in ("vectors", "classes"))
        chosen = np.sort(np.random.default_rng(0).permutation(len(vectors))[:rows])
        vectors, classes = vectors[chosen], classes[chosen]
    else:
        vectors, classes = {"emoji": emoji, "wordnet": wordnet, "debian": debian}[name](work)
    np.save(folder / "vectors.npy", vectors)
    np.save(folder / "classes.npy", classes)
    indices, distances = neighbours(vectors)
    np.save(folder / "indices.npy", indices)
    np.save(folder / "distances.npy", distances)
    return folder


def emoji(_work: Path) -> tuple[F32, npt.NDArray[np.int32]]:
    """Return the emoji of the demo, described by name and tags; classes: their 9 groups."""
    from triptych.sources.demo import ROLES, demo_path

    return encoded(demo_path(), ROLES, "group")


def wordnet(work: Path) -> tuple[F32, npt.NDArray[np.int32]]:
    """Return a sample of the glosses of WordNet's nouns; classes: their lexicographer files, 26 broad subjects."""
    import polars as pl

    import triptych as tp

    frame = pl.DataFrame(list(glosses(work)), schema=["gloss", "subject"], orient="row")
    frame = frame.unique("gloss", keep="first", maintain_order=True).sample(WORDNET_ROWS, seed=0, shuffle=True)
    return encoded(frame, tp.Roles(text="gloss", group=("subject",)), "subject")


def glosses(work: Path) -> Iterator[tuple[str, str]]:
    """Yield the gloss and the number of the lexicographer file of every noun, from the Debian package of WordNet."""
    folder = work.resolve() / "wordnet"
    nouns = folder / "usr/share/wordnet/data.noun"
    if not nouns.exists():
        folder.mkdir(parents=True, exist_ok=True)
        lists = fetch_lists(work / "apt")
        subprocess.run(
            ["apt-get", "-o", f"Dir::State::Lists={lists}", "-qq", "download", "wordnet-base"], check=True, cwd=folder
        )
        subprocess.run(["dpkg-deb", "-x", *folder.glob("wordnet-base_*.deb"), folder], check=True)
    with nouns.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("  "):  # the licence
                data, _, gloss = line.partition(" | ")
                yield gloss.strip(), data.split(" ")[1]


def debian(work: Path) -> tuple[F32, npt.NDArray[np.int32]]:
    """Return the descriptions of the main benchmark; classes: the sections of the packages."""
    import polars as pl

    corpus, vectors = debian_files(work)
    return np.load(vectors), coded(pl.read_parquet(corpus)["section"])


def debian_files(work: Path) -> tuple[Path, Path]:
    """Return the table and the vectors of the main benchmark; both are made unless they are there."""
    corpus, vectors = work / f"corpus-{DEBIAN_ROWS}.parquet", work / f"vectors-{DEBIAN_ROWS}.npy"
    python = (sys.executable, "-m")
    subprocess.run([*python, "bench.corpus", "--n", str(DEBIAN_ROWS), "--work", work], check=True)
    if not vectors.exists():
        saved = work / f"encode-{DEBIAN_ROWS}.json"
        files = ("--corpus", corpus, "--vectors", vectors, "--save", saved)
        subprocess.run([*python, "bench.ours", "--encode", *files], check=True)
    return corpus, vectors


def grown(work: Path, n: int) -> tuple[Path, Path]:
    """Return a table and vectors of n rows made from the main benchmark's: its first rows, or all and mixtures.

    A mixture lies between a row and one of its neighbours, with noise of 0.01 in each dimension, at unit length; its
    text is that of the row.
    """
    import polars as pl

    folder = work / "growth"
    corpus, vectors = folder / f"corpus-{n}.parquet", folder / f"vectors-{n}.npy"
    if vectors.exists():
        return corpus, vectors
    folder.mkdir(parents=True, exist_ok=True)
    table, first = debian_files(work)
    frame, points = pl.read_parquet(table), np.load(first)
    rng = np.random.default_rng(0)
    more = max(n - len(points), 0)
    rows = rng.integers(len(points), size=more)
    if more:
        near = np.load(prepare("debian", work) / "indices.npy")[rows, rng.integers(K, size=more)]
        share = rng.random((more, 1), dtype=np.float32)
        mixed = share * points[rows] + (1 - share) * points[near]
        mixed += 0.01 * rng.standard_normal(mixed.shape, dtype=np.float32)
        points = np.concatenate([points, mixed / np.linalg.norm(mixed, axis=1, keepdims=True)])
    pl.concat([frame, frame[rows]]).head(n).write_parquet(corpus)
    np.save(vectors, points[:n])
    return corpus, vectors


def encoded(source: Any, roles: Any, truth: str) -> tuple[F32, npt.NDArray[np.int32]]:
    """Encode the texts of a table; return vectors and the classes in one of its columns, of the rows with a text."""
    import triptych as tp

    atlas = tp.encode(tp.read(source, roles=roles))
    return atlas.vectors["minilm"].values, coded(atlas.kept[truth])


def coded(classes: Any) -> npt.NDArray[np.int32]:
    """Return the values of a column as numbers 0, 1, … in the order of the values."""
    codes: npt.NDArray[np.int32] = classes.rank("dense").to_numpy().astype(np.int32) - 1
    return codes


def neighbours(vectors: F32) -> tuple[npt.NDArray[np.int32], F32]:
    """Return the exact nearest neighbours of unit vectors, and their cosine distances."""
    from triptych.core.context import available_threads
    from triptych.core.registry import create
    from triptych.neighbours.base import Neighbours

    indices, distances = create("neighbours", "exact", Neighbours, {}).search(vectors, K, threads=available_threads())
    return indices, (distances**2 / 2).astype(np.float32)
