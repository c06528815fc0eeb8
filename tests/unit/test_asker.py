"""Many questions to one server: who ends the work, when, and what that costs."""

from __future__ import annotations

import threading
import time
import types
from collections.abc import Iterator
from typing import Any

import pytest

from tests.endpoint import Endpoint, Handler, serving
from tests.llm_server import reply, says
from triptych.core.errors import LimitExceeded, RemoteError
from triptych.llm import asker
from triptych.llm.asker import IN_A_ROW, Asker
from triptych.llm.chat import Chat
from triptych.llm.purse import Purse


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        found.answer = lambda question: reply(question, "yes")
        yield found


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass between two tries; return how much would have."""
    waited: list[float] = []
    monkeypatch.setattr(asker, "wait", lambda _over, seconds: waited.append(seconds))
    return waited


def asking(endpoint: Endpoint, **terms: Any) -> Asker:
    return Asker(Chat("tests/asker", "openai:m", endpoint.url), Purse("tests/asker"), **terms)


def ask_all(asks: Asker, count: int, kept: list[int]) -> dict[int, str | None]:
    def work(number: int) -> str | None:
        found = asks.reply("be brief", f"question {number}", lambda: "q")
        kept.append(number)
        return found and found.text

    return asks.each({number: number for number in range(count)}, work)


def test_f051_every_question_has_its_answer(endpoint: Endpoint) -> None:
    asks = asking(endpoint, concurrency=4)
    assert ask_all(asks, 20, []) == dict.fromkeys(range(20), "yes")
    assert asks.spent() == "20 calls, 2,000 tokens sent and 200 received"
    assert ask_all(asks, 0, []) == {}


def test_f051_ten_tries_in_a_row_without_an_answer_end_the_work_whoever_asked(
    endpoint: Endpoint, pauses: list[float]
) -> None:
    kept: list[int] = []
    endpoint.script = [lambda handler, question: handler.reply(reply(question, "yes"))] + [says(503)] * 100
    with pytest.raises(RemoteError, match=r"10 tries in a row had no answer|did not answer in 5 tries") as caught:
        ask_all(asking(endpoint, concurrency=4), 40, kept)
    assert "kept" in caught.value.hint
    assert kept == [0]
    assert 1 + 5 <= len(endpoint.asked) <= 1 + IN_A_ROW + 4, "those that were under way then had begun their try"


def test_f051_an_answer_in_between_begins_the_count_anew(endpoint: Endpoint, pauses: list[float]) -> None:
    good = types.SimpleNamespace(step=lambda handler, question: handler.reply(reply(question, "yes")))
    endpoint.script = [good.step, *([says(503)] * 4 + [good.step]) * 6]
    assert len(ask_all(asking(endpoint, concurrency=1), 7, [])) == 7
    assert len(endpoint.asked) == 1 + 6 * 5


def test_f051_many_at_a_time_may_all_be_told_to_wait_once(endpoint: Endpoint, pauses: list[float]) -> None:
    # Each question is told to wait the first time.
    seen: set[str] = set()
    lock = threading.Lock()

    def busy_at_first(handler: Handler, question: dict[str, Any]) -> None:
        prompt = question["messages"][-1]["content"]
        with lock:
            first = prompt not in seen
            seen.add(prompt)
        handler.reply(b"", 429, Retry_After="3") if first else handler.reply(reply(question, "yes"))

    endpoint.script = [busy_at_first] * 200
    assert len(ask_all(asking(endpoint, concurrency=16), 33, [])) == 33
    assert len(pauses) == 33


def test_f051_the_first_error_is_the_one_that_is_told_and_nobody_waits(endpoint: Endpoint) -> None:
    """Three threads are told to wait for an hour when the fourth is refused."""
    waiting = threading.Semaphore(0)

    def script(handler: Handler, question: dict[str, Any]) -> None:
        number = question["messages"][-1]["content"].split()[-1]
        if number == "0":
            handler.reply(reply(question, "yes"))
        elif number == "4":
            for _ in range(3):
                waiting.acquire(timeout=20)
            handler.reply({"error": "no more"}, 401)
        else:
            handler.reply(b"", 429, Retry_After="3600")
            waiting.release()

    endpoint.script = [script] * 50
    begun = time.monotonic()
    with pytest.raises(RemoteError, match="refused with 401"):
        ask_all(asking(endpoint, concurrency=4), 9, [])
    assert time.monotonic() - begun < 60, "a pause of two minutes was cut short"
    assert len(endpoint.asked) == 5


def test_f051_the_time_of_all_calls_is_limited(
    endpoint: Endpoint, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(asker, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    kept: list[int] = []

    def slow(question: dict[str, Any]) -> Any:
        now[0] += 25
        return reply(question, "yes")

    endpoint.answer = slow
    with pytest.raises(LimitExceeded, match=r"tests/asker: the 2 minutes are over; spent so far: 5 calls,") as caught:
        ask_all(asking(endpoint, concurrency=1, minutes=2), 20, kept)
    assert "only the rest is asked for" in caught.value.hint
    assert kept == [0, 1, 2, 3, 4]


def test_f051_a_pause_that_would_end_after_the_time_is_not_begun(endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.script = [says(429, b"", Retry_After="100")]
    with pytest.raises(LimitExceeded, match="the 1 minutes are over"):
        ask_all(asking(endpoint, minutes=1), 3, [])
    assert (len(endpoint.asked), pauses) == (1, [])
