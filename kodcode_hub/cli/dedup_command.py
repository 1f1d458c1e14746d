"""``kodcode dedup``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.dedup_view import show_findings
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.rows_view import rows_view
from kodcode_hub.decontamination.semantic import DEFAULT_COSINE
from kodcode_hub.errors import UsageError
from kodcode_hub.pipeline.dedup_file import dedup_file
from kodcode_hub.pipeline.dedup_settings import DedupOutputs, DedupSettings


def dedup(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Rows with an id and text: JSON Lines or Parquet; - for stdin.")
    ],
    out: Annotated[
        str,
        typer.Option(metavar="FILE", help="All rows: .jsonl, .jsonl.gz, .jsonl.zst or .parquet; - for stdout."),
    ],
    column: Annotated[str, typer.Option(metavar="NAME", help="The column that is compared.")] = "question",
    threshold: Annotated[
        float, typer.Option(metavar="T", help="Jaccard similarity from which a row is a duplicate.")
    ] = 0.8,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="Rows that are kept already, of an earlier release; may be repeated."),
    ] = None,
    pairs: Annotated[str | None, typer.Option(metavar="FILE", help="Write all pairs of similar rows.")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="Miss no pair; takes longer.")] = False,
    code: Annotated[
        bool, typer.Option("--code", help="The column holds Python code: names, layout and comments do not count.")
    ] = False,
    semantic: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Compare meanings too, by an embedding model in this folder."),
    ] = None,
    cosine: Annotated[
        float, typer.Option(metavar="C", help="With --semantic: cosine from which a row is a duplicate.")
    ] = DEFAULT_COSINE,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write clusters and similarities as JSON.")
    ] = None,
    signatures: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write signatures; beside rows as ROWS.minhash, --against uses them."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Mark near-duplicate rows; the first of a cluster stays. Every row comes out, in order.

    Examples:

        kodcode dedup rows.jsonl --out marked.jsonl

        kodcode dedup new.parquet --out marked.parquet --against release.parquet --pairs pairs.jsonl

        kodcode dedup rows.jsonl --out marked.jsonl --column solution --code --exact --json
    """
    if as_json and "-" in (out, pairs):
        raise UsageError("--json and an output of - both want standard output: give the output a file")
    settings = DedupSettings(
        column, threshold, tuple(against or ()), exact=exact, code=code, semantic=semantic, cosine=cosine
    )
    console = Console(stderr=True)
    with interruptible(console, goes_on=False), rows_view(console, quiet=quiet) as listener:
        outputs = DedupOutputs(out, pairs, report, signatures)
        result = dedup_file(file, outputs, settings=settings, listener=listener)
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_findings(result, settings, to_stderr="-" in (out, pairs))
