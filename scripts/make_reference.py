"""Write docs/reference/: public names, methods, settings and errors, from the code that defines them.

Usage: python scripts/make_reference.py [--check]
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import triptych
from triptych.core.config import TOP
from triptych.core.errors import TriptychError
from triptych.core.params import Limit
from triptych.core.registry import KINDS, Method, method_class, method_names
from triptych.core.schema import ReadOptions, Roles
from triptych.stages.run import SETTINGS, Road

TARGET = Path(__file__).parents[1] / "docs" / "reference"
NOTE = "Made from the code by `scripts/make_reference.py`; do not edit.\n"

_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}$", re.MULTILINE)
_ROLE = re.compile(r":\w+:`([^`]+)`")


def pages() -> dict[str, str]:
    """Return every page by the name of its file."""
    return {
        "README.md": _index(),
        "python.md": "\n".join(_python()),
        "methods.md": "\n".join(_methods()),
        "settings.md": "\n".join(_settings()),
        "errors.md": "\n".join(_errors()),
    }


def sections(text: str) -> list[tuple[str, str]]:
    """Split a docstring into its sections: ("", summary), ("Parameters", …), …; the texts are dedented."""
    parts = _SECTION.split(text)
    return [("", parts[0].strip()), *zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True)]


def entries(section: str) -> list[tuple[str, str]]:
    """Split a section into its entries: (names or type, text)."""
    found: list[tuple[str, list[str]]] = []
    for line in section.splitlines():
        if line and not line.startswith(" "):
            found.append((line, []))
        elif found:
            found[-1][1].append(line.strip())
    return [(head, " ".join(part for part in lines if part)) for head, lines in found]


def documented(found: Any) -> set[str]:
    """Return the names of the parameters or attributes that a docstring has an entry for."""
    text = inspect.getdoc(found) or ""
    heads = (head for name, body in sections(text) if name in ("Parameters", "Attributes") for head, _ in entries(body))
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def _index() -> str:
    return f"""# Reference

{NOTE}
- [Python](python.md): every public name
- [Methods](methods.md): every method with its parameters, their limits and defaults
- [Settings](settings.md): every setting of a run, in `triptych.toml`, as a flag and in Python
- [Errors](errors.md): every error with its exit code
- [The command line](../cli.md): the help of every command
"""


def _python() -> Iterator[str]:
    yield f"# Public names\n\n{NOTE}\n`import triptych as tp`; what is not on this page may change without notice.\n"
    names = [name for name in triptych.__all__ if name != "__version__" and name not in _error_names()]
    yield "`tp.__version__` is the version. The errors have [a page of their own](errors.md).\n"
    verbs = [name for name in names if inspect.isfunction(getattr(triptych, name))]
    for title, group in (("Stages and other verbs", verbs), ("Classes", [n for n in names if n not in verbs])):
        yield f"## {title}\n"
        for name in group:
            yield from _entry(f"tp.{name}", getattr(triptych, name), "###")


def _entry(name: str, found: Any, heading: str) -> Iterator[str]:
    yield f"{heading} {name}\n\n```py\n{_signature(name, found)}\n```\n"
    yield from _docstring(found)
    if inspect.isclass(found):
        for member, value in _own(found).items():
            shown = f"```py\n{_signature(member, value)}\n```\n\n" if inspect.isfunction(value) else ""
            yield f"#### {name}.{member}\n\n{shown}" + "\n".join(_docstring(value))


def _own(cls: type) -> dict[str, Any]:
    """Return the public methods and properties that a class defines itself."""
    members = {n: v for n, v in vars(cls).items() if not n.startswith("_")}
    return {n: v for n, v in members.items() if inspect.isfunction(v) or isinstance(v, property | cached_property)}


def _docstring(found: Any) -> Iterator[str]:
    for title, body in sections(inspect.getdoc(found) or ""):
        if not title:
            yield f"{_markdown(body)}\n"
        elif title in ("Examples", "References"):
            yield f"**{title}**\n\n```text\n{body}\n```\n"
        else:
            lines = [f"- `{head}`" + (f": {_markdown(text)}" if text else "") for head, text in entries(body)]
            yield f"**{title}**\n\n" + "\n".join(lines) + "\n"


def _markdown(text: str) -> str:
    return _ROLE.sub(r"`\1`", text.replace("``", "`"))


def _cell(text: str) -> str:
    return _markdown(text).replace("|", r"\|")


def _signature(name: str, found: Any) -> str:
    signature = inspect.signature(found)
    parts, keyword_only = [], False
    for p in signature.parameters.values():
        if p.kind is p.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parts.append("*")
        star = "*" * ((p.kind is p.VAR_POSITIONAL) + 2 * (p.kind is p.VAR_KEYWORD))
        kind = f": {_annotation(p.annotation)}" if p.annotation is not p.empty else ""
        default = "" if p.default is p.empty else f" = {p.default!r}" if kind else f"={p.default!r}"
        if p.name != "self":
            parts.append(f"{star}{p.name}{kind}{'' if 'factory' in default else default}")
    result = "" if signature.return_annotation in (signature.empty, None) else signature.return_annotation
    arrow = f" -> {_annotation(result)}" if result and not inspect.isclass(found) else ""
    line = f"{name}({', '.join(parts)}){arrow}"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(parts) + f",\n){arrow}"


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _methods() -> Iterator[str]:
    yield f"# Methods\n\n{NOTE}\n`triptych methods` lists them; [how to add one](../howto/add-a-method.md).\n"
    for kind in KINDS:
        yield f"## {kind}\n"
        for name in method_names(kind):
            cls = method_class(kind, name, Method)
            if cls.__module__.startswith("triptych."):
                yield from _method(kind, name, cls)


def _method(kind: str, name: str, cls: type[Method]) -> Iterator[str]:
    yield f"### {kind}/{name}\n"
    yield from _docstring(cls)
    facts = [f"Needs at least {cls.minimum_rows} rows." * (cls.minimum_rows > 1)]
    facts += [f"Needs the extra `{cls.extra}`." * bool(cls.extra)]
    facts += ["Another result each time." * (not cls.deterministic)]
    facts += [f"The check `{check}` does not hold: {reason}." for check, reason in cls.exempt.items()]
    if any(facts):
        yield " ".join(filter(None, facts)) + "\n"
    if cls.limits:
        yield _table("parameter", cls.limits, cls.defaults())


def _settings() -> Iterator[str]:
    yield (
        f"# Settings\n\n{NOTE}\n`triptych run` without a SOURCE reads `triptych.toml`, or the file that `--config`\n"
        "names; flags go before it. `triptych config RUN` prints the settings of a run. In Python the settings are\n"
        "keywords of `tp.run`, those of `[reading]` the fields of `tp.ReadOptions`. Paths in the file are relative to\n"
        "its folder.\n"
    )
    homes: Mapping[str, type | None] = {"": None, "columns": Roles, "reading": ReadOptions, "road": Road}
    for table, limits in SETTINGS.items():
        cls = homes[table]
        defaults = {f.name: f.default for f in fields(cls) if f.default is not MISSING} if cls else dict.fromkeys(TOP)
        yield f"## {f'[{table}]' if table else 'At the top'}\n"
        yield _table("setting", limits, defaults, flags=True)


def _table(what: str, limits: Mapping[str, Limit], defaults: Mapping[str, Any], *, flags: bool = False) -> str:
    rows = [f"| {what} |{' flag |' * flags} default | legal | what it is |", f"|---|{'---|' * flags}---|---|---|"]
    for name, limit in limits.items():
        default = "" if defaults[name] in (None, ()) else f"`{_plain(defaults[name])}`"
        flag = (f" `--{name.replace('_', '-')}` |" if name != "source" else " `SOURCE` |") * flags
        rows.append(f"| `{name}` |{flag} {default} | {limit.wanted()} | {_cell(limit.help)} |")
    return "\n".join(rows) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _error_names() -> list[str]:
    return [TriptychError.__name__, *(error.__name__ for error in TriptychError.__subclasses__())]


def _errors() -> Iterator[str]:
    yield (
        f"# Errors\n\n{NOTE}\nEvery error that Triptych raises on purpose is a `tp.TriptychError`. `error.message`\n"
        "says what is wrong, `error.hint` what to do about it; the command line prints both, and ends with the exit\n"
        "code.\n"
    )
    yield "| error | exit code | when |\n|---|---|---|"
    for error in sorted(TriptychError.__subclasses__(), key=lambda error: error.exit_code):
        yield f"| `tp.{error.__name__}` | {error.exit_code} | {_markdown(inspect.getdoc(error) or '')} |"
    yield "| `tp.TriptychError` | 1 | Base of all of them. |\n"


def main() -> None:
    """Write the pages, or check that they are as they would be written."""
    parser = argparse.ArgumentParser(description="Write docs/reference/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is out of date")
    check = parser.parse_args().check
    TARGET.mkdir(exist_ok=True)
    for name, text in pages().items():
        path = TARGET / name
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"docs/reference/{name} is out of date; run: python scripts/make_reference.py")


if __name__ == "__main__":
    main()
