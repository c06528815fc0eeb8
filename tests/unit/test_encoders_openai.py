"""An encoder that asks a server: what it sends, what it takes for an answer, and what it does when there is none."""

from __future__ import annotations

import base64
import functools
import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest

import triptych as tp
from tests.endpoint import Endpoint, Handler, good, serving, vector
from triptych.core.context import Context, using
from triptych.core.errors import LimitExceeded, RemoteError, TriptychError, UsageError
from triptych.core.store import Store
from triptych.encoders import openai
from triptych.encoders.base import Encoding
from triptych.encoders.openai import OpenAI
from triptych.llm import client
from triptych.llm.client import Client
from triptych.testing import check_method

CANARY = "sk-canary-7f3Q.uniquely+odd/value=="
TEXTS = ["a cat on the mat", "the tax office", "a cat on the mat", "boats " * 10]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        yield found


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass between two tries; return how much would have."""
    waited: list[float] = []
    monkeypatch.setattr(openai, "Client", functools.partial(Client, sleep=waited.append))
    return waited


def encode(endpoint: Endpoint, texts: list[str] = TEXTS, **params: Any) -> Encoding:
    made = OpenAI(url=endpoint.url, **{"model": "planted"} | params)
    return made.encode(texts, threads=2, advance=lambda _: None)


def says(status: int, value: Any = b"", **headers: str) -> Callable[[Handler, dict[str, Any]], None]:
    return lambda handler, _: handler.reply(value, status, **headers)


def test_vectors_are_those_of_the_server_at_unit_length(endpoint: Endpoint) -> None:
    done: list[int] = []
    found = OpenAI(url=endpoint.url, model="planted", batch_size=2).encode(TEXTS, threads=1, advance=done.append)
    wanted = np.array([vector(text) for text in TEXTS])
    np.testing.assert_allclose(found.vectors, wanted / np.linalg.norm(wanted, axis=1, keepdims=True), rtol=1e-5)
    assert found.vectors.dtype == np.float32
    assert done == [2, 1], "equal texts are sent once"
    assert [entry["input"] for entry in endpoint.asked] == [TEXTS[:2], TEXTS[3:]]
    assert {entry["path"] for entry in endpoint.asked} == {"/v1/embeddings"}
    assert "Authorization" not in endpoint.headers[0]
    assert "dimensions" not in endpoint.asked[0]


def test_prefix_length_and_key_are_sent_as_asked(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_KEY", f"{CANARY}\n")
    found = encode(endpoint, prefix="clustering: ", max_chars=20, dimensions=8, key_from="CANARY_KEY")
    assert endpoint.asked[0]["input"][2] == "clustering: boats boats boats bo"
    assert endpoint.asked[0]["dimensions"] == found.vectors.shape[1] == 8
    assert endpoint.headers[0]["Authorization"] == f"Bearer {CANARY}"
    assert found.cut.tolist() == [False, False, False, True]


def test_texts_become_vectors_of_an_atlas(endpoint: Endpoint) -> None:
    atlas = tp.encode(tp.read(TEXTS, roles=tp.Roles()), "openai", url=endpoint.url, model="planted", max_chars=20)
    assert atlas.vectors["openai"].values.shape == (4, 32)
    assert atlas.steps[-1].notes == ("1 of 4 texts (25.0%) longer than the encoder's window, and cut there",)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"data": []}, "0 vectors for 3 texts"),
        ({"data": None}, "no list of objects called data"),
        ({"data": [1, 2, 3]}, "no list of objects called data"),
        ([], "no list of objects called data"),
        ("ok", "no list of objects called data"),
        (None, "no list of objects called data"),
        ({"embeddings": [[1, 2]] * 3}, "no list of objects called data"),
        ({"data": [{"index": i, "embedding": [1.0, 2]} for i in range(4)]}, "4 vectors for 3 texts"),
        ({"data": [{"index": i, "embedding": [1.0, 2]} for i in (0, 1, 1)]}, "the places of the vectors"),
        ({"data": [{"index": i, "embedding": [1.0, 2]} for i in (1, 2, 3)]}, "the places of the vectors"),
        ({"data": [{"index": i, "embedding": [1.0, 2]} for i in (True, 0, 2)]}, "the places of the vectors"),
        ({"data": [{"embedding": [1.0, 2]}] * 3}, "the places of the vectors"),
        ({"data": [{"index": i, "embedding": [1.0] * (i + 1)} for i in range(3)]}, "vectors of 1 and of 2 dimensions"),
        ({"data": [{"index": i, "embedding": []} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i, "embedding": ["1", 2]} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i, "embedding": [[1, 2]]} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i, "embedding": [None, 2]} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i, "embedding": "AACAPw=="} for i in range(3)]}, "no list of numbers"),
        ({"data": [{"index": i, "embedding": [0.0, 0]} for i in range(3)]}, "not finite, or all zeros"),
        ({"data": [{"index": i, "embedding": [float("nan"), 0]} for i in range(3)]}, "not finite, or all zeros"),
        ({"data": [{"index": i, "embedding": [float("inf"), 0]} for i in range(3)]}, "not finite, or all zeros"),
        ({"data": [{"index": i, "embedding": [1e300, 1e300]} for i in range(3)]}, "not finite, or all zeros"),
        ({"data": [{"index": i, "embedding": [10**400, 1]} for i in range(3)]}, "beyond all floats"),
        (b"<html>sign in first</html>", "did not answer with JSON: '<html>sign in first</html>'"),
        (b"", "did not answer with JSON"),
        (b"[" * 200_000, "did not answer with JSON"),
        (b"\xff\xfe{}", "did not answer with JSON"),
    ],
)  # fmt: skip
def test_wrong_answers_are_refused(endpoint: Endpoint, answer: Any, words: str) -> None:
    endpoint.script = [says(200, answer)]
    with pytest.raises(RemoteError) as caught:
        encode(endpoint)
    assert words in caught.value.message
    assert "encoders/openai" in caught.value.message
    assert caught.value.hint
    assert len(endpoint.asked) == 1, "a wrong answer is not asked for again"


def test_vectors_must_keep_their_length(endpoint: Endpoint) -> None:
    endpoint.script = [says(200, {"data": [{"index": 0, "embedding": [1.0] * d}]}) for d in (3, 4)]
    with pytest.raises(RemoteError, match="vectors of 4 dimensions, not of 3"):
        encode(endpoint, batch_size=1)
    endpoint.script = [says(200, {"data": [{"index": 0, "embedding": [1.0] * 3}]})]
    with pytest.raises(RemoteError, match="vectors of 3 dimensions, not of 2"):
        encode(endpoint, batch_size=1, dimensions=2)


def test_a_busy_server_is_asked_again(endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.script = [
        says(503), says(429, {"error": {"message": "slow down"}}, Retry_After="7.5"),
        says(500, b"", Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), says(429, b"", Retry_After="86400"),
    ]  # fmt: skip
    assert np.array_equal(encode(endpoint).vectors, encode(endpoint).vectors)
    assert pauses == [1, 7.5, 4, 120]


@pytest.mark.parametrize("wish", ["-5", "nan", "inf", "soon", "1e999", ""])
def test_wishes_that_make_no_sense_harm_nobody(endpoint: Endpoint, pauses: list[float], wish: str) -> None:
    endpoint.script = [says(429, b"", Retry_After=wish)]
    encode(endpoint)
    assert pauses in ([0.0], [1.0])


def test_five_tries_are_enough(endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.script = [says(503, {"error": {"message": "loading \x1b[31mmodel"}})] * 9
    with pytest.raises(RemoteError, match=r"did not answer in 5 tries; at last it said 503: 'loading \\x1b\[31mmodel'"):
        encode(endpoint)
    assert len(endpoint.asked) == 5
    assert pauses == [1, 2, 4, 8]


def test_a_server_that_is_not_there(pauses: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Endpoint(taken.getsockname()[1])
        with pytest.raises(RemoteError, match="the connection failed") as caught:
            encode(nobody)
    assert "see whether the server runs" in caught.value.hint
    assert len(pauses) == 4


@pytest.mark.parametrize(
    ("status", "answer", "words"),
    [
        (401, {"error": {"message": "wrong key"}}, "refused with 401: 'wrong key'"),
        (403, b"go away", "refused with 403: 'go away'"),
        (404, {"error": "no model 'planted'"}, "refused with 404: \"no model 'planted'\""),
        (400, {"detail": "too long: 9000 tokens"}, "refused with 400: 'too long: 9000 tokens'"),
        (413, {"message": "too much"}, "refused with 413: 'too much'"),
        (418, b"\x1b]0;title\x07", r"refused with 418: '\x1b]0;title\x07'"),
        (422, b"x" * 10**6, "refused with 422: 'xxx"),
        (204, b"", "refused with 204: nothing"),
    ],
)
def test_a_refusal_is_told_and_not_repeated(endpoint: Endpoint, status: int, answer: Any, words: str) -> None:
    endpoint.script = [says(status, answer)]
    with pytest.raises(RemoteError) as caught:
        encode(endpoint)
    assert words in caught.value.message
    assert len(caught.value.message) < 400
    assert caught.value.hint
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    with serving() as other:
        endpoint.script = [says(status, b"", Location=f"{other.url}/embeddings?k={CANARY}")]
        with pytest.raises(RemoteError, match="that is not followed") as caught:
            encode(endpoint, key_from="CANARY_KEY")
        assert str(other.port) in caught.value.message
        assert CANARY not in str(caught.value)
        assert other.asked == []


def drip(handler: Handler, _: object) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


def stall(handler: Handler, _: object) -> None:
    time.sleep(1)


@pytest.mark.parametrize("slow", [drip, stall])
def test_an_answer_has_a_deadline(
    endpoint: Endpoint, pauses: list[float], monkeypatch: pytest.MonkeyPatch, slow: Callable[..., None]
) -> None:
    monkeypatch.setattr(client, "DEADLINE", 0.2)
    endpoint.script = [slow] * 5
    with pytest.raises(RemoteError, match=r"it took longer than 0\.2 s"):
        encode(endpoint)
    assert len(pauses) == 4


def test_a_broken_connection_is_tried_again(endpoint: Endpoint, pauses: list[float]) -> None:
    def short(handler: Handler, question: dict[str, Any]) -> None:
        data = json.dumps(good(question)).encode()
        handler.reply(data[:-5], Content_Length=str(len(data)))

    def half_chunk(handler: Handler, _: dict[str, Any]) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{}")

    def nonsense(handler: Handler, _: dict[str, Any]) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")

    endpoint.script = [short, half_chunk, nonsense, lambda *_: None]
    assert encode(endpoint).vectors.shape == (4, 32)
    assert pauses == [1, 2, 4, 8]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a certificate for this machine, which nobody has signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", f"{file}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


def test_a_certificate_is_checked(certificate: Path, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    with serving(certificate) as endpoint:
        with pytest.raises(RemoteError, match="is not what it says it is: self-signed") as caught:
            encode(endpoint, key_from="CANARY_KEY")
        assert "SSL_CERT_FILE" in caught.value.hint
        assert endpoint.asked == []
        assert pauses == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert encode(endpoint, key_from="CANARY_KEY").vectors.shape == (4, 32)
        monkeypatch.setattr(client, "DEADLINE", 0.3)
        endpoint.script = [drip] * 5
        with pytest.raises(RemoteError, match=r"it took longer than 0\.3 s"):
            encode(endpoint)


def test_tls_with_a_server_that_has_none(endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.scheme = "https"
    with pytest.raises(RemoteError, match="at last the connection failed"):
        encode(endpoint)
    assert endpoint.asked == []


def test_an_answer_has_a_largest_size(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "ANSWER", 500)
    with pytest.raises(LimitExceeded, match="is larger than 500 bytes"):
        encode(endpoint)

    def endless(handler: Handler, _: object) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b" " * 100)

    endpoint.script = [endless]
    with pytest.raises(LimitExceeded, match="is larger than 500 bytes"):
        encode(endpoint)


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000/v1", "file:///etc/passwd", "ftp://localhost/v1", "http://", "http:///v1", "https://[::1/v1",
        "http://localhost:99999/v1", "http://localhost:x/v1", "http://local host/v1", "http://localhost/v1\r\nX: y",
        "http://lócalhost/v1", "javascript:alert(1)", "//localhost/v1", "http://me:secret@localhost/v1",
        "http://localhost/v1?key=secret", "http://localhost/v1#secret", " http://localhost/v1",
    ],
)  # fmt: skip
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(UsageError, match="encoders/openai: url") as caught:
        OpenAI(url=url, model="m").fingerprint()
    assert "secret" not in str(caught.value)
    assert caught.value.hint


def test_a_server_and_a_model_must_be_named() -> None:
    for params in ({}, {"url": "http://localhost/v1"}, {"model": "m"}):
        with pytest.raises(UsageError, match="encoders/openai needs a server and a model: url, model"):
            OpenAI(**params).fingerprint()


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/v1", "http://example.invalid/v1", "http://localhost.example.invalid"]
)
def test_a_key_is_not_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CANARY_KEY", CANARY)
    monkeypatch.setattr(client, "_exchange", lambda *_: pytest.fail("something was sent"))
    with pytest.raises(UsageError, match="a key is not sent over http") as caught:
        OpenAI(url=url, model="m", key_from="CANARY_KEY").fingerprint()
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "two words", "line\nbreak", "ключ"])
def test_a_key_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is not None:
        monkeypatch.setenv("CANARY_KEY", value)
    with pytest.raises(UsageError, match="key_from names no environment variable that holds a key"):
        OpenAI(url="http://localhost/v1", model="m", key_from="CANARY_KEY").fingerprint()


def test_a_key_given_for_its_name_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        OpenAI(url="http://localhost/v1", model="m", key_from=CANARY).fingerprint()
    assert CANARY not in str(caught.value)


def test_the_key_stands_nowhere(
    endpoint: Endpoint, pauses: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in what is kept, nor in an error, whatever the server sends back."""
    monkeypatch.setenv("CANARY_KEY", CANARY)
    settings = {"url": endpoint.url, "model": "planted", "key_from": "CANARY_KEY"}
    echo = {"error": {"message": f"the key {CANARY} of Bearer {CANARY} is not known"}}
    said = []
    for faults in ([401], [500] * 5, [302], [200]):
        endpoint.script = [says(status, echo, Location=f"http://{CANARY}/") for status in faults]
        with pytest.raises(TriptychError) as caught:
            tp.encode(tp.read(TEXTS, roles=tp.Roles()), "openai", **settings)
        said += [str(caught.value), repr(caught.value)]
    store = Store(tmp_path / "run.trip")
    with using(Context(store=store)):
        atlas = tp.encode(tp.read(TEXTS, roles=tp.Roles()), "openai", **settings)
        store.publish(atlas, {})
    store.close()
    said += [repr(atlas), repr(atlas.steps), repr(OpenAI(**settings).params())]
    kept = [path.read_bytes() for path in (tmp_path / "run.trip").rglob("*") if path.is_file()]
    assert any(b"CANARY_KEY" in data for data in kept), "the name of the variable is kept"
    for form in (CANARY, quote(CANARY, safe=""), base64.b64encode(CANARY.encode()).decode()):
        assert not [data for data in kept if form.encode() in data]
        assert not [text for text in said if form in text]
    assert all(header["Authorization"] == f"Bearer {CANARY}" for header in endpoint.headers)


def test_another_model_behind_the_same_name_is_noticed(endpoint: Endpoint) -> None:
    made = OpenAI(url=endpoint.url, model="planted")
    known = made.fingerprint()
    exact = np.array(vector(openai.PROBE))
    for seed in range(5):
        noisy = exact * (3 + 1e-5 * np.random.default_rng(seed).standard_normal(32))
        endpoint.script = [says(200, {"data": [{"index": 0, "embedding": noisy.tolist()}]})]
        assert made.fingerprint() == known, "rounding and length do not matter"
    others = {OpenAI(url=endpoint.url, model="planted", dimensions=31).fingerprint()}
    for seed in range(20):
        other = np.random.default_rng(seed).standard_normal(32).tolist()
        endpoint.script = [says(200, {"data": [{"index": 0, "embedding": other}]})]
        others.add(made.fingerprint())
    assert known not in others
    assert len(others) == 21


def test_what_is_kept_is_not_asked_for_again(endpoint: Endpoint, tmp_path: Path) -> None:
    digests = []
    for _ in range(2):
        store = Store(tmp_path / "run.trip")
        with using(Context(store=store)):
            atlas = tp.encode(tp.read(TEXTS, roles=tp.Roles()), "openai", url=endpoint.url, model="planted")
            store.publish(atlas, {})
        store.close()
        digests.append(atlas.digests["vectors/openai"])
    assert digests[0] == digests[1]
    assert [len(entry["input"]) for entry in endpoint.asked] == [1, 3, 1], "the second time the probe alone"


BATTERY = '''
"""The encoder with a server and a model that are there."""
from triptych.encoders import openai

class OpenAI(openai.OpenAI):
    """Asks the server of this test."""

    deterministic = True
    exempt = {{}}

    def __init__(self, *, url="{url}", model="planted", dimensions=None, prefix="", max_chars=16_000, batch_size=64,
                 key_from=None):
        super().__init__(url=url, model=model, dimensions=dimensions, prefix=prefix, max_chars=max_chars,
                         batch_size=batch_size, key_from=key_from)
'''


def test_with_a_server_it_passes_the_battery(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openai.py").write_text(BATTERY.format(url=endpoint.url).lstrip(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("battery.openai", tmp_path / "openai.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "battery.openai", module)
    spec.loader.exec_module(module)
    findings = check_method("encoders", module.OpenAI)
    assert {finding.status for finding in findings} == {"ok"}, [f for f in findings if f.status != "ok"]
