"""``kodcode ledger``: what a run remembers, taken out of it."""

from __future__ import annotations

from contextlib import nullcontext
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.pipeline.ledger_export import export_ledger

app = typer.Typer(help="What a run remembers, taken out of it.", no_args_is_help=True)


class Step(Enum):
    """What a completion was asked for."""

    question = "question"
    tag = "tag"
    answer = "answer"
    complete = "complete"
    respond = "respond"


@app.callback()
def _ledger() -> None:
    """Keep ``export`` a command of its own: Typer takes the only command of a group for the group itself."""


@app.command("export")
def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, under way or not.")],
    out: Annotated[
        str, typer.Option(metavar="FILE", help="A .jsonl, .jsonl.gz or .jsonl.zst file; -: standard output.")
    ],
    step: Annotated[list[Step] | None, typer.Option(help="Only this step; repeat as needed (default: all).")] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what this model has answered, where several have.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """The completions of a run as a replay file, which rebuilds the run without a server.

    The same build in a new folder, with the file as its endpoint, has the same release byte for byte. Requests that got
    no reply get none from the file either.

    Examples:

        kodcode ledger export runs/a --out a.jsonl.zst

        kodcode build leetcode --run runs/again --endpoint replay:a.jsonl.zst --seeds problems.jsonl

        kodcode ledger export runs/b --step answer --out answers.jsonl
    """
    console = Console(stderr=True, highlight=False)
    busy = console.status(f"exporting {run}") if console.is_terminal and not quiet else nullcontext()
    with busy:
        exported = export_ledger(run, out, steps=[chosen.value for chosen in step or ()], model=model)
    if not quiet:
        text = f"{exported.completions} completions of {exported.model} to {exported.entries} prompts: {out}"
        console.print(text, markup=False, soft_wrap=True)
