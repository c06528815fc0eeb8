"""How texts of any script are cut into words."""

import pytest

from triptych.core.words import STOP_WORDS, is_unspaced, normal_form, pieces, stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Real-time C++ and C#", ["Real-time", "C++", "and", "C#"]),
        ("cats, dogs", ["cats", ",", "dogs"]),
        ("snake_case", ["snake", "_", "case"]),
        ("see https://example.org/a?b=c now", ["see", "https://example.org/a?b=c", "now"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("Привет, мир", ["Привет", ",", "мир"]),
        ("機械 learning", ["機", "械", "learning"]),
        ("", []),
    ],
)
def test_pieces(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("Cat’s", "cat"), ("don't", ""), ("O'Brien", "o'brien"), ("it's", "it"), ("Ｆｕｌｌ", "full"), ("—", ""),
        ("https://example.org", ""), ("www.example.org", ""), ("1980s", "1980s"),
    ],
)  # fmt: skip
def test_normal_form(piece: str, expected: str) -> None:
    assert normal_form(piece) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("libraries", "library"), ("boxes", "box"), ("glasses", "glass"), ("houses", "house"), ("movies", "movie"),
        ("playing", "plays"), ("running", "run"), ("making", "make"), ("dancing", "dance"), ("Ties", "tie"),
    ],
)  # fmt: skip
def test_forms_of_one_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("ring", "string"), ("bus", "bu"), ("new", "news"), ("flower", "flow")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert (stem(one) == stem(other)) == (one == "new")


def test_stop_words_are_folded_words() -> None:
    assert {"the", "of", "themselves"} <= STOP_WORDS
    assert all(word == word.lower() and word.isalpha() for word in STOP_WORDS)
    assert STOP_WORDS.isdisjoint({"fire", "system", "bill", "cry", "empty", "computer"})


def test_unspaced_scripts() -> None:
    assert all(map(is_unspaced, ("漢字", "かな", "ไทย", "ខ្មែរ")))
    assert not any(map(is_unspaced, ("한국어", "hello", "привет", "")))
