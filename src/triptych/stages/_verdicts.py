"""Verdicts: what the checks of an audit come to, topic by topic, and what to do with the map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from triptych.core.atlas import Atlas, last
from triptych.core.step import Outcome, Plan, run_step
from triptych.measures.verdicts import NO_EVIDENCE, SHAKY, SOLID, verdict
from triptych.sources.raw import counted
from triptych.stages._inputs import reads

if TYPE_CHECKING:
    import polars as pl

__all__ = ["judge"]

#: Topics that a sentence names.
NAMED = 6
#: Share of the rows in solid topics from which labels may be carried to other rows.
DEPLOY = 0.8
#: Share of the replays that join two topics from which they may as well be one.
MERGE = 0.5


def judge(atlas: Atlas, left_out: Sequence[str]) -> Atlas:
    """Give every topic a verdict, from its survival and from whether the map beats structureless twins.

    Parameters
    ----------
    atlas
        With the audits ``survival`` and ``null`` as far as they were made; with titles, if topics are to be named.
    left_out
        The checks that were not made.

    Returns
    -------
    Atlas
        With ``audits["verdicts"]``: level, topic, title, size, verdict, why, survival, lowest, highest; without, where
        survival was not examined. The notes of the step say what to do.
    """
    if "survival" not in atlas.audits or "undefined" in atlas.audits["survival"].columns:
        return atlas
    tree = last(atlas.descriptions) if len(atlas.descriptions) else ""
    paths = [f"audits/{name}" for name in ("survival", "survival_joined", "null", "null_test")]
    paths += [f"descriptions/{tree}", f"labels/{tree}"]
    plan = Plan(
        stage="audit", name="verdicts", method="verdicts", version="1", params={"left_out": list(left_out)},
        reads=reads(atlas, *(path for path in paths if path in atlas.digests)),
    )  # fmt: skip

    def compute(_seed: int) -> Outcome:
        frame = _frame(atlas, tree)
        return Outcome({"audits/verdicts": frame}, tuple(_advice(atlas, frame, left_out)))

    return run_step(atlas, plan, compute)


def _frame(atlas: Atlas, tree: str) -> pl.DataFrame:
    import polars as pl

    evidence = _evidence(atlas)
    titles = {(topic.level, topic.cluster): title for topic, title, _ in atlas.titles(tree)} if tree else {}
    rows: list[dict[str, Any]] = []
    for topic in atlas.audits["survival"].iter_rows(named=True):
        found = verdict(topic["survival"], lowest=topic["lowest"], hardest=topic["hardest"], evidence=evidence)
        if found is not None:
            kept = {name: topic[name] for name in ("level", "topic", "size", "survival", "lowest", "highest")}
            title = titles.get((topic["level"], topic["topic"])) or f"topic {topic['topic']}"
            rows.append({**kept, "title": title, "verdict": found.verdict, "why": found.why})
    schema: dict[str, Any] = {"level": pl.Int32, "topic": pl.Int32, "title": pl.String, "size": pl.Int64}
    schema |= dict.fromkeys(("verdict", "why"), pl.String)
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("survival", "lowest", "highest"), pl.Float64))


def _evidence(atlas: Atlas) -> bool | None:
    """Return whether the map beats its structureless twins; None where that was not examined."""
    if "null_test" not in atlas.audits or "undefined" in atlas.audits["null"].columns:
        return None
    (found,) = atlas.audits["null_test"].filter(statistic="both")["verdict"]
    return bool(found == "evidence")


def _advice(atlas: Atlas, frame: pl.DataFrame, left_out: Sequence[str]) -> Iterator[str]:
    finest = frame.filter(level=0)
    rows = atlas.kept.height
    groups = {
        name: finest.filter(verdict=name).sort("survival", "topic", descending=[True, False]).rows(named=True)
        for name in (SOLID, SHAKY, NO_EVIDENCE)
    }
    held = sum(row["size"] for row in groups[SOLID])
    if groups[SOLID]:
        yield (
            f"Trust for decisions: {counted(len(groups[SOLID]), 'topic')} with {held / rows:.0%} of the rows "
            f"({_named(groups[SOLID])})."
        )
    if groups[SHAKY]:
        yield f"Look before you use them: {counted(len(groups[SHAKY]), 'topic')} ({_named(groups[SHAKY])})."
    if groups[NO_EVIDENCE]:
        yield f"Do not decide on: {counted(len(groups[NO_EVIDENCE]), 'topic')} ({_named(groups[NO_EVIDENCE])})."
    yield from _merges(atlas, finest)
    if held >= DEPLOY * rows:
        yield "The topics may be carried to new rows: most rows are in topics that come again."
    else:
        yield (
            f"Explore with this map, and do not label new rows by it yet: {held / rows:.0%} of the rows are in topics "
            f"that come again, and {DEPLOY:.0%} should be."
        )
    if left_out:
        yield f"Not asked: {', '.join(left_out)}."


def _merges(atlas: Atlas, finest: pl.DataFrame) -> Iterator[str]:
    titles = dict(finest.select("topic", "title").iter_rows())
    if "survival_joined" in atlas.audits:
        for one, other, share in atlas.audits["survival_joined"].iter_rows():
            if share >= MERGE:
                yield f"One topic rather than two: “{titles[one]}” and “{titles[other]}” ({share:.0%} of the replays)."


def _named(rows: Sequence[dict[str, Any]]) -> str:
    named = ", ".join(f"“{row['title']}”" for row in rows[:NAMED])
    return f"{named}, …" if len(rows) > NAMED else named
