"""``triptych methods``."""

from __future__ import annotations

import inspect
import json

import click

from triptych.core.errors import UsageError, nearest
from triptych.core.registry import KINDS, Method, method_class, method_names, missing_modules


@click.command(name="methods")
@click.argument("which", required=False)
@click.option("--json", "as_json", is_flag=True, help="print as JSON schema")
def command(which: str | None, *, as_json: bool) -> None:
    """List all methods, those of one kind (encoders), or the parameters of one (clusterers/hdbscan)."""
    kind, _, name = (which or "").partition("/")
    if kind and kind not in KINDS:
        raise UsageError(f"there is no kind of method {kind!r}", hint=nearest(kind, KINDS))
    if name:
        _describe(kind, name, as_json=as_json)
        return
    listed = {k: {n: _line(k, n) for n in method_names(k)} for k in ([kind] if kind else KINDS)}
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for each, lines in listed.items():
        click.echo(each)
        width = max(map(len, lines))
        for method, line in lines.items():
            click.echo(f"  {method:<{width}}  {line}")


def _line(kind: str, name: str) -> str:
    found = method_class(kind, name, Method)
    needs = f" (not installed: triptych[{found.extra}])" if missing_modules(found) else ""
    return (inspect.getdoc(found) or "").partition("\n")[0] + needs


def _describe(kind: str, name: str, *, as_json: bool) -> None:
    found = method_class(kind, name, Method)
    if as_json:
        properties = {k: limit.schema() | {"default": found.defaults()[k]} for k, limit in found.limits.items()}
        schema = {
            "title": f"{kind}/{name}",
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
        click.echo(json.dumps(schema, ensure_ascii=False, indent=1))
        return
    click.echo(f"{kind}/{name}\n\n{inspect.getdoc(found)}\n")
    for parameter, limit in found.limits.items():
        click.echo(f"  {parameter} = {found.defaults()[parameter]}\n      {limit.help}; {limit.wanted()}")
