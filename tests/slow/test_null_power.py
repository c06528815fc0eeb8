"""How often the null model errs, over many seeds."""

from __future__ import annotations

import pytest
from bench.null import SEPARATIONS, Make, clustered, rates, structureless

pytestmark = pytest.mark.slow

SEEDS = range(100)
GAUSSIANS = [make for make in structureless() if make.name.startswith("Gaussian")]
WIDEST = [make for make in clustered() if f"clusters {SEPARATIONS[-1]} apart" in make.name]


@pytest.mark.parametrize("make", GAUSSIANS, ids=lambda make: make.name)
def test_f105_one_gaussian_is_no_evidence_in_95_of_100_seeds(make: Make) -> None:
    assert rates(make, SEEDS)["both"] <= 0.05


@pytest.mark.parametrize("make", WIDEST, ids=lambda make: make.name)
def test_f105_the_widest_clusters_are_evidence_in_90_of_100_seeds(make: Make) -> None:
    assert rates(make, SEEDS)["both"] >= 0.9
