"""The warm process of a worker: everything is imported once, each trial is a fork.

It reads numbers and descriptors, never a byte that came from a row. The control socket carries, a line of JSON each:
``{"trial": n, "mode", limits...}`` with its descriptors from the parent, ``{"cut": n}`` from the parent, and how trial
``n`` ended to the parent. Its end means that the parent is dead.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from typing import Any, NoReturn

from . import kernel
from .limits import count_tasks
from .test_session import Prepared, prepare
from .tiers import Tier
from .trial import Descriptors, become_trial
from .watch import Watch

_LONGEST_JOB = 4096
_MOST_DESCRIPTORS = 4
_WARM_UP_MB = 16


def run(control: int, lifeline: int, tier: Tier, settings: dict[str, Any], launcher: int) -> NoReturn:
    """Get ready, say so, and run trials until the parent or the launcher is gone; ends the process."""
    kernel.adopt_orphans()
    try:
        tier.become_init()
    except OSError as error:
        sys.exit(str(error))
    if tier.is_process_one:
        kernel.die_with_parent(0, signal.SIGKILL)  # and with this process, its namespace
    prepared = Prepared()
    with warm_up_folder(tier, settings["folder"]):
        if settings["runs_tests"]:
            prepared = prepare()
        for name in settings["preloads"]:
            _preload(name)
    _open_streams()
    channel = socket.socket(fileno=control)
    zygote = Zygote(channel, lifeline, tier, prepared)
    channel.sendall(b'{"ready":true}\n')
    gc.collect()
    gc.freeze()  # a collection in a trial would touch, and so copy, every page
    while zygote.run_next():
        pass
    os._exit(0)


class Zygote:
    """One trial after another, each from job to ending."""

    def __init__(self, channel: socket.socket, lifeline: int, tier: Tier, prepared: Prepared) -> None:
        self._channel, self._lifeline = channel, lifeline
        self._tier, self._prepared = tier, prepared
        self._tasks_at_start = count_tasks()

    def run_next(self) -> bool:
        """Wait for a job and run it; False when there will be no more."""
        received = self._receive()
        if received is None:
            return False
        job, descriptors = received
        job["tasks_at_start"] = self._tasks_at_start
        folder = self._tier.open_folder(job["folder"], int(job["disk_mb"]))
        pids = self._fork(job, folder, descriptors)
        watch = Watch(job, pids, folder, self._channel, self._lifeline, self._tier)
        ending = watch.wait_for_end()
        self._tier.close_folder()
        if ending is None:
            return False
        self._channel.sendall(json.dumps(ending).encode() + b"\n")
        return True

    def _receive(self) -> tuple[dict[str, Any], list[int]] | None:
        """The next job with its descriptors, None when the parent or the launcher is gone."""
        while _first_to_speak(self._channel.fileno(), self._lifeline) == self._channel.fileno():
            data, descriptors, _, _ = socket.recv_fds(self._channel, _LONGEST_JOB, _MOST_DESCRIPTORS)
            if not data:
                return None
            # A cut that came too late for its trial may lie before the job.
            for line in data.splitlines():
                message = json.loads(line)
                if "trial" in message:
                    return message, descriptors
        return None

    def _fork(self, job: dict[str, Any], folder: str, descriptors: list[int]) -> tuple[int, int]:
        """The process ids of the judging process and of the solution's (0 where there is none)."""
        report, output, payload, *solution_payload = descriptors
        ends = [end.detach() for end in socket.socketpair()] if solution_payload else []
        solution = 0
        if solution_payload:
            given = Descriptors(solution_payload[0], output, bridge=ends[1])
            solution = self._fork_one(job, folder, given, [report, payload, ends[0]])
        given = Descriptors(payload, output, report, bridge=ends[0] if ends else -1)
        judge = self._fork_one(job, folder, given, [*solution_payload, *ends[1:]])
        for descriptor in (*descriptors, *ends):
            os.close(descriptor)
        return judge, solution

    def _fork_one(self, job: dict[str, Any], folder: str, given: Descriptors, others: list[int]) -> int:
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            for descriptor in (*others, self._channel.detach(), self._lifeline):
                os.close(descriptor)
            become_trial(job, folder, given, tier=self._tier, prepared=self._prepared, zygote=zygote)
        return pid


@contextlib.contextmanager
def warm_up_folder(tier: Tier, given: str) -> Iterator[None]:
    """A place for what pytest and libraries write while they are made ready.

    Args:
        given: a trial's folder, which its maker removes, in tiers that have no file system of their own.
    """
    with contextlib.ExitStack() as after:
        folder = given
        if tier.is_process_one:  # the tier leaves no other
            folder = tier.open_folder("", _WARM_UP_MB)
            after.callback(tier.close_folder)
        after.callback(os.environ.update, dict(os.environ))
        after.callback(setattr, tempfile, "tempdir", None)  # chosen anew in each trial
        os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = f"{folder}/tmp"
        yield


def _open_streams() -> None:
    """Make the streams what a trial needs: on pipes, which have no position, and taking any text, as pytest's capture.

    What this process itself has to say still goes where it went.
    """
    kept = [os.dup(descriptor) for descriptor in (1, 2)]
    read_end, write_end = os.pipe()
    for descriptor in (1, 2):
        os.dup2(write_end, descriptor)
    sys.stdout = sys.__stdout__ = _stream(1)  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2, line_buffering=True)  # type: ignore[misc]
    for descriptor, saved in zip((1, 2), kept, strict=True):
        os.dup2(saved, descriptor)
    for descriptor in (read_end, write_end, *kept):
        os.close(descriptor)


def _stream(descriptor: int, *, line_buffering: bool = False) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), "utf-8", "replace", line_buffering=line_buffering)


def _first_to_speak(*descriptors: int) -> int:
    import select

    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN | select.POLLHUP)
    return min((descriptor for descriptor, _ in poll.poll()), key=descriptors[::-1].index)


def _preload(name: str) -> None:
    try:
        importlib.import_module(name)
        if name == "matplotlib":
            importlib.import_module("matplotlib.pyplot")  # looks for all fonts of the machine, each time anew
    except Exception as error:  # noqa: BLE001 - whatever a package does when it is imported; trials will see it too
        sys.stderr.write(f"{name} cannot be preloaded: {type(error).__name__}: {error}\n")
