"""Methods that break the contract, each in one way."""

from __future__ import annotations

import itertools
import os
import warnings
from typing import Any, ClassVar

import numpy as np

from triptych.clusterers.base import Clusterer, Partition
from triptych.core.errors import MissingExtra, UsageError
from triptych.core.params import Integer, Limit
from triptych.describers.base import Describer
from triptych.encoders.base import Encoder, Encoding
from triptych.labellers.base import Label, Labeller
from triptych.neighbours.base import Neighbours
from triptych.nesters.base import Nester
from triptych.reducers.base import Reducer

LOW: dict[str, Limit] = {"low": Integer(low=1, high=9, help="a number")}


class One(Clusterer):
    """Puts all rows into one cluster: nothing is wrong with it."""

    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        return Partition(np.zeros(len(points), dtype=np.int32), np.ones(len(points), dtype=np.float32))


class Unnamed(One):
    """what it does"""

    limits: ClassVar[dict[str, Limit]] = {"low": Integer(help=" ")}

    def __init__(self, *, low: int = 1) -> None:
        self.low = low


class Forgetful(One):
    limits: ClassVar = LOW

    def __init__(self, *, low: int = 3) -> None:
        self.low = max(2, low)


class Undeclared(One):
    def __init__(self, *, low: int = 3) -> None:
        self.low = low


class BadDefault(One):
    limits: ClassVar = {"low": Integer(low=1, help="a number")}

    def __init__(self, *, low: int = 0) -> None:
        self.low = low


class _Anything(Integer):
    def accepts(self, value: Any) -> bool:
        return True


class Lenient(One):
    limits: ClassVar = {"low": _Anything(help="a number")}

    def __init__(self, *, low: int = 1) -> None:
        self.low = low


class WrongType(One):
    def fit_predict(self, points: np.ndarray, **_: Any) -> Partition:
        return Partition(np.zeros(len(points), dtype=np.int32), np.ones(len(points)))


class NotFinite(One):
    def fit_predict(self, points: np.ndarray, **_: Any) -> Partition:
        return Partition(np.zeros(len(points), dtype=np.int32), np.full(len(points), np.nan, dtype=np.float32))


class Loud(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        warnings.warn("careful", stacklevel=1)
        return super().fit_predict(points, seed=seed, threads=threads)


class Raises(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        if not np.ptp(points):
            raise ZeroDivisionError
        if len(points) < 2:
            raise ZeroDivisionError
        return super().fit_predict(points, seed=seed, threads=threads)


class TooFew(One):
    minimum_rows = 2


class Nameless(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        if len(points) < 9:
            raise UsageError("no")
        return super().fit_predict(points, seed=seed, threads=threads)


class Extreme(One):
    limits: ClassVar = LOW

    def __init__(self, *, low: int = 3) -> None:
        self.low = low

    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        if self.low == 9:
            raise ValueError("no")
        return super().fit_predict(points, seed=seed, threads=threads)


class _Depends(One):
    """The strength of all rows depends on what it must not depend on."""

    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        found = super().fit_predict(points, seed=seed, threads=threads)
        found.strength[:] = self.on(points, threads)
        return found

    def on(self, points: np.ndarray, threads: int) -> float:
        raise NotImplementedError


class Restless(_Depends):
    calls: ClassVar = itertools.count(1)

    def on(self, points: np.ndarray, threads: int) -> float:
        return 1 / next(self.calls)


class Chance(Restless):
    """Gives another result each time, and says so."""

    deterministic = False


class Threaded(_Depends):
    def on(self, points: np.ndarray, threads: int) -> float:
        return 1 / threads


class Ordered(_Depends):
    def on(self, points: np.ndarray, threads: int) -> float:
        return float(1 / (1 + points[0, 0] ** 2))


class Hashed(_Depends):
    def on(self, points: np.ndarray, threads: int) -> float:
        return hash("a word") % 1000 / 1000


class Writes(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        points[0] = 0
        return super().fit_predict(points, seed=seed, threads=threads)


class Unlocks(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        points.flags.writeable = True
        points[0] += 1
        return super().fit_predict(points, seed=seed, threads=threads)


class Hungry(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        if len(points) > 1000:
            np.ones(20_000_000).sum()
        return super().fit_predict(points, seed=seed, threads=threads)


class Boastful(One):
    def memory(self, rows: int, columns: int) -> int:
        return 10**9


class Misspelt(One):
    exempt: ClassVar = {"rows_order": "it has a reason"}


class Needy(One):
    """Needs what is not there."""

    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        raise MissingExtra("clusterers/broken needs the extra gpu", hint="install it")


class Deadly(One):
    def fit_predict(self, points: np.ndarray, *, seed: int, threads: int) -> Partition:
        if "PATH" not in os.environ:
            os._exit(3)
        return super().fit_predict(points, seed=seed, threads=threads)


class View(Reducer):
    n_components = 8

    def fit_transform(self, vectors: np.ndarray, graph: Any, *, seed: int, threads: int) -> np.ndarray:
        return vectors[:]


class OneSided(Describer):
    def describe(self, documents: Any, partitions: Any, *, seed: int) -> Any:
        return [[(("word", 1.0),)] for _ in partitions]


class SameTitles(Labeller):
    def label(self, evidence: Any) -> list[Label]:
        return [Label("Cats") for _ in evidence]


class Torn(Nester):
    """Joins clusters at each size as if there were no finer size."""

    def join(self, points: np.ndarray, labels: np.ndarray, sizes: Any) -> list[np.ndarray]:
        return [np.arange(labels.max() + 1, dtype=np.int32) % size for size in sizes]


class SelfLoving(Neighbours):
    def search(self, vectors: np.ndarray, k: int, *, threads: int) -> tuple[np.ndarray, np.ndarray]:
        n = len(vectors)
        indices = np.arange(n, dtype=np.int32)[:, None] + np.arange(k, dtype=np.int32)
        return indices % n, np.zeros((n, k), dtype=np.float32)


class Company(Encoder):
    """The vector of a text depends on the texts before it."""

    def fingerprint(self) -> str:
        return ""

    def encode(self, items: Any, *, threads: int, advance: Any) -> Encoding:
        angles = np.cumsum([len(item) for item in items])
        vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
        return Encoding(vectors, np.zeros(len(items), dtype=np.bool_))


METHODS = [
    cls for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, (Clusterer, Reducer, Describer, Labeller, Nester, Neighbours, Encoder))
    and cls.__module__ == __name__ and cls not in (_Depends, Deadly)
]  # fmt: skip
