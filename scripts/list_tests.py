"""Fill the last column of docs/capabilities.md with the tests whose names carry the number of the row.

Usage: python scripts/list_tests.py
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "capabilities.md"
ROW = re.compile(r"^\| (?P<number>\d+) \| (?P<what>.+?) \| (?P<state>works|partly|planned) \|(?P<tests>.*)\|$")
NUMBERED = re.compile(r"test((?:_f\d{3})+)_")


def numbered_tests() -> dict[int, list[str]]:
    """Return the tests of each row as ``tests/unit/test_x.py::test_fNNN_name``, in order of path and line."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not (named := NUMBERED.match(node.name)):
                continue
            for number in re.findall(r"\d{3}", named[1]):
                found[int(number)].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def fill(text: str, tests: dict[int, list[str]]) -> str:
    """Return the page with the tests of each row in its last column."""
    lines = []
    for line in text.splitlines():
        if row := ROW.match(line):
            shown = "<br>".join(f"`{test}`" for test in tests.get(int(row["number"]), []))
            line = f"| {row['number']} | {row['what']} | {row['state']} | {shown} |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    TABLE.write_text(fill(TABLE.read_text(encoding="utf-8"), numbered_tests()), encoding="utf-8")


if __name__ == "__main__":
    main()
