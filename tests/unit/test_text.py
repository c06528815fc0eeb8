"""Cutting texts where a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.core.text import cut

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("plain text", 5, "plain"),
        ("short", 9, "short"),
        ("cafe\u0301s", 4, "caf"),
        ("cafe\u0301s", 5, "cafe\u0301"),
        ("a" + FAMILY + "b", 3, "a"),
        ("a" + FAMILY + "b", 6, "a" + FAMILY),
        ("\U0001f44d\U0001f3fd!", 1, "\U0001f44d"),
        ("x\U0001f44d\U0001f3fd!", 2, "x"),
        ("\U0001f1eb\U0001f1f7\U0001f1e9\U0001f1ea", 3, "\U0001f1eb\U0001f1f7"),
        ("\u0915\u093f\u0916", 1, "\u0915"),
        ("\u2764\ufe0f x", 1, "\u2764"),
        ("", 3, ""),
    ],
)
def test_signs_stay_whole(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit) == expected


@given(st.text(), st.integers(1, 40))
def test_a_cut_is_a_start_within_the_limit_and_not_nothing(text: str, limit: int) -> None:
    found = cut(text, limit)
    assert text.startswith(found)
    assert len(found) <= limit
    assert found or not text
