"""The house: data flows one way, light imports, and nothing that runs what it loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import triptych

SOURCE = Path(triptych.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
METHODS = {"encoders", "neighbours", "reducers", "clusterers", "nesters", "describers", "labellers", "checks"}
LEAVES = {"measures", "pages", "export", "sources"}

#: Package -> the packages that it may import besides itself.
MAY_IMPORT = {
    "core": set(),
    "kernels": {"core"},
    **{leaf: {"core"} for leaf in LEAVES},
    "sources": {"core", "measures"},
    "llm": {"core"},
    **{kind: {"core", "measures", "kernels", "llm"} for kind in METHODS},
    "stages": {"core", *LEAVES, *METHODS},
    "cli": {"core", "stages", "testing", *LEAVES, *METHODS},
    "testing": {"core", "stages", *LEAVES, *METHODS},
}

#: The methods of the Atlas that are short names for a stage; the import happens in the call.
FACADE = {("core/atlas.py", "triptych.stages.draw")}

NETWORK = {"socket", "http", "urllib.request", "requests", "httpx", "ftplib", "smtplib"}
RUNS_WHAT_IT_LOADS = {"pickle", "joblib", "shelve", "marshal", "dill", "cloudpickle", "yaml", "torch"}

#: The module that asks the servers that a user names, and reads the key for them.
CLIENT = "llm/client.py"
#: It computes with torch; it must not load with it.
WITH_TORCH = "encoders/sentence_transformers.py"


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def where(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != SOURCE], ids=where)
def test_data_flows_one_way(path: Path) -> None:
    package = path.relative_to(SOURCE).parts[0]
    allowed = MAY_IMPORT[package] | {package, "_version"}
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "triptych" or (where(path), name) in FACADE:
            continue
        target = parts[1] if len(parts) > 1 else None
        if target is None:
            assert package in {"cli", "testing"}, f"{where(path)} imports the whole package"
            continue
        assert target in allowed, f"{where(path)}: {package} must not import {target}"


def test_every_package_is_in_the_house() -> None:
    packages = {p.parent.name for p in SOURCE.glob("*/__init__.py")}
    assert packages <= set(MAY_IMPORT), packages - set(MAY_IMPORT)


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_nothing_runs_what_it_loads(path: Path) -> None:
    allowed = {"torch"} if where(path) == WITH_TORCH else set()
    for name in imports(path):
        assert name.split(".")[0] not in RUNS_WHAT_IT_LOADS - allowed, f"{where(path)} imports {name}"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "torch":
            assert node.attr not in {"load", "jit", "hub", "package", "serialization"}, where(path)
        if isinstance(node, ast.keyword) and node.arg in {"allow_pickle", "trust_remote_code"}:
            assert isinstance(node.value, ast.Constant), where(path)
            assert node.value.value is False, where(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec", "__import__"}, where(path)


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_only_the_client_touches_the_network(path: Path) -> None:
    # The lock asks for the name of this host; it opens no connection.
    allowed = {"core/lock.py": {"socket"}, CLIENT: {"socket", "http.client"}}.get(where(path), set())
    found = {name for name in imports(path) if name in NETWORK or name.split(".")[0] in NETWORK - {"urllib.request"}}
    assert found <= allowed, f"{where(path)} imports {found}"


@pytest.mark.parametrize("path", [p for p in MODULES if "cli" not in p.parts], ids=where)
def test_only_the_command_line_prints_or_reads_the_environment(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", where(path)
        if isinstance(node, ast.Attribute) and where(path) != CLIENT:
            assert node.attr not in {"environ", "getenv"}, where(path)


def test_import_is_light() -> None:
    heavy = ("numpy", "polars", "scipy", "sklearn", "umap", "onnxruntime", "tokenizers", "rich", "click")
    code = f"import sys, triptych; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_help_loads_no_numbers() -> None:
    code = "import sys; sys.argv = ['triptych', '--help']\nfrom triptych.cli import main\n"
    code += "try: main()\nfinally: print([m for m in ('numpy', 'polars', 'scipy') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip().endswith("[]")


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_modules_are_read_in_one_sitting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{where(path)} holds two ideas"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = (
                node.end_lineno - node.body[0].end_lineno if ast.get_docstring(node) else node.end_lineno - node.lineno
            )
            assert body <= 60, f"{where(path)}: {node.name} has {body} lines"
