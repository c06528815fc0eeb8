"""Nearest neighbours: blocked products with the selection of the best fused in, then exact distances.

Products of 8-bit copies choose candidates where the processor multiplies bytes fast, products in single precision
elsewhere. The distances of the candidates are then computed again from the differences of the vectors, in one fixed
order of summation. What rounding to 8 bits may have hidden is bounded for every row; the few rows for which the bound
does not prove the candidates to be all are searched in single precision.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock, local
from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["Found", "mutual_rows", "nearest_rows", "rank"]

#: Below so many dimensions rounding to 8 bits hides more than it saves.
MANY_DIMENSIONS = 64
#: Rows of a tile are filled up to a multiple of this.
BLOCK = 32

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Rows = slice | npt.NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True)
class Found:
    """The nearest rows of m queries.

    Attributes
    ----------
    indices
        int32 (m, k), nearest first, equally far ones by row.
    distances
        float32 (m, k), Euclidean.
    """

    indices: I32
    distances: F32


class Lists:
    """Heaps of the best rows found so far for each of m rows, the worst in front.

    The order in which scores are offered makes no difference to what is in them.
    """

    def __init__(self, m: int, width: int) -> None:
        self.score = np.full((m, width), -np.inf, dtype=np.float32)
        self.index = np.full((m, width), np.iinfo(np.int32).max, dtype=np.int32)

    def offer(self, lists: slice, scores: F32, minus: F32, first: int, *, by_column: bool) -> None:
        """Offer a tile of scores to the lists of its rows, or columns; ``first`` is the row of the first other."""
        from triptych.kernels import _native

        width = self.score.shape[1]
        _native.keep_best(scores, minus, self.score[lists], self.index[lists], *scores.shape, first, width, by_column)

    def of(self, rows: npt.NDArray[np.int64]) -> Lists:
        """Return a copy of some lists."""
        some = Lists(0, self.score.shape[1])
        some.score, some.index = self.score[rows], self.index[rows]
        return some

    def take(self, rows: npt.NDArray[np.int64], lists: Lists) -> None:
        """Replace some lists by the first of others."""
        self.score[rows], self.index[rows] = lists.score[: len(rows)], lists.index[: len(rows)]


class Products(ABC):
    """Products of queries x and vectors y, tile by tile: x·y - minus(y) orders vectors as their distance to x does.

    Attributes
    ----------
    tile
        Rows of a tile: its scores stay in the cache while the best are taken out.
    rows, columns
        Queries and vectors, with what fills up the last block.
    minus
        float32 (columns,): half the squared length, less what rounding may hide; infinite where filled up.
    """

    tile: int
    rows: int
    columns: int
    minus: F32

    @abstractmethod
    def of(self, rows: Rows, columns: slice) -> F32:
        """Return the products of a tile, in a buffer of the calling thread that its next call reuses."""

    @abstractmethod
    def beyond(self, last: F32) -> F32:
        """Return the least squared distance to each query that a vector of a lower score than its list may have."""

    def tiles(self, count: int) -> list[slice]:
        """Cut rows or columns into tiles."""
        return in_spans(count, self.tile)


class FloatProducts(Products):
    """Products in single precision, by BLAS."""

    tile = 1024

    def __init__(self, vectors: F32, queries: F32) -> None:
        self.rows, self.columns = len(queries), len(vectors)
        self.minus = _half_squares(vectors)
        self._queries, self._vectors, self._buffer = queries, vectors, _Buffer()

    def of(self, rows: Rows, columns: slice) -> F32:
        """Return the products of a tile."""
        mine = self._queries[rows]
        return np.matmul(mine, self._vectors[columns].T, out=self._buffer.of(len(mine), columns.stop - columns.start))

    def beyond(self, last: F32) -> F32:
        """Return infinity: what rounding in single precision hides is not counted."""
        return np.full(len(last), np.inf, dtype=np.float32)


class ByteProducts(Products):
    """Products of vectors rounded to 8 bits, each by its own scale.

    With x = x̂ + r, a product differs from that of the rounded vectors by at most |x̂| |r_y| + |r_x| |y|. The first term
    is added to every score, the second is counted by :meth:`beyond`.
    """

    tile = 512

    def __init__(self, vectors: F32, queries: F32) -> None:
        centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._mine = _Bytes.of(queries, centre)
        self._theirs = self._mine if queries is vectors else _Bytes.of(vectors, centre)
        self._packed = packed_columns(self._theirs.values)
        self.rows, self.columns = len(self._mine.values), len(self._theirs.values)
        self.minus = self._theirs.half - self._mine.length.max() * self._theirs.residue
        self._buffer = _Buffer()

    def of(self, rows: Rows, columns: slice) -> F32:
        """Return the products of a tile."""
        from triptych.kernels import _native

        mine, theirs, values = self._mine, self._theirs, self._mine.values[rows]
        scores = self._buffer.of(len(values), columns.stop - columns.start)
        packed = self._packed[columns.start // 16 : columns.stop // 16]
        _native.byte_products(
            values, mine.less[rows], mine.scale[rows], packed, theirs.scale[columns], scores,
            *scores.shape, values.shape[1],
        )  # fmt: skip
        return scores

    def beyond(self, last: F32) -> F32:
        """Return the least squared distance that rounding allows, less what single precision may hide."""
        m, longest = len(last), (self._theirs.length + self._theirs.residue).max()
        half, residue = self._mine.half[:m], self._mine.residue[:m]
        least: F32 = 2 * (half - last - residue * longest) - np.float32(1e-5) * (half + longest * longest)
        return least


@dataclass(frozen=True)
class _Bytes:
    """Vectors rounded to 8 bits, filled up with zeros to whole blocks of rows and of four dimensions.

    Attributes
    ----------
    values, scale
        int8 (n, d) and float32 (n,): a row is about its values times its scale.
    less
        int32 (n,): 128 times the sum of a row's values.
    length, residue, half
        float32 (n,): of the rounded row, of what rounding took away, and half the squared length of the row; that is
        infinite where filled up.
    """

    values: npt.NDArray[np.int8]
    scale: F32
    less: I32
    length: F32
    residue: F32
    half: F32

    @classmethod
    def of(cls, vectors: F32, centre: F32) -> _Bytes:
        """Round vectors, less a centre: distances do not change by it, products become smaller."""
        n, d = vectors.shape
        rows = -(-n // BLOCK) * BLOCK
        values = np.zeros((rows, -(-d // 4) * 4), dtype=np.int8)
        scale, length, residue = (np.zeros(rows, dtype=np.float32) for _ in range(3))
        half = np.full(rows, np.inf, dtype=np.float32)
        for start in range(0, n, 4096):
            some = slice(start, min(start + 4096, n))
            gap = vectors[some] - centre
            scale[some] = np.abs(gap).max(axis=1) / 127
            step = np.where(scale[some] > 0, scale[some], 1)[:, None]
            whole = np.rint(gap / step)
            values[some, :d] = whole
            whole *= step
            length[some], half[some] = np.sqrt(2 * _half_squares(whole)), _half_squares(gap)
            residue[some] = np.sqrt(2 * _half_squares(gap - whole))
        less = 128 * values.sum(axis=1, dtype=np.int32)
        return cls(values, scale, less, length, residue, half)


def packed_columns(values: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Return rows (n, d) of signed bytes as the columns that the compiled products take: (n / 16, d / 4, 16, 4)."""
    n, d = values.shape
    blocks = values.reshape(n // 16, 16, d // 4, 4).transpose(0, 2, 1, 3)
    # They are to be unsigned: flipping the highest bit adds 128.
    return np.ascontiguousarray(blocks).view(np.uint8) ^ np.uint8(128)


class _Buffer(local):
    """Room for one tile of scores in each thread."""

    def __init__(self) -> None:
        self._room = np.empty(0, dtype=np.float32)

    def of(self, rows: int, columns: int) -> F32:
        if self._room.size < rows * columns:
            self._room = np.empty(rows * columns, dtype=np.float32)
        return self._room[: rows * columns].reshape(rows, columns)


def nearest_rows(vectors: F32, queries: F32, k: int, *, threads: int) -> Found:
    """Return the k vectors nearest to each query by Euclidean distance.

    Of vectors that are equally far to seven digits at the end of a list, either may be left out.

    Parameters
    ----------
    vectors
        float32 (n, d).
    queries
        float32 (m, d).
    k
        From 1 to n.
    threads
        How many threads to use; never changes the result: tiles are the same, each product runs on one thread.
    """
    return _search(vectors, queries, k, _one_way, threads)


def mutual_rows(vectors: F32, k: int, *, threads: int) -> Found:
    """Return the k rows nearest to each row, itself among them: half the products of :func:`nearest_rows`."""
    return _search(vectors, vectors, k, _both_ways, threads)


def _search(vectors: F32, queries: F32, k: int, offer: Callable[[Products, Lists, int], None], threads: int) -> Found:
    same = queries is vectors
    vectors = np.ascontiguousarray(vectors)
    queries = vectors if same else np.ascontiguousarray(queries)
    products = products_of(vectors, queries)
    width = min(2 * k + 16, len(vectors))
    lists = Lists(products.rows, width)
    offer(products, lists, threads)
    found = rank(vectors, queries, lists.index[: len(queries)], k, threads=threads)
    if width == len(vectors):
        return found
    unsure = np.flatnonzero(found.distances[:, -1] ** 2 > products.beyond(lists.score[: len(queries), 0]))
    if len(unsure):
        again = FloatProducts(vectors, queries[unsure])
        lists = Lists(again.rows, width)
        _one_way(again, lists, threads)
        sure = rank(vectors, queries[unsure], lists.index, k, threads=threads)
        found.indices[unsure], found.distances[unsure] = sure.indices, sure.distances
    return found


def products_of(vectors: F32, queries: F32) -> Products:
    """Return the products that are fastest here."""
    from triptych.kernels import _native

    many = vectors.shape[1] >= MANY_DIMENSIONS
    return ByteProducts(vectors, queries) if many and _native.has_byte_products() else FloatProducts(vectors, queries)


def _one_way(products: Products, lists: Lists, threads: int) -> None:
    """Offer every tile to the lists of its rows."""

    def search(rows: slice) -> None:
        for columns in products.tiles(products.columns):
            lists.offer(rows, products.of(rows, columns), products.minus[columns], columns.start, by_column=False)

    share_out(search, products.tiles(products.rows), threads)


def _both_ways(products: Products, lists: Lists, threads: int) -> None:
    """Offer every tile of one triangle to the lists of its rows and of its columns; queries are the vectors."""
    tiles = products.tiles(products.rows)
    locks = [Lock() for _ in tiles]

    def search(pair: tuple[int, int]) -> None:
        i, j = pair
        rows, columns = tiles[i], tiles[j]
        scores = products.of(rows, columns)
        with locks[i]:
            lists.offer(rows, scores, products.minus[columns], columns.start, by_column=False)
        if i != j:
            with locks[j]:
                lists.offer(columns, scores, products.minus[rows], rows.start, by_column=True)

    # Along the diagonals: tiles that follow each other share no rows, and seldom wait.
    share_out(search, [(i, i + apart) for apart in range(len(tiles)) for i in range(len(tiles) - apart)], threads)


def rank(vectors: F32, queries: F32, candidates: I32, k: int, *, threads: int) -> Found:
    """Return the k nearest of each query's candidates by exact distance.

    Parameters
    ----------
    vectors, queries
        float32 (n, d) and (m, d).
    candidates
        int32 (m, w): rows of the vectors, none twice in a list; beyond n where a list is not full.
    k
        From 1 to w.
    threads
        How many threads to use; never changes the result.
    """
    from triptych.kernels import _native

    m = len(queries)
    found = Found(np.empty((m, k), dtype=np.int32), np.empty((m, k), dtype=np.float32))

    def some(rows: slice) -> None:
        _native.rank_candidates(
            vectors, queries[rows], candidates[rows], found.indices[rows], found.distances[rows],
            *vectors.shape, rows.stop - rows.start, candidates.shape[1], k,
        )  # fmt: skip

    share_out(some, in_spans(m, 1024), threads)
    return found


def _half_squares(vectors: F32) -> F32:
    halves: F32 = (np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64) / 2).astype(np.float32)
    return halves


def in_spans(count: int, length: int) -> list[slice]:
    """Cut a range into spans."""
    return [slice(start, min(start + length, count)) for start in range(0, count, length)]


def share_out(work: Callable[[T], None], parts: Iterable[T], threads: int) -> None:
    """Do work part by part in several threads."""
    from threadpoolctl import threadpool_limits

    # One thread a product: how several share its sums out would show in the last bits.
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, parts):
            pass
