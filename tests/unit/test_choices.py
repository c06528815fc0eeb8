"""Choices among a few titles, beside those that chance would make."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from triptych.measures.choices import score_choices


def test_f055_the_score_is_the_mean_of_topics_beside_one_in_k() -> None:
    shares = np.array([[1.0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0], [0, 0, 0, 1.0, 0]])
    found = score_choices(shares, deals=99, seed=0)
    assert found is not None
    assert (found.value, found.chance) == (0.5, 0.2)
    assert found.topics.tolist() == [1.0, 0.5, 0.0]


def test_f055_its_p_value_is_that_of_all_ways_to_call_a_title_the_own_one() -> None:
    shares = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.25, 0.25, 0.5], [0.75, 0.0, 0.25]])
    ways = [np.mean([shares[i, j] for i, j in enumerate(way)]) for way in product(range(3), repeat=4)]
    exact = np.mean(np.array(ways) >= shares[:, 0].mean() - 1e-12)
    found = score_choices(shares, deals=20_000, seed=1)
    assert found is not None
    assert found.p_value == pytest.approx(exact, abs=0.01)
    assert np.mean(ways) == pytest.approx(found.chance)


def test_f055_p_values_of_a_reader_who_always_says_the_same_are_no_smaller_than_chance() -> None:
    random = np.random.default_rng(0)
    small = 0
    for seed in range(400):
        # Each topic's documents all get one answer: ten of them are no more evidence than one.
        shares = np.eye(5)[random.integers(5, size=12)]
        found = score_choices(shares, deals=99, seed=seed)
        assert found is not None
        small += found.p_value <= 0.05
    assert small <= 0.05 * 400 + 3 * (400 * 0.05 * 0.95) ** 0.5


def test_f055_topics_without_an_answer_are_not_counted() -> None:
    shares = np.array([[np.nan, np.nan], [1.0, 0.0]])
    found = score_choices(shares, deals=19, seed=0)
    assert found is not None
    assert found.value == 1.0
    assert np.isnan(found.topics[0])
    assert score_choices(shares[:1], deals=19, seed=0) is None
    assert score_choices(np.ones((3, 1)), deals=19, seed=0) is None
