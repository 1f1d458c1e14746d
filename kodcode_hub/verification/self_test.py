"""Which isolation this machine gives: the strongest whose probes, run inside a trial, are all blocked."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kodcode_hub.errors import IsolationError, SandboxError
from kodcode_hub.verification.cut import Cut
from kodcode_hub.verification.private_folder import clear_leftovers, private_folder, reachable_scratch, trial_folder
from kodcode_hub.verification.worker import Worker

IsolationName = Literal["namespaces", "landlock", "none"]
IsolationAsked = Literal["auto", "strict", "none"]
TIERS: tuple[IsolationName, ...] = ("namespaces", "landlock")
"""From the strongest."""

_PROBE_JOB = {"mode": "probe", "timeout_s": 60.0, "memory_mb": 1024, "file_mb": 16, "disk_mb": 16, "processes": 64}

_HOST_PREFIX = "kodcode-probe-"


@dataclass(frozen=True, slots=True)
class Tested:
    """What the self-test of one tier found."""

    tier: IsolationName
    problem: str
    """Why trials cannot be isolated so; empty where they can."""


def choose_isolation(asked: IsolationAsked, python: str, scratch: Path) -> IsolationName:
    """The strongest isolation that holds here; ``none`` only where ``auto`` finds no other, or ``none`` was asked for.

    Raises:
        IsolationError: ``strict`` was asked for and no isolation holds.
        InterpreterError: ``python`` does not start.
    """
    if asked == "none":
        return "none"
    found = []
    for tier in TIERS:
        tested = run_self_test(tier, python, scratch)
        if not tested.problem:
            return tier
        found.append(f"{tier}: {tested.problem}")
    if asked == "strict":
        raise IsolationError(
            f"trials cannot be isolated on this machine ({'; '.join(found)}); run on Linux 6.12 or later, or where "
            "user namespaces are allowed, or give --isolation none for code that you trust"
        )
    return "none"


def run_self_test(tier: IsolationName, python: str, scratch: Path) -> Tested:
    """Start a worker in ``tier`` and run the probes as its first trial."""
    if sys.platform != "linux":
        return Tested(tier, f"not on {sys.platform}")
    try:
        with _host() as host, trial_folder(reachable_scratch(scratch, tier)) as folder:
            worker = Worker(python, tier, (), folder=str(folder), runs_tests=False)
            with contextlib.closing(worker):
                job = _PROBE_JOB
                heard = worker.run(job, [host], output_kb=4, cut=Cut(), folder=str(folder))
    except (SandboxError, OSError) as error:
        return Tested(tier, str(error))
    *open_ways, end = heard.report.decode("ascii", "replace").split("\n")[:-1] or [""]
    if end != "end":
        return Tested(tier, f"the probes did not come to their end: {heard.output.decode('utf-8', 'replace').strip()}")
    return Tested(tier, f"not blocked: {', '.join(open_ways)}" if open_ways else "")


@contextlib.contextmanager
def _host() -> Iterator[dict[str, Any]]:
    """Things outside a trial that a probe tries to reach, each there for the time of the test."""
    with contextlib.ExitStack() as things:
        temporary = Path(tempfile.gettempdir())  # a socket's path must be short
        clear_leftovers(temporary, _HOST_PREFIX)
        folder = things.enter_context(private_folder(temporary, _HOST_PREFIX))
        canary = folder / "canary"
        canary.write_text("outside", encoding="ascii")
        tcp = things.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = things.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        unix = things.enter_context(socket.socket(socket.AF_UNIX))
        unix.bind(str(folder / "socket"))
        unix.listen()
        abstract = things.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0{folder}")
        abstract.listen()
        yield {
            "folder": str(folder),
            "canary": str(canary),
            "pid": os.getpid(),
            "tcp_port": tcp.getsockname()[1],
            "udp_port": udp.getsockname()[1],
            "unix_path": str(folder / "socket"),
            "abstract_name": str(folder),
        }
