"""The Atlas: the frozen object that flows through every stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from triptych.core.quantities import duration, size
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS, Roles, Status
from triptych.core.slots import (
    Clustering,
    Descriptions,
    Graph,
    Labels,
    Layout,
    Sheet,
    Shelf,
    SpanningTree,
    Topic,
    Tree,
    Vectors,
)
from triptych.core.text import cut

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

__all__ = ["SLOTS", "Atlas", "Step"]

#: Characters of a row's name.
NAME = 120
#: The shelves of an Atlas; a value's path is ``<slot>/<name>``.
SLOTS = (
    "vectors", "graphs", "layouts", "spanning_trees", "clusterings", "trees", "descriptions", "labels", "audits",
    "sheets",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """The record of one step: what was done to what, and what it took.

    Attributes
    ----------
    stage, name
        The verb, and the name of its result; together the step's name.
    method, version, params, seed
        What was run, with every parameter resolved.
    key
        SHA-256 of the above and of the inputs: equal keys give equal results.
    inputs, outputs
        Path -> SHA-256.
    seconds, peak_bytes
        Wall time and the largest resident memory of the process during the step.
    notes
        Plain sentences for the summary.
    forecast_seconds, forecast_bytes
        What it was expected to take when it had begun; None where nobody asked, as in every short step.
    """

    stage: str
    name: str
    method: str
    version: str
    params: Mapping[str, Any]
    seed: int
    key: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    seconds: float
    peak_bytes: int
    notes: tuple[str, ...] = ()
    forecast_seconds: float | None = None
    forecast_bytes: int | None = None

    @property
    def against_forecast(self) -> str:
        """What the step took and what had been foretold, as a sentence; empty where nothing was."""
        if self.forecast_seconds is None:
            return ""
        if self.forecast_bytes is None:
            return f"took {duration(self.seconds)}; {duration(self.forecast_seconds)} were forecast"
        took = f"took {duration(self.seconds)} and {size(self.peak_bytes)}"
        return f"{took}; {duration(self.forecast_seconds)} and {size(self.forecast_bytes)} were forecast"


@dataclass(frozen=True)
class Atlas:
    """Rows and everything that has been found out about them; stages return a new one and share what is unchanged.

    Attributes
    ----------
    rows
        Every input row: ``row_id``, ``status``, ``document``, then the user's columns. Arrays in the other slots have
        one entry for each row whose status is ``kept``, in order.
    roles
        Which column plays which part.
    seed
        The root seed of all steps.
    vectors, graphs, layouts, spanning_trees, clusterings, trees, descriptions, labels, audits, sheets
        Results by name; ``sheets`` are pictures of the rows.
    steps
        What was done, in order; ``digests`` has the SHA-256 of every slot value by its path.
    """

    rows: pl.DataFrame
    roles: Roles
    seed: int = 0
    vectors: Shelf[Vectors] = field(default_factory=Shelf)
    graphs: Shelf[Graph] = field(default_factory=Shelf)
    layouts: Shelf[Layout] = field(default_factory=Shelf)
    spanning_trees: Shelf[SpanningTree] = field(default_factory=Shelf)
    clusterings: Shelf[Clustering] = field(default_factory=Shelf)
    trees: Shelf[Tree] = field(default_factory=Shelf)
    descriptions: Shelf[Descriptions] = field(default_factory=Shelf)
    labels: Shelf[Labels] = field(default_factory=Shelf)
    audits: Shelf[pl.DataFrame] = field(default_factory=Shelf)
    sheets: Shelf[Sheet] = field(default_factory=Shelf)
    steps: tuple[Step, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def kept(self) -> pl.DataFrame:
        """The rows that the arrays speak of."""
        import polars as pl

        return self.rows.filter(pl.col(STATUS) == Status.KEPT.value)

    @cached_property
    def documents(self) -> list[str]:
        """The texts of the kept rows."""
        return self.kept[DOCUMENT].to_list()

    @cached_property
    def names(self) -> list[str]:
        """What each kept row is called: its title, else the start of its text, else its id."""
        ids = self.kept[ROW_ID].to_list()
        titles = self.kept[self.roles.title].to_list() if self.roles.title else [None] * len(ids)
        shown = (title or text for title, text in zip(titles, self.documents, strict=True))
        return [cut(str(name), NAME) if name else row_id for name, row_id in zip(shown, ids, strict=True)]

    @property
    def step_names(self) -> list[str]:
        """The names of the steps done, in order."""
        return [f"{step.stage}/{step.name}" for step in self.steps]

    def plus(self, step: Step, values: Mapping[str, Any | Callable[[], Any]]) -> Atlas:
        """Return an Atlas with the results of one more step.

        Parameters
        ----------
        step
            The record; an earlier step of the same name is replaced by it.
        values
            Path -> value, or a function that loads it.
        """
        shelves: dict[str, Any] = {}
        for slot in SLOTS:
            new = {path.partition("/")[2]: v for path, v in values.items() if path.startswith(f"{slot}/")}
            if new:
                shelves[slot] = getattr(self, slot).plus(new)
        others = tuple(s for s in self.steps if (s.stage, s.name) != (step.stage, step.name))
        return replace(self, **shelves, steps=(*others, step), digests={**self.digests, **step.outputs})

    def titles(self, tree: str) -> list[tuple[Topic, str, str]]:
        """Return (topic, title, status) for every topic of a tree; untitled ones have status ``none``."""
        titles = self.labels[tree].titles if tree in self.labels else {}
        return [(t, *titles.get(t.evidence, ("", "none"))) for t in self.descriptions[tree].topics]

    def verdicts(self) -> dict[tuple[int, int], dict[str, Any]]:
        """Return the line of the audit on each topic, by its level and number; empty where none was judged."""
        if "verdicts" not in self.audits:
            return {}
        return {(row["level"], row["topic"]): row for row in self.audits["verdicts"].iter_rows(named=True)}

    def topics(self, tree: str | None = None) -> pl.DataFrame:
        """Return the topics as a frame.

        Parameters
        ----------
        tree
            Name of the tree; None takes the last one described.

        Returns
        -------
        polars.DataFrame
            level (0 is the finest), topic, parent, size, share, adopted (rows of noise that were put into it),
            persistence (of a cluster of the finest level, where the clusterer says it), verdict and survival (where
            the map was audited), label, label_status, keywords, exemplars (titles of the rows nearest the centre),
            popular.
        """
        from triptych.core.tables import topic_table

        return topic_table(self, tree or last(self.descriptions))

    def map(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the map; see :func:`triptych.draw`."""
        from triptych.stages.draw import draw_map

        return draw_map(self, path, **options)

    def cosmos(self, path: str | Path | None = None, **options: Any) -> Any:
        """Draw the rows in space; see :func:`triptych.cosmos`."""
        from triptych.stages.draw import draw_cosmos

        return draw_cosmos(self, path, **options)

    def _repr_html_(self) -> str:
        from triptych.stages.draw import atlas_card

        return atlas_card(self)

    def __repr__(self) -> str:
        return (
            f"Atlas({self.kept.height:,} of {self.rows.height:,} rows kept; {', '.join(self.step_names) or 'no steps'})"
        )


def last(shelf: Shelf[Any]) -> str:
    """Return the name of the newest value of a shelf; raises UsageError when it is empty."""
    from triptych.core.errors import UsageError

    if not len(shelf):
        raise UsageError("this Atlas has no result of that kind yet", hint="run the earlier stages first")
    return list(shelf)[-1]
