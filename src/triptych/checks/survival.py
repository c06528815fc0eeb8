"""Survival: the road is gone again with other seeds, rows, orders and settings, and each topic is looked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._replays import ABSENT, EPOCHS, KINDS, TREE, Arm, Replay, replays
from triptych.checks._words import topics_of
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit, Real
from triptych.measures.partition import cluster_sizes
from triptych.measures.rand import adjusted_rand
from triptych.measures.survival import DISSOLVED, VALID, joined, survival, union_survival

if TYPE_CHECKING:
    import polars as pl

F64 = npt.NDArray[np.float64]

#: At so many rows the search for neighbours, which is not done again, takes as long as all that is.
SEARCH_ROWS = 15_000
#: Up to so many rows layouts are most of a run, and the check is to cost no more than that.
SMALL = 10_000


class Survival(Check):
    """Makes the map again with other seeds, on samples, in another row order, one step beside each setting.

    Where the run has further vectors, of another encoder, it is made of these as well.

    A topic's survival in a replay is the largest Jaccard overlap of its rows with a cluster there, noise being no match
    (Hennig 2007, Cluster-wise assessment of cluster stability); on coarser levels, with the union of the clusters that
    are mostly its own. Its survival is the mean over the kinds of replay, each the mean over its replays.

    A sample keeps of each row those of its neighbours that are in the sample, instead of searching again; numbers of
    rows and neighbours (``min_cluster_size``, ``n_neighbors``) shrink with it, so that a small topic is not lost just
    because it has fewer rows. Long layouts are replayed in three fifths of the passes.
    """

    question: ClassVar[str] = "Would the same topics come again?"
    looks_at: ClassVar[tuple[str, ...]] = ()
    worth: ClassVar[int] = 9
    limits: ClassVar[dict[str, Limit]] = {
        "replays": Integer(
            low=1,
            high=100,
            optional=True,
            help="other seeds, and samples, that are tried; 1 up to 10,000 rows and 2 above unless given",
        ),
        "share": Real(low=0.5, high=0.99, help="rows of a sample, as a share of all"),
    }

    def __init__(self, *, replays: int | None = None, share: float = 0.8) -> None:
        self.replays = replays
        self.share = share

    def effort(self, case: Case) -> float:
        """Count the layouts and trees that are made again; the search for neighbours is not."""
        knobs = {knob.name: knob for knob in case.road.knobs}
        tree, layout = TREE if case.road.reduced else 1.0, 1.0
        if long := knobs.pop(EPOCHS, None):
            layout = long.others[0] / long.value
        made: float = (self.resolved(len(case.labels))["replays"] * (1 + self.share) + 1) * layout
        made += 2 * len(case.others)
        for name, knob in knobs.items():
            made += len(knob.others) * (
                layout if name.startswith("reducer.") else 0 if name.endswith(".min_cluster_size") else tree
            )
        return made / (1 + len(case.labels) / SEARCH_ROWS)

    def resolved(self, rows: int) -> dict[str, Any]:
        """Return every parameter as it is for so many rows."""
        return self.params() | {"replays": self.replays or (1 if rows <= SMALL else 2)}

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return each topic's survival; in ``more`` the replays, and the adjusted Rand index of every pair of them."""
        if not case.clusters:
            raise Undefined("the map has no topics, so that none can come again")
        arms, skipped = [Arm("run", "the run itself", case.labels, "")], []
        times = self.resolved(len(case.labels))["replays"]
        planned = list(replays(case, times=times, share=self.share, seed=seed))
        total = sum(replay.share for replay in planned)
        for replay in planned:
            try:
                arms.append(Arm(replay.kind, replay.name, replay.go(), replay.reused))
            except UsageError as error:  # a setting that so few rows do not allow
                skipped.append((replay, error.message))
            advance(0.95 * replay.share / total)
        if len(arms) == 1:
            raise Undefined("no replay of the road was possible")
        table = _topics(case, arms[1:])
        pairs = _pairs(arms)
        return Finding(table, tuple(_sentences(case, table, pairs, arms)), {
            "replays": _replay_table(arms, skipped), "agreement": pairs, "joined": _joined(case, arms[1:]),
        })  # fmt: skip


def _topics(case: Case, arms: list[Arm]) -> pl.DataFrame:
    import polars as pl

    frames = []
    kinds = np.array([KINDS.index(arm.kind) for arm in arms])
    for level, labels in enumerate(case.levels):
        find = survival if level == 0 else union_survival
        found = np.stack([find(labels, arm.labels[arm.rows], arm.rows) for arm in arms])
        by_kind = np.stack([_mean(found[kinds == kind]) for kind in range(len(KINDS))])
        mean = _mean(by_kind)
        sizes = cluster_sizes(labels).sizes
        k = len(sizes)
        frames.append(pl.DataFrame({
            "level": np.full(k, level, dtype=np.int32), "topic": np.arange(k, dtype=np.int32),
            "size": sizes, "survival": mean,
            "lowest": np.fmin.reduce(found), "highest": np.fmax.reduce(found),
            "sd": np.sqrt(np.maximum(_mean(found * found) - _mean(found) ** 2, 0)),
            **dict(zip(KINDS, by_kind, strict=True)), "replays": (~np.isnan(found)).sum(axis=0),
            "hardest": [arms[i].name for i in np.where(np.isnan(found), np.inf, found).argmin(axis=0)],
        }).with_columns(pl.col(pl.Float64).fill_nan(None)))  # fmt: skip
    return pl.concat(frames)


def _mean(values: F64) -> F64:
    """Return the mean of each column over the rows where it is known; NaN where none is."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: F64 = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def _joined(case: Case, arms: list[Arm]) -> pl.DataFrame:
    """Return the pairs of topics of the finest level that replays put into one, and the share of the replays."""
    import polars as pl

    found = joined(case.labels, [(arm.labels[arm.rows], arm.rows) for arm in arms])
    return pl.DataFrame(found, schema={"one": pl.Int32, "other": pl.Int32, "share": pl.Float64}, orient="row")


def _pairs(arms: list[Arm]) -> pl.DataFrame:
    import polars as pl

    rows: list[dict[str, Any]] = []
    for i, one in enumerate(arms):
        for other in arms[i + 1 :]:
            both = (one.labels != ABSENT) & (other.labels != ABSENT)
            a, b = one.labels[both], other.labels[both]
            rows.append({
                "one": one.name, "other": other.name, "kinds": f"{one.kind}/{other.kind}", "rows": len(a),
                "ari": adjusted_rand(a, b), "ari_with_noise": adjusted_rand(a, b, noise=True),
            })  # fmt: skip
    schema = {
        "one": pl.String, "other": pl.String, "kinds": pl.String, "rows": pl.Int64, "ari": pl.Float64,
        "ari_with_noise": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _replay_table(arms: list[Arm], skipped: list[tuple[Replay, str]]) -> pl.DataFrame:
    import polars as pl

    rows: list[dict[str, Any]] = []
    for arm in arms:
        counted = cluster_sizes(arm.labels[arm.rows])
        rows.append({
            "replay": arm.name, "kind": arm.kind, "rows": len(arm.rows), "clusters": len(counted.sizes),
            "noise_share": counted.noise_share, "reused": arm.reused, "skipped": None,
        })  # fmt: skip
    rows += [{"replay": replay.name, "kind": replay.kind, "skipped": why} for replay, why in skipped]
    schema = {
        "replay": pl.String, "kind": pl.String, "rows": pl.Int64, "clusters": pl.Int64, "noise_share": pl.Float64,
        "reused": pl.String, "skipped": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _sentences(case: Case, table: pl.DataFrame, pairs: pl.DataFrame, arms: list[Arm]) -> Iterator[str]:
    import polars as pl

    topics = table.filter(pl.col("level") == 0)
    known = topics.filter(pl.col("survival").is_not_null())
    solid = known.filter(pl.col("survival") >= VALID).height
    yield (
        f"Of {topics_of(case.clusters)}, {solid:,} come again: over {len(arms) - 1} replays, at least {VALID:.0%} of "
        "the rows of a topic and its best match are rows of both, on average."
    )
    if lost := known.filter(pl.col("survival") < DISSOLVED).height:
        yield f"{topics_of(lost).capitalize()} fell apart: less than half is found again, on average."
    means = [(float(np.mean(values.to_numpy())), kind) for kind in KINDS if len(values := topics[kind].drop_nulls())]
    (low, hard), (high, easy) = min(means), max(means)
    if round(low, 2) < round(high, 2):
        yield f"What changes topics most is {hard}: the mean survival is {low:.2f}, and {high:.2f} under {easy}."
    same = pairs.filter(pl.col("kinds").is_in(["run/reseeding", "reseeding/reseeding"]))["ari"].drop_nulls().to_numpy()
    if len(same):
        yield (
            f"Runs that differ in the seed alone agree by an adjusted Rand index of {same.mean():.2f} "
            f"({len(same)} {'pair' if len(same) == 1 else 'pairs'}, rows in clusters; 1 is the same, 0 is chance)."
        )
    for arm in arms:
        if arm.kind == "shuffling":
            count = int(arm.labels.max(initial=-1)) + 1
            rather = "as before" if count == case.clusters else f"instead of {case.clusters:,}"
            yield f"The same rows in another order give {topics_of(count)} {rather}."
