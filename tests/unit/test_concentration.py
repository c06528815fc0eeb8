import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import skew
from sklearn.metrics import silhouette_score

from triptych.measures.concentration import (
    concentration,
    distance_matrix,
    inner_products,
    intrinsic_dimension,
    nearest_distances,
)
from triptych.measures.silhouette import silhouette


def distances(points: np.ndarray, metric: str = "euclidean") -> np.ndarray:
    return distance_matrix(inner_products(points.astype(np.float32)), metric)


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_f040_distances_equal_scipy(metric):
    points = normal(80, 7) + 3
    assert distances(points, metric) == pytest.approx(
        cdist(points.astype(float), points.astype(float), metric), abs=1e-9
    )


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_f040_equal_rows_are_at_no_distance_and_all_others_at_some(metric):
    points = normal(40, 60)
    points[7] = points[3]
    found = distances(points, metric)
    assert found[3, 7] == found[7, 3] == 0
    assert (found == 0).sum() == 42


def test_f040_figures_equal_those_by_hand():
    found = concentration(distances(np.array([[0.0], [1.0], [3.0]])))
    assert found.nearest_to_farthest == pytest.approx((1 / 3 + 1 / 2 + 2 / 3) / 3)
    assert found.contrast == pytest.approx(np.median([2 / 1, 1 / 1, 1 / 2]))
    assert found.spread == pytest.approx(np.std([1, 2, 3]) / 2)
    assert (found.rows, found.hubness) == (3, None)


def test_f040_contrast_and_hubness_equal_brute_force():
    points = normal(120, 30)
    apart = cdist(points, points)
    others = apart + np.diag(np.full(120, np.inf))
    near, far = others.min(axis=1), apart.max(axis=1)
    counts = np.bincount(np.argsort(others, axis=1)[:, :10].ravel(), minlength=120)
    found = concentration(distances(points))
    assert found.nearest_to_farthest == pytest.approx(np.mean(near / far), rel=1e-5)
    assert found.contrast == pytest.approx(np.median((far - near) / near), rel=1e-5)
    assert found.spread == pytest.approx(np.std(apart[np.triu_indices(120, 1)]) / apart[np.triu_indices(120, 1)].mean())
    assert found.hubness == pytest.approx(skew(counts))


def test_f040_contrast_is_lost_and_hubs_grow_with_the_dimensions_of_noise():
    found = [concentration(distances(normal(400, d))) for d in (2, 10, 50, 300)]
    ratios, hubs = [f.nearest_to_farthest for f in found], [f.hubness for f in found]
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.05
    assert ratios[-1] > 0.75
    assert hubs[-1] > 2 > hubs[0]
    assert [f.contrast for f in found] == sorted((f.contrast for f in found), reverse=True)


@pytest.mark.parametrize("dimension", [1, 2, 5, 10])
def test_f040_dimension_of_a_flat_sheet_is_found_whatever_it_lies_in(dimension):
    sheet = np.random.default_rng(dimension).random((1500, dimension))
    turned = sheet @ np.linalg.qr(normal(50, 50))[0][:dimension]
    found = intrinsic_dimension(nearest_distances(distances(turned)))
    # Near the border of a cube neighbours lie on one side only, which takes a little away in many dimensions.
    assert found == pytest.approx(dimension, rel=0.2)


def test_f040_dimension_equals_the_fit_of_the_paper():
    points = normal(300, 4)
    near = np.sort(cdist(points, points), axis=1)[:, 1:3]
    ratios = np.sort(near[:, 1] / near[:, 0])
    x, y = np.log(ratios), -np.log(1 - np.arange(1, 301) / 301)
    keep = 270
    slope = np.linalg.lstsq(x[:keep, None], y[:keep], rcond=None)[0][0]
    assert intrinsic_dimension(nearest_distances(distances(points))) == pytest.approx(slope, rel=0.02)


def test_f040_copies_do_not_spoil_the_dimension():
    points = normal(400, 3)
    alone = intrinsic_dimension(nearest_distances(distances(points)))
    points = np.concatenate([points, points[:40]])
    assert intrinsic_dimension(nearest_distances(distances(points))) == pytest.approx(alone, rel=0.15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.ones((1, 3)), np.ones((30, 3))], ids=["none", "one", "equal"])
def test_f040_nothing_is_measured_where_there_is_nothing(points):
    apart = distances(points)
    found = concentration(apart)
    assert (found.nearest_to_farthest, found.contrast, found.spread, found.hubness) == (None,) * 4
    assert intrinsic_dimension(nearest_distances(apart)) is None


@pytest.mark.filterwarnings("error")
def test_f040_rows_in_pairs_have_no_contrast_of_their_own():
    found = concentration(distances(np.repeat(normal(20, 3), 2, axis=0)))
    assert (found.nearest_to_farthest, found.contrast) == (0, None)


def test_f040_silhouette_of_clusters_equals_scikit_learn():
    points, random = normal(90, 4), np.random.default_rng(1)
    labels = np.concatenate([np.arange(7), random.integers(0, 6, 83)]).astype(np.int32)
    assert np.bincount(labels)[6] == 1  # a row by itself
    assert silhouette(distances(points), labels) == pytest.approx(silhouette_score(points, labels), abs=1e-6)
