"""The contract of a check: a finished map and the road that led to it in, tables and plain words out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from triptych.core.registry import Method
from triptych.core.slots import Graph
from triptych.llm.desk import Desk

if TYPE_CHECKING:
    import polars as pl

__all__ = ["AskingCheck", "Case", "Check", "Column", "Desk", "Finding", "Knob", "Road", "Undefined"]

F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]
Bool = npt.NDArray[np.bool_]


class Undefined(Exception):
    """There is nothing to examine; the message says why, as the end of the sentence "undefined: …"."""


@dataclass(frozen=True)
class Knob:
    """A parameter of the road and the values one step to either side of its own.

    Attributes
    ----------
    name
        ``"reducer.n_neighbors"``, ``"clusterer.min_cluster_size"``.
    value
        As it was in the run, resolved: never None.
    others
        One or two values that the road takes as well, ascending.
    """

    name: str
    value: float
    others: tuple[float, ...]


class Road(Protocol):
    """The way from vectors to clusters, as the run went it, to be gone again on other rows, seeds and settings.

    Every array has a row for each row of the vectors that are given, which need not be those of the run.
    """

    @property
    def k(self) -> int:
        """How many neighbours of each row the run looked for."""

    @property
    def reduced(self) -> bool:
        """Whether a layout is clustered, and not the vectors themselves."""

    @property
    def knobs(self) -> Sequence[Knob]:
        """The parameters that have a next value."""

    def search(self, vectors: F32, k: int | None = None) -> Graph:
        """Return the nearest neighbours of every row, as many as the run's unless k is given."""

    def reduce(self, vectors: F32, graph: Graph, *, seed: int, **knobs: float) -> F32:
        """Return the points that are clustered, float32 (n, p): the layout, or the vectors where there is none."""

    def cluster(self, points: F32, *, seed: int, **knobs: float) -> tuple[I32, F32]:
        """Return a cluster for each point, int32 (n,), by size, -1 for noise; and each cluster's persistence.

        That is float32 (k,), NaN for methods that do not say it.
        """


@dataclass(frozen=True)
class Column:
    """A column of the user's table, read as what it is.

    Attributes
    ----------
    name
        As in the table.
    kind
        ``"category"``, ``"number"`` or ``"date"``.
    codes
        For a category: int32 (n,), -1 where it is not known; else empty.
    classes
        The names of the codes.
    values
        For numbers: float64 (n,), NaN where it is not known; for dates the year with its fraction; else empty.
    group
        Whether the user named it as known groups.
    """

    name: str
    kind: str
    codes: I32
    classes: tuple[str, ...]
    values: npt.NDArray[np.float64]
    group: bool = False


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a check may look at; every array has an entry for each kept row.

    Attributes
    ----------
    vectors
        float32 (n, d), as the graph was made of them: unit length if its metric is cosine.
    others
        Further vectors of the same rows by name, such as those of another encoder, float32 (n, d) each.
    graph
        Their nearest neighbours.
    points
        float32 (n, p): what was clustered; the vectors themselves where there is no reduction.
    picture
        float32 (n, 2): the map.
    labels
        int32 (n,): clusters 0…k-1 by size, -1 for noise.
    persistence
        float32 (k,), empty where the clusterer does not say it.
    levels
        int32 (L, n): the tree, finest first, which has the labels as its first level.
    titles
        For each level, the title of each topic.
    words
        For each level, the words of each topic, the weightiest first.
    exemplars
        For each level, the rows that stand for each topic, which its title was made from.
    ids, names, documents
        The identifier of each row, what it is called, and its text, empty where there is none.
    columns
        The user's columns that say something of rows: groups, date, popularity, shown ones.
    cut, foreign
        bool (n,), what the encoder said of texts; empty where it said nothing.
    road
        The way from vectors to clusters.
    bags
        Makes vectors float32 (m, d) of m texts by the words that they share.
    encode
        Makes vectors float32 (m, d) of m texts, none empty, as those of the rows were made; None where that cannot be
        done: vectors were given, or depend on all texts together.
    seed
        The seed of the run's layout.
    threads
        How many threads to use; never changes a result.
    """

    vectors: F32
    graph: Graph
    points: F32
    picture: F32
    labels: I32
    persistence: F32
    levels: I32
    titles: Sequence[Sequence[str]]
    words: Sequence[Sequence[Sequence[str]]] = ()
    others: Mapping[str, F32] = field(default_factory=dict)
    exemplars: Sequence[Sequence[Sequence[int]]] = ()
    ids: Sequence[str]
    names: Sequence[str]
    documents: Sequence[str]
    columns: Sequence[Column]
    cut: Bool
    foreign: Bool
    road: Road
    bags: Callable[[Sequence[str]], F32]
    encode: Callable[[Sequence[str]], F32] | None = None
    seed: int
    threads: int

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return int(self.labels.max(initial=-1)) + 1

    def only(self, looks_at: Sequence[str]) -> Case:
        """Return the case without what is not looked at; see :class:`Check`."""
        hidden: dict[str, Any] = {}
        if "titles" not in looks_at:
            hidden |= {"titles": (), "words": (), "exemplars": ()}
        if "texts" not in looks_at:
            none = np.zeros(0, dtype=np.bool_)
            hidden |= {"documents": (), "names": (), "cut": none, "foreign": none}
        if "columns" not in looks_at:
            hidden["columns"] = ()
        return replace(self, **hidden)


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    table
        The answer in numbers, with typed columns.
    sentences
        The answer in plain words, the most important first; each is true by itself, and names its number.
    more
        Further tables by name.
    """

    table: pl.DataFrame
    sentences: tuple[str, ...]
    more: Mapping[str, Any] = field(default_factory=dict)


class Check(Method):
    """Asks one question of a finished map.

    Attributes
    ----------
    question
        What it asks, in plain words.
    worth
        How much its answer is worth, 1 to 9: those of least worth are left out first where time is short.
    looks_at
        What it sees besides vectors, clusters and map, of ``"titles"`` (with words and exemplars), ``"texts"`` and
        ``"columns"``; the rest of its :class:`Case` is empty, and it need not be run again when that changes.
    """

    question: ClassVar[str] = ""
    worth: ClassVar[int] = 5
    looks_at: ClassVar[tuple[str, ...]] = ("titles", "texts", "columns")

    def effort(self, case: Case) -> float:
        """Estimate what it takes, in seconds of the run's own road from the vectors to the clusters: 1 is as long."""
        return 0.1

    @abstractmethod
    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return what was found.

        Parameters
        ----------
        case
            The map.
        seed
            Seed of any random choice.
        advance
            Told which further share of the work is done; the shares add up to at most 1.

        Raises
        ------
        Undefined
            If there is nothing to examine.
        """


class AskingCheck(Check):
    """Asks a server, at a cost: only where it is named, and no question is paid for twice."""

    @abstractmethod
    def ask(self, case: Case, desk: Desk[int], *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return what :meth:`examine` does.

        Parameters
        ----------
        case, seed, advance
            As there.
        desk
            What was answered already, as numbers, and where each answer goes as soon as it is there.
        """

    @abstractmethod
    def asks(self) -> str:
        """Return whom it asks: all that decides an answer besides the question, as one line."""

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return what was found, remembering nothing."""
        return self.ask(case, Desk(), seed=seed, advance=advance)
