"""The command ``kodcode``. Commands parse, call the pipeline and print; the work is done elsewhere."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

import kodcode_hub
from kodcode_hub.cli import (
    audit_command,
    benchmarks_command,
    build_command,
    decontaminate_command,
    dedup_command,
    demo_command,
    diff_command,
    endpoint_command,
    ledger_command,
    package_command,
    publish_command,
    rollback_command,
    status_command,
    subsets_command,
    verify_command,
)
from kodcode_hub.cli.arguments import expand_repeated
from kodcode_hub.errors import KodcodeError, UsageError

app = typer.Typer(
    name="kodcode",
    help="Make, verify, publish, browse and train on verifiable coding datasets.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo_command.demo)
app.command("build")(build_command.build)
app.command("status")(status_command.status)
app.command("verify")(verify_command.verify)
app.command("dedup")(dedup_command.dedup)
app.command("decontaminate")(decontaminate_command.decontaminate)
app.command("audit")(audit_command.audit)
app.command("diff")(diff_command.diff)
app.command("publish")(publish_command.publish)
app.command("rollback")(rollback_command.rollback)
app.command("package")(package_command.package)
app.command("subsets")(subsets_command.subsets)
app.command("endpoint")(endpoint_command.endpoint)
app.add_typer(ledger_command.app, name="ledger")
app.add_typer(benchmarks_command.app, name="benchmarks")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"kodcode-hub {kodcode_hub.__version__}")
        raise typer.Exit


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends with the exit codes of INTERFACE.md."""
    words = expand_repeated(sys.argv[1:] if arguments is None else arguments)
    try:
        app(words)
    except KodcodeError as error:
        _console().print(f"error: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        # What no room foresaw: a path that may not be read, a disk that is full.
        _console().print(f"error: {error.filename or 'input or output'}: {error.strerror or error}")
        sys.exit(UsageError.exit_code)


def _console() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
