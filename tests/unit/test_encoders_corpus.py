"""Encoders that learn from the corpus: bags of words, and the student of a teacher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from unittest.mock import patch

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_array, hstack, random_array
from scipy.sparse.linalg import svds
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

import triptych as tp
from triptych.core.atlas import Atlas
from triptych.core.errors import UsageError
from triptych.encoders import _ridge, student
from triptych.encoders._linear import by_hash, map_texts, unit
from triptych.encoders._ridge import DENSE, fit_ridge, products
from triptych.encoders._taught import mean_cosine, neighbours_kept, wordless_order
from triptych.encoders._tfidf import Terms, count_words, parts_of
from triptych.encoders.base import Encoder, Encoding
from triptych.encoders.minilm import MiniLM
from triptych.encoders.student import Student, learn, worth
from triptych.encoders.tfidf import TfIdf, main_axes

#: What people have in their tables: one character, a megabyte, NUL, right to left, pictures, other scripts, no word.
ODD = [
    "x", "word " * 200_000, "a\x00b\x00", "שלום עולם", "🤖🎉", "機械学習について", "это не по-английски", "?!...",
    "\ud800",
]  # fmt: skip


def corpus(rows: int = 240) -> list[str]:
    """Return short texts about six subjects, all different."""
    from tests.conftest import WORDS

    random = np.random.default_rng(0)
    words = list(WORDS.values())
    return [f"{' '.join(random.choice(words[row % 6], 4, replace=False))} number {row}" for row in range(rows)]


def encode(encoder: Encoder, texts: list[str], threads: int = 2) -> Encoding:
    return encoder.encode(texts, threads=threads, advance=lambda _: None)


def teach(texts: Sequence[str]) -> np.ndarray:
    return MiniLM().encode(texts, threads=2, advance=lambda _: None).vectors


def test_f018_tfidf_arm_runs_the_same_road(demo_atlas: Atlas) -> None:
    from triptych.sources.demo import ROLES, demo_path

    atlas = tp.run(demo_path(), **asdict(ROLES), encoder="tfidf")
    keys = ["column", "level", "scope", "metric"]
    both = atlas.audits["agreement"].join(demo_atlas.audits["agreement"], on=keys, suffix="_minilm")
    scores = {row["column"]: row for row in both.iter_rows(named=True) if row["metric"] == "ami"}
    assert set(scores) == {"group", "subgroup"}
    for row in scores.values():
        assert row["value"] != row["value_minilm"]
        assert min(row["value"], row["value_minilm"]) > 0.1, "both find the groups, far above chance"
    assert [step.stage for step in atlas.steps] == [step.stage for step in demo_atlas.steps if step.stage != "attach"]


def test_f018_texts_are_near_by_the_words_that_they_share() -> None:
    found = encode(TfIdf(), [*corpus(), "a cat and a kitten", "the cat with the kitten", "an assassin", "a hitman"])
    assert found.vectors.shape[1] <= 244
    assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    cosines = found.vectors @ found.vectors.T
    assert cosines[240, 241] > 0.1 > abs(cosines[242, 243])


def test_f018_words_weigh_what_scikit_learn_says() -> None:
    texts = ["The cat the dog", "a cat", "the bird sings, and the cat sings"]
    reference = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+").fit(texts)
    terms = Terms(texts, parts=False)
    wanted = reference.transform(texts).toarray()[:, [reference.vocabulary_[word] for word in terms.words]]
    assert_allclose(terms.bag(texts).matrix().toarray(), wanted, rtol=1e-6)


def test_parts_are_runs_of_characters_with_the_ends_marked() -> None:
    words = ["cat", "cats", "a", "naïve😀"]
    keys, owners = parts_of(words)
    named: dict[int, str] = {}
    at = 0
    for length in (3, 4, 5):
        for row, word in enumerate(words):
            marked = f" {word} "
            for start in range(len(marked) - length + 1):
                assert owners[at] == row
                assert named.setdefault(int(keys[at]), marked[start : start + length]) == marked[start : start + length]
                at += 1
    assert at == len(keys)
    assert len(named) == len(set(named.values())), "equal parts have equal keys, others have others"


def test_words_multiplied_once_give_the_same_as_the_matrix() -> None:
    texts = corpus()
    bag = Terms(texts[:100], parts=True).bag(texts)
    weights = np.random.default_rng(0).normal(size=(bag.matrix().shape[1], 8)).astype(np.float32)
    assert_allclose(unit(bag.matrix() @ weights), unit(bag.times(weights)), atol=1e-5)


def test_axes_are_those_of_the_singular_value_decomposition() -> None:
    rows = random_array((300, 200), density=0.1, rng=np.random.default_rng(0), format="csr", dtype=np.float32)
    rows.data *= np.exp(-rows.indices / 20).astype(np.float32)
    axes = main_axes(rows, 5, threads=2)
    _, _, wanted = svds(rows, 5, rng=np.random.default_rng(0))
    assert_allclose(np.abs(wanted[::-1] @ axes), np.eye(5), atol=1e-3)
    assert main_axes(rows, 5, threads=1).tobytes() == axes.tobytes()


@pytest.mark.parametrize("threads", [1, 3])
def test_ridge_is_that_of_scikit_learn(threads: int) -> None:
    random = np.random.default_rng(0)
    features = random_array((400, 900), density=0.05, rng=random, format="csr", dtype=np.float32)
    # One that is in every row, which is multiplied as a dense column.
    features = hstack([csr_array(np.ones((400, 1), dtype=np.float32)), features[:, 1:]], format="csr")
    assert np.bincount(features.indices).max() > DENSE * 400
    pairs = [(slice(300), slice(100, 350)), (slice(350, 400), slice(300))]
    for (some, others), found in zip(pairs, products(features, pairs, threads=threads), strict=True):
        assert_allclose(found, (features[some] @ features[others].T).toarray(), rtol=1e-5)
    targets = unit(features @ random.normal(size=(900, 6)).astype(np.float32))

    def judge(predicted: np.ndarray) -> float:
        return -float(((predicted - targets[350:]) ** 2).sum())

    with patch.object(_ridge, "TILE", 100):
        found = fit_ridge(features, targets[:350], judge, (0.5, 50.0), threads=threads)
    reference = Ridge(alpha=found.strength, fit_intercept=False).fit(features[:350].toarray(), targets[:350])
    assert found.strength == 0.5
    assert_allclose(found.weights, reference.coef_.T, atol=1e-4)
    assert_allclose(found.held, reference.predict(features[350:].toarray()), atol=1e-4)


def test_neighbours_kept_is_all_of_the_same_and_few_of_others() -> None:
    random = np.random.default_rng(0)
    one, other = (unit(random.normal(size=(200, 16)).astype(np.float32)) for _ in range(2))
    assert neighbours_kept(one, one, 15) == 1
    assert 0.04 < neighbours_kept(one, other, 15) < 0.12
    assert mean_cosine(one, one) == pytest.approx(1)
    assert mean_cosine(one, -one) == pytest.approx(-1)


def test_wordless_order_looks_at_pairs_without_a_common_word() -> None:
    # Texts 0 to 3 mean one thing, 4 to 7 another; 0 and 1 share a word, and so do 4 and 5.
    teacher = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0)
    words = csr_array(np.eye(8)[[0, 0, 1, 2, 3, 3, 4, 5]])
    found, pairs = wordless_order(teacher, teacher, words)
    # Of the 5 nearest of each, ties by row, all but the two of one word. Two of the other subject are nearer than none;
    # one of the same is nearer than the 4 of the other, of 6 without a common word, or 7 where no word is shared.
    assert pairs == 8 * 5 - 4
    assert found == pytest.approx((4 * 2 * 4 / 6 + 4 * 3 * 4 / 7) / pairs)
    blind = np.full((8, 1), 1, dtype=np.float32)
    assert wordless_order(teacher, blind, words)[0] == 0
    assert np.isnan(wordless_order(teacher[:2], teacher[:2], csr_array(np.ones((2, 1))))[0])


@pytest.mark.parametrize("encoder", [TfIdf(), Student()])
def test_vectors_are_the_same_bytes_for_any_threads_and_order(encoder: Encoder) -> None:
    texts = corpus()
    texts += texts[:10]
    first = encode(encoder, texts, threads=1)
    order = np.random.default_rng(1).permutation(len(texts))
    again = encode(encoder, [texts[row] for row in order], threads=3)
    assert again.vectors.tobytes() == first.vectors[order].tobytes()
    assert first.vectors[:10].tobytes() == first.vectors[-10:].tobytes()
    assert encoder.whole


@pytest.mark.parametrize("encoder", [TfIdf(), Student()])
def test_odd_texts_have_finite_unit_vectors(encoder: Encoder) -> None:
    found = encode(encoder, [*corpus(), *ODD])
    assert found.vectors.dtype == np.float32
    assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    assert not found.cut.any()


def test_bags_of_a_single_text_and_of_none_known() -> None:
    for texts in (["one"], ["?!", "..."], ["same"] * 20):
        vectors = encode(TfIdf(), texts).vectors
        assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
        assert np.array_equal(vectors, np.repeat(vectors[:1], len(texts), axis=0))


def test_a_text_without_a_known_word_has_the_direction_of_the_mean() -> None:
    texts = corpus(60)
    lesson = learn(texts, teach, threads=1)
    found = map_texts(["?!"], ["?!"], lesson.map_, threads=1, advance=lambda _: None)
    assert_allclose(found[0], unit(teach(texts)[:-7].mean(axis=0, keepdims=True))[0], atol=1e-6)


def test_the_student_has_learned_what_words_mean() -> None:
    texts = corpus(480)
    learned, teacher = encode(Student(), texts).vectors, encode(MiniLM(), texts).vectors
    assert mean_cosine(learned, teacher) > 0.7
    # A word that no text of the sample has is read by its parts.
    sample = by_hash(texts)[:240]
    lesson = learn(sample, teach, threads=1)
    words = ["kittens", "kitten", "galaxy"]
    kittens, kitten, galaxy = map_texts(words, words, lesson.map_, threads=1, advance=lambda _: None)
    assert kittens @ kitten > kittens @ galaxy + 0.1


def test_on_real_texts_the_student_keeps_what_bags_of_words_lose(demo_atlas: Atlas) -> None:
    texts, vectors = demo_atlas.documents, demo_atlas.vectors["minilm"].values
    taught = dict(zip(texts, vectors, strict=True))
    mixed = by_hash(texts)
    sample, others = mixed[:950], mixed[950:]

    def known(some: Sequence[str]) -> np.ndarray:
        return np.stack([taught[text] for text in some]) if some[0] in taught else teach(some)

    lesson = learn(sample, known, threads=2)
    learned = map_texts(others, others, lesson.map_, threads=2, advance=lambda _: None)
    bags = encode(TfIdf(), others).vectors
    assert mean_cosine(known(others), learned) > 0.65
    assert neighbours_kept(known(others), learned, 15) > neighbours_kept(known(others), bags, 15) + 0.04 > 0.4
    words = count_words(others)[1]
    assert wordless_order(known(others), learned, words)[0] > wordless_order(known(others), bags, words)[0] + 0.05


def test_the_student_measures_itself_on_texts_it_was_not_taught() -> None:
    scores = encode(Student(), corpus()).scores
    assert list(scores) == ["held_out", "cosine", "neighbours_kept", "wordless", "safe", "strength"]
    assert scores["held_out"] == 120 // 8
    assert scores["safe"] == 0, "fifteen texts prove nothing"
    assert 0 < scores["cosine"] < 1


def test_the_sample_is_told_of_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    real = MiniLM.encode

    def watched(self: MiniLM, items: list[str], **rest: object) -> Encoding:
        asked.append(items)
        return real(self, items, **rest)

    monkeypatch.setattr(MiniLM, "encode", watched)
    done: list[int] = []
    texts = corpus()
    Student(teacher_sample=100).encode([*texts, *texts], threads=2, advance=done.append)
    words = asked.pop()
    assert [len(items) for items in asked] == [100]
    assert set(words) > {"cat", "tax"}, "words of the sample, alone"
    assert sum(done) == 480, "every row is told of once, the teacher's share of the time as rows too"
    assert sum(done[:-1]) > 0.9 * 480


@pytest.mark.parametrize(
    ("texts", "encoder", "words"),
    [
        (corpus(49), Student(), "needs at least 50 rows, got 49"),
        (["same"] * 100, Student(), "needs at least 50 rows, got 1"),
        (corpus(100), Student(teacher_sample=60), "would encode 60 of only 100 different texts"),
    ],
)
def test_too_few_texts_are_refused(texts: list[str], encoder: Student, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        encode(encoder, texts)
    assert refused.value.hint


def test_the_student_is_worth_it_for_many_texts() -> None:
    assert not worth(2 * student.SAMPLE - 1)
    assert worth(2 * student.SAMPLE)
