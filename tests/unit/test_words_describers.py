"""Class-based TF-IDF, maximal marginal relevance and exemplars on data where the answer is known."""

import math

import numpy as np
import pytest

from triptych.core.registry import create
from triptych.describers._grams import count_grams
from triptych.describers.base import Describer, Documents
from triptych.describers.ctfidf import class_counts, class_weights
from triptych.describers.mmr import diversify
from triptych.measures.exemplars import most_popular, nearest_centre

CATS = [
    "The cat sat on the mat",
    "A cat and a kitten on a mat",
    "kitten cat purring",
    "purring kitten on the sofa",
]
CODE = [
    "machine learning with python",
    "deep machine learning",
    "python code for machine learning",
    "python parser",
]
TEXTS = CATS + CODE
LABELS = np.array([0] * 4 + [1] * 4, dtype=np.int32)


def describe(name: str, texts: list[str], *partitions: np.ndarray, vectors: np.ndarray | None = None, **params: object):
    method = create("describers", name, Describer, params)
    return method.describe(Documents(texts, vectors), list(partitions), seed=0)


def words(keywords: tuple[tuple[str, float], ...]) -> list[str]:
    return [word for word, _ in keywords]


def test_f045_words_that_set_clusters_apart() -> None:
    [[cats, code]] = describe("ctfidf", TEXTS, LABELS)
    assert words(cats)[:2] == ["cat", "kitten"]
    assert set(words(code)[:2]) == {"python", "machine learning"}
    assert not {"machine", "learning"} & set(words(code))
    assert [weight for _, weight in code] == sorted((weight for _, weight in code), reverse=True)
    assert all(weight > 0 for _, weight in cats + code)


def test_f045_weight_is_the_stated_formula() -> None:
    grams = count_grams(["a b2 b2 c3", "c3 d4 d4 d4"], longest=1, min_df=1)
    labels = np.array([0, 1], dtype=np.int32)
    weights = class_weights(class_counts(grams.counts, labels), grams.counts).toarray()
    b = grams.names.index("b2")
    assert weights[0, b] == pytest.approx((2 / 3 - 2 / 7) * math.log(1 + 3.5 / 2))
    assert weights[0, grams.names.index("c3")] == pytest.approx((1 / 3 - 2 / 7) * math.log(1 + 3.5 / 2))
    assert weights[1, grams.names.index("c3")] == 0


def test_f045_without_background_the_weights_are_those_of_the_paper() -> None:
    texts = ["aa bb bb cc", "cc dd dd dd", "cc ee", "bb ff ff"]
    labels = np.array([0, 1, -1, 0], dtype=np.int32)
    [[one, two]] = describe("ctfidf", texts, labels, longest=1, min_df=1, background=False)
    mean = 13 / 3  # the documents of no cluster are the third
    assert dict(one) == pytest.approx(
        {"bb": 3 / 7 * math.log(1 + mean / 3), "ff": 2 / 7 * math.log(1 + mean / 2),
         "aa": 1 / 7 * math.log(1 + mean), "cc": 1 / 7 * math.log(1 + mean / 3)}
    )  # fmt: skip
    assert words(one) == ["bb", "ff", "aa", "cc"]
    assert dict(two)["dd"] == pytest.approx(3 / 4 * math.log(1 + mean / 3))
    [[alone]] = describe("ctfidf", texts, np.zeros(4, dtype=np.int32), longest=1, min_df=1, background=False)
    assert dict(alone)["cc"] == pytest.approx(3 / 13 * math.log(1 + 13 / 3))


def test_f045_without_background_words_may_overlap_and_the_usual_stays() -> None:
    [[_, code]] = describe("ctfidf", TEXTS, LABELS, top=20, background=False)
    assert {"machine", "learning", "machine learning"} <= set(words(code))
    texts = [f"{text} news" for text in TEXTS]
    kept = [words(found) for found in describe("ctfidf", texts, LABELS, top=20, background=False)[0]]
    gone = [words(found) for found in describe("ctfidf", texts, LABELS, top=20)[0]]
    assert all("news" in found for found in kept)
    assert not all("news" in found for found in gone)
    assert describe("ctfidf", ["", ""], np.array([0, -1], dtype=np.int32), background=False) == [[()]]


def test_f045_phrases_do_not_bridge_stop_words_marks_or_texts() -> None:
    names = count_grams(["cat of house, garden", "tree"], longest=3, min_df=1).names
    assert names == ["cat", "garden", "house", "tree"]


def test_f045_longest_stop_words_digits_min_df_and_max_features_are_obeyed() -> None:
    texts = ["one two three 42", "one two three 42"]
    assert count_grams(texts, longest=3, min_df=1).names == ["three"]
    assert "one two three" in count_grams(texts, longest=3, stop_words=False).names
    assert "42" in count_grams(texts, digits=True).names
    assert count_grams(["red fox", "red hen"], longest=1, min_df=2).names == ["red"]
    assert count_grams(["red fox", "red hen"], longest=1, max_features=2).names == ["fox", "red"]


def test_f045_unspaced_scripts_are_counted_in_characters() -> None:
    names = count_grams(["機械学習", "機械"], longest=2).names
    assert {"機械", "学習", "機械学"} <= set(names)
    assert not {"機", "機 械"} & set(names)


def test_f045_boilerplate_of_all_clusters_stays_below() -> None:
    texts = [
        f"this package contains files of the {word} library" for word in ("image", "audio", "video") for _ in "12345"
    ]
    labels = np.repeat(np.arange(3, dtype=np.int32), 5)
    [level] = describe("ctfidf", texts, labels)
    assert [words(keywords)[0].split()[0] for keywords in level] == ["image", "audio", "video"]
    assert not any("package" in " ".join(words(keywords)) for keywords in level)


def test_f045_every_level_and_noise_and_empty_texts() -> None:
    coarse = np.zeros(8, dtype=np.int32)
    noisy = np.where(np.arange(8) == 0, -1, LABELS).astype(np.int32)
    fine, top, rest = describe("ctfidf", TEXTS, LABELS, coarse, noisy)
    assert (len(fine), len(top), len(rest)) == (2, 1, 2)
    assert words(top[0])
    assert describe("ctfidf", ["", "", "..."], np.zeros(3, dtype=np.int32)) == [[()]]
    assert describe("ctfidf", TEXTS, np.full(8, -1, dtype=np.int32)) == [[]]


def test_f047_no_diversity_is_the_order_of_ctfidf() -> None:
    mmr = describe("mmr", TEXTS, LABELS, vectors=np.eye(8, dtype=np.float32), diversity=0, top=3)
    assert mmr == [[keywords[:3] for keywords in describe("ctfidf", TEXTS, LABELS, top=30)[0]]]


def test_f047_the_second_choice_moves_away_from_the_first() -> None:
    candidates = (("cat", 1.0), ("kitten", 0.9), ("sofa", 0.5))
    alike = np.array([[1, 0.95, 0.1], [0.95, 1, 0.1], [0.1, 0.1, 1]])
    assert words(diversify(candidates, alike, 0.0, 2)) == ["cat", "kitten"]
    assert words(diversify(candidates, alike, 0.5, 2)) == ["cat", "sofa"]
    assert words(diversify(candidates, alike, 1.0, 3)) == ["cat", "sofa", "kitten"]
    assert diversify((), np.empty((0, 0)), 0.5, 3) == ()


@pytest.mark.parametrize("with_vectors", [True, False])
def test_f047_more_diversity_reaches_more_of_the_cluster(*, with_vectors: bool) -> None:
    texts = ["red apple pie"] * 4 + ["green pear"] * 2 + ["blue plum"] + ["steel bridge"] * 7
    labels = np.array([0] * 7 + [1] * 7, dtype=np.int32)
    vectors = np.eye(4, dtype=np.float32)[[0] * 4 + [1] * 2 + [2] + [3] * 7] if with_vectors else None
    fruit = {"red": 0, "apple": 0, "pie": 0, "green": 1, "pear": 1, "blue": 2, "plum": 2}

    def kinds(diversity: float) -> set[int]:
        [[chosen, _]] = describe("mmr", texts, labels, vectors=vectors, diversity=diversity, longest=1, top=3)
        return {fruit[word] for word in words(chosen)}

    assert (kinds(0.0), kinds(0.7)) == ({0}, {0, 1, 2})


PETS = ["cat naps", "cat purrs", "cat naps", "dog runs", "dog barks", "dog runs", "cat dog"]
KINDS = np.array([0, 0, 0, 1, 1, 1, 0], dtype=np.int32)


def test_f046_words_are_ranked_by_the_cosine_of_their_documents_to_the_topic() -> None:
    angles = np.radians([0, 40, 10, 180, 160, 170, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    [[cats, dogs]] = describe("keybert", PETS, KINDS, vectors=vectors, longest=1)
    holders = {"cat": [0, 1, 2, 6], "naps": [0, 2], "purrs": [1]}
    topic = vectors[KINDS == 0].mean(axis=0)
    expected = {}
    for word, rows in holders.items():
        mean = vectors[rows].mean(axis=0)
        expected[word] = float(mean @ topic / np.linalg.norm(mean) / np.linalg.norm(topic))
    assert dict(cats) == {word: pytest.approx(expected[word], abs=1e-5) for word in holders}
    assert words(cats) == sorted(holders, key=lambda word: -expected[word])
    assert "cat" not in words(dogs)


def test_f046_without_vectors_the_cosine_is_that_of_the_sets_of_documents() -> None:
    [[cats, _]] = describe("keybert", PETS, KINDS, longest=1)
    assert dict(cats) == {
        "cat": pytest.approx(1.0), "naps": pytest.approx(2 / math.sqrt(2 * 4), abs=1e-6),
        "purrs": pytest.approx(1 / math.sqrt(1 * 4), abs=1e-6),
    }  # fmt: skip


def test_f046_a_word_from_everywhere_gives_way_to_one_of_the_topic() -> None:
    random = np.random.default_rng(0)
    texts = ["model kernel"] * 12 + ["model"] * 12 + ["ocean wave", "ocean model"] * 8
    labels = np.array([0] * 24 + [1] * 16, dtype=np.int32)
    points = np.where(np.array(["kernel" in text for text in texts])[:, None], [1, 0, 0], [0.8, 0.6, 0])
    points = np.where(labels[:, None] == 1, [0, 0, 1], points) + random.normal(scale=0.01, size=(40, 3))
    vectors = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    by_count = words(describe("ctfidf", texts, labels, longest=1)[0][0])
    by_place = words(describe("keybert", texts, labels, vectors=vectors, longest=1)[0][0])
    assert set(by_count) == set(by_place) == {"model", "kernel"}
    assert by_place[0] == "kernel"


def test_f046_only_candidates_are_ranked_and_only_top_returned() -> None:
    pool = {word for word, _ in describe("ctfidf", TEXTS, LABELS, top=4)[0][0]}
    vectors = np.eye(8, dtype=np.float32)
    [[cats, _]] = describe("keybert", TEXTS, LABELS, vectors=vectors, top=2, candidates=4)
    assert len(cats) == 2
    assert set(words(cats)) <= pool


def test_f046_f047_nearest_words_can_be_made_to_differ() -> None:
    texts = ["red apple pie"] * 4 + ["green pear"] * 2 + ["blue plum"] + ["steel bridge"] * 7
    labels = np.array([0] * 7 + [1] * 7, dtype=np.int32)
    vectors = np.eye(4, dtype=np.float32)[[0] * 4 + [1] * 2 + [2] + [3] * 7]
    fruit = {"red": 0, "apple": 0, "pie": 0, "green": 1, "pear": 1, "blue": 2, "plum": 2}

    def kinds(diversity: float) -> set[int]:
        [[chosen, _]] = describe("keybert", texts, labels, vectors=vectors, diversity=diversity, longest=1, top=3)
        return {fruit[word] for word in words(chosen)}

    assert (kinds(0.0), kinds(0.7)) == ({0}, {0, 1, 2})


@pytest.mark.parametrize("with_vectors", [True, False])
def test_f046_every_level_noise_and_words_that_point_away(*, with_vectors: bool) -> None:
    vectors = np.eye(8, dtype=np.float32) if with_vectors else None
    noisy = np.where(np.arange(8) == 0, -1, LABELS).astype(np.int32)
    fine, top, none = describe(
        "keybert", TEXTS, noisy, np.zeros(8, np.int32), np.full(8, -1, np.int32), vectors=vectors
    )
    assert (len(fine), len(top), len(none)) == (2, 1, 0)
    assert all(weight > 0 for level in (fine, top) for keywords in level for _, weight in keywords)
    opposite = np.array([[1], [-1], [-1], [-1]], dtype=np.float32)
    [[odd, _]] = describe("keybert", ["fox", "hen", "fox", "fox"], np.array([0, 1, 1, 1], np.int32), vectors=opposite)
    assert all(weight > 0 for _, weight in odd)


def test_f048_nearest_to_the_mean_direction_ties_by_row() -> None:
    angles = np.radians([0, 10, 10, 40, 90, 80, 180])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    labels = np.array([0, 0, 0, 0, 1, 1, -1], dtype=np.int32)
    first, second = nearest_centre(vectors, labels, 3)
    assert first.tolist() == [1, 2, 0]
    assert second.tolist() == [4, 5]
    assert nearest_centre(vectors, np.full(7, -1, dtype=np.int32), 3) == []


def test_f049_most_popular_unknown_last_ties_by_row() -> None:
    popularity = np.array([1.0, 5.0, np.nan, 5.0, 2.0, 9.0])
    labels = np.array([0, 0, 0, 0, 1, -1], dtype=np.int32)
    first, second = most_popular(popularity, labels, 4)
    assert first.tolist() == [1, 3, 0, 2]
    assert second.tolist() == [4]
