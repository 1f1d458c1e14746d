"""``kodcode verify``."""

from __future__ import annotations

import json
import math
import shutil
import sys
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.build_command import usable_cores
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.isolation import Isolation
from kodcode_hub.cli.verify_view import show_explanation, show_figures, verify_view
from kodcode_hub.errors import UsageError
from kodcode_hub.files.row_writer import is_stream
from kodcode_hub.pipeline.verify_explain import explain_row
from kodcode_hub.pipeline.verify_file import verify_file
from kodcode_hub.pipeline.verify_sandbox import VerifySettings
from kodcode_hub.verification.protocol import Limits


class Mode(Enum):
    """Which processes a trial has."""

    auto = "auto"
    split = "split"
    same = "same"


def verify(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Rows with an id, solution and test: JSON Lines or Parquet; - for stdin."),
    ],
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="The records: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; - for stdout."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Trials run at a time (default: a core each).")
    ] = None,
    timeout: Annotated[float, typer.Option(metavar="S", help="Seconds for one trial.")] = 30.0,
    memory_mb: Annotated[int, typer.Option(metavar="N", min=64, help="Memory for one trial, in MB.")] = 2048,
    mode: Annotated[
        Mode, typer.Option(help="split: the solution in a process of its own; same: one; auto: split where it can be.")
    ] = Mode.auto,
    isolation: Annotated[
        Isolation, typer.Option(help="auto, strict: never without; none: run code that you trust as it is.")
    ] = Isolation.auto,
    python: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="The Python in which trials run, with pytest (default: this one)."),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="ID", help="Run this one row and show everything; writes no file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run every row's test against its solution, isolated, and write one record a row, in order.

    The same command goes on after Ctrl-C, a crash or a kill; no row whose verdict is known is run again.

    Examples:

        kodcode verify rows.jsonl --out verdicts.jsonl

        kodcode verify rows.parquet --out verdicts.parquet --timeout 10 --workers 8 --json

        kodcode verify rows.jsonl --explain 17
    """
    if not 0 < timeout < math.inf:
        raise UsageError(f"--timeout {timeout:g} is no time in which a trial can run; give seconds, such as 30")
    settings = VerifySettings(
        limits=Limits(timeout_s=timeout, memory_mb=memory_mb),
        mode=mode.value,
        isolation=isolation.value,
        python=interpreter_path(python),
        workers=workers or usable_cores(),
    )
    if explain is not None:
        _explain(file, explain, settings, as_json=as_json)
    elif out is None:
        raise UsageError("nowhere to write to: give --out FILE, or --explain ID to look at one row")
    else:
        _verify(file, out, settings, as_json=as_json, quiet=quiet)


def _verify(file: str, out: str, settings: VerifySettings, *, as_json: bool, quiet: bool) -> None:
    if out == "-" and as_json:
        raise UsageError("--out - and --json both want standard output: give --out a file")
    from kodcode_hub.verification.warm_sandbox import open_sandbox

    console = Console(stderr=True)
    with interruptible(console, goes_on=not is_stream(out)), verify_view(console, quiet=quiet) as listener:
        result = verify_file(file, out, settings=settings, open_sandbox=open_sandbox, listener=listener)
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_figures(result, to_stderr=out == "-")


def _explain(file: str, identity: str, settings: VerifySettings, *, as_json: bool) -> None:
    from kodcode_hub.verification.warm_sandbox import open_sandbox

    with interruptible(Console(stderr=True), goes_on=False):
        explanation = explain_row(file, identity, settings=settings, open_sandbox=open_sandbox)
    if as_json:
        typer.echo(json.dumps(explanation.as_json()))
    else:
        show_explanation(explanation)


def interpreter_path(given: str | None) -> str:
    """The absolute path of an interpreter: of a file, of a virtual environment's folder, or of a program's name.

    Links are not followed: an environment's interpreter is one that leads out of it.
    """
    if given is None:
        return sys.executable
    if Path(given).is_dir():
        return str(Path(given, "bin", "python").absolute())
    found = shutil.which(given)
    return str(Path(found or given).absolute())
