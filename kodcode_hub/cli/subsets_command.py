"""``kodcode subsets``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kodcode_hub.pipeline.subset_list import list_subsets


def subsets(
    seeds: Annotated[
        list[str] | None, typer.Option(metavar="[SUBSET=]PATH", help="Count the seeds that a build would find here.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """The 12 subsets: config, source, seeds a prompt, seeds found.

    Examples:

        kodcode subsets

        kodcode subsets --seeds seeds/
    """
    entries = list_subsets(seeds or [])
    if as_json:
        typer.echo(json.dumps({"subsets": [asdict(entry) for entry in entries]}))
        return
    table = Table()
    for name in ("config", "source", "seeds a prompt", "seeds found"):
        table.add_column(name, justify="right" if name.startswith("seeds") else "left", overflow="fold")
    for entry in entries:
        found = "" if entry.seeds_found is None else str(entry.seeds_found)
        table.add_row(entry.config, entry.source, str(entry.seeds_per_prompt), found)
    Console(width=None if Console().is_terminal else 140).print(table)
