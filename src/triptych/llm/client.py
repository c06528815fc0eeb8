"""Asks a server that has OpenAI's or Anthropic's interface, within limits; the one module that opens a connection.

It goes to the address that it was given and nowhere else: no redirect is followed and no proxy asked. A key is read
from the environment for each question, sent over TLS or to this machine alone, and stands in no message.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import math
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from triptych._version import __version__
from triptych.core.errors import LimitExceeded, RemoteError, UsageError, shorten

__all__ = ["ANSWER", "DEADLINE", "PAUSE", "TRIES", "Client", "Refused"]

#: How often a question is asked, when the server is busy or out of reach.
TRIES = 5
#: Seconds that one try may take if nothing else is said, from the first byte sent to the last one read.
DEADLINE = 120.0
#: Longest pause between two tries, in seconds, whatever the server wishes for.
PAUSE = 120.0
#: Largest answer that is read, in bytes.
ANSWER = 2**28

_BUSY = (408, 425, 429)
#: Names that may be shown: nobody's key looks like one of them.
_CUSTOMARY = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")
_HINTS = {
    400: "if it says that a text is too long, send less of each",
    401: "see whether key_from names the variable with the right key",
    403: "see whether key_from names the variable with the right key",
    404: "see whether url ends where the interface begins, often in /v1, and whether the server has this model",
    413: "send less at once",
}


class Refused(RemoteError):
    """A server answered, and not as it should; ``status`` is that of HTTP, 200 where the answer is no JSON."""

    def __init__(self, message: str, *, hint: str, status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class _TryAgainError(Exception):
    """A failure that may pass; ``pause`` is what the server asks for, in seconds, or None."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause


@dataclass(frozen=True)
class Client:
    """A server, and how to ask it.

    Attributes
    ----------
    owner
        Who asks, for messages: ``"encoders/openai"``.
    url
        Where the interface begins: ``"http://localhost:11434/v1"``; http or https.
    key_from
        Name of the environment variable with the key, or None for a server that wants none.
    dialect
        Whose interface it is, ``"openai"`` or ``"anthropic"``: says in which header the key goes.
    sleep
        Waits for so many seconds.
    seconds
        That one try may take; None takes :data:`DEADLINE`.
    """

    owner: str
    url: str
    key_from: str | None = None
    dialect: str = "openai"
    sleep: Callable[[float], None] = time.sleep
    seconds: float | None = None

    def post(self, path: str, question: Mapping[str, Any]) -> Any:
        """Ask a question and return the answer, both JSON.

        Parameters
        ----------
        path
            Below the address, such as ``"embeddings"``.
        question
            JSON values, finite.

        Raises
        ------
        UsageError
            If the address or the key cannot be used.
        RemoteError
            If the server refuses, is still busy after :data:`TRIES` tries, or does not answer with JSON.
        LimitExceeded
            If the answer is larger than :data:`ANSWER`.
        """
        place = self._place()
        key = self._key(place)
        payload = json.dumps(question, allow_nan=False).encode()
        reason = ""
        for turn in range(TRIES):
            try:
                return self._ask(place, f"{place.path.rstrip('/')}/{path}", payload, key)
            except _TryAgainError as again:
                reason = str(again)
                if turn + 1 < TRIES:
                    self.sleep(min(2.0**turn if again.pause is None else again.pause, PAUSE))
        raise RemoteError(
            f"{self.owner}: {self.url} did not answer in {TRIES} tries; at last {reason}",
            hint="see whether the server runs there, and run again; what is finished is kept",
        )

    def _ask(self, place: SplitResult, path: str, payload: bytes, key: str) -> Any:
        """Try once."""
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
        headers |= {"User-Agent": f"triptych/{__version__}", "Connection": "close"}
        headers |= self._credentials(key)
        deadline = self.seconds or DEADLINE
        begun = time.monotonic()
        try:
            status, wish, data, moved = _exchange(_connection(place, deadline), path, payload, headers)
            late = time.monotonic() - begun >= deadline
        except ssl.SSLCertVerificationError as error:
            raise RemoteError(
                f"{self.owner}: {self.url} is not what it says it is: {error.verify_message}",
                hint="if the certificate is your own, name it: SSL_CERT_FILE=…",
            ) from None
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() - begun < deadline:
                raise _TryAgainError(f"the connection failed: {shorten(_hidden(str(error), key), 120)}") from None
            late = True
        if late:
            raise _TryAgainError(f"it took longer than {deadline:g} s")
        if len(data) > ANSWER:
            raise LimitExceeded(
                f"{self.owner}: the answer of {self.url} is larger than {ANSWER:,} bytes",
                hint="ask for less at once",
            )
        if status in _BUSY or status >= 500:
            raise _TryAgainError(f"it said {status}{_said(data, key)}", _seconds(wish))
        if 300 <= status < 400:
            raise RemoteError(
                f"{self.owner}: {self.url} sends us on to {shorten(_hidden(moved, key), 120)}; that is not followed",
                hint="if you trust that server, give its address as url",
            )
        if status != 200:
            raise Refused(
                f"{self.owner}: {self.url} refused with {status}{_said(data, key)}",
                hint=_HINTS.get(status, "see whether the address and the model are right"),
                status=status,
            )
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise Refused(
                f"{self.owner}: {self.url} did not answer with JSON: {_said(data, key)[2:]}",
                hint="see whether url ends where the interface begins, often in /v1",
                status=status,
            ) from None

    def reveals(self, text: str) -> bool:
        """Tell whether a text holds the key, as it is or in a common coding."""
        key = self._key(self._place())
        return bool(key) and _hidden(text, key) != text

    def _credentials(self, key: str) -> dict[str, str]:
        if self.dialect == "anthropic":
            return {"anthropic-version": "2023-06-01"} | ({"x-api-key": key} if key else {})
        return {"Authorization": f"Bearer {key}"} if key else {}

    def _place(self) -> SplitResult:
        """Return the parts of the address, once it is one that we may go to."""
        hint = "an address begins with http:// or https:// and ends where the interface does, such as …:8000/v1"
        try:
            parts = urlsplit(self.url if re.fullmatch(r"[\x21-\x7e]+", self.url) else "")
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        if not host or parts.scheme not in ("http", "https"):
            raise UsageError(f"{self.owner}: url is no address of a server", hint=hint)
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise UsageError(f"{self.owner}: url must hold no name, password or ?query", hint="keys go in by key_from")
        return parts

    def _key(self, place: SplitResult) -> str:
        """Return the key, or the empty string; no message shows what key_from holds, which may be a key by mistake."""
        if self.key_from is None:
            return ""
        name = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.key_from)
        key = os.environ.get(self.key_from, "").strip() if name else ""
        if not key and self.key_from in _CUSTOMARY:
            raise UsageError(
                f"{self.owner}: there is no key in the environment variable {self.key_from}",
                hint=f"export {self.key_from}=… first, or name another variable by key_from",
            )
        if not re.fullmatch(r"[\x21-\x7e]+", key):
            raise UsageError(
                f"{self.owner}: key_from names no environment variable that holds a key",
                hint="it is the name of a variable, such as OPENAI_API_KEY, not the key itself",
            )
        if place.scheme == "http" and not _is_here(place.hostname or ""):
            raise UsageError(
                f"{self.owner}: a key is not sent over http, where anybody on the way can read it",
                hint="use https, or leave key_from out if the server wants no key",
            )
        return key


def _connection(place: SplitResult, deadline: float) -> http.client.HTTPConnection:
    host = place.hostname or ""
    if place.scheme == "https":
        return http.client.HTTPSConnection(host, place.port, timeout=deadline, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, place.port, timeout=deadline)


def _exchange(
    connection: http.client.HTTPConnection, path: str, payload: bytes, headers: Mapping[str, str]
) -> tuple[int, str, bytes, str]:
    """Return the status, the wished pause, at most a byte more than we read of an answer, and where it sends us."""
    try:
        connection.connect()
        # A server that sends a byte now and then would never run into the limit of a socket, which is for each byte.
        watch = threading.Timer(connection.timeout or DEADLINE, _hang_up, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", path, payload, dict(headers))
            answer = connection.getresponse()
            data = answer.read(ANSWER + 1)
        finally:
            watch.cancel()
        if answer.length and len(data) <= ANSWER:
            raise http.client.IncompleteRead(b"", answer.length)
        return answer.status, answer.getheader("Retry-After", ""), data, answer.getheader("Location", "elsewhere")
    finally:
        connection.close()


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        # Not the method of a TLS socket, which would go on in the clear.
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _said(data: bytes, key: str) -> str:
    """Return what an answer says of an error, as one short line after a colon."""
    text = data[:4_000].decode("utf-8", "replace")
    with suppress(ValueError, RecursionError):
        found = json.loads(data[:65_536])
        for name in ("error", "message", "detail"):
            found = found.get(name, found) if isinstance(found, dict) else found
        text = found if isinstance(found, str) else text
    return f": {shorten(_hidden(text.strip(), key), 200)}" if text.strip() else ": nothing"


def _hidden(text: str, key: str) -> str:
    """Return a text without the key, be it plain, percent-encoded or in base64."""
    for form in {key, quote(key, safe=""), base64.b64encode(key.encode()).decode().rstrip("=")} if key else ():
        text = text.replace(form, "***")
    return text


def _seconds(wish: str) -> float | None:
    """Read a Retry-After in seconds; a date is not worth trusting the server's clock for."""
    try:
        seconds = float(wish)
    except ValueError:
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _is_here(host: str) -> bool:
    """Tell whether a host is this machine."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"
