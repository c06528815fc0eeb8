"""Wall time, processor time and peak memory of named stages; standard library only, both sides import it."""

from __future__ import annotations

import contextlib
import json
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Lap:
    """One stage: seconds by the clock, seconds of processor, largest resident memory in bytes.

    Times and memory count the processes that the stage started, as far as they still live or were waited for.
    """

    stage: str
    wall: float
    cpu: float
    peak: int


@dataclass
class Stopwatch:
    """Collects the laps of one pass."""

    laps: list[Lap] = field(default_factory=list)

    @contextlib.contextmanager
    def lap(self, stage: str) -> Iterator[None]:
        """Measure a stage."""
        _reset_peaks()
        cpu, wall = _cpu_seconds(), time.perf_counter()
        yield
        self.laps.append(Lap(stage, time.perf_counter() - wall, _cpu_seconds() - cpu, sum(map(_peak, _family()))))
        print(f"  {stage:<28}{self.laps[-1].wall:9.2f} s {self.laps[-1].peak / 2**30:6.2f} GiB", flush=True)


def save(path: Path, passes: list[Stopwatch], **facts: object) -> None:
    """Write the passes of one process, cold first, with further facts, as JSON."""
    laps = [[asdict(lap) for lap in watch.laps] for watch in passes]
    path.write_text(json.dumps({"passes": laps, **facts}, indent=1), encoding="utf-8")


def _family() -> list[int]:
    """Return this process and its living descendants."""
    found = [_self()]
    for process in found:
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, children.read_text().split())
    return found


def _self() -> int:
    return int(Path("/proc/self").readlink().name)


def _reset_peaks() -> None:
    for process in _family():
        with contextlib.suppress(OSError):
            Path(f"/proc/{process}/clear_refs").write_text("5")


def _peak(process: int) -> int:
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))
    return 0


def _cpu_seconds() -> float:
    """Return the processor seconds of this process, its waited-for children and its living descendants."""
    ticks = 0.0
    for process in _family()[1:]:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += (int(fields[11]) + int(fields[12])) / 100
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return ticks + sum(usage.ru_utime + usage.ru_stime for usage in own)
