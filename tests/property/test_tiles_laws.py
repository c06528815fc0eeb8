"""Systems kept as tiles are solved as LAPACK solves them whole, for any tiles and threads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from triptych.kernels.tiles import COLUMNS, Tiles, solve


def tiled(system: np.ndarray, size: int) -> Tiles:
    """Return the tiles on and below the diagonal; what is above it is not a number."""
    parts = [slice(start, start + size) for start in range(0, len(system), size)]
    half = np.where(np.tri(len(system), dtype=bool), system, np.nan)
    return [[half[rows, others].copy() for others in parts[: i + 1]] for i, rows in enumerate(parts)]


def problem(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    half = random.normal(size=(n, n)).astype(np.float32)
    system = half @ half.T / n + np.eye(n, dtype=np.float32)
    return system, random.normal(size=(n, d)).astype(np.float32)


@settings(deadline=None)  # the first call imports
@given(n=st.integers(1, 60), d=st.integers(1, 5), size=st.integers(12, 70), seed=st.integers(0, 2**32 - 1))
def test_what_is_solved_tile_by_tile_is_solved(n: int, d: int, size: int, seed: int) -> None:
    system, targets = problem(n, d, seed)
    before = targets.copy()
    found = solve(tiled(system, size), targets, threads=1)
    assert_allclose(found, np.linalg.solve(system.astype(float), targets), rtol=1e-3, atol=1e-4)
    assert targets.tobytes() == before.tobytes()


def test_the_threads_leave_no_trace() -> None:
    system, targets = problem(700, 2 * COLUMNS + 7, 0)
    one, three = (solve(tiled(system, 128), targets, threads=threads) for threads in (1, 3))
    assert one.tobytes() == three.tobytes()


def test_what_is_not_positive_definite_is_refused() -> None:
    system, targets = problem(50, 2, 0)
    with pytest.raises(np.linalg.LinAlgError):
        solve(tiled(system - 10 * np.eye(50, dtype=np.float32), 16), targets, threads=1)
