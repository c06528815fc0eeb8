import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.manifold import trustworthiness

from triptych.kernels.neighbours import mutual_rows
from triptych.measures.trust import Trust, picture_neighbours, trust


def rows(n: int, d: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors and a picture that keeps some of them near each other."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(n, d)).astype(np.float32)
    return vectors, (vectors[:, :2] + random.normal(scale=0.7, size=(n, 2))).astype(np.float32)


def lists(points: np.ndarray, k: int) -> np.ndarray:
    apart = cdist(points.astype(float), points.astype(float)) + np.diag(np.full(len(points), np.inf))
    return np.argsort(apart, axis=1)[:, :k].astype(np.int32)


def measured(vectors: np.ndarray, picture: np.ndarray, k: int, *, known: int, sample: int, threads: int = 1) -> Trust:
    drawn = np.sort(np.random.default_rng(1).permutation(len(vectors))[:sample])
    return trust(vectors, lists(vectors, known), picture, k=k, sample=drawn, threads=threads)


def by_hand(vectors: np.ndarray, picture: np.ndarray, k: int) -> np.ndarray:
    """Return the trustworthiness of each row by ranks of all pairs."""
    n = len(vectors)
    order, shown = lists(vectors, n - 1), lists(picture, k)
    rank = np.empty((n, n), dtype=int)
    np.put_along_axis(rank, order, np.arange(1, n)[None], axis=1)
    cost = np.maximum(np.take_along_axis(rank, shown, axis=1) - k, 0).sum(axis=1)
    return 1 - 2 * cost / (k * (2 * n - 3 * k - 1))


@pytest.mark.parametrize(("n", "k", "known"), [(40, 5, 5), (40, 5, 20), (31, 15, 30), (300, 15, 15), (300, 15, 40)])
def test_f110_means_equal_scikit_learn(n, k, known):
    vectors, picture = rows(n)
    found = measured(vectors, picture, k, known=known, sample=n)
    assert found.trustworthiness.mean() == pytest.approx(trustworthiness(vectors, picture, n_neighbors=k), abs=1e-12)
    assert found.continuity.mean() == pytest.approx(trustworthiness(picture, vectors, n_neighbors=k), abs=1e-12)


def test_f110_every_row_equals_brute_force():
    vectors, picture = rows(150)
    found = measured(vectors, picture, 10, known=25, sample=150)
    near, shown = lists(vectors, 10), lists(picture, 10)
    assert found.trustworthiness == pytest.approx(by_hand(vectors, picture, 10))
    assert found.continuity == pytest.approx(by_hand(picture, vectors, 10))
    assert found.kept == pytest.approx([len({*near[i]} & {*shown[i]}) / 10 for i in range(150)])


def test_f110_a_true_picture_is_trusted_everywhere():
    picture = rows(200)[1]
    found = measured(picture, picture, 15, known=15, sample=50)
    for figure in (found.kept, found.trustworthiness, found.continuity):
        assert (figure == 1).all()


def test_f110_a_shuffled_picture_is_trusted_as_by_chance():
    vectors, picture = rows(2000)
    found = measured(vectors, np.random.default_rng(2).permutation(picture), 15, known=30, sample=400)
    assert found.kept.mean() == pytest.approx(15 / 1999, abs=0.004)
    assert found.trustworthiness.mean() == pytest.approx(0.5, abs=0.02)
    assert found.continuity.mean() == pytest.approx(0.5, abs=0.02)


def test_f110_a_torn_group_and_a_glued_one_are_found_where_they_are():
    random = np.random.default_rng(0)
    group = np.arange(400) // 100
    vectors = np.eye(4, 10, dtype=np.float32)[group] * 9 + random.normal(size=(400, 10)).astype(np.float32)
    places = np.array([[0.0, 0.0], [40, 0], [0, 40], [0, 40]])  # the last two groups lie on each other
    picture = places[group] + random.normal(size=(400, 2))
    picture[:50] += [-60, -60]  # the first one is in two pieces
    found = measured(vectors, picture.astype(np.float32), 15, known=30, sample=400)
    trusted = [found.trustworthiness[group == g].mean() for g in range(4)]
    whole = [found.continuity[group == g].mean() for g in range(4)]
    assert min(trusted[:2]) > max(trusted[2:])
    assert min(whole[1:]) > whole[0]


@pytest.mark.parametrize("sample", [200, 500])
def test_f110_estimated_ranks_are_within_the_stated_error(sample):
    vectors, picture = rows(3000, d=40)
    exact = measured(vectors, picture, 15, known=15, sample=3000)
    found = measured(vectors, picture, 15, known=15, sample=sample)
    stated = 1 / (2 * np.sqrt(sample))
    assert (found.kept == exact.kept).all()
    for name in ("trustworthiness", "continuity"):
        wrong = getattr(found, name) - getattr(exact, name)
        assert 0 < np.sqrt(np.mean(wrong**2)) < stated
        assert abs(wrong).max() < 4 * stated


def test_f110_threads_change_nothing():
    vectors, picture = rows(900)
    one, two = (measured(vectors, picture, 15, known=30, sample=100, threads=threads) for threads in (1, 2))
    for name in ("kept", "trustworthiness", "continuity"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


@pytest.mark.filterwarnings("error")
def test_f110_equal_rows_have_figures_in_range():
    vectors, picture = np.ones((60, 5), dtype=np.float32), np.zeros((60, 2), dtype=np.float32)
    known = mutual_rows(vectors, 16, threads=1).indices
    own = known == np.arange(60)[:, None]
    own[~own.any(axis=1), -1] = True
    found = trust(vectors, known[~own].reshape(60, 15), picture, k=15, sample=np.arange(30), threads=1)
    for figure in (found.kept, found.trustworthiness, found.continuity):
        assert ((figure >= 0) & (figure <= 1)).all()


def test_f110_no_row_is_its_own_neighbour_on_the_picture():
    picture = np.repeat(rows(30)[1], 5, axis=0)
    found = picture_neighbours(picture, 4, threads=1)
    assert (found != np.arange(150)[:, None]).all()
    assert (found // 5 == np.arange(150)[:, None] // 5).all()
