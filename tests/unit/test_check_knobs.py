"""The sweep of a setting with its cliffs and plateau, and the company of single rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.audit_cases import planted_case, planted_vectors
from triptych.checks.base import Case, Finding, Undefined
from triptych.checks.knobs import Knobs
from triptych.checks.neighbours import Neighbours
from triptych.core.errors import UsageError

GROUPS, ROWS = 53, 155


def examined(check: Knobs | Neighbours, case: Case) -> Finding:
    return check.examine(case, seed=0, advance=lambda _: None)


def cliff_case() -> Case:
    """Return a case of 53 groups of 155 points in three regions, clustered with groups of 150 and more."""
    random = np.random.default_rng(0)
    region, place = np.arange(GROUPS) % 3, np.arange(GROUPS) // 3
    lattice = np.stack([place % 3, place // 3 % 3, place // 9], axis=1)
    centres = 200.0 * np.eye(3)[region] + 8.0 * lattice
    group = np.repeat(np.arange(GROUPS), ROWS)
    points = (centres[group] + random.normal(scale=0.5, size=(len(group), 3))).astype(np.float32)
    case = planted_case(rows=len(group), reduction=0, clusterer="hdbscan", min_cluster_size=150)
    labels = case.road.cluster(points, seed=case.seed)[0]
    return replace(case, points=points, labels=labels, levels=labels[None])


def test_f107_a_step_from_150_to_160_that_takes_53_topics_to_3_is_caught() -> None:
    case = cliff_case()
    assert case.clusters == GROUPS
    found = examined(Knobs(), case)
    cliffs = found.more["cliffs"]
    assert cliffs.select("below", "above", "clusters_below", "clusters_above").rows()[0] == (155, 156, 53, 3)
    assert cliffs["agreement"][0] < 0.3
    assert found.sentences[0].startswith("The run stands next to a cliff: min_cluster_size 150 gives 53 topics")
    assert any("from min_cluster_size 155 to 156 the number of topics goes from 53 to 3" in s for s in found.sentences)


def test_f107_planted_topics_stand_on_a_plateau() -> None:
    found = examined(Knobs(), planted_case(rows=800))
    table = found.table
    assert table["own"].sum() == 1
    assert table.filter("own")["plateau"].item()
    assert not table["cliff_to_next"].any()
    assert table["agreement_with_next"].null_count() == 1
    assert table.height >= 12
    assert found.sentences == (
        "The run stands on the widest plateau: min_cluster_size 8 gives 8 topics, and the topics hardly change "
        "from min_cluster_size 5 to 40 (8 topics).",
    )


def test_f107_structureless_data_has_no_plateau_at_its_own_setting() -> None:
    table = examined(Knobs(values=20), planted_case(kind="gaussian", rows=800)).table
    assert not table.filter("own")["plateau"].item()
    assert table["clusters"][0] > 3 * table["clusters"][-1]


def test_f107_a_number_of_clusters_is_turned_too() -> None:
    found = examined(Knobs(values=6), planted_case(rows=400, clusterer="kmeans", n_clusters=8))
    assert found.table["value"].to_list() == found.table["clusters"].to_list()
    assert found.table["value"][-1] == 24
    assert not found.table["plateau"].any()
    assert found.sentences[-1].startswith("n_clusters 8 gives 8 topics; one step of the sweep away")


def test_f107_too_few_rows_and_no_topics_are_undefined() -> None:
    for rows in (1, 3):
        with pytest.raises(Undefined):
            examined(Knobs(), planted_case(rows=rows))
    case = planted_case(rows=200)
    with pytest.raises(Undefined, match="no topics"):
        examined(Knobs(), replace(case, points=np.zeros_like(case.points)))


def named_case(**options: object) -> Case:
    case = planted_case(rows=400, **options)
    return replace(case, names=[f"film {i}" for i in range(400)])


def test_f041_nearest_rows_equal_brute_force() -> None:
    case = named_case(kind="mixture", apart=0.6)
    table = examined(Neighbours(rows=(case.ids[7],), sizes=(3, 30)), case).table
    closeness = case.vectors @ case.vectors[7]
    closeness[7] = -np.inf
    order = np.argsort(-closeness, kind="stable")
    near = table.filter(pl.col("setting") == "nearest")
    assert near["nearest"].to_list() == [
        " · ".join(f"film {i}" for i in order[:3]), " · ".join(f"film {i}" for i in order[27:30]),
    ]  # fmt: skip
    mates = np.flatnonzero(case.labels == case.labels[7])
    share = np.isin(order[:30], mates).mean()
    assert near["own_topic_share"][1] == pytest.approx(share)
    assert near["topic_kept"][1] == pytest.approx(30 * share / (len(mates) - 1))


def test_f041_company_at_every_setting() -> None:
    case = named_case()
    found = examined(Neighbours(), case)
    first = found.table.filter(pl.col("row_id") == found.table["row_id"][0])
    topics = first.filter(pl.col("setting") == "topics")
    assert topics["value"].to_list() == [8, 4, 2]
    assert topics["company"].to_list() == sorted(topics["company"])
    assert topics["topic_kept"].to_list() == [1, 1, 1]
    knob = first.filter(pl.col("setting") == "min_cluster_size")
    assert knob["company"].to_list() == [49] * 4
    assert found.table["row_id"].n_unique() == 5
    assert len(found.sentences) == 5
    assert "100%, 100% and" in found.sentences[0]


def test_f041_a_row_in_no_topic_and_a_row_that_is_not_there() -> None:
    case = named_case(kind="gaussian")
    noise = int(np.flatnonzero(case.labels < 0)[0])
    found = examined(Neighbours(rows=(case.ids[noise],)), case)
    assert found.table["own_topic_share"].null_count() == found.table.height
    assert found.sentences[0].startswith(f"“film {noise}”: it is in no topic, and its nearest rows are film ")
    with pytest.raises(UsageError, match="no kept row 'nobody'"):
        examined(Neighbours(rows=("nobody",)), case)


def test_f041_too_few_rows_are_undefined() -> None:
    for rows in (1, 3):
        with pytest.raises(Undefined):
            examined(Neighbours(), planted_case(rows=rows))
    three = examined(Neighbours(rows=("1",)), replace(planted_case(rows=3), ids=["0", "1", "2"])).table
    assert three.filter(pl.col("setting") == "nearest")["company"].to_list() == [2]


def test_planted_vectors_have_the_groups_that_they_say() -> None:
    vectors, group = planted_vectors(rows=80)
    centres = np.stack([vectors[group == g].mean(axis=0) for g in range(8)])
    assert (np.linalg.norm(vectors[:, None] - centres, axis=2).argmin(axis=1) == group).all()
    assert (planted_vectors(rows=10, kind="gaussian")[1] == -1).all()
