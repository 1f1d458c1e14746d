"""Runs a test's text against a solution on the two ends of a bridge, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from kodcode_hub.verification.inside.bridge import proxy, server
from kodcode_hub.verification.inside.sender import move_out_of_the_way

_KILLED_AFTER_S = 60


class Measured:
    """A measure that counts nothing, and says what it was asked."""

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def missing(self) -> str:
        return "2 5"

    def percent(self) -> int | None:
        return 77


class Outcome(NamedTuple):
    """What became of the test's text in T."""

    raised: str = ""
    """The name of the exception's class; empty if it ran to its end."""
    text: str = ""
    """The exception's text and where it came from."""
    broken: str = ""
    percent: int | None = None
    gone: bool = False
    """It was ended by SolutionGone, or found it raised at last."""


Serve = Callable[[int], Any]


def run_split(solution: str, test: str, folder: Path, *, functions: bool = True) -> Outcome:
    """Execute ``test`` with the proxy in place; then its functions ``test*``, in order."""
    path = folder / "solution.py"
    path.write_text(textwrap.dedent(solution), encoding="utf-8")

    def serve(channel: int) -> None:
        server.serve(move_out_of_the_way(channel), str(path), measure=Measured())

    return run_against(serve, textwrap.dedent(test), folder, functions=functions)


def run_against(serve: Serve, test: str, folder: Path, *, functions: bool = True) -> Outcome:
    """The same against anything that speaks, or does not speak, the bridge's protocol."""
    reading, writing = os.pipe()
    tester = os.fork()
    if tester == 0:
        os.close(reading)
        os.chdir(folder)
        _test_and_leave(serve, test, writing, functions=functions)
    os.close(writing)
    with os.fdopen(reading, "rb") as report:
        told = report.read()
    _, status = os.waitpid(tester, 0)
    assert told, f"T ended with {os.waitstatus_to_exitcode(status)} and said nothing"
    return Outcome(**json.loads(told))


def _test_and_leave(serve: Serve, test: str, report: int, *, functions: bool) -> None:
    try:
        here, there = socket.socketpair()
        holder = os.fork()
        if holder == 0:
            here.close()
            os.close(report)
            try:
                serve(there.detach())
            finally:
                os._exit(1)
        there.close()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_KILLED_AFTER_S)
        outcome = _run(here.detach(), test, functions=functions)
        os.write(report, json.dumps(outcome._asdict()).encode())
    except BaseException:  # noqa: BLE001 - this process must not run on as a second pytest
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _run(channel: int, test: str, *, functions: bool) -> Outcome:
    named = frozenset(re.findall(r"[^\W\d]\w*", test))
    bridge = proxy.install(channel, named=named, compared=named, star=lambda names: names)
    namespace: dict[str, Any] = {"__name__": "test_solution"}
    try:
        exec(compile(test, "test_solution.py", "exec"), namespace)
        if functions:
            for name, function in list(namespace.items()):
                if name.startswith("test") and callable(function):
                    function()
    except BaseException as error:  # noqa: BLE001 - told to the test that asked
        broken = bridge.broken
        text = "".join(traceback.format_exception(error))[-3000:]
        gone = isinstance(error, proxy.SolutionGone)
        return Outcome(type(error).__name__, text, broken, bridge.finish()["percent"], gone)
    percent = bridge.finish()["percent"]
    return Outcome("", "", bridge.broken, percent)
