"""``triptych doctor``."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import click

from triptych._version import __version__
from triptych.core.context import available_threads

PACKAGES = (
    "numpy",
    "polars",
    "scipy",
    "scikit-learn",
    "onnxruntime",
    "tokenizers",
    "safetensors",
)


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="print as JSON")
def command(*, as_json: bool) -> None:
    """Check that this machine has what Triptych needs; exit code 4 when something is missing."""
    found: dict[str, str] = {
        "triptych": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {available_threads()} threads",
        **{name: _version(name) for name in PACKAGES},
        "encoder minilm": _try(_encode),
        "pages": _try(_pages),
    }
    if as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        for name, state in found.items():
            click.echo(f"{name:<16} {state}")
    if any(state.startswith("missing") for state in found.values()):
        sys.exit(4)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return f"missing: pip install {name}"


def _try(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is the finding
        return f"missing: {error}"


def _encode() -> str:
    from triptych.encoders.minilm import MiniLM

    vectors = MiniLM().encode(["a cat", "a kitten", "tax law"], threads=1, advance=lambda _: None).vectors
    near, far = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    if not near > far:
        raise ValueError("the model puts a cat nearer to tax law than to a kitten")
    return "ready, offline"


def _pages() -> str:
    from triptych.pages.html import load_asset

    return f"built in ({len(load_asset('map.js')) / 1e3:.0f} kB script)"
