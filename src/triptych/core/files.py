"""Whole files, or none: everything that Triptych writes goes through here.

A file is written beside its place, flushed to the disk, renamed, and its folder flushed: after a crash or a power cut
the old file is there or the new one, never half of either.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from triptych.core.errors import StoreError

__all__ = ["hold", "make_folder", "naming", "read_bytes", "remove", "sweep", "sync_folder", "write_bytes"]

#: What the name of a file that is still being written starts with.
TEMPORARY = ".writing-"

#: Never through a link, and never waiting for the other end of a pipe.
CAREFUL = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_HINTS = {
    errno.ENOSPC: "free some space and run the same command again; what is finished is kept",
    errno.EDQUOT: "free some of your quota and run the same command again; what is finished is kept",
    errno.EFBIG: "the system limits the size of a file; raise the limit and run again",
    errno.EIO: "the disk reports a defect; copy the folder to another one and run again",
    errno.EROFS: "give a folder that may be written to",
    errno.ELOOP: "links are not followed in a run; put the file itself there",
    errno.ENOENT: "run again; only the steps that need it are redone",
}


def write_bytes(path: str | Path, *pieces: bytes | memoryview) -> Path:
    """Write a file so that after a crash the old one or the new one is there, whole.

    Parameters
    ----------
    path
        The file; its folder is made when it does not exist, and a link there is replaced, not followed.
    *pieces
        All of its bytes, in order.

    Raises
    ------
    StoreError
        If the disk or the folder does not allow it; names the file and the bytes needed.
    """
    target = Path(path)
    with naming(target, needed=sum(map(len, pieces))):
        make_folder(target.parent)
        temporary = target.parent / f"{TEMPORARY}{secrets.token_hex(8)}"
        try:
            _write_new(temporary, pieces)
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        sync_folder(target.parent)
    return target


def read_bytes(path: Path, limit: int) -> bytes:
    """Read a regular file, never through a link.

    Parameters
    ----------
    path
        The file.
    limit
        The most bytes that it may have.

    Raises
    ------
    StoreError
        If it cannot be read, is no regular file or a longer one.
    """
    with naming(path):
        handle = os.open(path, os.O_RDONLY | CAREFUL)
        try:
            refuse_irregular(path, handle)
            if (size := os.fstat(handle).st_size) > limit:
                raise StoreError(
                    f"{path} has {size:,} bytes, at most {limit:,} are expected", hint="it was damaged or edited"
                )
            with open(handle, "rb", closefd=False) as file:
                return file.read(size)
        finally:
            os.close(handle)


def remove(path: Path) -> None:
    """Remove a file; raises StoreError when that fails, not when it is gone already."""
    with naming(path), contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, each of them safe from a power cut; raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Bring the names in a folder to the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove what killed writers left half written in a folder; files still being written are left alone."""
    for path in folder.glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | CAREFUL)
            try:
                if hold(handle):
                    os.unlink(path)
            finally:
                os.close(handle)


def hold(handle: int) -> bool:
    """Lock an open file; False when somebody else has it.

    The kernel frees the lock when the file is closed or its process dies, so that none goes stale. Raises OSError
    where the file system knows no locks.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def refuse_irregular(path: Path, handle: int) -> None:
    """Raise StoreError when an open file is a folder, a pipe or a device."""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise StoreError(f"{path} is not a regular file", hint="it was not put there by Triptych; take it away")


@contextlib.contextmanager
def naming(path: Path, needed: int | None = None) -> Iterator[None]:
    """Turn an error of the operating system into a StoreError that names the file, and the bytes it needs."""
    try:
        yield
    except OSError as error:
        size = "" if needed is None else f" ({needed:,} bytes needed)"
        hint = _HINTS.get(error.errno or 0, "check the disk and the permissions")
        raise StoreError(f"{path}: {error.strerror or error}{size}", hint=hint) from error


def _write_new(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | CAREFUL, 0o666)
    try:
        with contextlib.suppress(OSError):  # without a lock, a sweep at this very moment may take it for left behind
            hold(handle)
        for piece in pieces:
            rest = memoryview(piece)
            while rest:  # the system may take less than it is given, and never takes more than 2 GiB
                rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
