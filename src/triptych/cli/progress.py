"""Progress on stderr: a live bar with rate and time left on a terminal or in a notebook, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import Any

__all__ = ["RichProgress"]


class RichProgress:
    """Shows each step as it runs, its result and its seconds when it is done.

    Parameters
    ----------
    console
        A ``rich.console.Console``; stderr unless given.
    """

    def __init__(self, console: Any = None) -> None:
        from rich.console import Console

        self._console = console or Console(stderr=True, highlight=False)
        self._live: Any = None
        self._task: Any = None
        self._step = ""
        self._started = 0.0

    def start(self, step: str, total: int | None, unit: str) -> None:
        """Begin a step."""
        self._step, self._started = step, time.perf_counter()
        if not (self._console.is_terminal or self._console.is_jupyter):
            return
        self._live = _bar(self._console, unit)
        self._live.start()
        self._task = self._live.add_task(step, total=total)

    def advance(self, count: int) -> None:
        """Report units done."""
        if self._live is not None:
            self._live.advance(self._task, count)

    def say(self, sentence: str) -> None:
        """Print a line that stays, above the bar."""
        self._line("", sentence)

    def finish(self, summary: str) -> None:
        """End the step with a line that stays."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._line(f"{time.perf_counter() - self._started:.1f} s", summary)

    def _line(self, seconds: str, sentence: str) -> None:
        from rich.text import Text

        from triptych.cli.show_text import plain

        line = Text(f"{self._step:<16}", style="bold")
        line.append(f"{seconds:>9}  ", style="not bold dim")
        line.append(plain(sentence), style="not bold")
        self._console.print(line, soft_wrap=True)


def _bar(console: Any, unit: str) -> Any:
    from rich import progress as columns

    class Rate(columns.ProgressColumn):
        def render(self, task: Any) -> Any:
            from rich.text import Text

            return Text(f"{task.speed:,.0f} {unit}/s" if task.speed else "", style="dim")

    return columns.Progress(
        columns.TextColumn("{task.description:<16}"),
        columns.BarColumn(),
        columns.MofNCompleteColumn(),
        Rate(),
        columns.TimeElapsedColumn(),
        columns.TimeRemainingColumn(),
        console=console,
        transient=True,
    )
