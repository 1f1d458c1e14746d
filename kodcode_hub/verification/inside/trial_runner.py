"""The trial itself: pytest in this process, with nothing of the trial's folder having a say in how it runs.

What is needed after untrusted code was loaded is taken into local names before: that code may replace any function of
any module. It can still find and forge everything here, since it lives in the same interpreter; what it cannot do is
pass by ending the process, by printing or by leaving files.
"""

from __future__ import annotations

import builtins
import contextlib
import fcntl
import io
import json.encoder
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from kodcode_hub.verification.inside import trial_coverage, trial_limits, trial_reporter
else:
    import trial_coverage
    import trial_limits
    import trial_reporter

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_TEST_FILE = "test_solution.py"
_UNNEEDED_PLUGINS = (
    *("terminal", "cacheprovider", "pastebin", "junitxml", "doctest", "setuponly", "setupplan", "stepwise"),
    *("unraisableexception", "threadexception", "faulthandler"),
)
_OUT_OF_THE_WAY = (512, 128, 16)
_CHANNEL_LOST = 97


def run_trial(job: dict[str, Any], report: int) -> NoReturn:
    """Run the trial in ``job["folder"]`` and report on the descriptor ``report``; ends the process."""
    import coverage
    import pytest

    exit_process, run_pytest = os._exit, pytest.main
    send = make_sender(_move_out_of_the_way(report), job["nonce"])
    folder = Path(job["folder"])
    _prepare_process(folder)
    measure = coverage.Coverage(data_file=None, config_file=False, include=["*/solution.py"], messages=False)
    percent = trial_coverage.percent_measured(measure, str(folder / "solution.py"))
    reporter = trial_reporter.TrialReporter(send, heed_pytest_plugins=job["heed_pytest_plugins"])
    arguments = _arguments(folder)
    trial_limits.apply_limits(job)
    send("ready")
    measure.start()
    try:
        run_pytest(arguments, plugins=[reporter])
    except BaseException as error:  # noqa: BLE001 - whatever the tested code did to pytest
        if reporter.status is None:  # else it broke while tidying up: every test had its say
            message = f"pytest broke: {type(error).__name__}"
            send("stopped", message=message, memory=isinstance(error, MemoryError), running=False)
    send("coverage", percent=percent())
    send("end", status=-1 if reporter.status is None else reporter.status)
    exit_process(0)  # no atexit function, thread or buffer of the trial has a word after this
    raise AssertionError("unreachable")


def make_sender(channel: int, nonce: str) -> Callable[..., None]:
    """A function that writes one numbered line of JSON; it uses nothing that can be replaced from outside.

    It works in the process that made it only: a fork of the tested code that runs on into pytest ends without a word.
    """
    write, quote, leave, process_id = os.write, json.encoder.encode_basestring_ascii, os._exit, os.getpid
    owner, next_number = os.getpid(), count().__next__

    def encode(value: str | float | bool | None) -> str:
        if isinstance(value, str):
            return quote(value)
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        return f"{value:d}" if isinstance(value, int) else f"{value:.6f}"

    def send(kind: str, **fields: str | float | bool | None) -> None:
        if process_id() != owner:
            leave(_CHANNEL_LOST)
        line = f'{{"nonce":"{nonce}","seq":{next_number()},"kind":"{kind}"'
        for name, value in fields.items():
            line += f',"{name}":{encode(value)}'
        data = (line + "}\n").encode("ascii")
        try:
            while data:
                data = data[write(channel, data) :]
        except OSError:
            leave(_CHANNEL_LOST)

    return send


def _arguments(folder: Path) -> list[str]:
    arguments = ["-c", os.devnull, "--rootdir", str(folder), "--noconftest", "--capture=no", "--import-mode=prepend"]
    arguments += ["--basetemp", str(Path(os.environ["TMPDIR"], "pytest"))]
    for plugin in _UNNEEDED_PLUGINS:
        arguments += ["-p", f"no:{plugin}"]
    return [*arguments, _TEST_FILE]


def _prepare_process(folder: Path) -> None:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(folder)
    sys.path[0] = str(folder)  # was the folder of these files
    sys.argv = ["pytest", _TEST_FILE]
    sys.stdin = _ClosedInput()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")  # as pytest's own capture is


def _move_out_of_the_way(descriptor: int) -> int:
    # Code that closes "all" descriptors, or writes to the low ones, is often honest; the high ones it seldom means.
    for lowest in _OUT_OF_THE_WAY:
        with contextlib.suppress(OSError):
            moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, lowest)
            os.close(descriptor)
            return moved
    return descriptor


class _ClosedInput(io.TextIOBase):
    """Standard input as under pytest's capture: reading is an error.

    Capture itself is off, so that output fills neither memory nor disk.
    """

    def read(self, size: int | None = -1, /) -> str:
        raise OSError("reading from stdin is not possible while tests run")

    readline = read  # type: ignore[assignment]
    __next__ = read  # type: ignore[assignment]

    @property
    def buffer(self) -> _ClosedInput:
        return self
