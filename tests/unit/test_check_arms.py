from dataclasses import dataclass, replace

import numpy as np
import pytest

import triptych as tp
from tests.audit_cases import planted_case, planted_vectors
from triptych.checks.arms import LAID, READ, Arms
from triptych.checks.base import Case, Column, Finding, Undefined
from triptych.encoders.tfidf import TfIdf
from triptych.stages._case import case_of

WORDS = {"cat": "kitten purr paw whisker", "tax": "levy income audit return", "sea": "boat sail tide keel"}


def examined(case: Case, rows: int | None = None, seed: int = 0) -> Finding:
    return Arms(rows=rows).examine(case, seed=seed, advance=lambda _share: None)


@pytest.fixture(scope="module")
def case() -> Case:
    return planted_case(rows=600)


@pytest.fixture(scope="module")
def finding(case: Case) -> Finding:
    return examined(case)


def test_f043_every_wrong_turn_is_a_line_with_a_number(finding):
    table = finding.table
    assert table["arm"].to_list() == [
        READ, "no reduction", "two dimensions", "forced k-means", LAID, "Euclidean distance",
    ]  # fmt: skip
    assert table["beside"].to_list() == [None, READ, READ, READ, None, LAID]
    assert table["rows"].to_list() == [600] * 6
    assert table["ari"].null_count() == 0
    for line in table.to_dicts():
        sentence = next(s for s in finding.sentences if s.lower().startswith(f"{line['arm'].lower()} ("))
        assert f"form {line['clusters']:,} cluster" in sentence
        assert f"Rand index of {line['ari']:.2f}" in sentence
    assert len(finding.sentences) == 6


def test_f043_the_runs_own_way_finds_the_runs_clusters(finding):
    own = finding.table.row(0, named=True)
    assert (own["clusters"], own["noise"], own["ari"]) == (8, 0, 1)


def test_f043_k_means_must_find_as_many_clusters_and_knows_no_noise():
    case = planted_case(rows=600, kind="mixture", apart=0.7)
    forced = examined(case).table.row(by_predicate=_arm("forced k-means"), named=True)
    assert (case.labels < 0).any()
    assert (forced["clusters"], forced["noise"]) == (case.clusters, 0)


def test_f043_a_picture_that_tears_a_group_shows_in_its_arm_alone(case):
    # Half of the largest cluster is drawn elsewhere, next to nothing.
    torn = case.picture.copy()
    part = np.flatnonzero(case.labels == 0)[::2]
    torn[part] += np.ptp(torn, axis=0) * 3
    one = examined(case).table.row(by_predicate=_arm("two dimensions"), named=True)
    found = examined(replace(case, picture=torn))
    other = found.table.row(by_predicate=_arm("two dimensions"), named=True)
    assert (one["clusters"], one["ari"]) == (8, 1)
    assert other["clusters"] == 9
    assert other["ari"] < 0.97
    assert found.sentences[0].startswith("Two dimensions")


def test_f043_lengths_that_mean_nothing_mislead_euclidean_distance():
    vectors, group = planted_vectors(rows=400)
    lengths = np.random.default_rng(0).choice([1, 6], size=(400, 1))
    atlas = tp.relate(tp.read((vectors * lengths).astype(np.float32), roles=tp.Roles()), metric="euclidean")
    atlas = tp.reduce(atlas, n_components=5, min_dist=0.0, name="umap5")
    atlas = tp.nest(tp.cluster(tp.reduce(atlas, n_components=2, name="umap2"), on="umap5"), on="umap5", sizes=(2,))
    kinds = Column("kind", "category", group.astype(np.int32), tuple("abcdefgh"), np.zeros(0))
    table = examined(replace(case_of(atlas), columns=[kinds])).table
    own, cosine = (table.row(by_predicate=_arm(name), named=True) for name in (LAID, "cosine distance"))
    assert cosine["beside"] == LAID
    assert cosine["ami"] == pytest.approx(1)
    assert own["ami"] < 0.9
    assert cosine["ari"] < 0.9


@dataclass(frozen=True, kw_only=True)
class WithBags(Case):
    bags: object = None


def _bags(texts: list[str]) -> np.ndarray:
    return TfIdf(dimensions=16).encode(texts, threads=1, advance=lambda _count: None).vectors


def test_f018_bags_of_words_go_the_same_road_beside_the_vectors():
    case = planted_case(rows=300, groups=3)
    topic = np.random.default_rng(0).permutation(300) % 3  # the words have nothing to do with the vectors
    texts = [" ".join([list(WORDS)[t], *np.roll(list(WORDS.values())[t].split(), i)]) for i, t in enumerate(topic)]
    of_words = Column("words", "category", topic.astype(np.int32), tuple(WORDS), np.zeros(0))
    table = examined(WithBags(**(vars(case) | {"documents": texts, "columns": [of_words], "bags": _bags}))).table
    line = table.row(by_predicate=_arm("bags of words"), named=True)
    assert (line["beside"], line["rows"], line["group"]) == (LAID, 300, "words")
    assert line["ami"] > 0.5
    assert line["ari"] == pytest.approx(0, abs=0.1)
    own = table.row(by_predicate=_arm(LAID), named=True)
    assert own["ari"] > 0.9
    assert own["ami"] == pytest.approx(0, abs=0.1)


def test_f018_without_texts_there_is_no_arm_of_words(case):
    found = examined(WithBags(**(vars(case) | {"documents": [""] * 600, "bags": _bags})))
    assert "bags of words" not in found.table["arm"].to_list()


def test_f043_without_reduction_the_arms_are_fewer():
    table = examined(planted_case(rows=300, reduction=0)).table
    assert table["arm"].to_list() == [READ, "two dimensions", "forced k-means"]


def test_f043_a_sample_keeps_clusters_that_are_large_enough_in_it():
    case = planted_case(rows=800, min_cluster_size=60)
    table = examined(case, rows=200).table
    assert table["rows"].unique().to_list() == [200]
    # A cluster of the run has 100 rows, of the sample 25.
    assert table.row(0, named=True)["clusters"] == 8


def test_f043_the_same_seed_gives_the_same_table(case):
    one, two = examined(case, rows=300, seed=1), examined(replace(case, threads=1), rows=300, seed=1)
    assert one.table.equals(two.table)
    assert one.sentences == two.sentences


@pytest.mark.filterwarnings("error")
def test_f043_nothing_to_part_is_undefined():
    alone = planted_case(rows=40)
    for labels, what in ((np.full(40, -1), "no cluster"), (np.zeros(40), "1 cluster")):
        with pytest.raises(Undefined, match=f"the run has {what}, and"):
            examined(replace(alone, labels=labels.astype(np.int32)))


@pytest.mark.filterwarnings("error")
def test_f043_few_rows_and_copies_are_no_error():
    case = planted_case(rows=24, groups=2)
    for points in (case.points, np.ones_like(case.points), np.repeat(case.points[:4], 6, axis=0)):
        labels = (np.arange(24) % 2).astype(np.int32)
        found = examined(replace(case, points=points, vectors=np.ones_like(case.vectors), labels=labels))
        assert found.table["rows"].unique().to_list() == [24]
        assert not any("None" in sentence or "nan" in sentence for sentence in found.sentences)


def _arm(name: str):
    import polars as pl

    return pl.col("arm") == name
