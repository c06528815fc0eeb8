"""``triptych check clusterers/kmeans``: the battery that every method passes."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from triptych.cli.show_text import plain

__all__ = ["check_method_command"]


def check_method_command(spec: str, as_json: bool) -> None:  # noqa: FBT001 - called by one other command
    """Print what the battery finds out about a method; exit code 1 when a check failed.

    Parameters
    ----------
    spec
        Kind and name, such as ``clusterers/kmeans``.
    as_json
        Print a list of findings as JSON.
    """
    from triptych.testing import check_method

    kind, _, name = spec.partition("/")
    findings = check_method(kind, name)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{finding.status:<7} {finding.check:<16} {plain(finding.detail)}".rstrip())
    if any(finding.status == "failed" for finding in findings):
        sys.exit(1)
