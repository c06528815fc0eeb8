"""Titles that are a topic's first words: the baseline."""

from __future__ import annotations

from triptych.labellers.base import Evidence
from triptych.labellers.keywords import Keywords


def piece(*words: str, level: int = 0, cluster: int = 0) -> Evidence:
    return Evidence(level, cluster, -1, 20, tuple((word, 1.0) for word in words), ("a text",), ("",))


def titles(*evidence: Evidence, words: int = 3) -> list[tuple[str, str]]:
    return [(label.text, label.status) for label in Keywords(words=words).label(evidence)]


def test_f055_titles_are_the_first_words_as_they_stand():
    evidence = piece("cat", "sour dough", "Tax", "boat")
    assert titles(evidence) == [("cat, sour dough, Tax", "extracted")]
    assert titles(evidence, words=1) == [("cat", "extracted")]


def test_f060_equal_words_of_a_level_get_numbers_whatever_the_order():
    first, second, above = piece("cat"), piece("Cat", cluster=1), piece("cat", level=1)
    assert titles(first, second, above) == [("cat", "extracted"), ("Cat (2)", "extracted"), ("cat", "extracted")]
    assert titles(second, first) == [("Cat (2)", "extracted"), ("cat", "extracted")]


def test_f063_without_words_the_title_is_a_stated_fallback():
    assert titles(piece(), piece(cluster=1)) == [
        ("Untitled group of 20", "fallback"), ("Untitled group of 20 (2)", "fallback"),
    ]  # fmt: skip


def test_f063_long_words_are_left_out_and_a_single_long_one_is_cut():
    assert titles(piece("a" * 40, "b" * 40, "c")) == [("a" * 40, "extracted")]
    [(title, _)] = titles(piece("d" * 100))
    assert title == "d" * 72
