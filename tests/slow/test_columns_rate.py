"""How often columns that were shuffled are named, over many seeds."""

from __future__ import annotations

import pytest

from tests.unit.test_check_columns import false_positive_rate

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rows", [60, 150, 600])
def test_f108_shuffled_columns_are_named_in_five_of_a_hundred_over_many_seeds(rows):
    single, any_of_them = false_positive_rate(1000, n=rows)
    print(f"{rows} rows: {single:.3f} of the columns, any of four in {any_of_them:.3f} of the audits")
    assert 0.03 <= single <= 0.07
    assert any_of_them <= 0.07
