"""``kodcode decontaminate``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.build_command import usable_cores
from kodcode_hub.cli.decontaminate_view import show_counts, show_side_by_side
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.rows_view import rows_view
from kodcode_hub.decontamination.benchmarks import Benchmark
from kodcode_hub.decontamination.semantic import REVIEW_COSINE
from kodcode_hub.errors import UsageError
from kodcode_hub.pipeline.benchmark_files import load_all_stored, load_benchmarks
from kodcode_hub.pipeline.decontaminate_file import DecontaminateSettings, decontaminate_file
from kodcode_hub.pipeline.decontaminate_show import show_row
from kodcode_hub.pipeline.judging_workers import FEW_ROWS


class Setting(Enum):
    """What is called contaminated."""

    strict = "strict"
    balanced = "balanced"


def decontaminate(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Rows with an id and text: JSON Lines or Parquet; - for stdin.")
    ],
    out: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="All rows: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; - for stdout."),
    ] = None,
    column: Annotated[str, typer.Option(metavar="NAME", help="The column that is compared.")] = "question",
    benchmark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=PATH]",
            help="A file, an hf:// address or a stored benchmark; may be repeated (default: all that are stored).",
        ),
    ] = None,
    setting: Annotated[
        Setting, typer.Option(help="strict: contaminated only if sure; balanced: if more likely than not.")
    ] = Setting.strict,
    show: Annotated[
        str | None, typer.Option(metavar="ID", help="Show this one row beside what it matches; writes no file.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help=f"Processes (default: a core each for more than {FEW_ROWS} rows)."),
    ] = None,
    semantic: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Look at clean rows once more, by an embedding model in this folder."),
    ] = None,
    cosine: Annotated[
        float, typer.Option(metavar="C", help="With --semantic: cosine from which such a row is for review.")
    ] = REVIEW_COSINE,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write figures and examples as JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Mark rows that repeat items of benchmarks. Every row comes out, in order.

    Examples:

        kodcode decontaminate rows.jsonl --out marked.jsonl --benchmark humaneval=HumanEval.jsonl.gz

        kodcode decontaminate rows.parquet --out marked.parquet --setting balanced --report report.json

        kodcode decontaminate rows.jsonl --show 17
    """
    if out is None and show is None:
        raise UsageError("nowhere to write to: give --out FILE, or --show ID to look at one row")
    if out == "-" and as_json:
        raise UsageError("--out - and --json both want standard output: give --out a file")
    with interruptible(Console(stderr=True), goes_on=False):
        benchmarks = _load(benchmark or (), file)
        few_rows = FEW_ROWS if workers is None else 0
        settings = DecontaminateSettings(column, setting.value, workers or usable_cores(), few_rows, semantic, cosine)
        if show is not None:
            _show(file, show, benchmarks, settings, as_json=as_json)
        elif out is not None:
            _decontaminate(file, out, benchmarks, settings, report=report, as_json=as_json, quiet=quiet)


def _load(arguments: Sequence[str], file: str) -> list[Benchmark]:
    if file == "-" and any(argument.endswith("=-") for argument in arguments):
        raise UsageError("FILE and --benchmark both want standard input: give one of them a file")
    return load_benchmarks(arguments, option="--benchmark") if arguments else load_all_stored()


def _decontaminate(
    file: str,
    out: str,
    benchmarks: Sequence[Benchmark],
    settings: DecontaminateSettings,
    *,
    report: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    with rows_view(Console(stderr=True), quiet=quiet) as listener:
        result = decontaminate_file(
            file, out, benchmarks=benchmarks, settings=settings, report=report, listener=listener
        )
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_counts(result, to_stderr=out == "-")


def _show(
    file: str, identity: str, benchmarks: Sequence[Benchmark], settings: DecontaminateSettings, *, as_json: bool
) -> None:
    shown = show_row(file, identity, benchmarks=benchmarks, settings=settings)
    if as_json:
        typer.echo(json.dumps(shown.as_json()))
    else:
        show_side_by_side(shown)
