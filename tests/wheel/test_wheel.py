"""The built wheel works alone: clean environment, no network, no Node, nothing of the source tree."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.wheel

#: Python code that takes the network away, for systems where a namespace without one cannot be made.
NO_NETWORK = """
import socket
def refused(*_, **__):
    raise OSError("the network is off")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    kept_out = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.so")
    source.mkdir()
    shutil.copytree(ROOT / "src", source / "src", ignore=kept_out)
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, source / name)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, source)
    (found,) = folder.glob("*.whl")
    return found


def test_wheel_carries_data_pages_and_licences(wheel: Path) -> None:
    sizes = {info.filename: info.file_size for info in zipfile.ZipFile(wheel).infolist()}
    for name in (
        "triptych/py.typed", "triptych/pages/assets/map.js", "triptych/pages/assets/map.css",
        "triptych/pages/assets/cosmos.js", "triptych/pages/assets/cosmos.css",
        "triptych/pages/assets/report.js", "triptych/pages/report.css", "triptych/kernels/_native.abi3.so",
        "triptych/data/emoji/emoji.parquet", "triptych/data/minilm/tokenizer.json",
    ):  # fmt: skip
        assert name in sizes, name
    assert sum(size for name, size in sizes.items() if name.startswith("triptych/data/emoji/")) <= 5_000_000
    assert any(name.endswith("licenses/NOTICE") for name in sizes)
    assert not [name for name in sizes if name.startswith(("tests", "web", "bench"))]


def test_demo_works_in_a_clean_environment_without_network_or_node(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    run(sys.executable, "-m", "venv", home)
    run(home / "bin" / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel)
    env = {"PATH": str(home / "bin"), "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    offline: list[object] = []
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-n", "true"], capture_output=True, check=False).returncode == 0:
        offline = [unshare, "-n"]
    else:
        (site,) = (home / "lib").glob("python*/site-packages")
        (site / "sitecustomize.py").write_text(NO_NETWORK)
    done = run(*offline, home / "bin" / "triptych", "demo", "--out", tmp_path / "emoji.trip", env=env, cwd=tmp_path)
    assert "1,906 in, 1,906 kept" in done.stdout
    assert "Traceback" not in done.stderr
    assert (tmp_path / "emoji.trip" / "map.html").stat().st_size > 1_000_000
