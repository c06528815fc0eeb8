"""Titles by a language model: what it is asked, what is taken for an answer, and what is done where there is none."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.endpoint import Endpoint, Handler, serving
from tests.llm_server import prompt_of, reply, saying, says, sections, titled, titling
from triptych.core.errors import LimitExceeded, RemoteError, UsageError
from triptych.core.titles import title_problem
from triptych.labellers._task import SYSTEM
from triptych.labellers.base import Desk, Evidence, Label
from triptych.labellers.llm import LLM
from triptych.labellers.phrases import Phrases
from triptych.llm import asker, client

GROUPS = [
    ("cat", "kitten"), ("tax", "income"), ("boat", "harbour"), ("bread", "oven"), ("chess", "rook"), ("star", "comet"),
    ("rose", "tulip"), ("train", "rail"), ("opera", "aria"), ("glove", "scarf"), ("paint", "canvas"), ("storm", "hail"),
]  # fmt: skip


def piece(cluster: int, *, level: int = 0, parent: int = -1, documents: int = 3, size: int = 9) -> Evidence:
    one, two = GROUPS[cluster % len(GROUPS)]
    texts = tuple(f"A {one} and a {two}, number {i}" for i in range(documents))
    keywords = ((one, 0.5), (two, 0.4), (f"{one}{level}{cluster}", 0.3))
    return Evidence(level, cluster, parent, size, keywords, texts, ("",) * documents)


def tree() -> list[Evidence]:
    """Return four clusters, two that hold two each, and one that holds both."""
    finest = [piece(i, parent=i // 2) for i in range(4)]
    return [*finest, *(piece(i, level=1, parent=0, size=18) for i in (0, 1)), piece(0, level=2, size=36)]


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        found.answer = titling
        yield found


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let no time pass between two tries; return how much would have."""
    waited: list[float] = []
    monkeypatch.setattr(asker, "wait", lambda _over, seconds: waited.append(seconds))
    return waited


def ask(endpoint: Endpoint, evidence: list[Evidence], desk: Desk | None = None, **params: Any) -> list[Label]:
    made = LLM(**{"url": endpoint.url, "model": "openai:m", "concurrency": 1} | params)
    return made.ask(evidence, desk or Desk())


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_f051_both_dialects_are_spoken(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, dialect: str) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-1")
    found = ask(endpoint, [piece(0)], model=f"{dialect}:m", key_from="SOME_KEY", temperature=0.5, max_tokens=64)
    assert found == [Label("Cat kitten", "written")]
    [asked], [headers] = endpoint.asked, endpoint.headers
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("m", 0.5, 64)
    if dialect == "openai":
        assert asked["path"] == "/v1/chat/completions"
        assert asked["messages"][0] == {"role": "system", "content": SYSTEM}
        assert headers["Authorization"] == "Bearer sk-1"
    else:
        assert asked["path"] == "/v1/messages"
        assert asked["system"] == SYSTEM
        assert headers["x-api-key"] == "sk-1"
        assert headers["anthropic-version"] == "2023-06-01"
        assert "Authorization" not in headers


def test_f050_a_server_on_this_machine_needs_no_key(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-others")
    assert ask(endpoint, [piece(1)])[0].text == "Tax income"
    assert "Authorization" not in endpoint.headers[0]
    assert "temperature" not in endpoint.asked[0]


@pytest.mark.parametrize(("dialect", "name"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")])
def test_f051_the_makers_server_needs_the_customary_key(
    monkeypatch: pytest.MonkeyPatch, dialect: str, name: str
) -> None:
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(client, "_exchange", lambda *_: pytest.fail("something was sent"))
    with pytest.raises(UsageError, match=f"there is no key in the environment variable {name}"):
        LLM(model=f"{dialect}:m").label([piece(0)])


@pytest.mark.parametrize("model", ["", "m", "openai:", "google:m", ":m"])
def test_f051_a_model_must_be_named(model: str) -> None:
    with pytest.raises(UsageError, match="model names no model") as caught:
        LLM(model=model).label([piece(0)])
    assert caught.value.hint


def test_f063_levels_are_titled_from_below_and_a_parent_is_told_all_its_parts(endpoint: Endpoint) -> None:
    evidence = [piece(i, parent=0) for i in range(40)] + [piece(0, level=1, size=360)]
    found = ask(endpoint, evidence, concurrency=4)
    shown = sections(endpoint.asked[-1] if "smaller" in prompt_of(endpoint.asked[-1]) else endpoint.asked[-2])
    assert sorted(shown["titles of the smaller groups that it is made of"]) == sorted(one.text for one in found[:40])
    assert "documents of the group" not in shown, "the parts speak for themselves"
    assert len(found) == 41


def test_a_prompt_shows_words_documents_and_other_groups_behind_a_mark(endpoint: Endpoint) -> None:
    ask(endpoint, tree())
    shown = sections(endpoint.asked[0])
    assert shown["words of the group"] == ["cat", "kitten", "cat00"]
    assert shown["documents of the group"] == [f"{i + 1}. A cat and a kitten, number {i}" for i in range(3)]
    assert shown["words of other groups"] == ["cat, kitten, cat10", "tax, income, tax01"], "the parent, the sibling"


def test_texts_are_cut_cleaned_and_cannot_forge_the_mark(endpoint: Endpoint) -> None:
    long = Evidence(
        0, 0, -1, 5, (("cat\u202e\n\x00", 1.0),), ("x\n\n" + "\u200b\U000e0041y " * 900, "0" * 24 + " end"), ("", "")
    )
    ask(endpoint, [long])
    shown = sections(endpoint.asked[0])
    assert shown["words of the group"] == ["cat"]
    [first, second] = shown["documents of the group"]
    assert len(first) <= 303
    assert first.isascii()
    assert second == f"2. {'0' * 24} end"


def test_f060_titles_of_a_level_are_distinct_and_not_those_of_parts(endpoint: Endpoint) -> None:
    endpoint.answer = lambda question: reply(question, titled("Things of a kind"))
    found = ask(endpoint, tree())
    for names in (found[:4], found[4:6]):
        assert len({one.text.casefold() for one in names}) == len(names)
    assert found[6].text not in {found[4].text, found[5].text}
    assert all(title_problem(one.text) == "" for one in found)


def test_f060_a_taken_title_is_asked_for_again_and_said_to_be_taken(endpoint: Endpoint) -> None:
    endpoint.script = [saying(titled("Cat tax")), saying(titled("Cat tax"))]
    found = ask(endpoint, [piece(0), piece(1)])
    assert [one.text for one in found] == ["Cat tax", "Tax income"]
    assert sections(endpoint.asked[2])["titles that are taken"] == ["Cat tax"]


def test_a_part_with_the_same_documents_passes_its_title_on(endpoint: Endpoint) -> None:
    found = ask(endpoint, [piece(0, parent=0), piece(0, level=1)])
    assert found == [found[0]] * 2
    assert len(endpoint.asked) == 1


def test_a_topic_of_which_nothing_is_known_is_not_asked_about(endpoint: Endpoint) -> None:
    found = ask(endpoint, [Evidence(0, 0, -1, 3, (), (), ()), piece(1)])
    assert [one.status for one in found] == ["fallback", "written"]
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("title", "status"),
    [
        ("Cats and kittens", "written"), ("Cat", "written"), ("Number of cats", "written"),
        ("Quantum gravity", "ungrounded"), ("Secret word", "ungrounded"), ("猫の写真", "ungrounded"),
        ("Кошки и котята", "ungrounded"), ("The", "ungrounded"),
    ],
)  # fmt: skip
def test_a_title_is_borne_out_by_keywords_or_two_documents(endpoint: Endpoint, title: str, status: str) -> None:
    evidence = piece(0)
    planted = Evidence(*(getattr(evidence, n) for n in ("level", "cluster", "parent", "size", "keywords")),
                       exemplars=(*evidence.exemplars, "the secret word is secret word"), titles=("",) * 4)  # fmt: skip
    endpoint.script = [saying(titled(title))]
    assert ask(endpoint, [planted]) == [Label(title, status)]


def test_words_of_an_ungrounded_title_are_not_passed_on(endpoint: Endpoint) -> None:
    endpoint.script = [saying(titled("Quantum gravity"))]
    found = ask(endpoint, tree())
    assert found[0] == Label("Quantum gravity", "ungrounded")
    assert not [asked for asked in endpoint.asked if "Quantum" in prompt_of(asked)]


GOOD = "Cats and kittens"
#: What a model says -> the title that is found in it, None for none.
REPLIES: dict[str, tuple[Any, str | None]] = {
    "as asked": (titled(GOOD), GOOD),
    "blanks around": (f"\n\n {titled(GOOD)} \n", GOOD),
    "fenced": (f"```json\n{titled(GOOD)}\n```", GOOD),
    "fenced, no language": (f"```\n{titled(GOOD)}\n```", GOOD),
    "words before": (f"Here is the title: {titled(GOOD)}", GOOD),
    "words after": (f"{titled(GOOD)}\nI hope that this helps!", GOOD),
    "a thought before": (f"<think>cats…</think>{titled(GOOD)}", GOOD),
    "extra keys": (json.dumps({"title": GOOD, "parent": "x", "note": [1]}), GOOD),
    "twice": (titled(GOOD) + titled("Dogs"), None),
    "in quotation marks": (titled(f'"{GOOD}"'), GOOD),
    "with a full stop": (titled(f"{GOOD}."), GOOD),
    "escaped": ('{"title": "Cats \\u0061nd kittens"}', GOOD),
    "blanks in the title": (titled(f"  {GOOD} "), GOOD),
    "nothing": ("", None),
    "blanks": (" \n\t ", None),
    "no JSON": (GOOD, None),
    "half": ('{"title": "Cats and kit', None),
    "single quotes": ("{'title': 'Cats'}", None),
    "another key": (json.dumps({"label": GOOD}), None),
    "a list": (json.dumps([GOOD]), None),
    "a list of objects": (json.dumps([{"title": ""}]), None),
    "many titles": (json.dumps({"title": [GOOD, "Dogs"]}), None),
    "a number": (json.dumps({"title": 7}), None),
    "null": (json.dumps({"title": None}), None),
    "true": ("true", None),
    "nested": (json.dumps({"title": {"text": GOOD}}), None),
    "an empty title": (titled(""), None),
    "a blank title": (titled("  "), None),
    "marks alone": (titled("?!"), None),
    "digits alone": (titled("1234"), None),
    "two lines": (titled("Cats\nand kittens"), None),
    "a return": (titled("Cats\rDogs"), None),
    "a tab": (titled("Cats\tDogs"), None),
    "a line separator": (titled("Cats\u2028Dogs"), None),
    "a null byte": (titled("Cats\x00"), None),
    "an escape": (titled("\x1b[31mCats"), None),
    "right to left": (titled("Cats \u202egnp"), None),
    "zero width": (titled("C\u200bats"), None),
    "tags": (titled("Cats\U000e0041"), None),
    "a lone surrogate": ('{"title": "Cats \\ud800"}', None),
    "81 characters": (titled("cat " * 20 + "c"), None),
    "1 MB": (titled("cat" * 350_000), None),
    "1 MB of no JSON": ("cat " * 260_000, None),
    "10,000 brackets": ("[" * 10_000, None),
    "10,000 braces": ('{"title":' * 10_000, None),
    "an address": (titled("See http://evil.example"), None),
    "an address without scheme": (titled("Cats at evil.com"), None),
    "www": (titled("www.cats"), None),
    "mail": (titled("mailto:me"), None),
    "a script": (titled("javascript:alert(1)"), None),
    "HTML": (titled("<b>Cats</b>"), None),
    "an image": (titled("![cats](x)"), None),
    "a link": (titled("[cats](x)"), None),
    "bold": (titled("**Cats**"), None),
    "a heading": (titled("# Cats"), None),
    "code": (titled("`cats`"), None),
    "an entity": (titled("Cats &amp; dogs"), None),
    "a template": (titled("{{7*7}} cats"), None),
    "a refusal": ("I'm sorry, but I cannot help with that.", None),
    "a refusal as a title": (titled("I cannot title this group"), None),
    "as a model": (titled("As an AI language model, cats"), None),
    "talk as a title": (titled("Here is a title"), None),
    "title: ": (titled("Title: cats"), None),
    "the example": ('{"title": "..."}', None),
    "untitled": (titled("Untitled group"), None),
    "topic 3": (titled("Topic 3"), None),
    "various": (titled("Various topics"), None),
    "n/a": (titled("N/A"), None),
    "unknown": (titled("Unknown"), None),
    "no text": (None, None),
    "a text that is none": (17, None),
    "blocks without text": ([{"type": "tool_use", "name": "rm"}], None),
}  # fmt: skip


@pytest.mark.parametrize("name", REPLIES)
def test_f051_replies_are_repaired_asked_for_again_or_done_without(endpoint: Endpoint, name: str) -> None:
    text, wanted = REPLIES[name]
    endpoint.script = [saying(text)] * 3
    first, second = ask(endpoint, [piece(0), piece(1)])
    [plain, _] = Phrases().label([piece(0), piece(1)])
    assert first == (Label(wanted, "written") if wanted else Label(plain.text, "fallback"))
    if wanted is None:
        assert len(endpoint.asked) == 4, "asked three times, then the next topic"
        assert "Your last answer cannot be used: the title " in prompt_of(endpoint.asked[1])
        assert second == Label("Tax income", "written")


def test_f051_a_better_answer_is_taken(endpoint: Endpoint) -> None:
    endpoint.script = [saying("nonsense"), saying(titled("www.cats")), saying(titled(GOOD))]
    assert ask(endpoint, [piece(0)]) == [Label(GOOD, "written")]
    assert "the title holds an address" in prompt_of(endpoint.asked[2])


#: What a server answers -> how it is taken.
ANSWERS: dict[str, Any] = {
    "no JSON": b"<html>busy</html>", "nothing": b"", "a list": [], "a text": "ok", "null": None, "empty": {},
    "no choices": {"choices": []}, "choices of nothing": {"choices": [None]}, "no message": {"choices": [{}]},
    "a message of text": {"choices": [{"message": "hi"}]}, "cut JSON": b'{"choices": [{"mess',
    "deep": b"[" * 100_000, "an error with 200": {"error": {"message": "overloaded"}}, "bytes": b"\xff\xfe\x00",
    "a filter": {"choices": [{"message": {"content": "", "refusal": "no"}, "finish_reason": "content_filter"}]},
    "thoughts alone": {"choices": [{"message": {"content": None, "reasoning": "hm"}, "finish_reason": "length"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_f051_answers_that_are_none_are_asked_for_again(endpoint: Endpoint, name: str) -> None:
    endpoint.script = [says(200, ANSWERS[name])] * 2
    assert ask(endpoint, [piece(0)]) == [Label("Cat kitten", "written")]
    assert len(endpoint.asked) == 3


def reset(handler: Handler, _: object) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


def test_f051_a_busy_server_is_asked_again_as_it_wishes(endpoint: Endpoint, pauses: list[float]) -> None:
    endpoint.script = [says(429, b"", Retry_After="7"), says(529), reset, says(503, b"", Retry_After="9999")]
    assert ask(endpoint, [piece(0)])[0].status == "written"
    assert all(wanted <= found <= 1.25 * wanted for wanted, found in zip([7, 2, 4, 120], pauses, strict=True))
    assert len(set(pauses) & {2.0, 4.0}) == 0, "the moments are spread"


def test_f051_faults_by_chance_change_no_result(endpoint: Endpoint) -> None:
    wanted = ask(endpoint, tree())
    chance = random.Random(3)

    def shaky(question: dict[str, Any]) -> Any:
        if chance.random() < 0.3:
            raise ConnectionResetError
        return titling(question)

    endpoint.answer = shaky
    count = len(endpoint.asked)
    assert ask(endpoint, tree(), concurrency=3) == wanted
    assert len(endpoint.asked) > 2 * count


@pytest.mark.parametrize("status", [401, 403, 404, 400, 418])
def test_f051_a_refusal_of_key_or_model_is_told_after_one_call(endpoint: Endpoint, status: int) -> None:
    endpoint.answer = lambda _: pytest.fail("asked again")
    endpoint.script = [says(status, {"error": {"message": "no such thing"}})]
    with pytest.raises(RemoteError, match=f"labellers/llm: .* refused with {status}: 'no such thing'"):
        ask(endpoint, tree(), concurrency=4)
    assert len(endpoint.asked) == 1


def test_f051_what_is_too_long_is_shortened_once(endpoint: Endpoint) -> None:
    evidence = [piece(0, documents=6), piece(1)]
    endpoint.script = [says(400, {"error": {"message": "maximum context length is 512 tokens"}})]
    assert [one.status for one in ask(endpoint, evidence)] == ["written", "written"]
    assert len(sections(endpoint.asked[0])["documents of the group"]) == 6
    assert len(sections(endpoint.asked[1])["documents of the group"]) == 3
    endpoint.asked.clear()
    endpoint.script = [lambda handler, question: handler.reply(titling(question))] + [
        says(413, {"error": "too large"})
    ] * 2
    assert [one.status for one in ask(endpoint, evidence)] == ["written", "fallback"]
    assert len(endpoint.asked) == 3


def test_f051_a_single_question_may_be_refused(endpoint: Endpoint) -> None:
    endpoint.script = [saying(titled(GOOD)), says(400, {"error": {"message": "content policy"}})]
    assert [one.status for one in ask(endpoint, [piece(i) for i in range(3)])] == ["written", "fallback", "written"]


def test_f051_a_server_that_is_gone_ends_the_work_and_nothing_is_lost(endpoint: Endpoint) -> None:
    kept: dict[str, Label] = {}
    endpoint.script = [saying(titled(GOOD)), saying(titled("Tax income"))] + [says(503)] * 50
    with pytest.raises(RemoteError, match="did not answer in 5 tries"):
        ask(endpoint, tree(), Desk(keep=kept.__setitem__))
    assert sorted(one.text for one in kept.values()) == [GOOD, "Tax income"]
    assert len(endpoint.asked) == 7


def test_f056_f118_the_forecast_comes_first_and_the_truth_after(endpoint: Endpoint) -> None:
    said: list[str] = []
    desk = Desk(say=said.append)
    ask(endpoint, tree(), desk, price_in=1.0, price_out=10.0)
    [forecast] = said
    assert forecast.startswith("about 7 calls, ")
    assert " tokens sent and 175 received, $" in forecast
    calls = len(endpoint.asked)
    spent = f"{calls} calls, {100 * calls:,} tokens sent and {10 * calls} received, ${calls * 200 / 1e6:,.4f}"
    assert desk.notes == [f"asked openai:m on {endpoint.url}: {spent}"]


@pytest.mark.parametrize("concurrency", [1, 4])
def test_f056_a_budget_stops_before_it_is_passed_and_the_rest_is_asked_later(
    endpoint: Endpoint, concurrency: int
) -> None:
    evidence = [piece(i, documents=1) for i in range(12)]
    wanted = ask(endpoint, evidence)
    endpoint.asked.clear()
    kept: dict[str, Label] = {}
    with pytest.raises(LimitExceeded, match=r"could pass the budget; spent so far: [0-9]+ calls?,") as caught:
        ask(endpoint, evidence, Desk(keep=kept.__setitem__), concurrency=concurrency, budget_tokens=1200, max_tokens=16)
    assert "run again" in caught.value.hint
    spent = 110 * len(endpoint.asked)
    assert 1 <= len(kept) == len(endpoint.asked) < 12
    assert spent <= 1200 + 110
    assert ask(endpoint, evidence, Desk(kept)) == wanted
    assert len(endpoint.asked) == 12, "no topic was paid for twice"


def test_f056_a_budget_in_dollars(endpoint: Endpoint) -> None:
    with pytest.raises(UsageError, match="budget_usd needs price_in and price_out"):
        ask(endpoint, tree(), budget_usd=1.0)
    with pytest.raises(LimitExceeded, match=r"spent so far: 3 calls, .*, \$0\.0033"):
        ask(endpoint, tree(), budget_usd=0.0065, price_in=10.0, price_out=10.0, max_tokens=16)


def test_f052_what_is_known_is_not_asked_and_what_changed_is(endpoint: Endpoint) -> None:
    desk = Desk()
    first = ask(endpoint, tree(), desk)
    calls = len(endpoint.asked)
    assert ask(endpoint, tree(), Desk(desk.used)) == first
    assert len(endpoint.asked) == calls
    changed = [piece(0, parent=0, documents=4), *tree()[1:]]
    ask(endpoint, changed, Desk(desk.used))
    assert len(endpoint.asked) == calls + 1, "same title, so its parent is as it was"
    moved = [Evidence(**vars(one) | {"cluster": one.cluster + 5, "parent": -1, "level": 0}) for one in tree()[:4]]
    assert [one.text for one in ask(endpoint, moved, Desk(desk.used))] == [one.text for one in first[:4]]
    assert len(endpoint.asked) == calls + 1, "a title does not belong to a number"
    ask(endpoint, tree(), Desk(desk.used), temperature=0.0)
    assert len(endpoint.asked) == 2 * calls + 1, "another temperature is another question"


def test_titles_do_not_depend_on_how_many_are_asked_at_a_time(endpoint: Endpoint) -> None:
    evidence = [piece(i, parent=i // 8) for i in range(24)] + [piece(i, level=1, size=72) for i in range(3)]
    assert ask(endpoint, evidence, concurrency=1) == ask(endpoint, evidence, concurrency=8)


def test_what_can_be_checked_without_a_server_conforms() -> None:
    from triptych.testing import check_method

    assert [finding for finding in check_method("labellers", "llm") if finding.status == "failed"] == []
