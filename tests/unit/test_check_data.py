"""Flaws of the data that clusters may come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.unit.test_check_columns import case_with, category, examine, numbers
from triptych.checks.base import Case, Finding
from triptych.checks.data import Data
from triptych.core.slots import Graph


def plain(n: int = 400, k: int = 5) -> Case:
    """Return rows of which nothing is wrong: texts of random length, clusters of equal size."""
    rng = np.random.default_rng(0)
    texts = [f"{i} " + "word " * int(rng.integers(3, 40)) for i in range(n)]
    return case_with(np.arange(n) % k, documents=texts, titles=[f"T{i}" for i in range(k)])


def warned(found: Finding) -> set[str]:
    return {row["matter"] for row in found.table.iter_rows(named=True) if row["warning"]}


def test_f044_nothing_wrong_is_no_warning():
    found = examine(Data(), plain())
    assert warned(found) == set()
    assert found.sentences == (
        f"of {found.table.height} things that were looked at in the data none is worth a warning",
    )


def test_f044_equal_texts_are_counted():
    case = plain()
    texts = list(case.documents)
    texts[:30] = ["the same"] * 30
    found = examine(Data(), replace(case, documents=texts))
    assert warned(found) == {"copies"}
    assert found.sentences == ("30 rows (7.5%) have the text of another row",)


@pytest.mark.parametrize(
    ("metric", "near", "many"), [("cosine", 0.01, True), ("euclidean", 0.01, False), ("euclidean", 0.0, True)]
)
def test_f044_near_copies_and_topics_of_them(metric, near, many):
    case = plain()
    distances = np.full((400, 1), 0.5, np.float32)
    indices = (np.arange(400, dtype=np.int32) + 1)[:, None] % 400
    mine = np.flatnonzero(case.labels == 3)
    indices[mine[:-1], 0], distances[mine[:60], 0] = mine[1:], near
    found = examine(Data(), replace(case, graph=Graph(indices, distances, metric)))
    assert warned(found) == ({"near copies"} if many else set())
    if many:
        assert found.table.filter(matter="near copies")["count"].to_list() == [61, 1]
        assert found.sentences[1] == "at least half of the rows of 1 of 5 topics have near copies: “T3”"


def test_f044_clusters_that_follow_the_length_of_texts_are_told():
    case = plain()
    texts = [f"{i} " + "word " * (5 + 4 * int(label) + i % 7) for i, label in enumerate(case.labels)]
    found = examine(Data(), replace(case, documents=texts))
    assert warned(found) == {"length"}
    row = found.table.filter(matter="length").row(0, named=True)
    assert row["effect"] > 0.6
    assert row["baseline"] == pytest.approx(4 / 399, rel=0.3)
    assert row["p_adjusted"] <= 0.05
    assert found.sentences[0].startswith("the topics follow how long texts are: 0.")


@pytest.mark.parametrize(
    ("field", "matter", "said"),
    [
        ("cut", "cut", "were cut where the encoder's window ends"),
        ("foreign", "foreign", "are probably not in a language of"),
    ],
)
def test_f044_marks_of_texts_are_told_and_whether_clusters_follow_them(field, matter, said):
    case = plain()
    spread, gathered = np.arange(400) % 9 == 0, case.labels == 2
    found = examine(Data(), replace(case, **{field: spread}))
    assert warned(found) == {matter}
    assert said in found.sentences[0]
    assert "45 rows (11%)" in found.sentences[0]
    found = examine(Data(), replace(case, **{field: gathered}))
    assert found.table.filter(matter=matter)["effect"][0] == pytest.approx(1)
    assert found.sentences[0].startswith("the topics follow")


def test_f044_a_handful_of_marked_rows_is_nothing_to_follow():
    case = plain()
    found = examine(Data(), replace(case, foreign=np.isin(np.arange(400), np.flatnonzero(case.labels == 2)[:9])))
    assert warned(found) == set()
    assert found.table.filter(matter="foreign")["effect"].to_list() == [None]


def test_f044_gaps_in_columns_are_told_and_whether_clusters_follow_them():
    case = plain()
    half = [None if i % 3 else "a" for i in range(400)]
    years = np.where(case.labels == 1, 9999.0, 1990.0 + np.arange(400) % 20)
    full = numbers("n", np.arange(400))
    found = examine(Data(), replace(case, columns=[category("c", half), numbers("d", years, "date"), full]))
    rows = {row["about"]: row for row in found.table.filter(matter="missing").iter_rows(named=True)}
    assert [rows[name]["count"] for name in "cdn"] == [266, 80, 0]
    assert rows["c"]["warning"] == "266 rows (66%) have no known c"
    assert rows["d"]["warning"].startswith("the topics follow whether d is known: 1.00 of its variance")
    assert rows["n"]["warning"] is None


def test_f044_noise_tiny_and_huge_topics_are_told():
    labels = np.r_[np.full(260, -1), np.zeros(130), np.ones(7), np.full(3, 2)]
    found = examine(Data(), case_with(labels, titles=["Big", "B", "C"]))
    assert found.sentences == (
        "260 rows (65%) are in no topic",
        "2 of 3 topics have fewer than 10 rows",
        "“Big” alone holds 32% of the rows",
    )


def test_f044_topics_that_hardly_last_are_told():
    case = replace(plain(), persistence=np.array([0.6, 0.05, 0.3, 0.099, 0.1], dtype=np.float32))
    assert examine(Data(), case).sentences == ("2 of 5 topics hardly last when the scale changes",)


def test_f044_shuffled_lengths_and_gaps_are_followed_in_few_of_a_hundred():
    rng, named = np.random.default_rng(0), 0
    for seed in range(60):
        case = case_with(
            rng.integers(0, 4, 120), [category("c", [None if x < 0.5 else "a" for x in rng.random(120)])],
            documents=["x" * int(x) for x in rng.integers(1, 99, 120)],
        )  # fmt: skip
        table = Data(n_permutations=99).examine(case, seed=seed, advance=lambda _: None).table
        named += bool((table["p_adjusted"] <= 0.05).any())
    assert named <= 8  # 5 % of 60 is 3
