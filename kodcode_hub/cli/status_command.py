"""``kodcode status``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.tables import status_table
from kodcode_hub.pipeline.status import run_status


def status(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, under way or not.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Counts by stage and reason, requests, tokens, and what is left.

    Examples:

        kodcode status runs/a

        kodcode status runs/a --json | jq .stages.select
    """
    answer = run_status(run)
    if as_json:
        typer.echo(json.dumps(answer))
        return
    console = Console(width=None if Console().is_terminal else 140)
    console.print(status_table(answer))
    for letter in answer["dead_letters"]:
        console.print(
            f"{letter['count']} dead letters: {letter['step']} of {letter['subset']}, e.g. {letter['example']}",
            markup=False,
            highlight=False,
        )
    if answer["seconds_left"] is not None:
        console.print(f"about {answer['seconds_left']:.0f} s left")
