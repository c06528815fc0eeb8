"""A run is not lost by titles that could not be got: over HTTP, with keys, servers and budgets that fail it."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import planted, planted_run
from tests.endpoint import Endpoint, Handler, serving
from tests.llm_server import prompt_of, says, titling
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.errors import LimitExceeded, RemoteError, UsageError
from triptych.core.store import read_config
from triptych.llm import asker


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    monkeypatch.setattr(asker, "wait", lambda _over, _seconds: None)
    with serving() as found:
        found.answer = titling
        yield found


@pytest.fixture
def source(tmp_path: Path) -> list[object]:
    """Return the words of a command that runs planted vectors."""
    vectors, frame = planted()
    np.save(tmp_path / "v.npy", vectors)
    frame.write_parquet(tmp_path / "m.parquet")
    words = [
        tmp_path / "v.npy",
        "--metadata",
        tmp_path / "m.parquet",
        "--text",
        "words",
        "--title",
        "key",
        "--id",
        "key",
    ]
    return [*words, "--levels", "4,2", "--min-cluster-size", "10", "--out", tmp_path / "r.trip"]


def call(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def llm(url: str, **more: object) -> list[str]:
    given = {"model": "openai:m", "url": url, "concurrency": 1} | more
    pairs = [f"labeller.{name}={value}" for name, value in given.items() if value]
    return ["--labeller", "llm", *(word for pair in pairs for word in ("--params", pair))]


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def drip(handler: Handler, _: object) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


#: What goes wrong: the settings, what the server does, and what is said of it.
WRONG = {
    "no key": ({"url": ""}, [], "there is no key in the environment variable OPENAI_API_KEY"),
    "no variable": ({"key_from": "NOT_THERE_KEY"}, [], "key_from names no environment variable that holds a key"),
    "no model": ({"model": ""}, [], "model names no model"),
    "down": ({"url": "down"}, [], "did not answer in 5 tries"),
    "failing": ({}, [says(500)] * 50, "it said 500"),
    "resets": ({}, [drip] * 50, "did not answer in 5 tries"),
    "refused": ({}, [says(401)], "refused with 401"),
    "no such model": ({}, [says(404)], "refused with 404"),
    "moved": ({}, [says(302, b"", Location="http://example.org/")], "that is not followed"),
    "budget": ({"budget_tokens": 700, "max_tokens": 16}, [], "could pass the budget; spent so far: "),
    "time": ({"minutes": 1e-9}, [], "minutes are over"),
}


@pytest.mark.parametrize("name", WRONG)
def test_f051_a_run_that_gets_no_titles_has_the_built_in_ones_and_says_why(
    source: list[object], endpoint: Endpoint, planted_atlas: Atlas, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    given, endpoint.script, words = WRONG[name]
    url = f"http://127.0.0.1:{closed_port()}/v1" if given.get("url") == "down" else given.get("url", endpoint.url)
    done = call("run", *source, *llm(**(given | {"url": url})), "--quiet")
    assert done.exit_code == 0, done.output
    folder = Path(str(source[-1]))
    told = " ".join(done.output.split())
    assert "the titles are the built-in ones, made without llm: " in told
    assert words in told
    assert f"To ask again: the same run, or triptych label {folder} --llm" in told
    found, wanted = (atlas.topics().select("label", "label_status") for atlas in (tp.load(folder), planted_atlas))
    assert found.equals(wanted), "those of a run that asked nobody"
    assert (folder / "map.html").exists()
    assert "the titles are the built-in ones" in (folder / "report.html").read_text(encoding="utf-8")
    assert read_config(folder)["labeller"] == "llm", "the same run asks again"
    assert call("check", folder).exit_code == 0


def test_f051_titles_that_were_paid_for_are_kept_until_the_rest_is_asked_for(
    source: list[object], endpoint: Endpoint
) -> None:
    endpoint.script = [lambda handler, question: handler.reply(titling(question))] * 4 + [says(401)]
    assert call("run", *source, *llm(endpoint.url), "--quiet").exit_code == 0
    folder = Path(str(source[-1]))
    assert len(json.loads((folder / "manifest.json").read_text())["parts"]) == 4
    found = call("label", folder, "--llm", "openai:m", "--url", endpoint.url, "--quiet")
    assert found.exit_code == 0, found.output
    questions = [prompt_of(question) for question in endpoint.asked]
    assert len(questions) == len(set(questions)) + 1, "the one that was refused is asked again, and no other"
    assert set(tp.load(folder).topics()["label_status"]) == {"written"}
    assert not [note for step in tp.load(folder).steps for note in step.notes if "built-in" in note]


def test_f051_the_same_run_again_asks_again(source: list[object], endpoint: Endpoint) -> None:
    endpoint.script = [says(503)] * 5
    assert call("run", *source, *llm(endpoint.url), "--quiet").exit_code == 0
    found = call("run", *source, *llm(endpoint.url), "--quiet")
    assert found.exit_code == 0
    assert "built-in" not in found.output
    assert set(tp.load(source[-1]).topics()["label_status"]) == {"written"}


def test_f051_the_reason_is_in_the_summary_as_json_too(source: list[object], endpoint: Endpoint) -> None:
    endpoint.script = [says(401)]
    found = call("run", *source, *llm(endpoint.url), "--quiet", "--json")
    steps = [step for step in json.loads(found.stdout)["steps"] if step["stage"] == "label"]
    assert [step["method"] for step in steps] == ["phrases"]
    assert "refused with 401" in steps[0]["notes"][0]


def test_f051_in_memory_too_and_without_a_word_of_secrets(endpoint: Endpoint) -> None:
    atlas = planted_run(labeller="llm", params=("labeller.model=openai:m", "labeller.key_from=sk-oops-a-key"))
    [step] = [step for step in atlas.steps if step.stage == "label"]
    assert step.notes[0].endswith('To ask again: tp.label(atlas, "llm", …)')
    assert "sk-oops" not in json.dumps([*step.notes, dict(step.params)])


def test_f051_who_asks_for_titles_by_name_gets_the_error(
    planted_folder: Path, tmp_path: Path, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    folder = Path(shutil.copytree(planted_folder, tmp_path / "run.trip"))
    before = tp.load(folder).titles("topics")
    words = ["label", folder, "--quiet", "--llm", "openai:m"]
    url = ["--url", endpoint.url, "--concurrency", "1"]
    for more, error, code in (
        ([], UsageError, 2),
        (["--url", f"http://127.0.0.1:{closed_port()}/v1"], RemoteError, 6),
        ([*url, "--budget-tokens", "10"], LimitExceeded, 7),
        ([*url, "--minutes", "0"], LimitExceeded, 7),
    ):
        found = call(*words, *more)
        assert isinstance(found.exception, error), more
        assert found.exception.exit_code == code
    assert tp.load(folder).titles("topics") == before
    assert endpoint.asked == []


def test_f051_a_wrong_setting_of_a_run_is_an_error_before_the_first_step(source: list[object]) -> None:
    found = call("run", *source, *llm("http://localhost:1/v1", concurrency=1000), "--quiet")
    assert isinstance(found.exception, UsageError)
    assert not Path(str(source[-1])).exists()


def test_f051_f062_rows_without_texts_are_titled_by_their_values_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asker, "wait", lambda _over, _seconds: None)
    vectors, frame = planted()
    params = ("labeller.model=openai:m", f"labeller.url=http://127.0.0.1:{closed_port()}/v1")
    atlas = tp.run(
        vectors, metadata=frame.select("key", "kind"), id="key", levels=(4, 2), min_cluster_size=10, labeller="llm",
        params=params,
    )  # fmt: skip
    [step] = [step for step in atlas.steps if step.stage == "label"]
    assert "made without llm" in step.notes[0]
    assert set(atlas.topics().filter(level=0)["label"].to_list()) == {name.capitalize() for name in frame["kind"]}
