"""``kodcode benchmarks``: what decontamination checks against."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kodcode_hub.cli.decontaminate_view import visible
from kodcode_hub.errors import UsageError
from kodcode_hub.pipeline.benchmark_files import read_benchmark, require_name
from kodcode_hub.pipeline.benchmark_store import (
    StoredBenchmark,
    benchmarks_folder,
    list_stored,
    remove_benchmark,
    store_benchmark,
)

app = typer.Typer(invoke_without_command=True)

_AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


@app.callback()
def benchmarks(context: typer.Context, as_json: _AsJson = False) -> None:
    """What decontamination checks against: list, add, remove.

    A benchmark is stored as fingerprints, which hold no text.

    Examples:

        kodcode benchmarks

        kodcode benchmarks add humaneval HumanEval.jsonl.gz

        kodcode benchmarks remove humaneval
    """
    if context.invoked_subcommand is not None:
        if as_json:
            raise UsageError(f"--json stands behind {context.invoked_subcommand}, or lists the benchmarks without it")
        return
    stored = list_stored()
    if as_json:
        typer.echo(json.dumps({"folder": str(benchmarks_folder()), "benchmarks": [_entry(entry) for entry in stored]}))
    elif stored:
        Console(width=None if Console().is_terminal else 140).print(_table(stored))
    else:
        _say(f"no benchmark is stored in {benchmarks_folder()}; add one: kodcode benchmarks add NAME PATH")


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Under which findings name it.")],
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="Items or fingerprints: a file, - for stdin, or hf://datasets/OWNER/NAME@REVISION/PATH.",
        ),
    ],
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Do not remember where the text is: it cannot be shown then.")
    ] = False,
    as_json: _AsJson = False,
) -> None:
    """Store the fingerprints of a benchmark; one of the same name is replaced.

    Examples:

        kodcode benchmarks add humaneval HumanEval.jsonl.gz

        kodcode benchmarks add mbpp hf://datasets/google-research-datasets/mbpp/full
    """
    require_name(name)
    read = read_benchmark(name, path)
    text_at = None if no_text else read.text_at
    before = store_benchmark(read.benchmark, source=read.source, text_at=text_at)
    revision = read.benchmark.revision
    items = len(read.benchmark.fingerprints)
    if as_json:
        replaced = None if before is None else _revision(before)
        typer.echo(json.dumps({"name": name, "items": items, "revision": revision, "replaced": replaced}))
        return
    _say(f"{name}: {items} items at {revision}")
    if before is not None:
        same = _revision(before) == revision
        _say("replaced the same revision" if same else f"replaced {_revision(before)} by {revision}")


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a stored benchmark.")], as_json: _AsJson = False
) -> None:
    """Remove a stored benchmark.

    Examples:

        kodcode benchmarks remove humaneval
    """
    before = remove_benchmark(name)
    if as_json:
        typer.echo(json.dumps({"removed": _entry(before)}))
    else:
        _say(f"removed {name} at {_revision(before)}")


def _table(stored: Sequence[StoredBenchmark]) -> Table:
    table = Table()
    for name in ("name", "items", "revision", "text", "from"):
        table.add_column(name, justify="right" if name == "items" else "left", overflow="fold")
    for entry in stored:
        if entry.header is None:
            table.add_row(entry.name, "", "", "", Text(visible(entry.problem)))
        else:
            text = "can be shown" if entry.has_text else "fingerprints only"
            cells = (entry.name, str(entry.header.items), entry.header.revision, text, entry.header.source)
            table.add_row(*(Text(visible(cell)) for cell in cells))
    return table


def _entry(entry: StoredBenchmark) -> dict[str, object]:
    header = entry.header
    return {
        "name": entry.name,
        "items": header and header.items,
        "revision": header and header.revision,
        "text": entry.has_text,
        "source": header and header.source,
        "problem": entry.problem or None,
    }


def _revision(entry: StoredBenchmark) -> str:
    return entry.header.revision if entry.header is not None else "an unreadable file"


def _say(sentence: str) -> None:
    Console(highlight=False, markup=False, soft_wrap=True).print(Text(visible(sentence)))
