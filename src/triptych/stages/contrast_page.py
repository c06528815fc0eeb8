"""contrast_page: what another describer or labeller made of the same topics, as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from triptych.core.atlas import Atlas, last
from triptych.pages.contrast import ContrastData, ContrastLevel, Pair, render_contrast
from triptych.pages.report_parts import Grid, Section
from triptych.sources.raw import counted
from triptych.stages._report_words import number
from triptych.stages.contrast import contrast
from triptych.stages.draw import Page

if TYPE_CHECKING:
    import polars as pl

__all__ = ["contrast_page"]

#: Columns of the scores of a level, as :class:`triptych.checks.faithfulness.Faithfulness` names them.
SCORES = ("matched", "matched_chance", "intruder", "intruder_chance", "grounded")
#: ``before`` and ``after`` -> a line for each level; None where the titles of that run were not asked.
Scores: TypeAlias = "Mapping[str, pl.DataFrame | None]"


def contrast_page(
    before: Atlas,
    after: Atlas,
    path: str | Path | None = None,
    *,
    level: int | None = None,
    title: str = "Before and after",
) -> Page:
    """Draw the words and titles of the same topics side by side, as one offline HTML page.

    Parameters
    ----------
    before, after
        Two runs, or two states of one, with the same rows in the same topics.
    path
        Where to write it; None only returns it.
    level
        Which level; None takes every one, 0 is the finest.
    title
        The heading.

    Returns
    -------
    Page
        What changed on the whole; the scores of both by the check ``faithfulness``, beside chance, where each was asked
        about the titles that it has; then every topic, coarsest level first, with its words and title before and after,
        words that are in both marked, its size and the names of typical rows.

    Raises
    ------
    UsageError
        If a run has no described topics, or there is no such level.
    InputError
        If the topics are not the same.
    """
    topics = contrast(before, after, level=level)
    changes = _changes(topics)
    rows = before.kept.height
    levels = tuple(
        ContrastLevel(int(row["level"]), _heading(row), _pairs(topics.filter(level=row["level"]), rows))
        for row in changes.sort("level", descending=True).iter_rows(named=True)
    )
    made = (f"{when}: {_made(run)}" for when, run in (("before", before), ("after", after)))
    subtitle = " · ".join((counted(rows, "row"), *made))
    scores = {when: _scores(run, level) for when, run in (("before", before), ("after", after))}
    whole = (_whole(changes), *_worth(scores, {"before": _methods(before)[1], "after": _methods(after)[1]}))
    figures = (*_figures(changes), *_found(scores))
    page = Page(render_contrast(ContrastData(title, subtitle, figures, whole, levels)))
    if path is not None:
        page.save(path)
    return page


def _changes(topics: pl.DataFrame) -> pl.DataFrame:
    """Return for each level: topics, changed (titles), words (before), kept (of these, the words that are in both)."""
    import polars as pl

    words = pl.col("words_before")
    return (
        topics.group_by("level")
        .agg(
            topics=pl.len(),
            changed=(pl.col("title_before") != pl.col("title_after")).sum(),
            words=words.list.len().sum(),
            kept=words.list.set_intersection(pl.col("words_after")).list.len().sum(),
        )
        .sort("level")
    )


def _figures(changes: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    topics, changed, words, kept = (int(changes[name].sum()) for name in ("topics", "changed", "words", "kept"))
    kept_share = ((f"{kept / words:.0%}", "of the words kept"),) if words else ()
    return ((f"{topics:,}", "topics"), (f"{changed:,}", "titles changed"), *kept_share)


def _heading(row: dict[str, Any]) -> str:
    finest = ", the finest" if row["level"] == 0 else ""
    return f"Level {row['level']}{finest}: {counted(row['topics'], 'topic')}"


def _whole(changes: pl.DataFrame) -> Section:
    lines = tuple(
        (
            str(row["level"]), f"{row['topics']:,}", f"{row['changed']:,}",
            f"{row['kept'] / row['words']:.1%}" if row["words"] else "undefined",
        )
        for row in changes.iter_rows(named=True)
    )  # fmt: skip
    grid = Grid(("level#", "topics#", "titles changed#", "words kept#"), lines)
    return Section("What changed", ("Words kept: those of before that are among those of after.",), (grid,))


def _pairs(topics: pl.DataFrame, rows: int) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            size=f"{counted(row['size'], 'row')} ({row['size'] / rows:.1%})",
            titles=(row["title_before"] or "Untitled", row["title_after"] or "Untitled"),
            words=(tuple(row["words_before"]), tuple(row["words_after"])),
            examples=" · ".join(row["examples"]),
        )
        for row in topics.iter_rows(named=True)
    )


def _methods(atlas: Atlas) -> tuple[str, str]:
    """Return which methods the newest words and titles are of; empty where there are none."""
    tree = last(atlas.descriptions)
    method = {path: step.method for step in atlas.steps for path in step.outputs}
    return method.get(f"descriptions/{tree}", ""), method.get(f"labels/{tree}", "")


def _made(atlas: Atlas) -> str:
    named = zip(("words", "titles"), _methods(atlas), strict=True)
    return ", ".join(f"{what} by {made}" if made else f"no {what}" for what, made in named)


def _worth(scores: Scores, labellers: Mapping[str, str]) -> Iterator[Section]:
    """Tell what the titles of both are worth, where both were asked; what to do where only one was."""
    heading = "What the titles are worth"
    missing = [when for when, found in scores.items() if found is None]
    if len(missing) == 1:
        yield Section(
            heading, (f"The titles {missing[0]} were not asked what they are worth: triptych audit RUN faithfulness",)
        )
    if missing:
        return
    lines = [
        (row["level"], when, labellers[when] or "none", *(number(row[name]) for name in SCORES))
        for when, found in scores.items()
        if found is not None
        for row in found.iter_rows(named=True)
    ]
    heads = (
        "level#",
        "run",
        "titles by",
        "own title found#",
        "by chance#",
        "intruder found#",
        "by chance#",
        "grounded#",
    )
    grid = Grid(heads, tuple((str(line[0]), *line[1:]) for line in sorted(lines, key=lambda line: line[0])))
    yield Section(
        heading,
        (
            "Of documents that no title was made from: how many are nearest to the title of their own topic, and how "
            "often the title finds the one of five that is of another topic, beside what titles dealt out at random "
            "get. Grounded: the share of a title's words that are the topic's own.",
        ),
        (grid,),
    )


def _found(scores: Scores) -> Iterator[tuple[str, str]]:
    """Tell how many documents find the title of their own topic on the finest level shown, before and after."""
    found = [frame.sort("level").row(0, named=True) for frame in scores.values() if frame is not None]
    if len(found) == len(scores) and all(row["matched"] is not None for row in found):
        one, other = (f"{row['matched']:.0%}" for row in found)
        chance = max(row["matched_chance"] for row in found)
        yield f"{one} → {other}", f"of documents find their title on level {found[0]['level']} (by chance {chance:.0%})"


def _scores(atlas: Atlas, level: int | None) -> pl.DataFrame | None:
    """Return the scores of each level; None unless the titles that the Atlas has now were asked."""
    path, table = f"labels/{last(atlas.descriptions)}", "faithfulness_levels"
    asked = [step for step in atlas.steps if (step.stage, step.name) == ("audit", "faithfulness")]
    if not asked or f"audits/{table}" not in asked[-1].outputs or path not in atlas.digests:
        return None
    if asked[-1].inputs.get(path) != atlas.digests[path]:
        return None
    found = atlas.audits[table]
    return found if level is None else found.filter(level=level)
