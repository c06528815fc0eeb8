"""Matching documents with titles, intruders, and words of titles in their topics, on vectors made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from triptych.measures.faithfulness import (
    commoner_inside,
    find_intruders,
    grounded_shares,
    match_documents,
    repeated,
    similarities,
)

#: Topics, documents of each, dimensions.
K, EACH, D = 6, 20, 16


def planted(noise: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the vectors of titles, those of documents near them, and the topic of each document."""
    random = np.random.default_rng(seed)
    titles = random.standard_normal((K, D)).astype(np.float32)
    topics = np.repeat(np.arange(K), EACH)
    documents = (titles[topics] + noise * random.standard_normal((K * EACH, D))).astype(np.float32)
    return titles, documents, topics


def test_f055_right_titles_match_all_and_dealt_out_ones_their_share():
    titles, documents, topics = planted()
    found = match_documents(similarities(titles, documents), topics, deals=999, seed=0)
    assert found.first.value == found.reciprocal_rank.value == 1
    assert found.first.topics.tolist() == found.ranks.tolist() == [1] * K
    assert found.first.chance == pytest.approx(1 / K)
    assert found.first.p_value < 0.01


def test_f111_swapping_titles_collapses_both_scores():
    titles, documents, topics = planted()
    for swapped in (np.roll(titles, 1, axis=0), titles[[1, 0, 3, 2, 5, 4]]):
        near = similarities(swapped, documents)
        matched = match_documents(near, topics, deals=199, seed=0)
        assert matched.first.value == 0
        assert matched.first.p_value > 0.5
        assert matched.reciprocal_rank.value < 0.6
        found = find_intruders(near, topics, rounds=20, deals=199, seed=0)
        assert found.value <= found.chance + 0.1
        assert found.p_value > 0.05


def test_f055_a_single_swap_costs_the_two_topics_and_no_other():
    titles, documents, topics = planted()
    found = match_documents(similarities(titles[[1, 0, 2, 3, 4, 5]], documents), topics, deals=19, seed=0)
    assert found.first.topics.tolist() == [0, 0, 1, 1, 1, 1]
    assert found.first.value == pytest.approx(4 / 6)


def test_f055_titles_that_say_the_same_of_all_topics_are_at_chance():
    _, documents, topics = planted()
    same = np.ones((K, D), dtype=np.float32)
    found = match_documents(similarities(same, documents), topics, deals=199, seed=0)
    assert found.first.value == pytest.approx(1 / K)
    assert found.ranks == pytest.approx((K + 1) / 2)
    assert found.first.p_value == found.reciprocal_rank.p_value == 1
    assert find_intruders(similarities(same, documents), topics, rounds=20, deals=199, seed=0).p_value > 0.05


def test_f055_scores_are_those_counted_one_by_one():
    titles, documents, topics = planted(noise=2.0)
    near = similarities(titles, documents)
    found = match_documents(near, topics, deals=19, seed=0)
    places = [1 + int((near[row] > near[row, topic]).sum()) for row, topic in enumerate(topics)]
    assert 0.1 < found.first.value < 0.9, "neither all nor none"
    assert found.first.value == pytest.approx(np.mean([place == 1 for place in places]))
    assert found.reciprocal_rank.value == pytest.approx(np.mean([1 / place for place in places]))
    assert found.ranks.tolist() == pytest.approx([np.mean(places[i * EACH : (i + 1) * EACH]) for i in range(K)])


def test_f055_every_topic_counts_once_however_many_documents_it_has():
    titles, documents, topics = planted()
    few = np.flatnonzero((topics > 0) | (np.arange(len(topics)) < 1))
    found = match_documents(similarities(titles[[1, 0, 2, 3, 4, 5]], documents[few]), topics[few], deals=19, seed=0)
    assert found.first.value == pytest.approx(4 / 6)


def test_f055_topics_without_documents_are_not_asked():
    titles, documents, topics = planted()
    some = topics != 2
    found = match_documents(similarities(titles, documents[some]), topics[some], deals=19, seed=0)
    assert np.flatnonzero(np.isnan(found.first.topics)).tolist() == [2]
    assert found.first.value == 1
    assert match_documents(similarities(titles, documents[:0]), topics[:0], deals=19, seed=0) is None
    assert match_documents(similarities(titles[:1], documents[:EACH]), topics[:EACH], deals=19, seed=0) is None


def test_f055_p_values_of_titles_that_say_nothing_are_spread_evenly():
    values = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        near = similarities(*(random.standard_normal((size, D)).astype(np.float32) for size in (K, K * EACH)))
        values.append(match_documents(near, np.repeat(np.arange(K), EACH), deals=99, seed=seed).first.p_value)
    assert np.mean(np.array(values) <= 0.05) < 0.1
    assert 0.4 < np.mean(values) < 0.6


def test_f111_intruders_are_found_by_right_titles_and_chance_is_not_a_fifth():
    titles, documents, topics = planted()
    found = find_intruders(similarities(titles, documents), topics, rounds=30, deals=199, seed=0)
    assert found.value > 0.99
    assert found.p_value < 0.02
    # Members alike are all nearer to any title than the intruder, or all farther.
    assert found.chance > 0.3


def test_f111_intruders_need_four_members():
    titles, documents, topics = planted()
    some = (topics != 0) | (np.arange(len(topics)) < 3)
    found = find_intruders(similarities(titles, documents[some]), topics[some], rounds=5, deals=19, seed=0)
    assert np.isnan(found.topics).tolist() == [True] + [False] * (K - 1)
    none = np.arange(len(topics)) % EACH < 3
    assert find_intruders(similarities(titles, documents[none]), topics[none], rounds=5, deals=19, seed=0) is None
    alone = topics == 0
    assert find_intruders(similarities(titles, documents[alone]), topics[alone], rounds=5, deals=19, seed=0) is None


def test_f111_words_that_are_commoner_inside():
    labels = np.array([0, 0, 1, 1, 1, -1], dtype=np.int32)
    pairs = [(0, 0), (1, 0), (2, 1), (3, 1), (0, 1), (4, 2), (0, 2), (5, 2)]
    rows, words = np.array(pairs).T
    found = commoner_inside(rows, words, labels, distinct=4)
    # Word 1: 1 of 2 in topic 0 and 2 of 4 elsewhere; word 2: 1 of 2 against 2 of 4, 1 of 3 against 2 of 3.
    assert found.tolist() == [[True, False, False, False], [False, True, False, False]]
    everything = commoner_inside(np.array([0]), np.array([0]), np.zeros(2, dtype=np.int32), distinct=2)
    assert everything.tolist() == [[True, False]]


def test_f111_shares_of_words_and_repeated_titles():
    shares = grounded_shares([{"cat", "dog"}, {"tax"}, set()], [{"cat", "purr"}, {"tax"}, {"boat"}])
    assert shares[:2].tolist() == [0.5, 1.0]
    assert np.isnan(shares[2])
    assert repeated(["Cats", "Boats", "cats", "Tax"]).tolist() == [True, False, True, False]
    assert repeated([]).tolist() == []


def test_f111_directions_only_and_rows_of_zeros():
    titles, documents, _ = planted()
    assert (similarities(titles * 8, documents) == similarities(titles, documents)).all()
    assert (similarities(titles, np.zeros((2, D), dtype=np.float32)) == 0).all()
