"""A server with OpenAI's embeddings interface on this machine: answers well, or as a script says."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Endpoint", "Handler", "good", "serving", "vector"]


def vector(text: str, dimensions: int = 32, model: str = "planted") -> list[float]:
    """Return what the server makes of a text; it depends on the model's name too."""
    seed = int.from_bytes(hashlib.sha256(f"{model} {text}".encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(dimensions).round(2).tolist()


def good(question: dict[str, Any]) -> dict[str, Any]:
    """Return a right answer, the last vector first."""
    made = [vector(text, question.get("dimensions") or 32, question["model"]) for text in question["input"]]
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(made)]
    return {"object": "list", "data": data[::-1], "model": question["model"], "usage": {"total_tokens": 1}}


class Server(ThreadingHTTPServer):
    """Lets as many knock at a time as any test does; the others would be turned away."""

    request_queue_size = 64


@dataclass
class Endpoint:
    """What was asked so far, and what is answered next; when the script is over the answers are good."""

    port: int = 0
    scheme: str = "http"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    script: list[Callable[[Handler, dict[str, Any]], None]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Any] = good

    @property
    def url(self) -> str:
        """Where the interface begins."""
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"


class Handler(BaseHTTPRequestHandler):
    """One question."""

    endpoint: Endpoint

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
        self.endpoint.asked.append({"path": self.path} | question)
        self.endpoint.headers.append(dict(self.headers))
        with suppress(ConnectionError):
            if self.endpoint.script:
                self.endpoint.script.pop(0)(self, question)
            else:
                self.reply(self.endpoint.answer(question))

    # As a redirect that is followed would come.
    do_GET = do_POST

    def reply(self, value: Any, status: int = 200, **headers: str) -> None:
        """Answer with JSON, or with bytes as they are."""
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        for name, text in ({"Content-Length": str(len(data))} | named).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Endpoint]:
    """Serve for the length of a ``with`` block, over TLS when there is a file with a certificate and its key."""
    endpoint = Endpoint(scheme="https" if certificate else "http")
    handler = type("Bound", (Handler,), {"endpoint": endpoint})
    with Server(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        endpoint.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join()
