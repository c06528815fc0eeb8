"""The check of survival, on planted topics and planted splinters, along the real road."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.audit_cases import planted_case
from triptych.checks.base import Case, Finding, Undefined
from triptych.checks.survival import Survival
from triptych.core.context import Context, using
from triptych.measures.survival import VALID

SOLID = 0.9


def examined(case: Case, *, seed: int = 0, **params: object) -> Finding:
    return Survival(**params).examine(case, seed=seed, advance=lambda _: None)


def separates(seed: int, **options: object) -> bool:
    """Tell whether planted solid topics survive and planted splinters do not, for one seed; a bench can count."""
    case = planted_case(seed, kind="splinter", rows=600, **options)
    topics = examined(case, seed=seed, replays=1).table.filter(pl.col("level") == 0)
    splinter = pl.col("topic") >= case.clusters - 2
    solid = topics.filter(~splinter & (pl.col("topic") > 0))["survival"]  # the piece was cut off topic 0
    return bool((solid >= SOLID).all() and (topics.filter(splinter)["survival"] < VALID - 0.25).all())


@pytest.mark.parametrize("seed", range(4))
def test_f106_planted_topics_survive_and_splinters_do_not(seed: int) -> None:
    assert separates(seed)


@pytest.mark.parametrize("options", [{"clusterer": "kmeans", "n_clusters": 8}, {"reduction": 0}])
def test_f106_every_clusterer_alike(options: dict[str, object]) -> None:
    assert separates(1, **options)


def test_f106_untouched_planted_topics_survive_on_every_level() -> None:
    case = planted_case(rows=600)
    found = examined(case, replays=2)
    assert len(case.levels) == 3
    assert found.table.filter(pl.col("level") == 0)["survival"].min() >= SOLID
    assert found.table.filter(pl.col("level") == 2).height == 2
    assert found.table["lowest"].min() <= found.table["survival"].min()
    assert found.sentences[0].startswith("Of 8 topics, 8 come again: over 10 replays")


def test_f106_structureless_data_has_few_topics_that_come_again() -> None:
    found = examined(planted_case(kind="gaussian", rows=600))
    assert (found.table["survival"] >= VALID).mean() < 0.4
    assert found.table["survival"].mean() < 0.65
    assert any("fell apart" in sentence for sentence in found.sentences)


def test_f106_splinters_come_again_least() -> None:
    case = planted_case(kind="splinter", rows=600)
    found = examined(case)
    last = found.table.sort("survival")["topic"].head(2).to_list()
    assert [case.titles[0][topic] for topic in last] == ["handful", "piece"]
    assert any(sentence.startswith("2 topics fell apart") for sentence in found.sentences)


def test_f106_the_kinds_count_the_same_whatever_the_number_of_replays() -> None:
    found = examined(planted_case(kind="gaussian", rows=400), replays=3)
    table = found.table
    means = table.select(pl.mean_horizontal("reseeding", "subsampling", "shuffling", "knobs")).to_series()
    assert np.allclose(table["survival"], means)
    replays = found.more["replays"]
    assert replays.group_by("kind").len().sort("kind").rows() == [
        ("knobs", 5), ("reseeding", 3), ("run", 1), ("shuffling", 1), ("subsampling", 3),
    ]  # fmt: skip
    assert replays.filter(pl.col("kind") == "subsampling")["rows"].unique().to_list() == [320]
    assert table["replays"].to_list() == [12] * table.height


def test_f106_other_vectors_of_the_same_rows_are_tried_too() -> None:
    case = planted_case(rows=600)
    noise = np.random.default_rng(0).normal(size=case.vectors.shape).astype(np.float32)
    alone = examined(case).table.filter(pl.col("level") == 0)
    assert alone["encoders"].null_count() == alone.height
    alike = examined(replace(case, others={"turned": np.ascontiguousarray(case.vectors[:, ::-1])}))
    assert alike.table.filter(pl.col("level") == 0)["encoders"].min() >= SOLID
    other = examined(replace(case, others={"noise": noise}))
    assert other.table.filter(pl.col("level") == 0)["encoders"].max() < 0.5
    assert set(other.table.filter(pl.col("level") == 0)["hardest"]) == {"the vectors noise"}


def test_f038_every_pair_of_replays_is_compared() -> None:
    found = examined(planted_case(rows=300), replays=2)
    pairs, replays = found.more["agreement"], found.more["replays"]
    n = replays.height
    assert pairs.height == n * (n - 1) // 2
    assert pairs["ari"].min() > 0.95
    samples = pairs.filter(pl.col("kinds") == "subsampling/subsampling")
    assert 0.5 * 300 < samples["rows"][0] < 0.8 * 300
    assert any("adjusted Rand index of 1.00 (3 pairs" in sentence for sentence in found.sentences)


def test_f038_kmeans_on_structureless_data_disagrees_with_itself() -> None:
    case = planted_case(kind="gaussian", rows=600, clusterer="kmeans", n_clusters=12, n_init=1, reduction=0)
    pairs = examined(case, replays=3).more["agreement"]
    seeds = pairs.filter(pl.col("kinds").is_in(["run/reseeding", "reseeding/reseeding"]))
    assert seeds.height == 6
    assert seeds["ari"].mean() < 0.8


def swapped_topics(case: Case) -> int:
    """Return the number of topics after two rows have changed places, everything from the search on done anew."""
    order = np.arange(len(case.labels))
    order[[3, 450]] = order[[450, 3]]
    vectors = case.vectors[order]
    points = case.road.reduce(vectors, case.road.search(vectors), seed=case.seed)
    return int(case.road.cluster(points, seed=case.seed)[0].max()) + 1


def test_f106_two_swapped_rows_that_change_the_number_of_topics_are_caught() -> None:
    changed = 0
    for seed in range(2, 5):
        case = planted_case(seed, kind="gaussian", rows=600)
        found = examined(case, seed=seed)
        counts = dict(found.more["replays"].select("replay", "clusters").iter_rows())
        changed += swapped_topics(case) != case.clusters or counts["rows shuffled"] != case.clusters
        told = f"The same rows in another order give {counts['rows shuffled']} topics "
        (sentence,) = [sentence for sentence in found.sentences if sentence.startswith(told)]
        assert ("as before" in sentence) == (counts["rows shuffled"] == case.clusters)
        assert found.table.filter(pl.col("level") == 0)["shuffling"].mean() < VALID
    assert changed


def test_f106_same_seed_same_answer_whatever_the_threads() -> None:
    case = planted_case(kind="gaussian", rows=400)
    answers = []
    for threads in (1, 2):
        with using(Context(threads=threads)):
            answers.append(examined(replace(case, threads=threads)))
    assert answers[0].table.equals(answers[1].table)
    assert answers[0].sentences == answers[1].sentences
    assert not examined(case, seed=1).table.equals(answers[0].table)


def test_f106_no_topics_is_undefined() -> None:
    for case in (planted_case(rows=3), planted_case(rows=1), _all_noise()):
        with pytest.raises(Undefined, match="no topics"):
            examined(case)


def test_f106_one_topic_and_few_rows() -> None:
    case = planted_case(rows=40, groups=2, clusterer="kmeans", n_clusters=1)
    found = examined(case)
    assert found.table["survival"][0] > 0.4
    assert found.more["agreement"]["ari"].null_count() > 0
    many = planted_case(rows=20, clusterer="kmeans", n_clusters=20)
    skipped = examined(many).more["replays"].filter(pl.col("skipped").is_not_null())
    assert skipped["kind"].unique().to_list() == ["subsampling"]  # 16 rows make no 20 clusters


def test_f106_progress_adds_up_to_one_at_most() -> None:
    told: list[float] = []
    Survival(replays=1).examine(planted_case(rows=200), seed=0, advance=told.append)
    assert 0.9 < sum(told) <= 1


def _all_noise() -> Case:
    case = planted_case(rows=100)
    noise = np.full(100, -1, dtype=np.int32)
    return replace(case, labels=noise, levels=noise[None], titles=[[]])
