"""The ``triptych`` command: verbs are loaded when they are called, errors end with their own exit code."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from triptych._version import __version__
from triptych.cli.show_text import plain
from triptych.core.errors import StepFailed, TriptychError, UsageError, nearest

__all__ = ["main"]

#: Verb -> one line for the list of commands; the verb's module defines ``command``.
VERBS = {
    "run": "Take data all the way to a labelled map.",
    "demo": "Run the whole road on the embedded emoji set.",
    "open": "Open the map of a run in the browser.",
    "show": "Print what a run found.",
    "find": "Rank the topics of a run by a query.",
    "label": "Title the topics of a run anew: by a language model, by a method, by hand.",
    "audit": "Ask whether the topics of a run are real.",
    "diff": "Compare the topics of two runs of the same data.",
    "contrast": "Print two runs' words for the same topics.",
    "sweep": "Cluster a run again with several values of one parameter.",
    "check": "Find what is damaged or missing in a run, or wrong in a method.",
    "gc": "Remove what a run does not need any more.",
    "export": "Write a run's results to a file.",
    "config": "Print the settings of a run as triptych.toml.",
    "methods": "List the methods, or the parameters of one.",
    "doctor": "Check that this machine has what Triptych needs.",
}

STOPPED = "triptych: stopped; the same command continues where this one ended"


class Verbs(click.Group):
    """A group whose commands are modules of this package, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which a newcomer meets them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = import_module(f"triptych.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one is an error that names the nearest."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise UsageError(f"there is no command {args[0]!r}", hint=nearest(args[0], VERBS))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="triptych")
@click.option("--debug", is_flag=True, help="show the whole trace of an error")
def app(*, debug: bool) -> None:
    """Turn texts, images or vectors into a labelled map you can defend.

    Start with:  triptych demo
    """


def main() -> None:
    """Run the command line; the exit code is that of the error, 130 after Ctrl-C, 143 after SIGTERM."""
    signal.signal(signal.SIGTERM, _terminated)
    if "--debug" in sys.argv[1:2]:
        sys.exit(app(standalone_mode=False))
    try:
        code = app(standalone_mode=False)
    except TriptychError as error:
        click.echo(f"triptych: {plain(error.message)}", err=True)
        if error.hint:
            click.echo(f"  hint: {plain(error.hint)}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo(STOPPED, err=True)
        sys.exit(130)
    except MemoryError:
        click.echo("triptych: out of memory\n  hint: run on a sample of the rows first", err=True)
        sys.exit(7)
    except Exception as error:  # noqa: BLE001 - a defect of ours; people get a sentence, --debug has the trace
        click.echo(f"triptych: {type(error).__name__}: {plain(error)}", err=True)
        click.echo("  hint: this is a defect; please report it with the output of: triptych --debug …", err=True)
        sys.exit(StepFailed.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def _terminated(number: int, _frame: object) -> NoReturn:
    """Leave as after Ctrl-C: files whole, temporaries removed, the lock let go."""
    click.echo(STOPPED, err=True)
    sys.exit(128 + number)
