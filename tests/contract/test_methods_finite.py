"""Methods may trust their input to be finite: what is not is marked when it is read."""

from __future__ import annotations

import numpy as np
import pytest

import triptych as tp
from tests.conftest import planted
from triptych.core.registry import Method, method_class, method_names, missing_modules

#: Those that can be run here; an optional one has this test where its package is installed.
CLUSTERERS = [n for n in method_names("clusterers") if not missing_modules(method_class("clusterers", n, Method))]
BAD = {3: np.nan, 17: np.inf, 40: -np.inf}


@pytest.mark.parametrize("method", CLUSTERERS)
def test_rows_without_usable_numbers_reach_no_method(method: str) -> None:
    vectors, _ = planted(60)
    for row, value in BAD.items():
        vectors[row, row % 5] = value
    atlas = tp.read(vectors, roles=tp.Roles(), options=tp.ReadOptions(on_bad_rows="mark"))
    assert [i for i, status in enumerate(atlas.rows["status"]) if status == "bad_vector"] == list(BAD)
    assert np.isfinite(atlas.vectors["given"].values).all()
    atlas = tp.reduce(tp.relate(atlas), "pca", n_components=3)
    found = tp.cluster(atlas, method, on="pca3").clusterings[method]
    assert len(found.labels) == 57
    assert np.isfinite(found.strength).all()


def test_unless_asked_to_mark_them_reading_stops() -> None:
    vectors, _ = planted(60)
    vectors[3, 1] = np.nan
    with pytest.raises(tp.InputError, match=r"1 of 60 vectors hold missing, NaN.*row_id '3'"):
        tp.read(vectors, roles=tp.Roles())
