"""Titles in a run folder: kept as they come, asked for once, written by hand, and shown on the pages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import triptych as tp
from tests.conftest import planted_run
from tests.endpoint import Endpoint, serving
from tests.llm_server import prompt_of, saying, says, titled, titling
from triptych.cli.app import app
from triptych.core.atlas import Atlas
from triptych.core.context import Context, Silent, using
from triptych.core.errors import InputError, LimitExceeded, RemoteError, TriptychError, UsageError
from triptych.core.store import Store, read_config
from triptych.sources import titles as files


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as found:
        found.answer = titling
        yield found


@pytest.fixture
def folder(planted_folder: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished run."""
    return Path(shutil.copytree(planted_folder, tmp_path / "run.trip"))


class Ear(Silent):
    def __init__(self) -> None:
        self.told: list[str] = []

    def say(self, sentence: str) -> None:
        self.told.append(sentence)

    def finish(self, summary: str) -> None:
        self.told.append(summary)


def label(folder: Path, endpoint: Endpoint, ear: Ear | None = None, **params: Any) -> Atlas:
    atlas = tp.load(folder)
    with Store(folder) as store, using(Context(progress=ear or Ear(), store=store)):
        atlas = tp.label(atlas, "llm", **{"model": "openai:m", "url": endpoint.url, "concurrency": 1} | params)
        store.publish(atlas, read_config(folder))
    return atlas


def call(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_f051_f063_every_topic_is_titled_and_the_pages_show_it(folder: Path, endpoint: Endpoint) -> None:
    found = call("label", folder, "--llm", "anthropic:m", "--url", endpoint.url, "--temperature", 0.5)
    assert found.exit_code == 0, found.output
    topics = tp.load(folder).topics()
    assert set(topics["label_status"]) == {"written"}
    assert topics["label"][0] in (folder / "report.html").read_text(encoding="utf-8")
    assert topics["label"][0] in (folder / "topics.csv").read_text(encoding="utf-8")
    config = read_config(folder)
    assert config["labeller"] == "llm"
    assert {"labeller.model=anthropic:m", "labeller.temperature=0.5"} <= set(config["params"])
    assert call("check", folder).exit_code == 0
    assert call("gc", folder).exit_code == 0


def test_f051_the_report_counts_titles_that_are_not_borne_out(folder: Path, endpoint: Endpoint) -> None:
    endpoint.script = [saying(titled("Quantum gravity"))]
    assert call("label", folder, "--llm", "openai:m", "--url", endpoint.url).exit_code == 0
    assert "in words that the topic does not bear out: 1 of " in (folder / "report.html").read_text(encoding="utf-8")


def test_f052_the_second_time_nothing_is_asked(folder: Path, endpoint: Endpoint) -> None:
    first = label(folder, endpoint)
    calls = len(endpoint.asked)
    assert calls >= first.trees["topics"].sizes[0]
    ear = Ear()
    assert label(folder, endpoint, ear).titles("topics") == first.titles("topics")
    assert ear.told == ["already done"]
    again = label(folder, endpoint, ear, concurrency=2)
    assert again.titles("topics") == first.titles("topics")
    assert len(endpoint.asked) == calls
    assert ear.told[-1].endswith("0 calls, 0 tokens sent and 0 received")
    label(folder, endpoint, model="openai:another")
    assert len(endpoint.asked) == 2 * calls, "another model is another question"


def test_f052_other_levels_leave_the_finest_titles_and_get_no_stale_ones(folder: Path, endpoint: Endpoint) -> None:
    first = label(folder, endpoint)
    endpoint.asked.clear()
    planted_run(out=folder, levels=(3,))
    second = label(folder, endpoint)
    assert [one for one in second.titles("topics") if one[0].level == 0] != []
    assert [(t.cluster, title) for t, title, _ in second.titles("topics") if t.level == 0] == [
        (t.cluster, title) for t, title, _ in first.titles("topics") if t.level == 0
    ]
    coarse = [topic for topic, _, _ in second.titles("topics") if topic.level > 0]
    assert 0 < len(endpoint.asked) <= len(coarse)
    assert all("titles of the smaller groups" in prompt_of(question) for question in endpoint.asked)


def test_f052_what_was_answered_before_an_error_is_kept(folder: Path, endpoint: Endpoint) -> None:
    endpoint.script = [lambda handler, question: handler.reply(titling(question))] * 4 + [says(401)]
    with pytest.raises(RemoteError):
        label(folder, endpoint)
    assert len(json.loads((folder / "manifest.json").read_text())["parts"]) == 4
    assert call("check", folder).exit_code == 0
    asked = len(endpoint.asked)
    found = label(folder, endpoint)
    questions = [prompt_of(question) for question in endpoint.asked]
    assert len(questions) == len(set(questions)) + 1, "the one that was refused is asked again, and no other"
    assert len(endpoint.asked) > asked
    assert json.loads((folder / "manifest.json").read_text())["parts"] == {}
    assert {status for _, _, status in found.titles("topics")} == {"written"}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_f052_a_killed_run_loses_one_call(folder: Path, endpoint: Endpoint) -> None:
    words = [sys.executable, "-m", "triptych", "label", str(folder), "--llm", "openai:m", "--url", endpoint.url]
    process: list[subprocess.Popen[bytes]] = []

    def fatal(question: dict[str, Any]) -> Any:
        if len(endpoint.asked) == 6:
            os.kill(process[0].pid, signal.SIGKILL)
        return titling(question)

    endpoint.answer = fatal
    process.append(subprocess.Popen([*words, "--concurrency", "1", "--quiet"]))
    assert process[0].wait(60) == -signal.SIGKILL
    endpoint.answer = titling
    label(folder, endpoint)
    questions = [prompt_of(question) for question in endpoint.asked]
    assert len(questions) - len(set(questions)) <= 1


def test_f056_f118_calls_and_tokens_are_foretold_and_recorded(folder: Path, endpoint: Endpoint) -> None:
    ear = Ear()
    atlas = label(folder, endpoint, ear, price_in=1.0, price_out=5.0)
    calls = len(endpoint.asked)
    assert ear.told[0].startswith("about ")
    assert " calls, " in ear.told[0]
    assert f"asked openai:m on {endpoint.url}: {calls} calls, {100 * calls:,} tokens sent" in ear.told[1]
    assert any(f"{calls} calls" in note for note in atlas.steps[-1].notes)


def test_f056_a_budget_that_is_spent_is_an_error_and_the_next_run_goes_on(folder: Path, endpoint: Endpoint) -> None:
    flags = ["--llm", "openai:m", "--url", endpoint.url, "--concurrency", "1", "--max-tokens", "16"]
    found = call("label", folder, *flags, "--budget-tokens", "700")
    assert isinstance(found.exception, LimitExceeded)
    some = len(endpoint.asked)
    assert 1 <= some <= 7
    assert call("label", folder, *flags).exit_code == 0
    questions = [prompt_of(question) for question in endpoint.asked]
    assert len(questions) == len(set(questions))


def edited(folder: Path, path: Path, **titles: str) -> Path:
    """Write the tasks of a run to a file, the first titles changed."""
    value = tp.titling_tasks(tp.load(folder))
    for task, title in zip(value["tasks"], titles.values(), strict=False):
        task["label"] = title
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_f053_tasks_out_and_titles_in(folder: Path, tmp_path: Path) -> None:
    tasks, before = tmp_path / "tasks.json", tp.load(folder).topics()
    found = call("label", folder, "--dump", tasks)
    assert found.exit_code == 0, found.output
    value = json.loads(tasks.read_text(encoding="utf-8"))
    evidence = {topic.evidence for topic in tp.load(folder).descriptions["topics"].topics}
    assert {task["evidence"] for task in value["tasks"]} == evidence
    assert all(task["keywords"] and task["documents"] and task["label"] for task in value["tasks"])
    value["tasks"][0]["label"] = "Écrit à la main"
    tasks.write_text(json.dumps({"format": value["format"], "tasks": value["tasks"][:1]}), encoding="utf-8")
    found = call("label", folder, "--load", tasks)
    assert found.exit_code == 0, found.output
    after = tp.load(folder).topics()
    assert (after["label"][0], after["label_status"][0]) == ("Écrit à la main", "given")
    assert "Écrit à la main" in (folder / "report.html").read_text(encoding="utf-8")
    same = (after["label"] == before["label"]) & (after["label_status"] == before["label_status"])
    changed = [
        topic.evidence == value["tasks"][0]["evidence"] for topic in tp.load(folder).descriptions["topics"].topics
    ]
    assert (~same).to_list() == changed, "topics that are not in the file keep their titles"


def test_f053_titles_that_were_not_changed_are_not_checked(folder: Path, tmp_path: Path) -> None:
    atlas = tp.load(folder)
    found = tp.take_titles(atlas, edited(folder, tmp_path / "t.json"))
    assert found.titles("topics") == atlas.titles("topics")
    assert found.steps[-1].notes == (f"0 of {len(tp.titling_tasks(atlas)['tasks'])} topics have given titles",)


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("<b>cats</b>", "holds markup"), ("www.cats.org", "holds an address"), ("", "is empty"),
        ("cat " * 21, "80 characters"), ("a\nb", "one line"), ("a\u202eb", "visible characters"),
        ("Untitled", "says nothing"),
    ],
)  # fmt: skip
def test_f053_titles_that_cannot_be_are_refused(folder: Path, tmp_path: Path, title: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        tp.take_titles(tp.load(folder), edited(folder, tmp_path / "t.json", first=title))
    assert "level 0, topic 0" in caught.value.message


def test_f053_two_topics_of_a_level_cannot_share_a_title(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="topics 0 and 1 have the same title 'cats'"):
        tp.take_titles(tp.load(folder), edited(folder, tmp_path / "t.json", first="Cats", second="cats"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is no JSON"), (b"{", "is no JSON"), (b"\xff\xfe\x00", "is no JSON"), (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no file of titles"), (b'{"tasks": []}', "is no file of titles"),
        (b'{"format": "triptych-titles", "tasks": {}}', "is no file of titles"),
        (b'{"format": "triptych-titles", "tasks": [7]}', "task 0 has no text 'evidence'"),
        (b'{"format": "triptych-titles", "tasks": [{"evidence": "a"}]}', "task 0 has no text 'label'"),
        (b'{"format": "triptych-titles", "tasks": [{"evidence": "a", "label": 3}]}', "task 0 has no text 'label'"),
        (b'{"format": "triptych-titles", "tasks": [{"evidence": "a", "label": "b"}]}', "is of no topic of this run"),
        (
            b'{"format": "triptych-titles", "tasks": [' + b", ".join([b'{"evidence": "a", "label": "b"}'] * 2) + b"]}",
            "task 1 is of a topic that was there before",
        ),
    ],
)  # fmt: skip
def test_f053_files_that_are_none_are_refused(folder: Path, tmp_path: Path, value: bytes, words: str) -> None:
    (tmp_path / "t.json").write_bytes(value)
    with pytest.raises(InputError, match=words) as caught:
        tp.take_titles(tp.load(folder), tmp_path / "t.json")
    assert caught.value.hint


def test_f053_a_file_has_a_largest_size(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 100)
    with pytest.raises(LimitExceeded, match="is larger than 100 bytes"):
        tp.take_titles(tp.load(folder), edited(folder, tmp_path / "t.json"))
    with pytest.raises(InputError, match="there is no file"):
        tp.take_titles(tp.load(folder), tmp_path / "nothing.json")


def test_the_command_wants_one_way_of_titling(folder: Path, tmp_path: Path) -> None:
    for words in (
        (),
        ("--llm", "openai:m", "--labeller", "phrases"),
        ("--dump", tmp_path / "a", "--load", tmp_path / "b"),
    ):
        found = call("label", folder, *words)
        assert isinstance(found.exception, UsageError)
        assert "give one of --llm, --labeller, --dump, --load" in str(found.exception)
    found = call("label", folder, "--labeller", "phrases", "--url", "http://localhost")
    assert isinstance(found.exception, TriptychError)
    assert "labellers/phrases has no parameter 'url'" in str(found.exception)
    assert call("label", folder, "--labeller", "phrases", "--quiet").exit_code == 0


def test_verdicts_name_topics_by_their_new_titles(folder: Path, tmp_path: Path) -> None:
    atlas = tp.load(folder)
    with Store(folder) as store, using(Context(store=store)):
        atlas = tp.audit(atlas, budget=0.0001)
        atlas = tp.audit(atlas, "survival", replays=4)
        store.publish(tp.audit(atlas, budget=0.0001), read_config(folder))
    if "verdicts" not in tp.load(folder).audits:
        pytest.skip("no verdict was given")
    assert (
        call("label", folder, "--load", edited(folder, tmp_path / "t.json", first="By hand"), "--quiet").exit_code == 0
    )
    verdicts = tp.load(folder).audits["verdicts"]
    assert verdicts.filter(level=0, topic=0)["title"].to_list() == ["By hand"]
