"""Children to kill: a helper process imports once and forks a child for each task, so that a death costs little.

The tests' own process cannot fork safely, because the libraries that it has used keep threads.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a child ended: the signal that killed it or 0, its exit code, what its task returned."""

    signal: int
    code: int
    value: Any


class Forker:
    """Runs tasks of :mod:`tests.fault.tasks`, each in a process of its own that may be killed."""

    def __init__(self) -> None:
        single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
        self._helper = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.fault.forker"], cwd=ROOT, env=os.environ | single,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, task: str, *, kill_after: float | None = None, copies: int = 1, **arguments: Any) -> Any:
        """Run a task in a child and return how it ended; a list of that for several copies at once."""
        self._say({"task": task, "arguments": arguments, "kill_after": kill_after, "copies": copies})
        ends = [Ended(**end) for end in json.loads(self._helper.stdout.readline())]
        return ends[0] if copies == 1 else ends

    def close(self) -> None:
        self._helper.stdin.close()
        self._helper.wait(10)
        self._helper.stdout.close()

    def _say(self, request: dict[str, Any]) -> None:
        self._helper.stdin.write(json.dumps(request) + "\n")
        self._helper.stdin.flush()


def child(task: str, arguments: dict[str, Any], out: IO[bytes]) -> None:
    """Do a task and leave; never returns into the helper's loop."""
    from tests.fault import tasks

    code = 0
    try:
        out.write(json.dumps(getattr(tasks, task)(**arguments)).encode())
        out.flush()
    except SystemExit as stop:
        code = int(stop.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as the helper
        traceback.print_exc()
        code = 70
    os._exit(code)


def collect(pid: int, kill_after: float | None, pipe: IO[bytes]) -> dict[str, Any]:
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    with pipe:
        data = pipe.read()
    _, status = os.waitpid(pid, 0)
    died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
    return {"signal": died, "code": code, "value": json.loads(data) if data and not died else None}


def serve() -> None:
    from tests.fault import tasks

    tasks.load_everything()
    for line in sys.stdin:
        request = json.loads(line)
        children = []
        for _ in range(request["copies"]):
            reading, writing = os.pipe()
            if (pid := os.fork()) == 0:
                child(request["task"], request["arguments"], os.fdopen(writing, "wb"))
            os.close(writing)
            children.append((pid, request["kill_after"], os.fdopen(reading, "rb")))
        print(json.dumps([collect(*one) for one in children]), flush=True)


if __name__ == "__main__":
    serve()
