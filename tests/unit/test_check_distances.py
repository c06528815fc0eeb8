from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tests.audit_cases import planted_case, planted_vectors
from triptych.checks.base import Case, Column, Finding, Undefined
from triptych.checks.distances import Distances

KINDS = {"cosine", "euclidean"}


def examined(case: Case, rows: int = 1000, seed: int = 0) -> tuple[Finding, list[float]]:
    shares: list[float] = []
    return Distances(rows=rows).examine(case, seed=seed, advance=shares.append), shares


@pytest.fixture(scope="module")
def case() -> Case:
    return planted_case(rows=600)


@pytest.fixture(scope="module")
def finding(case: Case) -> Finding:
    return examined(case)[0]


def test_f040_both_spaces_are_measured_by_both_metrics_on_the_same_rows(case, finding):
    lines = finding.table.select("space", "metric", "dimensions", "rows").rows()
    assert lines == [
        ("vectors", "cosine", 24, 600), ("vectors", "euclidean", 24, 600),
        ("layout", "cosine", 5, 600), ("layout", "euclidean", 5, 600),
    ]  # fmt: skip
    assert finding.table.null_count().sum_horizontal().item() == 0


def test_f040_ratio_of_the_table_is_that_of_the_rows(case, finding):
    apart = np.linalg.norm(case.points[:, None].astype(float) - case.points, axis=2)
    near = (apart + np.diag(np.full(600, np.inf))).min(axis=1)
    found = finding.table.filter(space="layout", metric="euclidean")["nearest_to_farthest"].item()
    assert found == pytest.approx(np.mean(near / apart.max(axis=1)), rel=1e-4)


def test_f040_a_layout_has_more_contrast_in_either_metric(finding):
    for metric in KINDS:
        raw, reduced = finding.table.filter(metric=metric)["nearest_to_farthest"]
        assert reduced < raw / 2
        assert any(f"by {metric} distance" in s.lower() and f"{raw:.2g} times" in s for s in finding.sentences)


def test_f040_contrast_falls_with_the_dimensions_and_more_so_in_noise(finding):
    growth = finding.more["growth"]
    for source in ("vectors", "noise"):
        steps = growth.filter(source=source)
        assert steps["dimensions"].to_list() == [2, 5, 10, 20, 24]
        assert steps["nearest_to_farthest"].is_sorted()
    last = growth.filter(dimensions=24)
    assert last.filter(source="noise")["nearest_to_farthest"].item() > 0.3


def test_f040_clusterings_with_and_without_reduction_are_scored_alike(case, finding):
    lines = finding.more["clusterings"].to_dicts()
    assert [line["space"] for line in lines] == ["vectors", "layout"]
    for line in lines:
        assert (line["clusters"], line["noise"], line["group"]) == (8, 0, None)
        assert line["ari"] == pytest.approx(1)
        assert line["silhouette_vectors"] > 0.7
    assert "600 rows are in a cluster of both" in finding.sentences[0]


def test_f040_clusters_that_only_the_layout_shows_are_told_by_the_known_groups():
    # Beside the groups, which are in a few dimensions, there is noise in many.
    random = np.random.default_rng(0)
    vectors, group = planted_vectors(rows=600)
    noisy = np.concatenate([vectors, random.normal(size=(600, 200))], axis=1).astype(np.float32)
    kinds = Column("kind", "category", group.astype(np.int32), tuple("abcdefgh"), np.zeros(0))
    case = planted_case(rows=600)
    case = replace(case, vectors=noisy / np.linalg.norm(noisy, axis=1, keepdims=True), columns=[kinds])
    found = examined(case)[0]
    raw, reduced = found.more["clusterings"].to_dicts()
    assert raw["group"] == reduced["group"] == "kind"
    assert reduced["ami"] == pytest.approx(1)
    assert raw["ami"] < reduced["ami"]
    assert any(f"information with “kind” is {raw['ami']:.2f} without" in sentence for sentence in found.sentences)


def test_f040_only_a_sample_is_measured_and_says_so(case):
    found, shares = examined(case, rows=200)
    assert found.table["rows"].to_list() == [200] * 4
    assert "200 rows" in found.sentences[0]
    assert sum(shares) == pytest.approx(1)


def test_f040_the_same_seed_gives_the_same_tables(case):
    one, two = examined(case, rows=150, seed=3)[0], examined(replace(case, threads=1), rows=150, seed=3)[0]
    assert one.table.equals(two.table)
    assert one.sentences == two.sentences
    for name, table in one.more.items():
        assert table.equals(two.more[name])
    assert not one.table.equals(examined(case, rows=150, seed=4)[0].table)


def test_f040_without_reduction_the_vectors_alone_are_measured():
    found = examined(planted_case(rows=300, reduction=0))[0]
    assert found.table["space"].to_list() == ["vectors", "vectors"]
    assert [*found.more] == ["growth"]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rows", [3, 12, 30])
def test_f040_few_rows_have_null_where_nothing_is_known(rows):
    found = examined(planted_case(rows=rows))[0]
    assert found.table["rows"].to_list() == [rows] * found.table.height
    assert found.table["hubness"].is_null().all() == (rows < 12)
    assert found.table.filter(metric="euclidean")["intrinsic_dimension"].is_null().all() == (rows < 20)
    assert not any("None" in sentence or "nan" in sentence for sentence in found.sentences)


@pytest.mark.filterwarnings("error")
def test_f040_all_noise_is_compared_without_inventing_a_number(case):
    found = examined(planted_case(rows=60, min_cluster_size=60))[0]
    lines = found.more["clusterings"]
    assert lines["clusters"].to_list() == [0, 0]
    assert lines.select("ari", "silhouette_vectors", "ami").null_count().sum_horizontal().item() == 6
    assert found.table.schema["contrast"] == pl.Float64


def test_f040_what_cannot_be_measured_is_undefined(case):
    with pytest.raises(Undefined, match="there are 2 rows"):
        examined(replace(case, vectors=case.vectors[:2]))
    with pytest.raises(Undefined, match="all vectors are equal"):
        examined(replace(case, vectors=np.ones_like(case.vectors)))
