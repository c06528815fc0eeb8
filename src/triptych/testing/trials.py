"""How to call a method of each kind, what its result must be, and what other row orders must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from triptych.checks.base import Undefined
from triptych.core import codec
from triptych.core.errors import UsageError
from triptych.measures.partition import nests
from triptych.testing.finished import case_of
from triptych.testing.samples import Sample

__all__ = ["TRIALS", "Result", "Trial", "alike", "result_digest"]

#: Name -> array, or a list of JSON values.
Result = Mapping[str, Any]


class Trial:
    """One kind of method on trial."""

    #: Rows and columns of the sample on which memory is measured.
    large: tuple[int, int] = (4_000, 64)
    #: What it takes of a sample beyond rows as they are; worked out before the measurement.
    takes: tuple[str, ...] = ()

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Call a method on a sample."""
        raise NotImplementedError

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Yield what is wrong with the shape, the type or the values of a result."""
        raise NotImplementedError

    def reordered(self, method: Any, sample: Sample, result: Result, seed: int) -> tuple[Result, Result]:
        """Return what the method gives for the same rows in another order, and what it should."""
        order = np.random.default_rng(seed).permutation(len(sample))
        return self.run(method, sample.take(order)), self.permuted(result, order)

    def permuted(self, result: Result, order: npt.NDArray[np.intp]) -> Result:
        """Return a result as it should be for rows in another order."""
        return {name: values[order] for name, values in result.items()}


class EncoderTrial(Trial):
    """Texts to vectors."""

    large = (60, 200)

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Encode the texts."""
        found = method.encode(sample.texts, threads=threads, advance=lambda _: None)
        return {"vectors": found.vectors, "cut": found.cut}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Vectors are finite and of length 1, equal texts have equal ones."""
        yield from _array("vectors", result["vectors"], np.float32, (len(sample), result["vectors"].shape[-1]))
        yield from _array("cut", result["cut"], np.bool_, (len(sample),))
        if not np.allclose(np.linalg.norm(result["vectors"], axis=-1), 1, atol=1e-4):
            yield "vectors are not of length 1"


class NeighboursTrial(Trial):
    """Vectors to neighbours."""

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Find up to 15 neighbours of each row."""
        indices, distances = method.search(sample.points, max(1, min(15, len(sample) - 1)), threads=threads)
        return {"indices": indices, "distances": distances}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Neighbours are distinct other rows, nearest first, at the distance that is said."""
        n = len(sample)
        shape = (n, min(15, n - 1))
        bad = [*_array("indices", result["indices"], np.int32, shape)]
        bad += _array("distances", result["distances"], np.float32, shape)
        yield from bad
        if bad:
            return
        indices, distances = result["indices"], result["distances"]
        if indices.min() < 0 or indices.max() >= n:
            yield f"indices are not all from 0 to {n - 1}"
            return
        if (indices == np.arange(n)[:, None]).any():
            yield "a row is a neighbour of itself"
        if any(len(set(row)) < len(row) for row in indices.tolist()):
            yield "a row has the same neighbour twice"
        if (np.diff(distances, axis=1) < 0).any():
            yield "neighbours are not in the order of their distance"
        gaps = sample.points[indices].astype(np.float64) - sample.points[:, None].astype(np.float64)
        if not np.allclose(distances, np.linalg.norm(gaps, axis=2), rtol=1e-3, atol=1e-3):
            yield "distances are not the Euclidean distances of the rows"

    def permuted(self, result: Result, order: npt.NDArray[np.intp]) -> Result:
        """Neighbours are named by their new places."""
        places = np.argsort(order)
        return {"indices": places[result["indices"]][order], "distances": result["distances"][order]}


class ReducerTrial(Trial):
    """Vectors and their graph to a layout."""

    large = (1_500, 600)
    takes = ("graph",)

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Lay the rows out."""
        return {"layout": method.fit_transform(sample.points, sample.graph, seed=seed, threads=threads)}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """The layout has ``n_components`` finite columns."""
        yield from _array("the layout", result["layout"], np.float32, (len(sample), method.n_components))


class ClustererTrial(Trial):
    """Points to a partition."""

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Partition the rows."""
        found = method.fit_predict(sample.points, seed=seed, threads=threads)
        result = {"labels": found.labels, "strength": found.strength}
        if found.persistence is None:
            return result
        # As every row sees it: that of its cluster, 0 for noise.
        return result | {"persistence": np.append(found.persistence, np.float32(0))[found.labels]}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Ids are -1 or more, strength and persistence are from 0 to 1, and strength is 0 for noise."""
        labels, strength = result["labels"], result["strength"]
        if labels.shape != (len(sample),) or not np.issubdtype(labels.dtype, np.integer):
            yield f"labels are {labels.dtype} {labels.shape}, wanted whole numbers ({len(sample)},)"
            return
        yield from _array("strength", strength, np.float32, (len(sample),))
        if labels.min(initial=0) < -1:
            yield f"a label is {labels.min()}; noise is -1"
        if strength.min(initial=0) < 0 or strength.max(initial=1) > 1:
            yield "strength is not from 0 to 1"
        if strength.shape == labels.shape and strength[labels == -1].any():
            yield "the strength of noise is not 0"
        if "persistence" in result:
            yield from _array("persistence", result["persistence"], np.float32, (len(sample),))
            if result["persistence"].min(initial=0) < 0 or result["persistence"].max(initial=1) > 1:
                yield "persistence is not from 0 to 1"


class NesterTrial(Trial):
    """Clusters to coarser ones."""

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Join the clusters at three sizes, as far as they are smaller than what there is."""
        sizes = self._sizes(sample)
        if not sizes:
            return {}
        joined = method.join(sample.points, sample.labels, sizes)
        return {f"level of {size}": level for size, level in zip(sizes, joined, strict=True)}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Each level has at most the clusters asked, and is a union of the finer ones."""
        clusters = int(sample.labels.max(initial=-1)) + 1
        finer = np.arange(clusters, dtype=np.int32)
        for size in self._sizes(sample):
            name = f"level of {size}"
            bad = [*_array(name, result[name], np.int32, (clusters,))]
            yield from bad
            if bad:
                return
            found = np.unique(result[name])
            if found[0] != 0 or found[-1] != len(found) - 1 or len(found) > size:
                yield f"the {name} has the ids {found.tolist()}, wanted 0, 1, … up to {size - 1}"
            if not nests(finer, result[name]):
                yield f"the {name} is no union of finer clusters"
            finer = result[name]

    def permuted(self, result: Result, order: npt.NDArray[np.intp]) -> Result:
        """Clusters keep their ids, so nothing changes."""
        return result

    @staticmethod
    def _sizes(sample: Sample) -> list[int]:
        return [size for size in (4, 3, 1) if size <= sample.labels.max(initial=-1)]


class DescriberTrial(Trial):
    """Documents and clusters to words."""

    large = (4_000, 400)
    takes = ("documents", "levels")

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Describe both levels."""
        described = method.describe(sample.documents, sample.levels, seed=seed)
        return {"words": [[[list(word) for word in words] for words in level] for level in described]}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Each cluster has distinct printable words with weights above 0."""
        counts = [int(level.max(initial=-1)) + 1 for level in sample.levels]
        if [len(level) for level in result["words"]] != counts:
            yield f"there are words for {[len(level) for level in result['words']]} clusters a level, wanted {counts}"
        for words in (words for level in result["words"] for words in level):
            names = [name for name, _ in words]
            if not all(
                isinstance(name, str) and name.strip() == name and name.isprintable() and name for name in names
            ):
                yield f"words are not all printable: {names!r}"
            if len(set(names)) < len(names):
                yield f"a word stands twice in {names!r}"
            if not all(np.isfinite(weight) and weight > 0 for _, weight in words):
                yield f"weights are not all above 0: {words!r}"

    def permuted(self, result: Result, order: npt.NDArray[np.intp]) -> Result:
        """Clusters keep their ids, so nothing changes."""
        return result


class LabellerTrial(Trial):
    """Evidence to titles."""

    takes = ("evidence",)

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Title every cluster of both levels."""
        return {"titles": [[title.text, title.status] for title in method.label(sample.evidence)]}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """Titles are one printable line of 1 to 80 characters, distinct within a level."""
        titles = [text for text, _ in result["titles"]]
        if len(titles) != len(sample.evidence):
            yield f"there are {len(titles)} titles for {len(sample.evidence)} clusters"
            return
        for title in titles:
            if not (title.strip() == title and title.isprintable() and 1 <= len(title) <= 80):
                yield f"{title!r} is not one printable line of 1 to 80 characters"
        named = [(piece.level, title) for piece, title in zip(sample.evidence, titles, strict=True)]
        if len(set(named)) < len(named):
            yield f"two clusters of a level have the same title: {titles!r}"

    def reordered(self, method: Any, sample: Sample, result: Result, seed: int) -> tuple[Result, Result]:
        """Give the evidence in another order."""
        order = np.random.default_rng(seed).permutation(len(sample.evidence)).tolist()
        found = method.label([sample.evidence[place] for place in order])
        wanted = [result["titles"][place] for place in order]
        return {"titles": [[title.text, title.status] for title in found]}, {"titles": wanted}


class CheckTrial(Trial):
    """A finished map to tables and sentences."""

    large = (2_000, 64)
    takes = ("graph",)

    def run(self, method: Any, sample: Sample, *, seed: int = 0, threads: int = 1) -> Result:
        """Examine the groups as if HDBSCAN had found them among the points."""
        try:
            method.require_rows(len(sample))
            found = method.examine(case_of(sample, threads).only(method.looks_at), seed=seed, advance=lambda _: None)
        except (Undefined, UsageError) as error:  # an audit takes both as the reason why not
            return {"undefined": error.message if isinstance(error, UsageError) else str(error)}
        tables = {"table": found.table, **found.more}
        return {name: _cells(frame) for name, frame in tables.items()} | {"sentences": list(found.sentences)}

    def problems(self, method: Any, sample: Sample, result: Result) -> Iterator[str]:
        """There are a question, sentences and a table, or the reason why not; and no number that is none."""
        if not (method.question.endswith("?") and 1 <= method.worth <= 9):
            yield f"the question is {method.question!r}, worth {method.worth}; wanted a question, worth 1 to 9"
        texts = [result["undefined"]] if "undefined" in result else result["sentences"]
        if not texts or not all(text.strip() == text and text.isprintable() and text for text in texts):
            yield f"wanted printable sentences, got {texts!r}"
        for name, cells in result.items():
            numbers = [cell for row in cells for cell in row if isinstance(cell, float)] if _is_table(cells) else []
            if not np.isfinite(numbers).all():
                yield f"{name} has numbers that are not finite; null says that there is none"

    def reordered(self, method: Any, sample: Sample, result: Result, seed: int) -> tuple[Result, Result]:
        """Other rows may be drawn from another order, and topics have other numbers; what is told of is the same."""
        order = np.random.default_rng(seed).permutation(len(sample))
        found = self.run(method, sample.take(order))
        return {"tables": [*found]}, {"tables": [*result]}


def _cells(frame: Any) -> list[list[Any]]:
    """Return the names of the columns, then the lines; dates as text."""
    plain = (int, float, str, bool, type(None))
    lines = [[cell if isinstance(cell, plain) else str(cell) for cell in line] for line in frame.rows()]
    return [list(frame.columns), *lines]


def _is_table(cells: Any) -> bool:
    return bool(cells) and isinstance(cells[0], list)


TRIALS: Mapping[str, Trial] = {
    "encoders": EncoderTrial(),
    "neighbours": NeighboursTrial(),
    "reducers": ReducerTrial(),
    "clusterers": ClustererTrial(),
    "nesters": NesterTrial(),
    "describers": DescriberTrial(),
    "labellers": LabellerTrial(),
    "checks": CheckTrial(),
}


def result_digest(result: Result) -> str:
    """Return the SHA-256 of every byte of a result."""
    parts = [
        [name, str(v.dtype), list(v.shape), codec.digest(np.ascontiguousarray(v).tobytes())]
        if isinstance(v, np.ndarray) else [name, v] for name, v in sorted(result.items())
    ]  # fmt: skip
    return codec.digest(codec.canonical(parts))


def alike(one: Any, other: Any) -> bool:
    """Tell whether two results say the same: partitions up to their ids, numbers up to the last bits."""
    if isinstance(one, Mapping):
        return set(one) == set(other) and all(_same(name, one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(np.isclose(one, other, rtol=1e-4)) if isinstance(one, float) else bool(one == other)


def _same(name: str, one: Any, other: Any) -> bool:
    if not isinstance(one, np.ndarray):
        return alike(one, other)
    if name == "labels" or name.startswith("level"):
        return one.shape == other.shape and bool((_by_first(one) == _by_first(other)).all())
    if one.shape != other.shape or np.issubdtype(one.dtype, np.integer):
        return np.array_equal(one, other)
    return bool(np.allclose(one, other, rtol=1e-3, atol=1e-4 * max(1.0, float(np.abs(other).max(initial=0)))))


def _by_first(labels: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number clusters in the order in which they appear; -1 stays."""
    ids = {-1: -1} | {label: i for i, label in enumerate(dict.fromkeys(x for x in labels.tolist() if x >= 0))}
    return np.array([ids[label] for label in labels.tolist()], dtype=np.int64)


def _array(name: str, found: Any, dtype: Any, shape: Sequence[int]) -> Iterator[str]:
    if not isinstance(found, np.ndarray):
        yield f"{name}: a {type(found).__name__}, wanted an array"
    elif found.dtype != dtype or found.shape != tuple(shape):
        yield f"{name}: {found.dtype} {found.shape}, wanted {np.dtype(dtype)} {tuple(shape)}"
    elif not np.isfinite(found).all():
        yield f"{name}: not all values are finite"
