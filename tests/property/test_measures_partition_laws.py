from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from triptych.measures.partition import by_size, cluster_sizes, nests

partitions = hnp.arrays(np.int32, st.integers(0, 60), elements=st.integers(-1, 9))


def members(labels: np.ndarray) -> set[frozenset[int]]:
    return {frozenset(np.flatnonzero(labels == cluster).tolist()) for cluster in set(labels.tolist()) - {-1}}


@given(partitions)
def test_f031_sizes_count_every_row_once(labels):
    table = cluster_sizes(labels)
    counts = Counter(labels.tolist())
    assert table.sizes.tolist() == [counts[cluster] for cluster in range(max(labels, default=-1) + 1)]
    assert table.sizes.sum() + table.noise == len(labels)
    if len(labels):
        np.testing.assert_allclose(table.shares.sum() + table.noise_share, 1)


@given(partitions)
def test_f031_renumbering_keeps_the_partition_and_orders_it(labels):
    renumbered = by_size(labels)
    assert members(renumbered) == members(labels)
    assert ((renumbered == -1) == (labels == -1)).all()
    rank = [
        (-np.sum(renumbered == cluster), np.argmax(renumbered == cluster)) for cluster in range(len(members(labels)))
    ]
    assert rank == sorted(rank)
    assert (by_size(renumbered) == renumbered).all()


@given(partitions)
def test_f031_renumbering_forgets_the_old_numbers(labels):
    renamed = np.where(labels >= 0, 20 - 2 * labels, -1).astype(np.int32)
    assert (by_size(renamed) == by_size(labels)).all()


@given(partitions, st.lists(st.integers(0, 3), min_size=10, max_size=10))
def test_f061_merging_whole_clusters_always_nests(labels, parents):
    coarse = np.where(labels >= 0, np.array(parents, dtype=np.int32)[labels], -1).astype(np.int32)
    assert nests(labels, coarse)
    assert nests(labels, labels)


@given(st.data())
def test_f061_nesting_equals_its_definition(data):
    n = data.draw(st.integers(0, 6))
    array = hnp.arrays(np.int32, n, elements=st.integers(-1, 2))
    fine, coarse = data.draw(array), data.draw(array)
    each_inside_one = all(any(a <= b for b in members(coarse)) for a in members(fine))
    same_noise = set(np.flatnonzero(fine == -1)) == set(np.flatnonzero(coarse == -1))
    assert nests(fine, coarse) is (each_inside_one and same_noise)
