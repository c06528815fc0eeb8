import numpy as np
import pytest

from triptych.core.errors import UsageError
from triptych.measures.partition import by_size, cluster_sizes, nests


def labels(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_f031_sizes_shares_and_noise():
    table = cluster_sizes(labels(0, 0, -1, 1, 0, -1, 1, 0))
    assert table.sizes.tolist() == [4, 2]
    assert table.shares.tolist() == [0.5, 0.25]
    assert (table.noise, table.noise_share) == (2, 0.25)


def test_f031_all_noise_has_no_clusters():
    table = cluster_sizes(labels(-1, -1))
    assert table.sizes.tolist() == []
    assert (table.noise, table.noise_share) == (2, 1.0)


def test_f031_no_rows_has_an_undefined_share():
    table = cluster_sizes(labels())
    assert (table.sizes.tolist(), table.noise, table.noise_share) == ([], 0, None)


def test_f031_numbers_by_size_then_first_row():
    renumbered = by_size(labels(9, -1, 4, 4, 2, 7, 7))
    assert renumbered.tolist() == [2, -1, 0, 0, 3, 1, 1]
    assert renumbered.dtype == np.int32


def test_f031_a_label_below_noise_is_refused():
    for function in (cluster_sizes, by_size):
        with pytest.raises(UsageError, match="got -3"):
            function(labels(0, -3))


@pytest.mark.parametrize(
    ("fine", "coarse", "expected"),
    [
        ((0, 1, 2, 2), (0, 0, 1, 1), True),
        ((0, 1, 1, -1), (0, 0, 0, -1), True),
        ((0, 0, 1, 1), (0, 1, 1, 1), False),
        ((0, 0, 1, -1), (0, 0, 1, 1), False),
        ((0, 0, 1, 1), (0, 0, -1, -1), False),
        ((-1, -1), (-1, -1), True),
        ((), (), True),
    ],
)
def test_f061_nesting(fine, coarse, expected):
    assert nests(labels(*fine), labels(*coarse)) is expected


def test_f061_nesting_needs_the_same_rows():
    with pytest.raises(UsageError, match="differ in length: 2 and 1"):
        nests(labels(0, 0), labels(0))
