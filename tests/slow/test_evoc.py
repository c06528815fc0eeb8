"""The optional clusterer, where it is installed."""

from __future__ import annotations

import pytest
from sklearn.metrics import adjusted_rand_score

from tests.conftest import planted_run

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

pytest.importorskip("evoc", reason="evoc is not installed: make test-slow installs it")


def test_f029_vectors_are_clustered_end_to_end() -> None:
    atlas = planted_run(clusterer="evoc", reduction=0, min_cluster_size=10)
    clustering = atlas.clusterings["evoc"]
    assert adjusted_rand_score(clustering.labels, atlas.kept["kind"].to_numpy()) > 0.9
    assert planted_run(clusterer="evoc", reduction=0, min_cluster_size=10).digests == atlas.digests


def test_f029_it_passes_the_battery() -> None:
    from triptych.testing import check_method

    assert [finding for finding in check_method("clusterers", "evoc") if finding.status == "failed"] == []
