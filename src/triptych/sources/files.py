"""Opening files that may be missing, unreadable, or written to at this moment."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path

from triptych.core.errors import InputError

__all__ = ["steady"]


@contextmanager
def steady(path: Path) -> Iterator[str]:
    """Give the SHA-256 (hex) of a file's bytes, and make sure that they are the same when the reader is done.

    Raises
    ------
    InputError
        If there is no such file, it is not a regular one, cannot be read, or was changed while it was read.
    """
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            kind = "a folder" if stat.S_ISDIR(before.st_mode) else "not a regular file"
            raise InputError(f"{str(path)!r} is {kind}", hint="give the path of one table")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputError(f"there is no file {str(path)!r}", hint=_nearby(path)) from None
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    try:
        yield digest
        after = path.stat()
    except FileNotFoundError:
        raise InputError(f"{str(path)!r} vanished while it was read", hint="read a file that stays") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if _version(before) != _version(after):
        raise InputError(f"{str(path)!r} was changed while it was read", hint="read it again when it is complete")


def _version(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_size, found.st_ino


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return InputError(f"cannot read {str(path)!r}: {reason}", hint="check the path and who may read it")


def _nearby(path: Path) -> str:
    try:
        names = sorted(other.name for other in path.parent.iterdir())
    except OSError:
        return f"there is no folder {str(path.parent)!r} either"
    close = get_close_matches(path.name, names, n=3, cutoff=0.6)
    if close:
        return "did you mean " + " or ".join(close) + "?"
    return (
        "put texts into a list: [text, …]" if " " in path.name else f"nothing in {str(path.parent)!r} has such a name"
    )
