"""The null model: the road of the run on structureless twins of its data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from triptych.checks._again import drawn
from triptych.checks._words import percent
from triptych.checks.base import Case, Check, Finding, Undefined
from triptych.core.errors import UsageError
from triptych.core.params import Integer, Limit
from triptych.core.seeds import child_seed
from triptych.measures.partition import cluster_sizes
from triptych.measures.rand import adjusted_rand
from triptych.measures.survival import survival
from triptych.measures.tendency import Beyond, beyond, hopkins, simplified_silhouette
from triptych.measures.twins import Gaussian, permuted_columns

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ALPHA", "Null"]

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]

#: The chance of calling structureless data clustered that is accepted.
ALPHA = 0.02
#: Fewer rows than that have too few neighbours for a comparison.
FEWEST_ROWS = 50
#: Rows that are compared: one of so many, within limits.
ONE_OF, LEAST_ROWS, MOST_ROWS = 22, 500, 2_000
#: Rows that the Gaussian is fitted to, and rows and twins of the Hopkins statistic.
FITTED_ROWS, PROBES, TENDENCY_TWINS = 5_000, 200, 9
#: Layouts of every arm, each under a seed of its own.
SEEDS = 2
#: The smallest standard deviations among twins that are believed.
LEAST_SILHOUETTE, LEAST_HOPKINS = 0.01, 0.0005
#: A cluster of a sample has at least so many rows unless the run allowed fewer.
FEWEST = 5


@dataclass(frozen=True)
class _Arm:
    """What the road made of one set of rows, under several seeds."""

    name: str
    labels: tuple[I32, ...]
    persistence: tuple[F32, ...]
    silhouette: float
    hopkins: float | None


class Null(Check):
    """Takes rows without any clusters along the same road, and compares what comes of both.

    A twin is drawn from one Gaussian with the mean and the covariance of the data, as many rows as are compared. There
    is evidence of clusters only if the data pass two tests, so that the chance of calling such a Gaussian clustered is
    at most that of either (Berger 1982, "Multiparameter hypothesis testing and acceptance sampling"):

    - tendency: rows lie nearer to one another than those of twins do, by a Hopkins statistic against the twins;
    - silhouette: the clusters of the road stand further apart than those of twins, by the simplified silhouette over
      all rows, noise counting as 0, so that leaving rows out is no way to a better score.

    Each compares the data with several twins by the prediction interval of Student's t. A second kind of twin, with
    every column shuffled by itself, is shown and decides nothing: it has lost what joins the columns, clusters or not.
    """

    question: ClassVar[str] = "Would structureless data give clusters like these?"
    worth: ClassVar[int] = 8
    looks_at: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[dict[str, Limit]] = {
        "twins": Integer(low=3, high=100, help="Gaussian twins that are taken along the road"),
        "rows": Integer(
            low=FEWEST_ROWS,
            high=100_000,
            optional=True,
            help="rows that are compared; one of 22, at least 500 and at most 2,000, unless given",
        ),
    }

    def __init__(self, *, twins: int = 4, rows: int | None = None) -> None:
        self.twins = twins
        self.rows = rows

    def effort(self, case: Case) -> float:
        """Count the layouts of the sample, each its share of the run's."""
        return SEEDS * (self.twins + 2) * self._size(case) / max(len(case.vectors), 1)

    def examine(self, case: Case, *, seed: int, advance: Callable[[float], None]) -> Finding:
        """Return one line for each arm; more: the ``test``, and the ``clusters`` of the Gaussian twins."""
        n = len(case.vectors)
        if n < FEWEST_ROWS:
            raise Undefined(f"there are {n} rows, and a comparison with twins needs {FEWEST_ROWS}")
        if not case.clusters:
            raise Undefined("the map has no clusters to compare with those of structureless data")
        sample = np.ascontiguousarray(case.vectors[drawn(n, self._size(case), child_seed(seed, "sample"))])
        if not np.ptp(sample, axis=0).any():
            raise Undefined("all rows that are compared are equal")
        from threadpoolctl import threadpool_limits

        # One thread: how several share the sums out would show in the last bits.
        with threadpool_limits(1, user_api="blas"):
            return self._compared(case, sample, seed, advance)

    def _compared(self, case: Case, sample: F32, seed: int, advance: Callable[[float], None]) -> Finding:
        fitted = drawn(len(case.vectors), FITTED_ROWS, child_seed(seed, "fit"))
        source = Gaussian.of(case.vectors[fitted])
        clumps = [
            _tendency(source.turned_rows(len(sample), seed=child_seed(seed, f"clump {i}")), source.turned_rows, seed, i)
            for i in range(self.twins, TENDENCY_TWINS)
        ]
        advance(0.2)
        sets = [("data", sample)]
        sets += [("gaussian", source.rows(len(sample), seed=child_seed(seed, f"twin {i}"))) for i in range(self.twins)]
        sets += [("permuted", permuted_columns(sample, seed=child_seed(seed, "permuted")))]
        arms = []
        for i, (name, rows) in enumerate(sets):
            arms.append(_taken(case, name, rows, _tendency(rows, source.rows, seed, -i)))
            advance(0.75 / len(sets))
        tests = _tests(arms, [arm.hopkins for arm in arms if arm.name == "gaussian"] + clumps)
        table = _table(arms, len(sample))
        return Finding(table, tuple(_sentences(arms, tests, table)), {
            "test": _test_table(tests), "clusters": _twin_clusters(arms),
        })  # fmt: skip

    def _size(self, case: Case) -> int:
        n = len(case.vectors)
        return min(n, self.rows or int(np.clip(n // ONE_OF, LEAST_ROWS, MOST_ROWS)))


def _tendency(rows: F32, draw: Callable[..., F32], seed: int, number: int) -> float | None:
    """Return the Hopkins statistic of rows against probes that no other set of rows is compared with."""
    chosen = drawn(len(rows), PROBES, child_seed(seed, f"chosen {number}"))
    return hopkins(rows, draw(len(chosen), seed=child_seed(seed, f"probes {number}")), chosen)


def _taken(case: Case, name: str, rows: F32, tendency: float | None) -> _Arm:
    """Take rows along the road under several seeds.

    The least size of a cluster shrinks with the root of the number of rows, as its default does.
    """
    knobs = {}
    for knob in case.road.knobs:
        if knob.name == "clusterer.min_cluster_size":
            size = round(knob.value * sqrt(len(rows) / len(case.vectors)))
            knobs["min_cluster_size"] = float(max(size, min(knob.value, FEWEST)))
    labels, persistence, scores = [], [], []
    try:
        graph = case.road.search(rows)
        for seed in range(case.seed, case.seed + SEEDS):
            points = case.road.reduce(rows, graph, seed=seed)
            found, lasting = case.road.cluster(points, seed=seed, **knobs)
            labels.append(found)
            persistence.append(lasting)
            scores.append(simplified_silhouette(points, found))
    except UsageError as error:
        raise Undefined(f"the road cannot be taken with {len(rows):,} rows ({error.message})") from error
    return _Arm(name, tuple(labels), tuple(persistence), float(np.mean(scores)), tendency)


def _tests(arms: list[_Arm], clumps: list[float | None]) -> dict[str, Beyond]:
    real, twins = arms[0], [arm for arm in arms if arm.name == "gaussian"]
    known = [clump for clump in clumps if clump is not None]
    if real.hopkins is None or len(known) < len(clumps):
        raise Undefined("rows and twins coincide, so that no distance is left to compare")
    return {
        "silhouette": beyond(real.silhouette, [twin.silhouette for twin in twins], least=LEAST_SILHOUETTE),
        "tendency": beyond(real.hopkins, known, least=LEAST_HOPKINS),
    }


def _table(arms: list[_Arm], rows: int) -> pl.DataFrame:
    import polars as pl

    lines: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for arm in arms:
        numbers[arm.name] = numbers.get(arm.name, -1) + 1
        counted = [cluster_sizes(labels) for labels in arm.labels]
        noise = float(np.mean([one.noise_share for one in counted]))
        lines.append({
            "arm": arm.name, "twin": numbers[arm.name] if arm.name != "data" else None, "rows": rows,
            "clusters": float(np.mean([len(one.sizes) for one in counted])), "noise_share": noise,
            "clustered_share": 1 - noise, "persistence": _persistence(arm),
            "stability": adjusted_rand(*arm.labels), "stability_with_noise": adjusted_rand(*arm.labels, noise=True),
            "silhouette": arm.silhouette, "hopkins": arm.hopkins,
        })  # fmt: skip
    return pl.DataFrame(lines, schema=_columns())


def _persistence(arm: _Arm) -> float | None:
    """Return the mean persistence of the clusters of all seeds; None where no method says it, or nothing was found."""
    values = np.concatenate(arm.persistence)
    return float(values.mean()) if len(values) and not np.isnan(values).any() else None


def _twin_clusters(arms: list[_Arm]) -> pl.DataFrame:
    """Return every cluster of the Gaussian twins, with how much of it comes again under the other seed."""
    import polars as pl

    frames = [pl.DataFrame(schema=_cluster_columns())]
    twins = [arm for arm in arms if arm.name == "gaussian"]
    for number, twin in enumerate(twins):
        for at, labels in enumerate(twin.labels):
            sizes = cluster_sizes(labels).sizes
            frames.append(pl.DataFrame({
                "twin": np.full(len(sizes), number), "seed": np.full(len(sizes), at),
                "cluster": np.arange(len(sizes)), "size": sizes,
                "survival": survival(labels, twin.labels[(at + 1) % SEEDS]),
                "persistence": twin.persistence[at].astype(np.float64),
            }, schema=_cluster_columns()))  # fmt: skip
    return pl.concat(frames).with_columns(pl.col("survival", "persistence").fill_nan(None))


def _test_table(tests: dict[str, Beyond]) -> pl.DataFrame:
    import polars as pl

    worst = max(test.p_value for test in tests.values())
    lines: list[dict[str, Any]] = [{"statistic": "both", "p_value": worst}]
    lines += [{"statistic": name} | asdict(test) for name, test in tests.items()]
    for line in lines:
        line |= {"alpha": ALPHA, "verdict": _verdict(line["p_value"])}
    return pl.DataFrame(lines, schema=_test_columns())


def _verdict(p_value: float) -> str:
    return "evidence" if p_value <= ALPHA else "no evidence"


def _sentences(arms: list[_Arm], tests: dict[str, Beyond], table: pl.DataFrame) -> Iterator[str]:
    import polars as pl

    apart, near = tests["silhouette"], tests["tendency"]
    worst = max(apart.p_value, near.p_value)
    said = "Evidence of clusters" if _verdict(worst) == "evidence" else "No evidence of clusters"
    yield (
        f"{said}: {len(arms[0].labels[0]):,} rows against twins without any structure, p = {_p(worst)}, where up to "
        f"{ALPHA} counts as evidence."
    )
    yield (
        f"Clusters stand apart by a silhouette of {apart.value:.2f}; in {apart.twins} twins it is {apart.mean:.2f} "
        f"± {apart.sd:.2f} (p = {_p(apart.p_value)})."
    )
    yield (
        f"The tendency of rows to lie in clumps is {near.value:.3f} (Hopkins); in {near.twins} twins it is "
        f"{near.mean:.3f} ± {near.sd:.3f} (p = {_p(near.p_value)})."
    )
    real = table.row(0, named=True)
    means = table.filter(pl.col("arm") == "gaussian").mean().row(0, named=True)
    yield (
        f"Without any structure the same road still finds {means['clusters']:.0f} clusters and leaves "
        f"{percent(means['noise_share'])} as noise; in as many rows of the data it finds {real['clusters']:.0f} and "
        f"leaves {percent(real['noise_share'])}."
    )
    if real["stability_with_noise"] is not None and means["stability_with_noise"] is not None:
        yield (
            f"Under another seed the clusters of the data agree by {real['stability_with_noise']:.2f}, those of the "
            f"twins by {means['stability_with_noise']:.2f} (adjusted Rand index, noise counted as a cluster)."
        )


def _p(p_value: float) -> str:
    return f"{p_value:.3f}" if p_value >= 0.001 else "below 0.001"


def _columns() -> dict[str, Any]:
    import polars as pl

    real = ("clusters", "noise_share", "clustered_share", "persistence", "stability", "stability_with_noise")
    whole = {"arm": pl.String, "twin": pl.Int64, "rows": pl.Int64}
    return whole | dict.fromkeys((*real, "silhouette", "hopkins"), pl.Float64)


def _cluster_columns() -> dict[str, Any]:
    import polars as pl

    whole = dict.fromkeys(("twin", "seed", "cluster", "size"), pl.Int64)
    return whole | dict.fromkeys(("survival", "persistence"), pl.Float64)


def _test_columns() -> dict[str, Any]:
    import polars as pl

    real = ("value", "mean", "sd", "z", "p_value", "rank_p", "alpha")
    return {"statistic": pl.String, "verdict": pl.String, "twins": pl.Int64} | dict.fromkeys(real, pl.Float64)
