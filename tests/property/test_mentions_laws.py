"""Which texts hold which words, against the plain way of looking."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.core.words import normal_form, pieces, stem
from triptych.kernels import mentions
from triptych.kernels.mentions import find_words, mean_vectors

WORDS = ["cat", "cats", "Cat's", "module", "modules", "Perl", "機械", "ไทย", "42", "real-time", "don't", "—"]
texts = st.lists(st.one_of(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), st.text(max_size=20)))
phrases = st.lists(st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join), max_size=5)


def stems(text: str) -> set[str]:
    return {stem(normal_form(piece)) for piece in pieces(text) if normal_form(piece)}


@settings(max_examples=80, deadline=None)
@given(texts, st.sets(st.sampled_from(sorted(set().union(*map(stems, WORDS))))).map(sorted))
def test_words_are_held_where_they_stand_in_any_form(documents: list[str], wanted: list[str]) -> None:
    found = find_words(documents, wanted).toarray()
    assert found.tolist() == [[float(word in stems(document)) for word in wanted] for document in documents]


@settings(max_examples=80, deadline=None)
@given(texts, phrases, st.integers(1, 5))
def test_a_phrase_lies_where_the_texts_with_all_its_words_do(documents: list[str], asked: list[str], some: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(len(documents), 3)).astype(np.float32)
    before, mentions._SOME = mentions._SOME, some
    try:
        found = mean_vectors(documents, asked, vectors)
    finally:
        mentions._SOME = before
    assert found.shape == (len(asked), 3)
    for phrase, vector in zip(asked, found, strict=True):
        rows = [row for row, document in enumerate(documents) if stems(phrase) <= stems(document)]
        known = rows and stems(phrase)
        np.testing.assert_allclose(vector, vectors[rows].mean(axis=0) if known else 0, atol=1e-5)
