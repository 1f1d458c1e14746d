"""``kodcode package``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.package_view import show_package
from kodcode_hub.cli.space_extra import require_space
from kodcode_hub.decontamination.duplicates import DEFAULT_THRESHOLD
from kodcode_hub.hub.address import parse_repo
from kodcode_hub.hub.fetch import fetch_release
from kodcode_hub.packaging.facts import ReleaseFacts
from kodcode_hub.packaging.package import package_release
from kodcode_hub.packaging.release_folder import ReleaseFolder, open_release
from kodcode_hub.pipeline.package_duplicates import reject_duplicates
from kodcode_hub.pipeline.package_sources import open_source_release, read_removals


def package(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="RUN|DIR...", help="Finished runs, and releases; the first of equal ids counts."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The release folder; an earlier release in it is replaced.")],
    version: Annotated[str, typer.Option(metavar="X.Y.Z", help="Of the new release, by semver.")],
    previous: Annotated[
        str | None,
        typer.Option(metavar="DIR|REPO@REVISION", help="The release before: its rows keep their bytes and places."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(metavar="T", help="Jaccard similarity from which a question repeats another run's.")
    ] = DEFAULT_THRESHOLD,
    remove: Annotated[
        str | None, typer.Option(metavar="FILE", help="Rows to leave out, by id; findings of kodcode audit do.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="The card's heading.")] = None,
    repo: Annotated[str | None, typer.Option(metavar="OWNER/NAME", help="For the card's examples.")] = None,
    licence: Annotated[
        str | None, typer.Option("--license", metavar="ID", help="The Hub's name of the licence.")
    ] = None,
    licence_name: Annotated[str | None, typer.Option("--license-name", help="With --license other: its name.")] = None,
    licence_link: Annotated[str | None, typer.Option("--license-link", help="With --license other: its text.")] = None,
    search_index: Annotated[
        bool, typer.Option("--search-index", help="Make the index of kodcode space too, in DIR/.search.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Merge runs, and the release before, into a new release: Parquet configs, card, manifest.

    Examples:

        kodcode package runs/first --out releases/first --version 1.0.0

        kodcode package runs/second --previous releases/first --out releases/second --version 1.1.0

        kodcode package runs/second --previous KodCode/Mine@v1.0.0 --out releases/second --version 1.1.0
    """
    console = Console(stderr=True, quiet=quiet)
    repo = None if repo is None else parse_repo(repo)
    asked = {
        "title": title, "repo": repo, "licence": licence, "licence_name": licence_name, "licence_link": licence_link
    }  # fmt: skip
    _take_quicker_pool()
    if search_index:
        require_space()
    with interruptible(console, goes_on=False), console.status("packaging"):
        before = None if previous is None else _previous_release(previous)
        result = package_release(
            [open_source_release(path) for path in sources],
            out,
            version=version,
            previous=before,
            facts=_facts(before, asked),
            reject_duplicates=partial(reject_duplicates, threshold=threshold),
            remove=[] if remove is None else read_removals(remove),
        )
        if search_index:
            _make_index(out)
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_package(result)


def _take_quicker_pool() -> None:
    """jemalloc writes row groups quicker than Arrow's choice and holds a fifth less; not all builds have it."""
    import pyarrow as pa

    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())


def _make_index(release: Path) -> None:
    from kodcode_hub.browse.index_build import BESIDE, build_index
    from kodcode_hub.browse.rows_on_disk import find_rows

    build_index(find_rows(release), release / BESIDE)


def _previous_release(name: str) -> ReleaseFolder:
    path = Path(name)
    return open_release(path) if path.exists() else fetch_release(name)


def _facts(previous: ReleaseFolder | None, asked: dict[str, str | None]) -> ReleaseFacts:
    """What is asked for now, else what the release before says."""
    said: Mapping[str, Any] = {} if previous is None else previous.manifest.about
    return ReleaseFacts(**{**said, **{name: value for name, value in asked.items() if value is not None}})
