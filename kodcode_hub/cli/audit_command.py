"""``kodcode audit``."""

from __future__ import annotations

import json
import math
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.build_command import usable_cores
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.isolation import Isolation
from kodcode_hub.cli.verify_command import Mode, interpreter_path
from kodcode_hub.cli.verify_view import verify_view
from kodcode_hub.errors import UsageError
from kodcode_hub.files.row_writer import is_stream
from kodcode_hub.hub.fetch import fetch_dataset
from kodcode_hub.pipeline.audit_checks import DEFAULT_CHECKS, parse_checks
from kodcode_hub.pipeline.audit_source import AuditSource, find_source
from kodcode_hub.pipeline.verify_sandbox import VerifySettings
from kodcode_hub.verification.protocol import Limits

_FOUND_SOMETHING = 1


def audit(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A file of rows, a dataset's folder, or OWNER/NAME[@REVISION].")
    ],
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a folder or repository (default: all rows, each once).")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only N rows, chosen by the hashes of their ids.")
    ] = None,
    checks: Annotated[
        str, typer.Option(metavar="NAME,...", help="labels, flaky: what to look for; flaky takes six times as long.")
    ] = ",".join(DEFAULT_CHECKS),
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A line a row: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; - for stdout."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Rows run at a time (default: a core each).")
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
        str | None, typer.Option(metavar="ID", help="Audit this one row and show everything; writes no file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run published tests against published solutions again, isolated, and say which rows do not hold.

    Ends with 1 where there are findings. With --out, the same command goes on after Ctrl-C, a crash or a kill.

    Examples:

        kodcode audit rows.jsonl

        kodcode audit release/ --config leetcode --checks labels,flaky --out findings.jsonl

        kodcode audit OWNER/NAME@v1.1.0 --sample 500 --json

        kodcode audit rows.jsonl --explain Prefill_00000017_I
    """
    if not 0 < timeout < math.inf:
        raise UsageError(f"--timeout {timeout:g} is no time in which a trial can run; give seconds, such as 30")
    wanted = parse_checks(checks)
    if out == "-" and as_json:
        raise UsageError("--out - and --json both want standard output: give --out a file")
    settings = VerifySettings(
        limits=Limits(timeout_s=timeout, memory_mb=memory_mb),
        mode=mode.value,
        isolation=isolation.value,
        python=interpreter_path(python),
        workers=workers or usable_cores(),
    )
    found = find_source(source, config=config, fetch=partial(fetch_dataset, config=config))
    if explain is not None:
        _explain(found, explain, settings, wanted, as_json=as_json)
    else:
        _audit(found, out, settings, wanted, sample=sample, as_json=as_json, quiet=quiet)


def _audit(
    source: AuditSource,
    out: str | None,
    settings: VerifySettings,
    checks: tuple[str, ...],
    *,
    sample: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    from kodcode_hub.cli.audit_view import show_audit
    from kodcode_hub.pipeline.audit_file import audit_dataset
    from kodcode_hub.verification.warm_sandbox import open_sandbox

    console = Console(stderr=True)
    is_kept = out is not None and not is_stream(out)
    with interruptible(console, goes_on=is_kept), verify_view(console, quiet=quiet) as listener:
        result = audit_dataset(
            source, out, settings=settings, open_sandbox=open_sandbox, checks=checks, sample=sample, listener=listener
        )
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_audit(result, to_stderr=out == "-")
    if result.figures.rows_with_findings:
        raise typer.Exit(_FOUND_SOMETHING)


def _explain(
    source: AuditSource, identity: str, settings: VerifySettings, checks: tuple[str, ...], *, as_json: bool
) -> None:
    from kodcode_hub.cli.audit_view import show_audit_explanation
    from kodcode_hub.pipeline.audit_explain import explain_audit
    from kodcode_hub.verification.warm_sandbox import open_sandbox

    with interruptible(Console(stderr=True), goes_on=False):
        explanation = explain_audit(source, identity, settings=settings, open_sandbox=open_sandbox, checks=checks)
    if as_json:
        typer.echo(json.dumps(explanation.as_json()))
    else:
        show_audit_explanation(explanation)
    if explanation.record["findings"]:
        raise typer.Exit(_FOUND_SOMETHING)
