"""What the documents tell people to type is typed here: ``bash`` and ``python`` blocks are run, others are only shown.

The blocks of a page share a folder and, like a person's session, the names of the Python blocks before. A Python block
with ``file=name`` is a file to save. Python runs in this process, so that compiled code is shared with other tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?P<language>bash|python)(?: file=(?P<file>\S+))?\n(?P<code>.*?)^```$", re.M | re.S)
PAGES = (
    "README.md", "docs/tutorials/first-map.md", "docs/howto/read-my-data.md", "docs/howto/use-in-python.md",
    "docs/howto/audit-a-map.md", "docs/howto/title-topics.md", "docs/howto/bertopic.md",
)  # fmt: skip

FILMS = """id,title,overview,released,genre
1,The Long Harbour,A lighthouse keeper and her brother smuggle letters past a blockade.,1943-05-02,drama
2,Salt,Two fishermen lose their boat and walk home along the coast.,1961,drama
3,Orbit Nine,A crew repairs a failing space station while the planet below goes dark.,2014-11-07,science fiction
4,Second Dawn,Colonists on a distant moon find that their maps are older than their ships.,2019-03-15,science fiction
"""


@dataclass
class Session:
    """One page being followed in one folder; ``said`` is what each bash block printed."""

    folder: Path
    said: list[str]

    def follow(self, page: str) -> int:
        names: dict[str, Any] = {"__name__": "__main__"}
        blocks = list(BLOCK.finditer((ROOT / page).read_text(encoding="utf-8")))
        for block in blocks:
            if block["file"]:
                (self.folder / block["file"]).write_text(block["code"], encoding="utf-8")
            elif block["language"] == "bash":
                self.said.append(self.shell(block["code"]))
            else:
                exec(compile(block["code"], page, "exec"), names)
        return len(blocks)

    def shell(self, code: str) -> str:
        env = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", code],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.chdir(tmp_path)
    return Session(tmp_path, [])


def test_f101_the_readme_does_what_it_shows(session: Session) -> None:
    (session.folder / "films.csv").write_text(FILMS, encoding="utf-8")
    assert session.follow("README.md") == 2
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in (
        "map.html",
        "report.html",
        "results.parquet",
        "results.csv",
        "topics.csv",
        "topics.json",
        "manifest.json",
    ):
        assert (session.folder / "films.trip" / name).is_file(), name
        assert f"`{name}`" in readme, name
    assert session.said[0].count("already done") == 11, "both must be the same run"


def test_f101_the_tutorial_leads_to_a_map_and_back(session: Session) -> None:
    session.follow("docs/tutorials/first-map.md")
    _, first, shown, again, repeated, _ = session.said
    assert "purity" in first
    assert "module" in first
    summary, _, level = shown.partition("triptych open library.trip")
    assert "Largest topics" in summary
    assert len(level.strip().splitlines()) > 1
    for step in ("read rows", "encode minilm", "relate minilm", "reduce umap5", "reduce umap2"):
        assert re.search(rf"{step} .*already done", again), step
    assert not re.search("cluster hdbscan .*already done", again)
    assert repeated.count("already done") == 12, "the file says what the flags said"
    table, rows = (
        pl.read_csv(session.folder / "library.csv"),
        pl.read_csv(session.folder / "library.trip" / "results.csv"),
    )
    assert sorted(rows["name"]) == sorted(table["name"])
    assert rows["level_0_label"].drop_nulls().n_unique() > 5


def test_f101_the_how_to_of_reading(session: Session) -> None:
    session.follow("docs/howto/read-my-data.md")
    marked = pl.read_csv(session.folder / "marked.csv", infer_schema=False)
    assert marked["status"].to_list() == ["kept"] * 4 + ["empty"]
    assert marked["row_id"].to_list() == ["007", "008", "009", "010", "011"]


def test_f101_the_how_to_of_python(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.follow("docs/howto/use-in-python.md")
    said = capsys.readouterr().out
    assert "did you mean hdbscan" in said
    assert "['hdbscan', 'kmeans']" in said
    assert (session.folder / "map.html").is_file()
    assert (session.folder / "lines.html").is_file()


def test_f101_the_how_to_of_the_audit(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.follow("docs/howto/audit-a-map.md") == 1
    said = capsys.readouterr().out
    assert said.count("solid") >= 5
    assert "Trust for decisions: 5 topics" in said


def test_f119_the_how_to_of_bertopic(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert session.follow("docs/howto/bertopic.md") == 2
    assert (session.folder / "bertopic" / "topic_embeddings.safetensors").is_file()
    assert capsys.readouterr().out.split() == ["True"] * 3


def test_the_reader_of_the_format_page_reads_a_run(
    planted_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "films.trip").symlink_to(planted_folder)
    monkeypatch.chdir(tmp_path)
    (block,) = BLOCK.finditer((ROOT / "docs/format.md").read_text(encoding="utf-8"))
    exec(compile(block["code"], "format.md", "exec"), {})
    said = capsys.readouterr().out
    assert "k0000" in said
    assert "'vectors/given'" in said


def test_every_page_with_code_is_followed() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    with_code = {p.relative_to(ROOT).as_posix() for p in pages if BLOCK.search(p.read_text(encoding="utf-8"))}
    # tests/contract/test_methods_added.py follows the page that adds a method.
    assert with_code == {*PAGES, "docs/format.md", "docs/howto/add-a-method.md"}
