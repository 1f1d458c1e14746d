"""The command ``kodcode``. Commands parse, call the pipeline and print; the work is done elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console

import kodcode_hub
from kodcode_hub.cli.arguments import expand_repeated
from kodcode_hub.errors import KodcodeError, UsageError

COMMANDS = (
    *("demo", "build", "status", "verify", "dedup", "decontaminate"),
    *("package", "diff", "publish", "rollback", "audit", "subsets", "endpoint", "space"),
)
"""Each is the function of its name in ``cli/<name>_command.py``."""
GROUPS = ("ledger", "benchmarks")
"""Each is the ``app`` in ``cli/<name>_command.py``."""


def make_app(words: Sequence[str] = ()) -> typer.Typer:
    """The command line, with the command that ``words`` begin with, or with all where they name none.

    What the other commands import takes longer than many a command runs.
    """
    app = typer.Typer(
        name="kodcode",
        help="Make, verify, publish, browse and train on verifiable coding datasets.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    asked = words[:1] if words and words[0] in COMMANDS + GROUPS else COMMANDS + GROUPS
    for name in asked:
        module = import_module(f"kodcode_hub.cli.{name}_command")
        if name in GROUPS:
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends with the exit codes of INTERFACE.md."""
    words = expand_repeated(sys.argv[1:] if arguments is None else arguments)
    try:
        make_app(words)(words)
    except KodcodeError as error:
        _console().print(f"error: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        # What no room foresaw: a path that may not be read, a disk that is full.
        _console().print(f"error: {error.filename or 'input or output'}: {error.strerror or error}")
        sys.exit(UsageError.exit_code)


def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"kodcode-hub {kodcode_hub.__version__}")
        raise typer.Exit


def _console() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
