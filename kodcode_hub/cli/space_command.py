"""``kodcode space``."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from kodcode_hub.cli.build_command import usable_cores
from kodcode_hub.cli.diff_command import open_dataset
from kodcode_hub.cli.interruption import interruptible
from kodcode_hub.cli.space_extra import require_space
from kodcode_hub.errors import InputError

if TYPE_CHECKING:
    from kodcode_hub.decontamination.benchmarks import Benchmark
    from kodcode_hub.space.revisions import Compare
    from kodcode_hub.space.serving import Shown


def space(
    source: Annotated[
        str, typer.Argument(metavar="DIR|OWNER/NAME[@REVISION]", help="A release, or a dataset with KodCode's columns.")
    ],
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0 takes any that is free.")] = 7860,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="0.0.0.0 lets others in.")] = "127.0.0.1",
    compare: Annotated[
        list[str] | None,
        typer.Option(metavar="DIR|OWNER/NAME@REVISION", help="Another revision, to see what changed; may be repeated."),
    ] = None,
    benchmark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[=FILE]",
            help="A file, an hf:// address or a stored benchmark, for checks; may be repeated (default: all stored).",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Solutions run at a time (default: a core each).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Browse, search and run a release on a page of its own. Ends with Ctrl-C.

    Examples:

        kodcode space releases/first

        kodcode space KodCode/Mine@v1.1.0 --compare KodCode/Mine@v1.0.0

        kodcode space releases/first --host 0.0.0.0 --port 8080 --benchmark humaneval=HumanEval.jsonl.gz
    """
    require_space()
    from kodcode_hub.space.app import make_app
    from kodcode_hub.space.serving import opened_contents, served

    console = Console(stderr=True, quiet=quiet)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with interruptible(console, goes_on=False):
        shown = _shown(source, compare or (), benchmark or (), workers or usable_cores())
        with console.status("opening") as status:
            contents = opened_contents(shown, progress=lambda rows: status.update(f"making the index: {rows:,} rows"))
            with contents as ready, served(make_app(ready), host=host, port=port) as url:
                status.stop()
                typer.echo(url)
                _wait(stop)


def _wait(stop: threading.Event) -> None:
    """Ctrl-C is how it ends, and no mistake."""
    try:
        stop.wait()
    except KeyboardInterrupt:
        return


def _shown(source: str, compare: Sequence[str], benchmark: Sequence[str], workers: int) -> Shown:
    from kodcode_hub.pipeline.benchmark_files import load_all_stored, load_benchmarks
    from kodcode_hub.pipeline.benchmark_store import stored_names
    from kodcode_hub.space.serving import Shown

    benchmarks: Sequence[Benchmark] = ()
    if benchmark:
        benchmarks = load_benchmarks(benchmark, option="--benchmark")
    elif stored_names():
        benchmarks = load_all_stored()
    others = {name: _comparison(name, source) for name in compare}
    folder = Path(source)
    if folder.exists():
        return Shown(folder, source, revisions=others, benchmarks=benchmarks, workers=workers)
    from kodcode_hub.hub.address import parse_address

    parsed = parse_address(source)
    return Shown(
        _fetched(source), parsed.repo, parsed.revision or "", is_folder=False,
        revisions=others, benchmarks=benchmarks, workers=workers,
    )  # fmt: skip


def _fetched(address: str) -> Path:
    """A release with its manifest, or any dataset."""
    from kodcode_hub.hub.fetch import fetch_dataset, fetch_release

    try:
        return fetch_release(address).path
    except InputError:
        return fetch_dataset(address)


def _comparison(old: str, new: str) -> Compare:
    def compare() -> Mapping[str, Any]:
        from kodcode_hub.packaging.diff import diff_datasets

        return diff_datasets(open_dataset(old), open_dataset(new)).as_json()

    return compare
