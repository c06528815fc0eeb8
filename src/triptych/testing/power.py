"""A power cut: what was not flushed to the disk is gone, or half there, or out of order."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

__all__ = ["Recorder", "after_power_cut"]

#: One recorded call: what it did, and to what.
Entry = tuple[Any, ...]


class Recorder:
    """A fault for :func:`triptych.testing.faults.disk` that lets every call pass and writes it down.

    Attributes
    ----------
    log
        One entry for each call; files go by a number, in the order in which they were made, folders by their path.
    """

    def __init__(self) -> None:
        self.log: list[Entry] = []
        self._files: dict[int, int] = {}

    def __call__(self, number: int, name: str, real: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Carry out a call and write it down."""
        result = real(*arguments)
        if name == "open":
            inode = os.fstat(result).st_ino
            if arguments[1] & os.O_EXCL or inode not in self._files:  # numbers of removed files come again
                self._files[inode] = number
            self.log.append(("set", str(arguments[0]), self._files[inode]))
        elif name == "write":
            self.log.append(("write", self._file(arguments[0]), bytes(arguments[1][:result])))
        elif name == "ftruncate":
            self.log.append(("truncate", self._file(arguments[0])))
        elif name == "fsync":
            path = Path(f"/proc/self/fd/{arguments[0]}").readlink()
            self.log.append(("folder", str(path)) if path.is_dir() else ("file", self._file(arguments[0])))
        else:
            self.log.append((name, *map(str, arguments)))
        return result

    def _file(self, handle: int) -> int:
        return self._files[os.fstat(handle).st_ino]


@dataclass
class _Disk:
    names: dict[str, int | None] = field(default_factory=dict)
    safe_names: dict[str, int | None] = field(default_factory=dict)
    pending: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    data: dict[int, bytes] = field(default_factory=lambda: defaultdict(bytes))
    safe_data: dict[int, bytes] = field(default_factory=dict)

    def play(self, entry: Entry) -> None:
        match entry:
            case ("write", file, data):
                self.data[file] += data
            case ("truncate", file):
                self.data[file] = b""
            case ("file", file):
                self.safe_data[file] = self.data[file]
            case ("folder", path):
                for change in self.pending.pop(path, []):
                    _rename(self.safe_names, change)
            case ("set", path, file):
                self.change(path, ("set", path, file))
            case ("mkdir", path, *_):
                self.change(path, ("set", path, None))
            case ("replace", source, target):
                self.change(target, ("move", source, target, self.names[source]))
            case ("unlink" | "rmdir", path):
                self.change(path, ("drop", path))

    def change(self, path: str, change: Entry) -> None:
        _rename(self.names, change)
        self.pending[os.path.dirname(path)].append(change)


def after_power_cut(log: list[Entry], root: Path, target: Path, random: Random) -> None:
    """Leave in a folder what a disk may hold when the power goes.

    Parameters
    ----------
    log
        What had been done by then, from an empty ``root`` on; see :class:`Recorder`.
    root
        The folder that the recorded calls worked in.
    target
        An empty folder for the result.
    random
        Decides which of the changes that were not flushed are there: of the names any subset, of the bytes of a file
        none, a part, or zeros in their place.
    """
    disk = _Disk()
    for entry in log:
        disk.play(entry)
    for changes in disk.pending.values():
        share = random.choice((0.0, 0.5, 1.0))
        for change in changes:
            if random.random() < share:
                _rename(disk.safe_names, change)
    for name, file in sorted(disk.safe_names.items()):
        place = target / Path(name).relative_to(root)
        if not place.parent.is_dir():
            continue  # the folder that it was in is gone
        if file is None:
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(_bytes(disk, file, random))


def _rename(names: dict[str, int | None], change: Entry) -> None:
    match change:
        case ("set", path, file):
            names[path] = file
        case ("move", source, target, file):
            names.pop(source, None)
            names[target] = file
        case ("drop", path):
            names.pop(path, None)


def _bytes(disk: _Disk, file: int, random: Random) -> bytes:
    now, safe = disk.data[file], disk.safe_data.get(file, b"")
    if now == safe:
        return now
    return random.choice((safe, now[: random.randrange(len(now) + 1)], bytes(len(now)), now))
