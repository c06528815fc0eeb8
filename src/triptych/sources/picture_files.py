"""Reading the files that a table names: under one folder, through no link, and none that is no picture's size."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath

from triptych.core.errors import InputError

__all__ = ["MAX_BYTES", "Unusable", "check_folder", "read_under"]

#: Longest file that is read, in bytes.
MAX_BYTES = 64 << 20

# Never through a link, and never waiting for the other end of a pipe.
_CAREFUL = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_REASONS = {
    errno.ENOENT: "not there",
    errno.ENOTDIR: "not there",
    errno.ENAMETOOLONG: "not there",
    errno.ELOOP: "behind a link",
}


class Unusable(Exception):
    """Why a row has no picture, in a few words."""


def check_folder(folder: Path) -> None:
    """Raise InputError when a folder is none."""
    if not folder.is_dir():
        raise InputError(f"there is no folder {str(folder)!r} of pictures", hint="--images names the folder")


def read_under(folder: Path, name: str) -> bytes:
    """Return the bytes of a regular file at or below a folder.

    Parameters
    ----------
    folder
        Where the path starts; links on the way to it are followed, links below it are not.
    name
        As the table has it: relative with ``/``, or absolute below the folder.

    Raises
    ------
    Unusable
        If the path leads out of the folder, goes through a link, or ends at nothing that can be read.
    """
    path = PurePosixPath(name)
    if path.is_absolute() and path.is_relative_to(folder.absolute()):
        path = path.relative_to(folder.absolute())
    if path.is_absolute() or ".." in path.parts:
        raise Unusable("outside the folder")
    try:
        handle = _descend(folder, path.parts)
        try:
            return _read(handle)
        finally:
            os.close(handle)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be read ({error.strerror})")
        raise Unusable(reason) from None
    except ValueError:  # a zero byte, or half a surrogate pair
        raise Unusable("no path") from None


def _descend(folder: Path, parts: tuple[str, ...]) -> int:
    """Open a path one part at a time, each inside the one before, so that no swap of a folder leads elsewhere."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    for part in parts:
        try:
            inside = os.open(part, _CAREFUL, dir_fd=handle)
        finally:
            os.close(handle)
        handle = inside
    return handle


def _read(handle: int) -> bytes:
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        raise Unusable("no file")
    if found.st_size > MAX_BYTES:
        raise Unusable(f"more than {MAX_BYTES >> 20} MiB")
    if not found.st_size:
        raise Unusable("empty file")
    with open(handle, "rb", closefd=False) as file:
        return file.read(MAX_BYTES)
