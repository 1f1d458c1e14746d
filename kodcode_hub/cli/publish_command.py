"""``kodcode publish``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.publish_view import PublishView, show_publish
from kodcode_hub.hub.address import parse_repo
from kodcode_hub.pipeline.package_sources import open_source_release
from kodcode_hub.pipeline.run_folder import LEDGER_NAME


class Verification(StrEnum):
    """How much of what was published is read again."""

    full = "full"
    sample = "sample"


def publish(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A release folder, or a finished run's.")],
    repo: Annotated[str, typer.Option(metavar="OWNER/NAME", help="The dataset repository; made if it is missing.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; send and make nothing.")] = False,
    private: Annotated[bool, typer.Option("--private", help="A repository that is made is private.")] = False,
    pull_request: Annotated[
        bool, typer.Option("--pr", help="Propose the release as a pull request; it gets no tag.")
    ] = False,
    verify: Annotated[
        Verification,
        typer.Option(
            help="full: download and load everything; sample: stated hashes and the first rows of each split."
        ),
    ] = Verification.full,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Publish a release on the Hugging Face Hub in one commit, verify it there, and tag it.

    The same command goes on where an interrupted one was. Ends with 1 where another writer was faster.

    Examples:

        kodcode publish releases/second --repo KodCode/Mine --dry-run

        kodcode publish releases/second --repo KodCode/Mine

        kodcode publish runs/first/release --repo KodCode/Mine --private --json
    """
    from kodcode_hub.hub.hf_repository import HfRepository
    from kodcode_hub.hub.publish import PublishOptions
    from kodcode_hub.hub.publish import publish as publish_release

    name = parse_repo(repo)
    console = Console(stderr=True, quiet=quiet, highlight=False, markup=False, soft_wrap=True)
    options = PublishOptions(
        dry_run=dry_run,
        private=private,
        pull_request=pull_request,
        depth=verify.value,
        bars=console.is_terminal and not (quiet or as_json),
    )
    with interruptible(Console(stderr=True)):
        result = publish_release(
            _release_in(folder), HfRepository(name), options=options, listener=PublishView(console)
        )
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_publish(result)


def _release_in(folder: Path) -> Path:
    """A finished run stands for the release that it has packaged."""
    return open_source_release(folder).path if (folder / LEDGER_NAME).exists() else folder
