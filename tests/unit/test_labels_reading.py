"""What a labeller learns from the texts: which words are nouns, how they are spelt, whether they have plurals."""

import pytest

from triptych.labellers._plural import plural
from triptych.labellers._reading import Lexicon, is_noun_phrase, read


def lexicon(*texts: str, titles: tuple[str, ...] = ()) -> Lexicon:
    return Lexicon.of(read(texts), read(titles))


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("a fast library for images", "library", True),
        ("the library contains the tools", "contains", False),
        ("tools to parse in time", "parse", False),
        ("it is written in C", "written", False),
        ("a small dog", "small", False),
        ("ordered by size", "ordered", False),
        ("rock consisting of iron", "consisting", False),
        ("biking, running", "biking", True),
    ],
)
def test_nouns_are_told_by_what_stands_around_them(text: str, word: str, expected: bool) -> None:
    [words] = read([text])
    place = next(i for i, found in enumerate(words) if found.form == word)
    assert is_noun_phrase(words, place, place) is expected


def test_possessives_end_a_phrase() -> None:
    [words] = read(["the cat's eyes"])
    assert [word.form for word in words] == ["the", "cat", "", "eyes"]


def test_the_last_word_of_a_text_that_was_cut_is_left_out() -> None:
    read_texts = read(["a tree", "a tre", ""], limit=6)
    assert [[word.form for word in words] for words in read_texts] == [["a"], ["a", "tre"], []]


def test_spelling_is_that_of_the_middle_of_sentences() -> None:
    known = lexicon(
        "Libraries for OCaml. Fast tools", "Parser in OCaml and Perl", "Fast and small, with fast tests in Perl"
    )
    assert [known.spell(word) for word in ("ocaml", "perl", "fast", "libraries", "unseen")] == [
        "OCaml", "Perl", "fast", "libraries", "unseen",
    ]  # fmt: skip


def test_headlines_say_nothing_about_capitals() -> None:
    known = lexicon("The Lord of the Dark Rings", "The Dark Tower", "Rings for a dark lord")
    assert known.spell("dark") == "dark"


def test_plurals() -> None:
    known = lexicon(
        "a small widget for screens", "a widget for lists", "support in Perl", "many gizmos of wood", "a gizmo",
        "the music of Perl in it", "women and men",
    )  # fmt: skip
    made = {
        word: plural(word, known) for word in ("widget", "gizmo", "music", "perl", "woman", "story", "bus", "support")
    }
    assert made == {
        "widget": "widgets", "gizmo": "gizmos", "music": "music", "perl": "perl", "woman": "women",
        "story": "stories", "bus": "buses", "support": "support",
    }  # fmt: skip


def test_things_that_several_titles_name_have_a_plural() -> None:
    assert plural("keycap", lexicon("keycap: 1", "keycap: 2", titles=("keycap: 1", "keycap: 2"))) == "keycaps"
    assert plural("keycap", lexicon("keycap")) == "keycap"
