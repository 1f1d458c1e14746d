"""``kodcode rollback``."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.hub.address import parse_repo


def rollback(
    repo: Annotated[str, typer.Option(metavar="OWNER/NAME", help="The dataset repository.")],
    to: Annotated[str, typer.Option(metavar="TAG", help="A tag, such as v1.0.0.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Give a repository the files of a tag again, in one new commit; tags stay where they are.

    Examples:

        kodcode rollback --repo KodCode/Mine --to v1.0.0
    """
    from kodcode_hub.cli.publish_view import show_rollback
    from kodcode_hub.hub.hf_repository import HfRepository
    from kodcode_hub.hub.rollback import roll_back

    name = parse_repo(repo)
    console = Console(stderr=True, quiet=quiet)
    with interruptible(console), console.status(f"rolling {name} back to {to}"):
        result = roll_back(HfRepository(name), to)
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_rollback(result)
