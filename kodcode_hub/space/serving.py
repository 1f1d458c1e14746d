"""From an address and options to a running Space, and to its end."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.browse.catalogue import Catalogue
from kodcode_hub.browse.index_build import Progress
from kodcode_hub.browse.loading_code import Origin
from kodcode_hub.browse.opening import open_catalogue
from kodcode_hub.errors import UsageError
from kodcode_hub.space.contents import Contents
from kodcode_hub.space.revisions import Compare, Revisions
from kodcode_hub.space.run_queue import RunQueue
from kodcode_hub.space.running_host import RunningHost
from kodcode_hub.space.runs import Runs
from kodcode_hub.subsets import DEFAULT_CONFIG

if TYPE_CHECKING:
    import gradio

    from kodcode_hub.decontamination.benchmarks import Benchmark
    from kodcode_hub.decontamination.contamination import ContaminationCheck

_WAITING_A_VISITOR = 64
_WAITING = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """What a Space is opened on.

    Args:
        folder: where the release lies.
        address: as it was named; for people and for ``load_dataset``.
        revision: of a repository; empty for a folder.
        revisions: names of others → how they are compared with it.
        benchmarks: for checks of pasted texts.
        workers: runs at a time.
    """

    folder: Path
    address: str
    revision: str = ""
    is_folder: bool = True
    revisions: dict[str, Compare] | None = None
    benchmarks: Sequence[Benchmark] = ()
    workers: int = 2


@contextmanager
def opened_contents(shown: Shown, *, progress: Progress | None = None) -> Iterator[Contents]:
    """Everything that is shown, for as long as the block runs.

    Raises:
        InputError: the release cannot be read.
        UsageError: the index cannot be written.
    """
    catalogue = open_catalogue(shown.folder, name="" if shown.is_folder else shown.address, progress=progress)
    host = RunningHost(workers=shown.workers)
    host.start()
    queue = RunQueue(shown.workers, per_visitor=_WAITING_A_VISITOR, longest=_WAITING)
    try:
        yield Contents(
            catalogue=catalogue,
            origin=_origin(catalogue, shown),
            host=host,
            runs=Runs(host, queue),
            revisions=Revisions(catalogue.rows.version or shown.address, shown.revisions or {}),
            check=_check(shown.benchmarks),
            benchmarks=tuple(benchmark.name for benchmark in shown.benchmarks),
        )
    finally:
        host.close()
        catalogue.rows.close()


@contextmanager
def served(app: gradio.Server, *, host: str, port: int) -> Iterator[str]:
    """The app on a socket for as long as the block runs; gives its address.

    Args:
        app: as ``make_app`` makes it.
        host: name or address to listen at.
        port: 0 takes any that is free.

    Raises:
        UsageError: the port is taken.
    """
    port = port or _free_port(host)
    _require_free(host, port)
    try:
        with redirect_stdout(sys.stderr):  # gradio greets there, and standard output is ours
            _, url, _ = app.launch(
                server_name=host, server_port=port, prevent_thread_lock=True, quiet=True, show_error=True,
                mcp_server=True, share=False, _frontend=False, enable_monitoring=False, run_history=False,
            )  # fmt: skip
    except OSError as error:
        raise UsageError(f"port {port} of {host} cannot be used: {error}; choose another with --port") from error
    try:
        yield url
    finally:
        if app.blocks:
            app.blocks.close(verbose=False)


def _check(benchmarks: Sequence[Benchmark]) -> ContaminationCheck | None:
    if not benchmarks:
        return None
    from kodcode_hub.decontamination.contamination import ContaminationCheck

    return ContaminationCheck(benchmarks)


def _origin(catalogue: Catalogue, shown: Shown) -> Origin:
    configs: dict[str, dict[str, None]] = {}
    for file in catalogue.rows.files:
        configs.setdefault(file.config, {})[file.split] = None
    listed = {config: tuple(splits) for config, splits in configs.items()}
    if catalogue.rows.manifest and DEFAULT_CONFIG not in listed:
        listed[DEFAULT_CONFIG] = tuple(dict.fromkeys(split for splits in configs.values() for split in splits))
    address = str(shown.folder.resolve()) if shown.is_folder else shown.address
    return Origin(address, shown.revision, listed, shown.is_folder)


def _free_port(host: str) -> int:
    with socket.socket() as listener:
        listener.bind((host, 0))
        return int(listener.getsockname()[1])


def _require_free(host: str, port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise UsageError(
                f"port {port} of {host} is taken or not allowed ({error.strerror}): choose another with --port"
            ) from error
