"""contrast: the same topics in other words, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from triptych.core.atlas import Atlas, last
from triptych.core.errors import InputError, UsageError
from triptych.core.schema import ROW_ID
from triptych.core.tables import topic_table

if TYPE_CHECKING:
    import polars as pl

__all__ = ["contrast"]

#: Titles of typical rows that stand beside each topic.
EXAMPLES = 3


def contrast(before: Atlas, after: Atlas, *, level: int | None = None) -> pl.DataFrame:
    """Put the words and titles that two describers or labellers give to the same topics side by side.

    Parameters
    ----------
    before, after
        Two runs, or two states of one, with the same rows in the same topics; the newest described tree of each is
        taken.
    level
        Which level; None takes every one, 0 is the finest.

    Returns
    -------
    polars.DataFrame
        One line a topic: level (0 is the finest), topic, size, title_before, title_after, words_before, words_after,
        words_shared (in both, over those in either; null where neither has any), examples (names of the rows nearest
        the centre).

    Raises
    ------
    UsageError
        If a run has no described topics, or there is no such level.
    InputError
        If the topics are not the same.
    """
    import polars as pl

    trees = last(before.descriptions), last(after.descriptions)
    levels, others = (run.trees[tree].levels for run, tree in zip((before, after), trees, strict=True))
    if not (before.kept[ROW_ID].equals(after.kept[ROW_ID]) and np.array_equal(levels, others)):
        raise InputError(
            "the two runs do not have the same rows in the same topics", hint="compare such runs with: triptych diff"
        )
    if level is not None and not 0 <= level < len(levels):
        raise UsageError(f"there is no level {level} in these runs", hint=f"levels go from 0 to {len(levels) - 1}")
    keys, renamed = ["level", "topic"], {"label": "title", "keywords": "words"}
    one, other = (
        topic_table(run, tree).rename({column: f"{name}_{when}" for column, name in renamed.items()})
        for run, tree, when in zip((before, after), trees, ("before", "after"), strict=True)
    )
    words = pl.col("words_before"), pl.col("words_after")
    both, either = words[0].list.set_intersection(words[1]).list.len(), words[0].list.set_union(words[1]).list.len()
    paired = one.join(other.select(*keys, "title_after", "words_after"), on=keys, maintain_order="left")
    asked = paired if level is None else paired.filter(pl.col("level") == level)
    return asked.select(
        *keys, "size", "title_before", "title_after", "words_before", "words_after",
        words_shared=pl.when(either > 0).then(both / either),
        examples=pl.col("exemplars").list.head(EXAMPLES),
    )  # fmt: skip
