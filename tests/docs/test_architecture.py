"""The drawing of docs/architecture.md is the rule that the imports are tested against."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from tests.contract.test_imports import LEAVES, MAY_IMPORT, METHODS
from triptych.core.registry import KINDS

TEXT = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")
GROUPS = {"methods": METHODS, "leaves": LEAVES}


def test_the_arrows_are_those_of_the_rule() -> None:
    drawn: dict[str, set[str]] = defaultdict(set)
    for source, target in re.findall(r"^  (\w+) --> (\w+)$", TEXT, re.M):
        for package in GROUPS.get(source, {source}):
            drawn[package] |= GROUPS.get(target, {target})
    assert {package: drawn[package] for package in MAY_IMPORT} == MAY_IMPORT
    assert set(drawn) <= set(MAY_IMPORT)


def test_the_groups_are_spelt_out() -> None:
    assert set(KINDS) == METHODS
    for package in METHODS | LEAVES:
        assert f"`{package}`" in TEXT, package
