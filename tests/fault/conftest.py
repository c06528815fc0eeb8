"""What the fault tests share: children to kill, and the figures printed at the end."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fault.forker import Forker
from tests.fault.make_inputs import make_inputs

SHARED_MEMORY = Path("/dev/shm")

_TALLY = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that holds every bad input."""
    folder = tmp_path_factory.mktemp("inputs")
    make_inputs(folder)
    return folder


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """Return what runs a task in a process that may be killed."""
    made = Forker()
    yield made
    made.close()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder, in memory where that can be had: a kill needs no disk, and flushing one takes long."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        yield tmp_path
        return
    with TemporaryDirectory(dir=SHARED_MEMORY, prefix="triptych-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Counter[str]:
    """Return the counts of faults survived, printed after the run."""
    return request.config.stash.setdefault(_TALLY, Counter())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was tried and what was survived."""
    tried = [
        report for state in ("passed", "failed") for report in terminalreporter.stats.get(state, [])
        if report.when == "call" and "test_catalogue.py::test_outcome[" in report.nodeid
    ]  # fmt: skip
    counts = {"inputs tried": len(tried), "outcomes met": sum(report.passed for report in tried)} if tried else {}
    counts |= config.stash.get(_TALLY, {})
    if counts:
        terminalreporter.section("faults")
        for what, count in counts.items():
            terminalreporter.write_line(f"{what:<32} {count:>8,}")
