"""A student of MiniLM: learns from a sample what each word of the corpus adds to a vector, and reads the rest alone.

The teacher encodes a sample of the texts; ridge regression learns the map from their TF-IDF to the teacher's vectors;
every text, the sample too, gets what this map makes of its words. No second network, and no window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit
from triptych.encoders._linear import LinearMap, by_hash, map_texts
from triptych.encoders._ridge import fit_ridge
from triptych.encoders._taught import mean_cosine, neighbours_kept, wordless_order
from triptych.encoders._tfidf import Terms
from triptych.encoders.base import Encoder, Encoding
from triptych.encoders.minilm import DIMENSIONS, MiniLM

__all__ = ["Lesson", "Student", "learn", "worth"]

#: Texts that the teacher encodes, unless given.
SAMPLE = 8_000
#: Words that the teacher encodes besides at most, and what each counts beside a text.
WORDS, WEIGHT = 3_000, 0.25
#: One in so many texts of the sample is held out.
HELD = 8
#: Penalties that are tried; rows have length 1.
STRENGTHS = (0.03, 0.1, 0.3, 1.0)
#: How many texts the student reads while its teacher reads one.
EFFORT = 80
#: Neighbours that are compared.
K = 15

#: What makes a student safe to use instead of its teacher: fewer texts prove little, bags of words alone keep up to 0.4
#: of the neighbours, and students as good as their teacher by known classes had 0.94 and more of the wordless order.
SAFE = {"held_out": 250, "neighbours_kept": 0.4, "wordless": 0.8}

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Lesson:
    """What was learned from a teacher.

    Attributes
    ----------
    map_
        From texts to vectors.
    scores
        What is left of the teacher on the held-out texts.
    """

    map_: LinearMap
    scores: Mapping[str, float]


def learn(texts: Sequence[str], teach: Callable[[Sequence[str]], F32], *, threads: int) -> Lesson:
    """Learn a teacher's vectors of some texts, and of their commonest words; the last eighth of the texts is held out.

    Words alone cost the teacher little and say what texts leave open: which words mean alike.

    Parameters
    ----------
    texts
        At least 25, in random order.
    teach
        The teacher: float32 (n, d) of unit length for n texts.
    threads
        How many threads to use; never changes the result.
    """
    from scipy.sparse import vstack

    held = len(texts) // HELD
    taught = teach(texts)
    terms = Terms(texts[:-held], parts=True)
    words = terms.commonest(min(WORDS, len(texts) // 2))
    mean, apart = _apart(taught[:-held])
    reach = float(np.linalg.norm(apart, axis=1).mean())
    nothing = LinearMap(terms, np.zeros((0, len(mean)), dtype=np.float32), mean, reach)

    def judge(sums: F32) -> float:
        return neighbours_kept(taught[-held:], nothing.place(sums), min(K, held - 1))

    rows, alone = terms.bag(texts).matrix(), terms.bag(words).matrix()
    features = vstack([rows[:-held], WEIGHT * alone, rows[-held:]], format="csr", dtype=np.float32)
    targets = np.concatenate([apart, np.float32(WEIGHT) * _apart(teach(words))[1]])
    ridge = fit_ridge(features, targets, judge, STRENGTHS, threads=threads)
    scores = _scores(taught[-held:], nothing.place(ridge.held), terms.bag(texts[-held:]).words)
    return Lesson(replace(nothing, weights=ridge.weights), {**scores, "strength": ridge.strength})


def _apart(vectors: F32) -> tuple[F32, F32]:
    """Return the mean of vectors, and how each differs from it."""
    mean = vectors.mean(axis=0)
    return mean, vectors - mean


class Share:
    """Tells of a part of some work as a share of the whole.

    Parameters
    ----------
    advance
        Is told how many more units of the whole are done.
    items
        Of the part; more are not told of.
    units
        Of the whole that the part stands for.
    """

    def __init__(self, advance: Callable[[int], None], items: int, units: int) -> None:
        self._advance, self._items, self._units = advance, items, units
        self._done = self._told = 0
        self._lock = Lock()

    def __call__(self, count: int) -> None:
        """Note that so many more items are done, in whatever thread."""
        with self._lock:
            self._done = min(self._done + count, self._items)
            more = self._units * self._done // self._items - self._told
            self._told += more
            self._advance(more)


def worth(texts: int) -> bool:
    """Tell whether there are so many texts that the student saves at least half of the teacher's work."""
    return texts >= 2 * SAMPLE


class Student(Encoder):
    """Encodes like MiniLM, many times as fast: a linear map of words, learned from what MiniLM makes of a sample.

    All of a text is read. What is lost is measured on texts held out of the sample: the scores are ``neighbours_kept``
    and ``cosine`` with the teacher, ``wordless``, and ``safe``, 1 where all are above their limits.
    """

    languages: ClassVar = MiniLM.languages
    whole: ClassVar = True
    minimum_rows: ClassVar = 50
    limits: ClassVar[dict[str, Limit]] = {
        "teacher_sample": Integer(
            low=25, high=20_000, optional=True,
            help="texts that the teacher encodes; 8,000 unless given, or half where there are fewer than 16,000",
        ),
    }  # fmt: skip

    def __init__(self, *, teacher_sample: int | None = None) -> None:
        self.teacher_sample = teacher_sample

    @classmethod
    def single(cls) -> type[Encoder]:
        """Return the teacher, whose vectors the student's resemble."""
        return MiniLM

    def fingerprint(self) -> str:
        """Return the SHA-256 of the teacher's model."""
        return MiniLM().fingerprint()

    def memory(self, rows: int, columns: int) -> int:
        """Estimate room for the vectors, half of the sample's products, and the terms of the sample and of a block."""
        sample = self._size(rows)
        weights = 4 * DIMENSIONS * min(200_000, 30 * sample)
        return MiniLM().memory(sample, columns) + 4 * rows * DIMENSIONS + 6 * sample**2 + 2 * weights

    def encode(self, items: Sequence[str], *, threads: int, advance: Callable[[int], None]) -> Encoding:
        """Return one unit vector of 384 dimensions for each text; one without any known word has the mean's direction.

        Raises
        ------
        UsageError
            If there are too few texts to learn from.
        """
        distinct = by_hash(items)
        size = self._size(len(distinct))
        self._require(len(distinct), size)
        # Told in proportion to the time they take: the sample, which the teacher reads, then all.
        first = round(len(items) * size * EFFORT / (size * EFFORT + len(distinct)))
        taught = Share(advance, size, first)

        def teach(texts: Sequence[str]) -> F32:
            return MiniLM().encode(texts, threads=threads, advance=taught).vectors

        lesson = learn(distinct[:size], teach, threads=threads)
        read = Share(advance, len(distinct), len(items) - first)
        vectors = map_texts(items, distinct, lesson.map_, threads=threads, advance=read)
        return Encoding(vectors, np.zeros(len(items), dtype=np.bool_), lesson.scores)

    def _size(self, texts: int) -> int:
        return min(SAMPLE, texts // 2) if self.teacher_sample is None else self.teacher_sample

    def _require(self, texts: int, size: int) -> None:
        """Raise UsageError where the teacher might as well encode all texts, or there is nothing to learn from."""
        self.require_rows(texts)
        if texts < 2 * size:
            raise UsageError(
                f"encoders/student: the teacher would encode {size:,} of only {texts:,} different texts, and that is "
                "most of the work",
                hint="encode all with the teacher (minilm), or lower teacher_sample, at the price of worse vectors",
            )


def _scores(teacher: F32, student: F32, words: Any) -> Mapping[str, float]:
    """Return what the held-out texts say of the student; ``wordless`` is missing where there is no such pair."""
    found = {
        "held_out": float(len(teacher)),
        "cosine": mean_cosine(teacher, student),
        "neighbours_kept": neighbours_kept(teacher, student, min(K, len(teacher) - 1)),
    }
    wordless, pairs = wordless_order(teacher, student, words)
    if pairs:
        found["wordless"] = wordless
    return {**found, "safe": float(all(found.get(name, 0) >= least for name, least in SAFE.items()))}
