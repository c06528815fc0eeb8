"""Write docs/cli.md: the help text of every command, as a terminal of 100 columns shows it.

Usage: python scripts/make_cli_docs.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import click

from triptych.cli.app import VERBS, app

TARGET = Path(__file__).parents[1] / "docs" / "cli.md"
WIDTH = 100

HEAD = """\
# The command line

Made from the program by `scripts/make_cli_docs.py`; do not edit.

Results go to stdout, progress and errors to stderr. Settings have the same names here and in Python, with `-` for `_`.

| exit code | what happened |
|---|---|
| 0 | done |
| 2 | a call, a flag or a parameter that makes no sense |
| 3 | data that cannot be used as it is |
| 4 | something is not installed |
| 5 | the run folder cannot be read or written |
| 6 | a server that was to be asked did not answer well |
| 7 | a limit on memory, size, time or money |
| 8 | a step broke down, or a defect of ours |
| 130, 143 | stopped by Ctrl-C or SIGTERM; the same command continues |
"""


def help_text(verb: str | None) -> str:
    """Return the help of a verb, of the whole program for None, without the colours and width of this terminal."""
    parent = click.Context(
        app, info_name="triptych", terminal_width=WIDTH, max_content_width=WIDTH, **app.context_settings
    )
    if verb is None:
        return app.get_help(parent)
    command = app.get_command(parent, verb)
    if command is None:
        raise SystemExit(f"there is no command {verb}")
    return command.get_help(click.Context(command, info_name=verb, parent=parent, terminal_width=WIDTH))


def page() -> str:
    """Return the whole page."""
    verbs = (None, *VERBS)
    parts = [f"## triptych{' ' + verb if verb else ''}\n\n```text\n{help_text(verb).rstrip()}\n```\n" for verb in verbs]
    return "\n".join([HEAD, *parts])


def main() -> None:
    """Write the page, or check that it is as it would be written."""
    parser = argparse.ArgumentParser(description="Write docs/cli.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is out of date")
    if not parser.parse_args().check:
        TARGET.write_text(page(), encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != page():
        sys.exit("docs/cli.md is out of date; run: python scripts/make_cli_docs.py")


if __name__ == "__main__":
    main()
