"""Approximate nearest neighbours: search near cells only, then ask the neighbours of neighbours.

An inverted file (Sivic & Zisserman 2003; Jégou, Douze & Schmid 2011): rows are parted by k-means, each row is compared
with the rows of the cells nearest to it. What lies beyond the border of a cell is then found by way of neighbours that
list a row and that it lists, as in NN-descent (Dong, Moses & Li 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from triptych.kernels.neighbours import (
    BLOCK,
    F32,
    I32,
    Found,
    Lists,
    Products,
    in_spans,
    nearest_rows,
    products_of,
    rank,
    share_out,
)

__all__ = ["approximate_rows", "cell_centres"]

#: Rows that k-means looks at for each cell, and how often.
SAMPLE, ROUNDS = 32, 4
#: Longest side of a tile.
TILE = 512


def cell_centres(vectors: F32, cells: int, *, seed: int, threads: int) -> F32:
    """Return centres of cells: k-means on a sample (Lloyd 1982).

    Parameters
    ----------
    vectors
        float32 (n, d).
    cells
        From 1 to n.
    seed
        Of the sample and of the first centres.
    threads
        How many threads to use; never changes the result.

    Returns
    -------
    numpy.ndarray
        float32 (cells, d).
    """
    sample = np.random.default_rng(seed).permutation(len(vectors))[: SAMPLE * cells]
    centres = vectors[sample[:cells]].copy()
    rows = vectors[np.sort(sample)]
    for _ in range(ROUNDS):
        nearest = nearest_rows(centres, rows, 1, threads=threads).indices[:, 0]
        order = np.argsort(nearest, kind="stable")
        held, first = np.unique(nearest[order], return_index=True)
        sums = np.add.reduceat(rows[order], first, axis=0, dtype=np.float64)
        centres[held] = sums / np.diff([*first, len(rows)])[:, None]
    return centres


def approximate_rows(
    vectors: F32, k: int, *, cell_size: int, probes: int, rounds: int, seed: int, threads: int
) -> Found:
    """Return about the k rows nearest to each row, itself among them.

    Parameters
    ----------
    vectors
        float32 (n, d).
    k
        From 1 to n.
    cell_size
        Mean rows of a cell.
    probes
        Cells that a row is compared with.
    rounds
        How often neighbours of neighbours are asked.
    seed
        Of the cells.
    threads
        How many threads to use; never changes the result.
    """
    n = len(vectors)
    cells = max(1, n // cell_size)
    centres = cell_centres(vectors, cells, seed=seed, threads=threads)
    near = nearest_rows(centres, vectors, min(probes, cells), threads=threads).indices
    places = _Places.of(near[:, 0], cells)
    filled = np.zeros((len(places.row), vectors.shape[1]), dtype=np.float32)
    filled[places.of_row] = vectors
    found = _probe(filled, places, near, k, threads)
    for _ in range(rounds):
        found = _explore(filled, found, threads)
    return _by_row(vectors, found, places, threads)


@dataclass(frozen=True)
class _Places:
    """Where rows stand when they are ordered by cell, each cell filled up to whole blocks.

    Attributes
    ----------
    begin
        int (cells + 1): where each cell begins.
    row
        int32 (places,): the row at each place, -1 where filled up.
    of_row
        int (n,): the place of each row.
    """

    begin: npt.NDArray[np.int64]
    row: I32
    of_row: npt.NDArray[np.int64]

    @classmethod
    def of(cls, cell: I32, cells: int) -> _Places:
        sizes = np.bincount(cell, minlength=cells)
        begin = np.concatenate([[0], np.cumsum(-(-sizes // BLOCK) * BLOCK)])
        order = np.argsort(cell, kind="stable")
        of_row = np.empty(len(cell), dtype=np.int64)
        of_row[order] = np.arange(len(cell)) + np.repeat(begin[:-1] - np.cumsum(sizes) + sizes, sizes)
        row = np.full(begin[-1], -1, dtype=np.int32)
        row[of_row] = np.arange(len(cell), dtype=np.int32)
        return cls(begin, row, of_row)


def _probe(filled: F32, places: _Places, near: I32, k: int, threads: int) -> Found:
    """Compare every row with the cells nearest to it.

    In one round every row is compared with one cell, so that no two cells ever want the same list.
    """
    products = products_of(filled, filled)
    products.minus[places.row < 0] = np.inf
    lists = Lists(len(filled), min(2 * k + 16, len(filled)))
    cells = len(places.begin) - 1
    for probe in near.T:
        order = np.argsort(probe, kind="stable")
        who = np.split(places.of_row[order], np.searchsorted(probe[order], np.arange(1, cells)))

        def search(cell: int, who: list[npt.NDArray[np.int64]] = who) -> None:
            for start in range(0, len(who[cell]), TILE):
                _compare(products, lists, who[cell][start : start + TILE], places.begin[cell], places.begin[cell + 1])

        share_out(search, range(cells), threads)
    lists.index[np.isneginf(lists.score)] = np.iinfo(np.int32).max
    return rank(filled, filled, lists.index, k, threads=threads)


def _compare(products: Products, lists: Lists, who: npt.NDArray[np.int64], begin: int, end: int) -> None:
    """Offer the rows of a cell to the lists of some rows."""
    block = np.pad(who, (0, -len(who) % BLOCK), mode="edge")
    mine = lists.of(block)
    for start in range(begin, end, TILE):
        columns = slice(start, min(start + TILE, end))
        mine.offer(slice(None), products.of(block, columns), products.minus[columns], start, by_column=False)
    lists.take(who, mine)


def _explore(vectors: F32, found: Found, threads: int) -> Found:
    """Ask the neighbours of each row, and as many that list it, for theirs."""
    from triptych.kernels import _native

    n, k = found.indices.shape
    known = np.where(np.isfinite(found.distances), found.indices, np.arange(n, dtype=np.int32)[:, None])
    begin, backward = _listed_by(known)
    better = Found(np.empty_like(found.indices), np.empty_like(found.distances))

    def some(rows: slice) -> None:
        _native.explore(
            vectors, known, begin, backward, np.full(n, -1, dtype=np.int32),
            better.indices[rows], better.distances[rows], *vectors.shape, k, rows.start, rows.stop,
        )  # fmt: skip

    share_out(some, in_spans(n, 16_384), threads)
    return better


def _listed_by(known: I32) -> tuple[I32, I32]:
    """Return the first k rows that list each row: where they begin, and which."""
    n, k = known.shape
    order = np.argsort(known, axis=None, kind="stable")
    listed = known.ravel()[order]
    first = np.searchsorted(listed, np.arange(n))
    kept = np.arange(n * k) - first[listed] < k
    begin = np.concatenate([[0], np.cumsum(np.bincount(listed[kept], minlength=n))])
    return begin.astype(np.int32), (order[kept] // k).astype(np.int32)


def _by_row(vectors: F32, found: Found, places: _Places, threads: int) -> Found:
    """Turn places into rows again; a row that met too few others is compared with all."""
    distances = found.distances[places.of_row]
    whole = np.isfinite(distances).all(axis=1)
    indices = np.full(distances.shape, -1, dtype=np.int32)
    indices[whole] = places.row[found.indices[places.of_row[whole]]]
    if not whole.all():
        rest = nearest_rows(vectors, vectors[~whole], distances.shape[1], threads=threads)
        indices[~whole], distances[~whole] = rest.indices, rest.distances
    order = np.lexsort((indices, distances), axis=1)
    return Found(np.take_along_axis(indices, order, axis=1), np.take_along_axis(distances, order, axis=1))
