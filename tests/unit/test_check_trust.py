from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.manifold import trustworthiness

from tests.audit_cases import planted_case
from triptych.checks.base import Case, Finding, Undefined
from triptych.checks.trust import MapTrust


def examined(case: Case, **params: int) -> Finding:
    return MapTrust(**params).examine(case, seed=0, advance=lambda _share: None)


@pytest.fixture(scope="module")
def case() -> Case:
    return planted_case(rows=400)


def test_f110_there_is_a_line_for_every_row_and_its_means_are_the_usual_figures(case):
    table = examined(case).table
    assert table.schema == {
        "row_id": pl.String, "kept": pl.Float64, "trustworthiness": pl.Float64, "continuity": pl.Float64,
    }  # fmt: skip
    assert table["row_id"].to_list() == list(case.ids)
    expected = trustworthiness(case.vectors, case.picture, n_neighbors=15)
    assert table["trustworthiness"].mean() == pytest.approx(expected, abs=1e-6)
    expected = trustworthiness(case.picture, case.vectors, n_neighbors=15)
    assert table["continuity"].mean() == pytest.approx(expected, abs=1e-6)


def test_f110_sentences_say_what_is_kept_and_what_chance_keeps(case):
    found = examined(case)
    kept = found.table["kept"].mean()
    assert found.sentences[0].startswith(f"Of the 15 nearest neighbours of a row {kept:.0%} are among its 15 nearest")
    assert f"{100 * 15 / 399:.2g}% would be" in found.sentences[0]
    lost = found.table.filter(pl.col("kept") == 0).height
    assert found.sentences[1].startswith(f"{lost} of 400 rows")


def test_f110_chance_that_is_stated_is_that_of_shuffled_maps(case):
    shuffled = replace(case, picture=np.random.default_rng(0).permutation(case.picture))
    found = examined(shuffled)
    sentence = next(s for s in found.sentences if "where a shuffled map has" in s)
    stated = float(sentence.split()[-1].rstrip("."))
    assert found.table["trustworthiness"].mean() == pytest.approx(stated, abs=0.02)


def test_f110_rows_drawn_in_the_wrong_place_are_the_ones_that_are_not_trusted(case):
    picture = case.picture.copy()
    wrong = np.flatnonzero(case.labels == 0)[:10]
    picture[wrong] = picture[np.flatnonzero(case.labels == 3)[:10]] + 0.01
    table = examined(replace(case, picture=picture)).table
    moved = np.isin(np.arange(400), wrong)
    assert table.filter(moved)["kept"].max() <= 9 / 15
    assert table.filter(moved)["trustworthiness"].mean() < table.filter(~moved)["trustworthiness"].mean() - 0.1


def test_f110_topics_have_the_means_of_their_rows(case):
    titled = replace(case, titles=[[f"topic {i}" for i in range(case.clusters)]])
    found = examined(titled)
    topics = found.more["topics"]
    assert topics["title"].to_list() == titled.titles[0]
    for topic in topics.to_dicts():
        rows = found.table.filter(case.labels == topic["topic"])
        assert topic["rows"] == rows.height
        assert topic["kept"] == pytest.approx(rows["kept"].mean())
    worst = topics.sort("kept", "topic").row(0, named=True)
    assert any(f"least well shown is “{worst['title']}”" in sentence for sentence in found.sentences)


def test_f110_a_sample_is_used_where_there_are_more_rows_and_said(case):
    exact, found = examined(case), examined(case, sample=100)
    assert not any("estimated" in sentence for sentence in exact.sentences)
    assert "from 100 of the 400 rows" in found.sentences[-1]
    assert found.table["kept"].equals(exact.table["kept"])
    assert found.table["continuity"].mean() == pytest.approx(exact.table["continuity"].mean(), abs=0.05)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rows", [3, 4, 11])
def test_f110_few_rows_have_smaller_neighbourhoods(rows):
    found = examined(planted_case(rows=rows, groups=2))
    assert f"Of the {(rows - 1) // 2} nearest" in found.sentences[0]
    assert found.table.select(pl.exclude("row_id").is_between(0, 1).all()).row(0) == (True,) * 3


@pytest.mark.filterwarnings("error")
def test_f110_all_noise_is_measured_without_topics(case):
    none = replace(case, labels=np.full(400, -1, dtype=np.int32), titles=[[]])
    found = examined(none)
    assert found.more["topics"].is_empty()
    assert found.table.height == 400


def test_f110_nothing_to_compare_is_undefined(case):
    graph = replace(case.graph, indices=case.graph.indices[:, :0], distances=case.graph.distances[:, :0])
    with pytest.raises(Undefined, match="nobody searched"):
        examined(replace(case, graph=graph))
    two = replace(case.graph, indices=np.array([[1], [0]], dtype=np.int32))
    with pytest.raises(Undefined, match="there are 2 rows"):
        examined(replace(case, graph=two))
