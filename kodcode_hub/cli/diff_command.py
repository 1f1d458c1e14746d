"""``kodcode diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.packaging.diff_source import DatasetFiles, files_of_release
from kodcode_hub.packaging.release_folder import check_hashes
from kodcode_hub.pipeline.package_sources import open_source_release
from kodcode_hub.pipeline.run_folder import LEDGER_NAME


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A release, a dataset's folder, or OWNER/NAME[@REVISION].")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Likewise.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Compare two datasets: rows added, removed and changed, columns, configs and splits. Ends with 0.

    Examples:

        kodcode diff releases/first releases/second

        kodcode diff KodCode/Mine@v1.0.0 KodCode/Mine@v1.1.0 --json

        kodcode diff KodCode/Mine releases/second
    """
    from kodcode_hub.cli.diff_view import show_diff
    from kodcode_hub.packaging.diff import diff_datasets

    console = Console(stderr=True, quiet=quiet)
    with interruptible(console, goes_on=False), console.status("comparing"):
        result = diff_datasets(open_dataset(old), open_dataset(new))
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    else:
        show_diff(result)


def open_dataset(name: str) -> DatasetFiles:
    """What a comparison needs to know of a folder, or of a revision on the Hub.

    Raises:
        UsageError: it is neither.
        InputError: there are no files of rows, or a release is not what its manifest says.
        HubError: the Hub did not answer, or refused.
    """
    path = Path(name)
    if not path.exists():
        from kodcode_hub.hub.fetch import remote_dataset

        return remote_dataset(name)
    if (path / LEDGER_NAME).exists() or any(path.glob("releases/v*.json")):
        release = open_source_release(path)
        check_hashes(release)  # rows are compared by the hashes of the manifest, which must be those of the files
        return files_of_release(release)
    return _files_of_folder(path)


def _files_of_folder(folder: Path) -> DatasetFiles:
    from kodcode_hub.packaging.dataset_files import dataset_files

    names = {
        config: {split: [path.relative_to(folder).as_posix() for path in paths] for split, paths in splits.items()}
        for config, splits in dataset_files(folder).items()
    }
    return DatasetFiles(str(folder), names, {}, {}, folder.joinpath)
