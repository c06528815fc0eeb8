"""Files for people, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from triptych.core.files import write_bytes

__all__ = ["write_bytes", "write_text"]


def write_text(path: str | Path, text: str) -> Path:
    """Write a UTF-8 file, whole or not at all; raises StoreError."""
    return write_bytes(path, text.encode("utf-8", "replace"))
