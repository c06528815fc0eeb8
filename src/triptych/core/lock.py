"""One writer at a time in a run folder."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

from triptych.core.errors import StoreError
from triptych.core.files import CAREFUL, hold, make_folder, naming, refuse_irregular

__all__ = ["acquire", "release"]

LOCK = "lock"

#: Only a folder that another process takes away again and again makes us try more than twice.
_TRIES = 100


def acquire(folder: Path) -> int:
    """Take the writer's lock of a run folder, which is made when it does not exist.

    Returns
    -------
    int
        The open lock file; to be given to :func:`release`. The kernel frees the lock of a process that dies.

    Raises
    ------
    StoreError
        If another process has it: names that process, its host and when it began.
    """
    path = folder / LOCK
    with naming(path):
        for _ in range(_TRIES):
            with contextlib.suppress(FileNotFoundError):  # a writer that kept nothing has just taken the folder away
                make_folder(folder)
                handle = os.open(path, os.O_RDWR | os.O_CREAT | CAREFUL, 0o666)
                try:
                    if _take(path, handle):
                        return handle
                except BaseException:
                    os.close(handle)
                    raise
                os.close(handle)
    raise StoreError(f"{path} keeps vanishing", hint="another process removes it; give another --out")


def release(handle: int) -> None:
    """Let another process write; the file stays, empty and harmless."""
    with contextlib.suppress(OSError):
        os.ftruncate(handle, 0)
    os.close(handle)


def _take(path: Path, handle: int) -> bool:
    """Lock and sign the file; False when it is no longer the one in the folder."""
    refuse_irregular(path, handle)
    if not hold(handle):
        raise StoreError(f"{path.parent} is being written by {_owner(handle)}", hint="wait, or give another --out")
    if not os.path.samestat(os.fstat(handle), os.stat(path)):
        return False
    mine = f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    os.ftruncate(handle, 0)
    os.write(handle, mine.encode())
    return True


def _owner(handle: int) -> str:
    """Return what the owner signed, which it does right after it locks; it may have let go since."""
    for _ in range(10):
        if signed := os.pread(handle, 200, 0):
            return signed.decode("utf-8", "replace")
        time.sleep(0.01)
    return "another process"
