"""The null model, on planted clusters and on structureless data, along the real road."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from bench.null import Make, passed

from tests.audit_cases import planted_case
from triptych.checks.base import Case, Finding, Undefined
from triptych.checks.null import ALPHA, Null
from triptych.core.context import Context, using
from triptych.measures.survival import survival

ROWS = 400


@cache
def case_of_kind(kind: str) -> Case:
    return planted_case(rows=ROWS, kind=kind)


def examined(case: Case, *, seed: int = 0, **params: int) -> Finding:
    return Null(**params).examine(case, seed=seed, advance=lambda _: None)


@cache
def found(kind: str) -> Finding:
    return examined(case_of_kind(kind))


def test_f105_planted_clusters_are_evidence() -> None:
    test = found("solid").more["test"]
    assert test["statistic"].to_list() == ["both", "silhouette", "tendency"]
    assert test["verdict"].to_list() == ["evidence"] * 3
    assert test["p_value"][0] == max(test["p_value"][1:]) <= ALPHA
    assert found("solid").sentences[0].startswith(f"Evidence of clusters: {ROWS} rows")


@pytest.mark.parametrize("seed", range(3))
def test_f105_a_gaussian_is_no_evidence(seed: int) -> None:
    finding = examined(planted_case(seed, rows=300, kind="gaussian"), seed=seed)
    assert finding.more["test"]["verdict"][0] == "no evidence"
    assert finding.sentences[0].startswith("No evidence of clusters: 300 rows")


def test_f105_two_heavy_tails_are_not_taken_for_clusters() -> None:
    assert passed(Make.heavy_tailed(300, 50, "euclidean", alike=True), 0) == {
        "both": False, "silhouette": False, "tendency": True,
    }  # fmt: skip


def test_f105_other_clusterers_and_no_reduction_are_tested_alike() -> None:
    for options in ({"clusterer": "kmeans", "n_clusters": 8}, {"reduction": 0}):
        finding = examined(planted_case(rows=ROWS, **options))
        assert finding.more["test"]["verdict"][0] == "evidence"
    assert examined(planted_case(rows=ROWS, clusterer="kmeans", n_clusters=8)).table["persistence"].is_null().all()


def test_f105_every_arm_has_its_numbers() -> None:
    table = found("solid").table
    assert table["arm"].to_list() == ["data", *["gaussian"] * 4, "permuted"]
    assert table["twin"].to_list() == [None, 0, 1, 2, 3, 0]
    assert table["rows"].to_list() == [ROWS] * 6
    data = table.row(0, named=True)
    assert data["clusters"] == 8
    assert data["stability"] == 1
    assert data["noise_share"] + data["clustered_share"] == 1
    assert table["hopkins"][1:].to_numpy() == pytest.approx(0.5, abs=0.03)
    assert table["hopkins"][0] > 0.6
    twins = table.filter(arm="gaussian")
    test = found("solid").more["test"].row(1, named=True)
    assert test["value"] == data["silhouette"]
    assert test["mean"] == pytest.approx(twins["silhouette"].mean())
    assert test["twins"] == 4


def test_f105_clusters_of_twins_are_looked_for_again() -> None:
    clusters = found("solid").more["clusters"]
    assert clusters["twin"].unique().sort().to_list() == [0, 1, 2, 3]
    assert clusters["seed"].unique().sort().to_list() == [0, 1]
    assert clusters["survival"].is_between(0, 1).all()
    assert clusters["survival"].mean() < 0.9  # type: ignore[operator]
    assert clusters["persistence"].is_between(0, 1).all()
    per_twin = clusters.group_by("twin", "seed").len().group_by("twin").agg(pl.col("len").mean()).sort("twin")
    assert per_twin["len"].to_list() == found("solid").table.filter(arm="gaussian")["clusters"].to_list()
    assert survival(np.int32([0, 0, 1]), np.int32([1, 1, 0])).tolist() == [1, 1]


def test_f105_the_sample_is_as_large_as_asked_for() -> None:
    finding = examined(case_of_kind("solid"), rows=120, twins=3)
    assert finding.table["rows"].unique().to_list() == [120]
    assert finding.table.filter(arm="gaussian").height == 3
    assert Null(rows=120, twins=3).effort(case_of_kind("solid")) == pytest.approx(2 * 5 * 120 / ROWS)


def test_f105_the_same_bytes_for_any_number_of_threads() -> None:
    case = case_of_kind("solid")
    tables = []
    for threads in (1, 2):
        with using(Context(threads=threads)):
            tables.append(examined(replace(case, threads=threads), rows=100, twins=3))
    assert tables[0].table.equals(tables[1].table)
    assert tables[0].more["test"].equals(tables[1].more["test"])
    assert tables[0].more["clusters"].equals(tables[1].more["clusters"])


def test_f105_progress_adds_up_to_at_most_one() -> None:
    shares: list[float] = []
    Null(rows=100, twins=3).examine(case_of_kind("solid"), seed=0, advance=shares.append)
    assert 0.9 < sum(shares) <= 1


def without(case: Case, rows: int) -> Case:
    return replace(case, vectors=case.vectors[:rows], labels=case.labels[:rows])


def test_f105_what_cannot_be_examined_is_undefined() -> None:
    case = case_of_kind("solid")
    with pytest.raises(Undefined, match="there are 3 rows, and a comparison with twins needs 50"):
        examined(without(case, 3))
    with pytest.raises(Undefined, match="no clusters"):
        examined(replace(case, labels=np.full(ROWS, -1, dtype=np.int32)))
    with pytest.raises(Undefined, match="all rows that are compared are equal"):
        examined(replace(case, vectors=np.repeat(case.vectors[:1], ROWS, axis=0)))


def test_f105_a_road_that_a_sample_cannot_take_is_undefined() -> None:
    case = planted_case(rows=ROWS, clusterer="kmeans", n_clusters=100)
    with pytest.raises(Undefined, match="the road cannot be taken with 60 rows"):
        examined(case, rows=60)


def test_f105_one_cluster_is_no_evidence() -> None:
    case = replace(case_of_kind("gaussian"), labels=np.zeros(ROWS, dtype=np.int32))
    assert examined(case, rows=200).more["test"]["verdict"][0] == "no evidence"


def test_f105_groups_of_copies_are_examined() -> None:
    case = case_of_kind("solid")
    finding = examined(replace(case, vectors=case.vectors[np.arange(ROWS) // 20 * 20]))
    assert finding.more["test"]["p_value"].is_not_null().all()
    assert finding.table["hopkins"][0] == 1
