"""diff: two runs of the same data are compared, topic by topic and row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from triptych.core.atlas import Atlas, last
from triptych.core.errors import InputError, UsageError
from triptych.core.schema import DOCUMENT, ROW_ID, STATUS
from triptych.measures.agreement import agreement
from triptych.measures.matching import KEPT, LOST, MERGED, SPLIT, Matching, match_clusters

if TYPE_CHECKING:
    import polars as pl

__all__ = ["CHANGES", "Diff", "diff"]

#: What may have become of a topic, in the order in which it is told.
CHANGES = (KEPT, SPLIT, MERGED, LOST, "new")
#: Common rows that must have the same text or the same columns, as a share.
SAME_DATA = 0.5

I32 = npt.NDArray[np.int32]
Row = dict[str, Any]


@dataclass(frozen=True)
class Diff:
    """What differs between the topics of two runs, A and B.

    Attributes
    ----------
    topics
        One line for each topic of A, then one for each topic of B that none of A became: ``change`` (kept, split,
        merged, lost, new), ``topic_a``, ``title_a``, ``rows_a``; ``topics_b``, ``titles_b``, ``rows_b`` (in all of
        them); ``overlap``, see :class:`triptych.measures.matching.Fate`. Rows are those that both runs kept.
    rows
        One line for each row that is elsewhere: ``row_id``, ``name``, ``change`` (``moved``, ``to noise``, ``from
        noise``, ``only in A``, ``only in B``), ``topic_a``, ``title_a``, ``topic_b``, ``title_b``.
    scores
        ``scope`` (``clustered``: rows in a topic of both; ``all``: noise is one more topic), ``rows``, ``ari``,
        ``ami``, ``nmi``; null where a score is not defined.
    common
        How many rows both runs kept.
    """

    topics: pl.DataFrame
    rows: pl.DataFrame
    scores: pl.DataFrame
    common: int

    @property
    def empty(self) -> bool:
        """Whether nothing differs: the same rows in the same topics under the same titles."""
        same = all(
            row["change"] == KEPT and row["overlap"] == 1 and row["titles_b"] == [row["title_a"]]
            for row in self.topics.iter_rows(named=True)
        )
        return same and self.rows.is_empty()

    def counts(self) -> dict[str, int]:
        """Return how many topics there are of each change, then how many rows."""
        found = dict.fromkeys((*CHANGES, *_ROW_CHANGES), 0)
        for frame in (self.topics, self.rows):
            for change in frame["change"]:
                found[change] += 1
        return found


def diff(a: Atlas, b: Atlas, *, level: int = 0) -> Diff:
    """Compare the topics of two runs of the same data; rows are matched by their ids.

    The numbers of clusters make no difference.

    Parameters
    ----------
    a, b
        With a clustering each; of a run with levels, the newest tree is taken.
    level
        Which level of both; 0 is the finest.

    Returns
    -------
    Diff
        What became of every topic, the rows that moved or are in one run only, and scores.

    Raises
    ------
    UsageError
        If a run has no clustering, or no such level.
    InputError
        If the runs have no row in common, or their common rows are not the same data.

    References
    ----------
    Spiliopoulou, Ntoutsi, Theodoridis and Schult (2006), "MONIC: modeling and monitoring cluster transitions".
    """
    sides = _side(a, level), _side(b, level)
    places = [dict(zip(side.ids, range(len(side.ids)), strict=True)) for side in sides]
    common = [row_id for row_id in sides[0].ids if row_id in places[1]]
    rows_a, rows_b = ([place[row_id] for row_id in common] for place in places)
    _check_same_data(a.kept[rows_a], b.kept[rows_b])
    one, other = sides[0].labels[rows_a], sides[1].labels[rows_b]
    found = match_clusters(one, other)
    return Diff(
        topics=_topics(found, one, other, sides), rows=_rows(found, common, sides, places),
        scores=_scores(one, other), common=len(common),
    )  # fmt: skip


@dataclass(frozen=True)
class _Side:
    """One of the runs: ids, names and topics of its kept rows, and the topics' titles."""

    ids: list[str]
    names: list[str]
    labels: I32
    titles: dict[int, str]


def _side(atlas: Atlas, level: int) -> _Side:
    ids, titles = atlas.kept[ROW_ID].to_list(), dict[int, str]()
    if not len(atlas.trees):
        if level:
            raise UsageError(f"there is no level {level}: a run has none", hint="leave level out, or nest its topics")
        return _Side(ids, atlas.names, atlas.clusterings[last(atlas.clusterings)].labels, titles)
    tree = last(atlas.trees)
    levels = atlas.trees[tree].levels
    if not 0 <= level < len(levels):
        raise UsageError(f"there is no level {level} in both runs", hint=f"one has levels 0 to {len(levels) - 1}")
    if tree in atlas.descriptions:
        titles = {topic.cluster: title for topic, title, _ in atlas.titles(tree) if topic.level == level}
    return _Side(ids, atlas.names, levels[level], titles)


def _check_same_data(a: pl.DataFrame, b: pl.DataFrame) -> None:
    """Refuse runs whose rows share ids, such as row numbers, and nothing else; the frames are in the same order."""
    import polars as pl

    if a.is_empty():
        raise InputError("the two runs have no row in common", hint="compare runs of one table; ids come from --id")
    text = (a[DOCUMENT] == b[DOCUMENT]) & (a[DOCUMENT] != "")
    columns = [name for name in a.columns if name in b.columns and name not in (ROW_ID, STATUS, DOCUMENT)]
    if not columns and not ((a[DOCUMENT] != "").any() and (b[DOCUMENT] != "").any()):
        return
    same = pl.repeat(bool(columns), a.height, dtype=pl.Boolean, eager=True)
    for name in columns:
        same &= a[name].cast(pl.String).eq_missing(b[name].cast(pl.String))
    share = float((same | text).sum()) / a.height
    if share < SAME_DATA:
        raise InputError(
            f"the two runs are of different data: of {a.height:,} rows with the same id only {share:.0%} have the same "
            "text or the same columns",
            hint="compare runs of one table, and name its column of ids: --id",
        )


def _topics(found: Matching, one: I32, other: I32, sides: tuple[_Side, _Side]) -> pl.DataFrame:
    import polars as pl

    titles_a, titles_b = (side.titles for side in sides)
    sizes_a, sizes_b = (np.bincount(part[part >= 0], minlength=1).tolist() for part in (one, other))
    lines: list[Row] = [
        {"change": fate.change, "topic_a": topic, "title_a": titles_a.get(topic, ""), "rows_a": sizes_a[topic],
         "topics_b": list(fate.others), "overlap": fate.overlap}
        for topic, fate in enumerate(found.fates) if sizes_a[topic]
    ]  # fmt: skip
    lines += [{"change": "new", "topics_b": [topic]} for topic in found.new if sizes_b[topic]]
    for line in lines:
        line["titles_b"] = [titles_b.get(topic, "") for topic in line["topics_b"]]
        line["rows_b"] = sum(sizes_b[topic] for topic in line["topics_b"])
    schema: dict[str, Any] = {
        "change": pl.String, "topic_a": pl.Int32, "title_a": pl.String, "rows_a": pl.Int64,
        "topics_b": pl.List(pl.Int32), "titles_b": pl.List(pl.String), "rows_b": pl.Int64, "overlap": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)


#: What may have become of a row.
_ROW_CHANGES = ("moved", "to noise", "from noise", "only in A", "only in B")


def _rows(found: Matching, common: list[str], sides: tuple[_Side, _Side], places: list[dict[str, int]]) -> pl.DataFrame:
    import polars as pl

    in_a, in_b = places
    elsewhere = [common[i] for i in np.flatnonzero(found.moved).tolist()]
    only_a = [row_id for row_id in sides[0].ids if row_id not in in_b]
    only_b = [row_id for row_id in sides[1].ids if row_id not in in_a]
    lines = []
    for row_id in (*elsewhere, *only_a, *only_b):
        line: Row = {"row_id": row_id}
        for letter, side, place in zip("ab", sides, places, strict=True):
            if row_id in place:
                topic = int(side.labels[place[row_id]])
                line |= {f"topic_{letter}": topic, f"title_{letter}": side.titles.get(topic, "") if topic >= 0 else ""}
                line.setdefault("name", side.names[place[row_id]])
        lines.append(line | {"change": _row_change(line.get("topic_a"), line.get("topic_b"))})
    schema: dict[str, Any] = {
        "row_id": pl.String, "name": pl.String, "change": pl.String, "topic_a": pl.Int32, "title_a": pl.String,
        "topic_b": pl.Int32, "title_b": pl.String,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)


def _row_change(a: int | None, b: int | None) -> str:
    if a is None:
        return "only in B"
    if b is None:
        return "only in A"
    return "to noise" if b < 0 else "from noise" if a < 0 else "moved"


def _scores(one: I32, other: I32) -> pl.DataFrame:
    import polars as pl

    lines: list[Row] = []
    # A class of -1 is not known, and its row left out: of two partitions these are the rows that both cluster.
    for scope, classes in (("clustered", other), ("all", other + 1)):
        both = agreement(one, classes, n_permutations=1, seed=0)
        scores = {score.metric: score for score in both if score.scope == scope}
        found = {name: scores[name].value for name in ("ari", "ami", "nmi")}
        lines.append({"scope": scope, "rows": scores["ari"].rows} | found)
    schema: dict[str, Any] = {
        "scope": pl.String, "rows": pl.Int64, "ari": pl.Float64, "ami": pl.Float64, "nmi": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)
