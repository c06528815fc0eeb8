"""Whole files, or none: what we write is never left half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from triptych.core.errors import StoreError

__all__ = ["write_bytes", "write_text"]


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write a file by way of a temporary one beside it.

    Raises
    ------
    StoreError
        If the disk or the folder does not allow it.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror or error}", hint="check the disk and the permissions") from error
    return target


def write_text(path: str | Path, text: str) -> Path:
    """Write a UTF-8 file by way of a temporary one beside it; raises StoreError."""
    return write_bytes(path, text.encode("utf-8", "replace"))
