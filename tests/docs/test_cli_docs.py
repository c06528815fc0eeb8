"""docs/cli.md is what the program says of itself."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import make_cli_docs  # noqa: E402

from triptych.cli.app import VERBS  # noqa: E402
from triptych.core.errors import TriptychError  # noqa: E402

TEXT = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert make_cli_docs.page() == TEXT, "run: python scripts/make_cli_docs.py"


def test_every_verb_and_exit_code_is_on_the_page() -> None:
    for verb in VERBS:
        assert f"\n## triptych {verb}\n" in TEXT
    for error in TriptychError.__subclasses__():
        assert f"\n| {error.exit_code} | " in TEXT, error.__name__
