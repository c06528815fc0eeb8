"""Class-based TF-IDF: the words that a cluster uses more than the others do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.params import Choice, Flag, Integer, Limit
from triptych.core.words import stem
from triptych.describers._grams import Grams, count_grams, fragments
from triptych.describers.base import Describer, Documents, Keywords

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["ClassTfidf", "class_counts", "class_weights", "likeness_to", "paper_weights", "strongest"]


class ClassTfidf(Describer):
    """Weighs the words of each cluster by class-based TF-IDF.

    The weight of word x in cluster c is ``(tf(x, c) - t(x)) * log(1 + A / f(x))``: tf is its share of the
    words of the cluster, t its share of the words of all documents, f its count in all clusters, A the mean
    number of words in a cluster. The paper has t = 0; without that term the phrases that every document
    repeats come out on top where clusters are few and large. A phrase and the words in it do not both stand
    on the list. Without ``background`` the weights are those of the paper and words may overlap: t = 0, and the
    documents of no cluster are counted as one more.

    References
    ----------
    Grootendorst, M. (2022). BERTopic: Neural topic modeling with a class-based TF-IDF procedure.
    arXiv:2203.05794.
    """

    limits: ClassVar[Mapping[str, Limit]] = {
        "top": Integer(low=1, high=1000, help="words for each cluster"),
        "longest": Integer(low=1, high=5, help="most words in a phrase"),
        "min_df": Integer(low=1, optional=True, help="fewest documents with a word; empty: grows with the corpus"),
        "max_features": Integer(low=1, help="most words and phrases counted, the most frequent ones"),
        "stop_words": Choice(options=("english", "none"), help="words left out before phrases are formed"),
        "digits": Flag(help="whether plain numbers are words"),
        "background": Flag(
            help="weigh against all documents, let no two words overlap; off: the paper's weights alone"
        ),
    }

    def __init__(
        self,
        *,
        top: int = 10,
        longest: int = 2,
        min_df: int | None = None,
        max_features: int = 50_000,
        stop_words: str = "english",
        digits: bool = False,
        background: bool = True,
    ) -> None:
        self.top = top
        self.longest = longest
        self.min_df = min_df
        self.max_features = max_features
        self.stop_words = stop_words
        self.digits = digits
        self.background = background

    def describe(
        self,
        documents: Documents,
        partitions: Sequence[npt.NDArray[np.int32]],
        *,
        seed: int,
    ) -> list[list[Keywords]]:
        """Return the ``top`` words of each cluster of each partition, strongest first."""
        grams = count_grams(
            documents.texts,
            longest=self.longest,
            min_df=self.min_df,
            max_features=self.max_features,
            stop_words=self.stop_words == "english",
            digits=self.digits,
        )
        return describe_levels(grams, partitions, self.top, background=self.background)


def describe_levels(
    grams: Grams, partitions: Sequence[npt.NDArray[np.int32]], top: int, *, background: bool = True
) -> list[list[Keywords]]:
    """Return the strongest words of each cluster of each partition."""
    levels = []
    for counts in level_counts(grams.counts, partitions):
        weights = class_weights(counts, grams.counts) if background else paper_weights(counts, grams.counts)
        levels.append(
            [
                strongest(grams.names, counts, weights, cluster, top, overlaps=not background)
                for cluster in range(counts.shape[0])
            ]
        )
    return levels


def level_counts(counts: csr_array, partitions: Sequence[npt.NDArray[np.int32]]) -> Iterator[csr_array]:
    """Yield the :func:`class_counts` of each partition, from those before it where its clusters are unions of these."""
    fine, finer = np.arange(counts.shape[0], dtype=np.int32), counts
    for labels in partitions:
        inside = fine >= 0
        parents = np.full(finer.shape[0] + 1, -1, dtype=np.int32)  # the last is that of noise
        parents[fine[inside]] = labels[inside]
        nested = np.array_equal(parents[fine], labels)
        fine, finer = labels, class_counts(finer, parents[:-1]) if nested else class_counts(counts, labels)
        yield finer


def class_counts(counts: csr_array, labels: npt.NDArray[np.int32]) -> csr_array:
    """Sum the counts of the documents of each cluster.

    Parameters
    ----------
    counts
        (n, v) counts of each document.
    labels
        (n,) clusters, -1 for none; clusters are 0…k-1.

    Returns
    -------
    csr_array
        (k, v).
    """
    from scipy.sparse import csr_array

    members = np.flatnonzero(labels >= 0)
    clusters = int(labels.max(initial=-1)) + 1
    shape = (clusters, len(labels))
    onehot = csr_array((np.ones(len(members)), (labels[members], members)), shape=shape)
    return csr_array(onehot @ counts)


def class_weights(counts: csr_array, documents: csr_array) -> csr_array:
    """Return the weight of every word of every cluster, as :class:`ClassTfidf` defines it.

    Parameters
    ----------
    counts
        (k, v) counts of each cluster.
    documents
        (n, v) counts of all documents, noise included: the background that a word must stand out from.

    Returns
    -------
    csr_array
        (k, v); 0 for words that are no more frequent in the cluster than in all documents.
    """
    from scipy.sparse import csr_array

    clusters = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    size = np.asarray(counts.sum(axis=1)).clip(1)
    frequency = np.asarray(counts.sum(axis=0))
    usual = np.asarray(documents.sum(axis=0)) / max(float(documents.sum()), 1.0)
    if counts.shape[0] == 1:
        usual[:] = 0  # one cluster stands out from nothing
    excess = counts.data / size[clusters] - usual[counts.indices]
    weights = excess.clip(0) * np.log1p(size.sum() / max(len(size), 1) / frequency[counts.indices])
    return csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)


def paper_weights(counts: csr_array, documents: csr_array) -> csr_array:
    """Return the weight of every word of every cluster as the paper defines it.

    Parameters
    ----------
    counts
        (k, v) counts of each cluster.
    documents
        (n, v) counts of all documents; those of no cluster are one more.

    Returns
    -------
    csr_array
        (k, v), ``tf(x, c) * log(1 + A / f(x))``.
    """
    from scipy.sparse import csr_array

    size, total = np.asarray(counts.sum(axis=1)), float(documents.sum())
    clusters = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    mean = total / max(counts.shape[0] + (total > size.sum()), 1)
    frequency = np.asarray(documents.sum(axis=0))
    weights = counts.data / size[clusters] * np.log1p(mean / frequency[counts.indices])
    return csr_array((weights, counts.indices, counts.indptr), shape=counts.shape)


def likeness_to(
    query: str, texts: Sequence[str], partitions: Sequence[npt.NDArray[np.int32]]
) -> list[npt.NDArray[np.float64]]:
    """Return the cosine between a query, taken as one more cluster, and every cluster of each partition.

    Words and phrases with the same stems are the same.

    Parameters
    ----------
    query
        Any text.
    texts
        n documents.
    partitions
        One int32 (n,) array a level; -1 is noise.

    Returns
    -------
    list
        For each partition float64 (k,) in [0, 1]; 0 where the cluster has no word of the query.
    """
    grams, asked = count_grams(texts), count_grams([query], min_df=1)
    times = dict(zip(map(_stems, asked.names), asked.counts.sum(axis=0).tolist(), strict=True))
    wanted = np.array([times.get(_stems(name), 0.0) for name in grams.names])
    levels = []
    for counts in level_counts(grams.counts, partitions):
        weights, frequency = class_weights(counts, grams.counts), np.asarray(counts.sum(axis=0))
        words = wanted * np.log1p(frequency.sum() / max(counts.shape[0], 1) / frequency.clip(1))
        lengths = np.sqrt(np.asarray(weights.power(2).sum(axis=1)) * (words @ words))
        levels.append(np.asarray(weights @ words / np.where(lengths > 0, lengths, 1)))
    return levels


def _stems(name: str) -> tuple[str, ...]:
    return tuple(map(stem, name.split()))


def strongest(
    names: list[str], counts: csr_array, weights: csr_array, cluster: int, top: int, *, overlaps: bool = False
) -> Keywords:
    """Return the ``top`` words of a cluster, strongest first, no phrase beside its own words.

    A word that mostly occurs inside a phrase gives way to it; otherwise the stronger of two that share
    their stems is kept, unless they may overlap. Equal weights stand in the order of ``names``. ``weights`` are those
    of ``counts``, entry by entry.
    """
    span = slice(weights.indptr[cluster], weights.indptr[cluster + 1])
    columns, values, times = weights.indices[span], weights.data[span], counts.data[span]
    depth = min(4 * top, len(values))
    near = np.flatnonzero(values >= np.partition(values, -depth)[-depth]) if depth else np.zeros(0, dtype=np.intp)
    order = near[np.lexsort((columns[near], -values[near]))][:depth]
    order = order[values[order] > 0]
    found = zip(columns[order].tolist(), times[order].tolist(), values[order].tolist(), strict=True)
    pool = {names[column]: (count, weight) for column, count, weight in found}
    return tuple((name, pool[name][1]) for name in islice(pool if overlaps else _without_overlaps(pool), top))


def _without_overlaps(pool: dict[str, tuple[float, float]]) -> Iterator[str]:
    """Yield the names, without words that are mostly part of a phrase and phrases half said already."""
    absorbed = {
        part for phrase in pool for part in fragments(phrase) if part in pool and pool[phrase][0] >= 0.5 * pool[part][0]
    }
    said: set[str] = set()
    for name in pool:
        stems = {stem(word) for word in name.split()}
        if name not in absorbed and 2 * len(stems & said) < len(stems):
            said |= stems
            yield name
