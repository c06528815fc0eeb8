"""The 8-bit encoder in compiled code against the same network in NumPy, and its products on every path."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from triptych.kernels import _native
from triptych.kernels.neighbours import packed_columns
from triptych.kernels.transformer import Dense, Table, Transformer

D, F, LAYERS, WORDS, POSITIONS = 64, 96, 2, 50, 40


def parts(seed: int) -> tuple[Table, Table, np.ndarray, list[np.ndarray], list[list[Dense]]]:
    random = np.random.default_rng(seed)

    def table(rows: int) -> Table:
        return Table(random.integers(-127, 128, (rows, D)).astype("i1"), random.uniform(0.005, 0.01, rows).astype("f4"))

    def dense(inputs: int, outputs: int) -> Dense:
        values = random.integers(-127, 128, (inputs, outputs)).astype("i1")
        scale = random.uniform(0.5, 1, outputs) / 80 / inputs**0.5
        return Dense(values, scale.astype("f4"), random.normal(scale=0.1, size=outputs).astype("f4"))

    norms = [random.normal(1, 0.1, D).astype("f4") for _ in range(2 * (1 + 2 * LAYERS))]
    layers = [[dense(D, D) for _ in range(4)] + [dense(D, F), dense(F, D)] for _ in range(LAYERS)]
    return table(WORDS), table(POSITIONS), random.normal(scale=0.1, size=D).astype("f4"), norms, layers


def rounded(x: np.ndarray) -> np.ndarray:
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    step = (high - low) / 255
    return low + np.rint((x - low) / step) * step


def plain(model: tuple[Table, Table, np.ndarray, list[np.ndarray], list[list[Dense]]], ids: list[int]) -> np.ndarray:
    words, positions, kind, norms, layers = model
    norm = iter(zip(norms[::2], norms[1::2], strict=True))

    def normed(x: np.ndarray) -> np.ndarray:
        weight, bias = next(norm)
        return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + 1e-12) * weight + bias

    def times(x: np.ndarray, one: Dense) -> np.ndarray:
        return rounded(x) @ (one.values.astype(float) * one.scale) + one.bias

    t = len(ids)
    x = (
        words.values[ids] * words.scale[ids, None].astype(float)
        + positions.values[:t] * positions.scale[:t, None]
        + kind
    )
    x = normed(x)
    for query, key, value, output, inner, outer in layers:
        q, k, v = (times(x, one).reshape(t, D // 32, 32).swapaxes(0, 1) for one in (query, key, value))
        share = np.exp(q @ k.swapaxes(1, 2) / 32**0.5)
        mixed = (share / share.sum(axis=2, keepdims=True)) @ v
        x = normed(x + times(mixed.swapaxes(0, 1).reshape(t, D), output))
        h = times(x, inner)
        x = normed(x + times(h * (1 + erf(h / 2**0.5)) / 2, outer))
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


@pytest.mark.parametrize("seed", range(3))
def test_the_compiled_network_is_the_plain_one(seed: int) -> None:
    model = parts(seed)
    random = np.random.default_rng(seed)
    texts = [random.integers(0, WORDS, length).tolist() for length in (1, 2, 7, 8, 9, 16, 17, 33, 40)]
    found = Transformer(*model).encode(texts)
    for text, vector in zip(texts, found, strict=True):
        # A value next to the middle of two bytes may be rounded either way.
        assert vector @ plain(model, text) > 1 - 1e-4
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    alone = np.concatenate([Transformer(*model).encode([text]) for text in texts])
    assert alone.tobytes() == found.tobytes()


@pytest.mark.parametrize(("m", "n", "d"), [(8, 32, 4), (16, 64, 100), (24, 96, 384)])
def test_products_of_bytes_are_the_same_on_every_path(m: int, n: int, d: int) -> None:
    random = np.random.default_rng(m)
    rows, columns = (random.integers(-128, 128, (size, d)).astype("i1") for size in (m, n))
    times, by = (random.uniform(0.1, 1, size).astype("f4") for size in (m, n))
    less = 128 * rows.sum(axis=1, dtype=np.int32)
    exact = rows.astype(np.int32) @ columns.T.astype(np.int32)
    expected = exact.astype("f4") * by * times[:, None]
    for how in (0, 1, 2):
        found = np.empty((m, n), dtype=np.float32)
        _native.byte_products(rows, less, times, packed_columns(columns), by, found, m, n, d, how)
        assert np.array_equal(found, expected), how


def test_texts_that_are_no_texts_are_refused() -> None:
    network = Transformer(*parts(0))
    assert network.encode([]).shape == (0, D)
    for wrong in ([[]], [[WORDS]], [[-1]], [[1] * (POSITIONS + 1)]):
        with pytest.raises(ValueError, match="do not fit"):
            network.encode(wrong)
