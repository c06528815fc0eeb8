"""What titles tell of the topics that they stand for, beside what titles dealt out at random would tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "MEMBERS",
    "Match",
    "Score",
    "commoner_inside",
    "find_intruders",
    "grounded_shares",
    "match_documents",
    "repeated",
    "similarities",
]

#: Members that an intruder is put among.
MEMBERS = 4
#: Places to which similarities are rounded, so that equal titles are equally near.
PLACES = 6

Bool = npt.NDArray[np.bool_]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Score:
    """A mean over topics, each counting once.

    Attributes
    ----------
    value
        0 to 1.
    chance
        What titles get on average that are dealt out at random among the topics.
    p_value
        One-sided, (1 + deals that score at least as high) / (1 + deals).
    topics
        float64 (k,): the score of each topic, NaN where it has no document to be asked with.
    """

    value: float
    chance: float
    p_value: float
    topics: F64


@dataclass(frozen=True)
class Match:
    """How well documents find the title of their own topic.

    Attributes
    ----------
    first
        The share of documents that are nearer to it than to any other; of so many titles equally near, that share.
    reciprocal_rank
        The mean of 1 / its place among all titles by nearness (Voorhees 1999), equal ones sharing the mean place.
    ranks
        float64 (k,): the mean place for the documents of each topic, 1 is the nearest; NaN where it has none.
    """

    first: Score
    reciprocal_rank: Score
    ranks: F64


def similarities(titles: F32, documents: F32) -> F64:
    """Return the cosine of every document and title, float64 (m, k).

    Parameters
    ----------
    titles
        float32 (k, d), finite.
    documents
        float32 (m, d), finite.
    """
    found: F64 = (_directions(documents) @ _directions(titles).T).round(PLACES)
    return found


def match_documents(cosines: F64, topics: I64, *, deals: int, seed: int) -> Match | None:
    """Match documents with titles, of which one is that of their own topic.

    Parameters
    ----------
    cosines
        float64 (m, k), of :func:`similarities`.
    topics
        int64 (m,): the topic of each document, 0…k-1.
    deals
        How often the titles are dealt out anew.
    seed
        Of the deals.

    Returns
    -------
    Match or None
        None where there are fewer than two titles, or no document.
    """
    from scipy.stats import rankdata

    m, k = cosines.shape
    if k < 2 or not m:
        return None
    places = rankdata(-cosines, axis=1)
    nearest = cosines == cosines.max(axis=1, keepdims=True)
    of_all = _by_topic(places, topics)
    return Match(
        first=_score(_by_topic(nearest / nearest.sum(axis=1, keepdims=True), topics), deals, seed),
        reciprocal_rank=_score(_by_topic(1 / places, topics), deals, seed),
        ranks=np.diagonal(of_all).copy(),
    )


def find_intruders(cosines: F64, topics: I64, *, rounds: int, deals: int, seed: int) -> Score | None:
    """Tell by the title which of five documents is no member: the one that is farthest from it.

    After the intruder tests of Chang et al. (2009, "Reading tea leaves: how humans interpret topic models"), with the
    title as the judge. Chance is not a fifth: to any title at all an intruder is nearer, or farther, than four
    documents that are alike; so it is measured with titles of other topics.

    Parameters
    ----------
    cosines
        float64 (m, k), of :func:`similarities`.
    topics
        int64 (m,): the topic of each document, 0…k-1.
    rounds
        How often each topic with four documents or more is asked.
    deals
        How often the titles are dealt out anew.
    seed
        Of the draws and the deals.

    Returns
    -------
    Score or None
        None where no topic has four documents, or there is but one.
    """
    k = cosines.shape[1]
    random = np.random.default_rng(seed)
    hits = np.full((k, k), np.nan)
    for topic in range(k):
        own, others = np.flatnonzero(topics == topic), np.flatnonzero(topics != topic)
        if len(own) < MEMBERS or not len(others):
            continue
        members = own[random.random((rounds, len(own))).argsort(axis=1)[:, :MEMBERS]]
        intruders = random.choice(others, rounds)
        hits[topic] = (cosines[intruders] < cosines[members].min(axis=1)).mean(axis=0)
    return _score(hits, deals, seed) if k > 1 and np.isfinite(hits).any() else None


def commoner_inside(rows: I64, words: I64, labels: I32, *, distinct: int) -> Bool:
    """Tell which words stand in a larger share of a topic's documents than of all others.

    Parameters
    ----------
    rows, words
        int64 (p,): which document holds which word, each pair once.
    labels
        int32 (n,): the topic of each document, 0…k-1, -1 for none.
    distinct
        How many words there are.

    Returns
    -------
    numpy.ndarray
        bool (k, distinct).
    """
    sizes = np.bincount(labels + 1)[1:]
    k, n = len(sizes), len(labels)
    inside = labels[rows] >= 0
    cells = labels[rows[inside]].astype(np.int64) * distinct + words[inside]
    held = np.bincount(cells, minlength=k * distinct).reshape(k, distinct)
    elsewhere = np.bincount(words, minlength=distinct) - held
    # Compared as products, so that nothing is divided by 0: where there is no elsewhere, to be there is enough.
    found: Bool = held * np.maximum(n - sizes, 1)[:, None] > elsewhere * sizes[:, None]
    return found


def grounded_shares(said: Sequence[Collection[str]], known: Sequence[Collection[str]]) -> F64:
    """Return the share of the words of each title that are known of its topic, float64 (k,).

    NaN for a title without a word.
    """
    shares = [
        len(set(words) & set(of_topic)) / len(set(words)) if words else np.nan
        for words, of_topic in zip(said, known, strict=True)
    ]
    return np.array(shares, dtype=np.float64)


def repeated(titles: Sequence[str]) -> Bool:
    """Tell which titles stand elsewhere in the list too, whatever their capitals: bool (k,)."""
    folded = [title.casefold() for title in titles]
    _, which, counts = np.unique(np.array(folded, dtype=np.str_), return_inverse=True, return_counts=True)
    found: Bool = counts[which] > 1
    return found


def _directions(vectors: F32) -> F64:
    """Return vectors at unit length; in double precision, in which the order of a sum is lost in the rounding."""
    rows = vectors.astype(np.float64)
    directions: F64 = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return directions


def _by_topic(values: F64, topics: I64) -> F64:
    """Return the mean of the lines of each topic, float64 (k, k), NaN where it has none."""
    k = values.shape[1]
    sizes = np.bincount(topics, minlength=k)[:, None]
    order = np.argsort(topics, kind="stable")
    present = np.flatnonzero(sizes)
    sums = np.zeros((k, k))
    starts = np.searchsorted(topics[order], present)
    sums[present] = np.add.reduceat(values[order], starts, axis=0)
    means: F64 = np.divide(sums, sizes, out=np.full((k, k), np.nan), where=sizes > 0)
    return means


def _score(means: F64, deals: int, seed: int) -> Score:
    """Score titles: ``means[i, j]`` is what topic i scores under the title of topic j."""
    random = np.random.default_rng(seed)
    asked = np.flatnonzero(np.isfinite(means[:, 0]))
    own = means[asked, asked].mean()
    dealt = np.array([means[asked, random.permutation(len(means))[asked]].mean() for _ in range(deals)])
    # Sums in another order differ in the last bits: that is still a tie.
    as_high = int((dealt >= own - 1e-12).sum())
    return Score(
        value=float(own), chance=float(means[asked].mean()), p_value=(1 + as_high) / (1 + deals),
        topics=np.diagonal(means).copy(),
    )  # fmt: skip
