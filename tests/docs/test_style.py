"""What is in no file of ours: addresses of package registries, paths of one machine, notes to ourselves, dead links."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
# Put together from pieces, so that this file does not find itself.
HOSTS = ("py" + "pi.org", "pythonhosted" + ".org", "registry." + "npmjs", "npmjs" + ".com", "registry." + "yarnpkg")
NOTES = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
PLACES = re.compile(r"(?<![\w.])/(?:work|home|root|Users|mnt|workspace)/\w")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that are, or are about to be, under version control."""
    try:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found[path.relative_to(ROOT).as_posix()] = data.decode("utf-8", "replace")
    return found


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_the_files_are_found() -> None:
    assert {"README.md", "src/triptych/__init__.py", "web/src/main.ts"} <= set(texts())


def test_no_package_registry() -> None:
    assert lines_with(re.compile("|".join(map(re.escape, HOSTS)))) == []


def test_no_path_of_one_machine() -> None:
    assert lines_with(PLACES) == []


def test_no_notes_to_ourselves() -> None:
    assert lines_with(NOTES) == []


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def dead_links(page: Path) -> list[str]:
    dead = []
    for found in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = (found[0] or found[1]).partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        target = (page.parent / unquote(path)).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            dead.append(f"{page.relative_to(ROOT)}: {path}#{anchor}")
    return dead


def test_relative_links_resolve() -> None:
    pages = [path for path in tracked() if path.suffix == ".md"]
    assert len(pages) > 10
    assert [link for page in pages for link in dead_links(page)] == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (PLACES, "see /home" + "/me/x"),
        (NOTES, "# TO" + "DO later"),
        (re.compile(re.escape(HOSTS[0])), "https://py" + "pi.org/p"),
    ],
)
def test_the_scan_sees_what_it_should(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)
