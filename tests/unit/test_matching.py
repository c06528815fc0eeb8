import numpy as np
import pytest

from triptych.measures.matching import Fate, match_clusters


def clusters(*sizes: int, noise: int = 0) -> np.ndarray:
    return np.concatenate([np.repeat(np.arange(len(sizes)), sizes), np.full(noise, -1)]).astype(np.int32)


def test_f112_a_partition_against_itself_is_kept_whole():
    labels = clusters(30, 20, 10, noise=7)
    found = match_clusters(labels, labels)
    assert found.fates == tuple(Fate("kept", (i,), 1.0) for i in range(3))
    assert found.new == ()
    assert not found.moved.any()


def test_f112_a_planted_split_is_a_split():
    found = match_clusters(clusters(60, 40), clusters(36, 24, 40))
    assert found.fates == (Fate("split", (0, 1), 1.0), Fate("kept", (2,), 1.0))
    assert (found.new, found.moved.any()) == ((), False)


def test_f112_a_planted_merger_is_a_merger():
    found = match_clusters(clusters(36, 24, 40), clusters(60, 40))
    assert found.fates == (Fate("merged", (0,), 1.0), Fate("merged", (0,), 1.0), Fate("kept", (1,), 1.0))
    assert (found.new, found.moved.any()) == ((), False)


def test_f112_a_cluster_that_falls_into_noise_is_lost_and_its_rows_moved():
    found = match_clusters(clusters(30, 20, noise=5), clusters(30, noise=25))
    assert found.fates == (Fate("kept", (0,), 1.0), Fate("lost", (), 0.0))
    assert found.moved.tolist() == [False] * 30 + [True] * 20 + [False] * 5


def test_f112_a_cluster_out_of_noise_is_new():
    found = match_clusters(clusters(30, noise=20), clusters(30, 20))
    assert found.fates == (Fate("kept", (0,), 1.0),)
    assert found.new == (1,)
    assert found.moved.sum() == 20


def test_f112_a_cluster_scattered_over_others_is_lost():
    labels = clusters(40, 40, 40, 30)
    others = labels.copy()
    others[120:] = np.arange(30) % 3
    found = match_clusters(labels, others)
    assert [fate.change for fate in found.fates] == ["kept", "kept", "kept", "lost"]
    assert [fate.overlap for fate in found.fates[:3]] == [40 / 50] * 3
    assert found.fates[3].overlap == 10 / (30 + 50 - 10)
    assert found.moved.sum() == 30


def test_f112_a_crumb_is_no_part():
    found = match_clusters(clusters(100), clusters(95, 5))
    assert found.fates == (Fate("kept", (0,), 0.95),)
    assert (found.new, int(found.moved.sum())) == ((1,), 5)


def test_f112_a_half_is_not_enough():
    found = match_clusters(clusters(20, noise=20), clusters(40))
    assert found.fates == (Fate("lost", (), 0.5),)
    assert found.new == (0,)


def test_f112_a_split_whose_parts_are_most_of_it_no_more_is_lost():
    labels, others = clusters(100), clusters(20, 20, noise=60)
    assert match_clusters(labels, others).fates == (Fate("lost", (), 0.2),)


@pytest.mark.parametrize("seed", range(5))
def test_f112_numbers_of_clusters_make_no_difference(seed):
    random = np.random.default_rng(seed)
    labels = random.integers(-1, 8, 300).astype(np.int32)
    others = np.where(random.random(300) < 0.7, labels // 2, random.integers(-1, 6, 300)).astype(np.int32)
    to, other_to = random.permutation(8), random.permutation(6)
    plain = match_clusters(labels, others)
    turned = match_clusters(
        np.where(labels >= 0, to[labels], -1).astype(np.int32),
        np.where(others >= 0, other_to[others], -1).astype(np.int32),
    )
    assert (plain.moved == turned.moved).all()
    assert sorted(plain.new) == sorted(np.argsort(other_to)[list(turned.new)].tolist())
    for cluster, fate in enumerate(plain.fates):
        other = turned.fates[to[cluster]]
        assert (fate.change, fate.overlap) == (other.change, other.overlap)
        assert {int(other_to[i]) for i in fate.others} == {*other.others}


@pytest.mark.parametrize("seed", range(5))
def test_f112_both_ways_tell_the_same_story(seed):
    random = np.random.default_rng(seed)
    labels = random.integers(-1, 5, 200).astype(np.int32)
    others = np.where(random.random(200) < 0.8, labels, random.integers(-1, 5, 200)).astype(np.int32)
    there, back = match_clusters(labels, others), match_clusters(others, labels)
    kept = {(i, fate.others[0]) for i, fate in enumerate(there.fates) if fate.change == "kept"}
    assert kept == {(fate.others[0], i) for i, fate in enumerate(back.fates) if fate.change == "kept"}
    assert kept


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("labels", "others", "fates", "new", "moved"),
    [([], [], (), (), 0), ([-1, -1], [-1, -1], (), (), 0), ([-1, -1], [0, 0], (), (0,), 2),
     ([0, 0], [-1, -1], (Fate("lost", (), 0.0),), (), 2)],
    ids=["no rows", "all noise", "noise becomes a cluster", "a cluster becomes noise"],
)  # fmt: skip
def test_f112_little_is_compared_too(labels, others, fates, new, moved):
    found = match_clusters(np.array(labels, dtype=np.int32), np.array(others, dtype=np.int32))
    assert (found.fates, found.new, int(found.moved.sum())) == (fates, new, moved)
