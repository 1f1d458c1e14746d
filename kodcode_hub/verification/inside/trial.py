"""One process of a trial, from the fork on: it confines itself, then reads the texts, then runs them.

What is needed after untrusted code was loaded is taken into local names before: that code may replace any function of
any module. In mode ``same`` it can still find and forge everything here, since it lives in the same interpreter; what
it cannot do is pass by ending the process, by printing or by leaving files. In mode ``split`` it is in another process.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from . import kernel
from .bridge import proxy, server
from .limits import apply_limits
from .sender import Send, make_sender, move_out_of_the_way
from .shared_process import SharedProcess, reads_itself
from .star_import import facts_of, names_to_import
from .statements import Measure
from .test_session import Prepared
from .tiers import Tier

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

SOLUTION_GONE = 96
"""Exit code of a judging process whose solution process went away or spoke nonsense: the report says so too."""
_BROKEN = 95
"""Exit code of a process that could not get ready."""
_ASKED_OF_RUN = ("heed_pytest_plugins", "test_order")
"""What the payload says of how the tests are run."""


@dataclass(frozen=True, slots=True)
class Descriptors:
    """What a process of a trial is given; -1 where it has no such thing."""

    payload: int
    output: int
    report: int = -1
    bridge: int = -1


def become_trial(
    job: dict[str, Any], folder: str, given: Descriptors, *, tier: Tier, prepared: Prepared, zygote: int
) -> NoReturn:
    """Run the tests (with a report) or serve the solution (without one); ends the process.

    Args:
        job: the limits; ``mode``; ``tasks_at_start``.
        folder: the private folder, with ``work``, ``tmp`` and ``shm`` inside.
        given: all descriptors that stay open.
        tier: how the process is confined.
        prepared: what the zygote made ready of pytest.
        zygote: process id of our parent.
    """
    try:
        _settle(job, folder, given, tier, zygote)
        payload = json.loads(_read_all(given.payload))
        if given.report < 0:
            _serve(payload, folder, given.bridge)
        elif job["mode"] == "probe":
            _probe(payload, given.report)
        else:
            _judge(payload, folder, given, prepared)
    except BaseException as error:  # noqa: BLE001 - said to the parent as output, with an exit code of its own
        os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
    os._exit(_BROKEN)


def _settle(job: dict[str, Any], folder: str, given: Descriptors, tier: Tier, zygote: int) -> None:
    os.setsid()
    # A shell lets what it starts in the background ignore Ctrl-C: verdicts must not depend on that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not tier.is_process_one:
        kernel.die_with_parent(zygote, signal.SIGKILL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    for descriptor in (1, 2):
        os.dup2(given.output, descriptor)
    os.close(given.output)
    os.environ["HOME"] = os.environ["TMPDIR"] = f"{folder}/tmp"
    apply_limits(job, counted_alone=tier.is_process_one, tasks_at_start=job["tasks_at_start"])
    tier.confine(folder, peer=given.bridge >= 0)
    os.chdir(f"{folder}/work")
    if (numpy_random := sys.modules.get("numpy.random")) is not None:
        numpy_random.seed()  # not the zygote's state; the standard library's module does so by itself
    sys.stdin = _ClosedInput()


def _read_all(descriptor: int) -> bytes:
    with open(descriptor, "rb") as file:
        return file.read()


def _probe(host: dict[str, Any], report: int) -> NoReturn:
    from . import probes

    for name in probes.unblocked(host):
        os.write(report, f"{name}\n".encode("ascii"))
    os.write(report, b"end\n")
    os._exit(0)


def _serve(payload: dict[str, Any], folder: str, bridge: int) -> NoReturn:
    path = f"{folder}/work/solution.py"
    _write_text(path, payload["solution"])
    sys.path.insert(0, f"{folder}/work")
    sys.argv = ["pytest", "test_solution.py"]
    server.serve(move_out_of_the_way(bridge), path, measure=Measure(path, payload["solution"]))


def _judge(payload: dict[str, Any], folder: str, given: Descriptors, prepared: Prepared) -> NoReturn:
    send = make_sender(move_out_of_the_way(given.report), payload["nonce"])
    path = f"{folder}/work/test_solution.py"
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.argv = ["pytest", "test_solution.py"]
    if given.bridge < 0:
        _judge_together(payload, path, send, prepared)
    _judge_apart(payload, path, send, prepared, move_out_of_the_way(given.bridge))


def _judge_together(payload: dict[str, Any], path: str, send: Send, prepared: Prepared) -> NoReturn:
    """Mode ``same``: the solution is imported into this process."""
    exit_process, run, flush = os._exit, prepared.run, _flusher()
    if not prepared.is_own_runner or reads_itself(payload["test"]):
        _write_text(path, payload["test"])  # else it need not lie where the solution can read it
    work = os.path.dirname(path)  # noqa: PTH120 - pathlib may be replaced by the time it is used again
    solution = f"{work}/solution.py"
    _write_text(solution, payload["solution"])
    sys.path.append(work)  # last: what is planted there stands in for nothing
    shared = SharedProcess(payload["solution"], solution, payload["test"], path)
    shared.install()
    measure = Measure(solution, payload["solution"])
    stop, percent, missing = measure.stop, measure.percent, measure.missing
    send("ready")
    measure.start()
    asked = {name: payload[name] for name in _ASKED_OF_RUN}
    status = run(payload["test"], path, send, shared=shared, **asked)
    stop()
    flush()
    send("coverage", percent=percent(), missing=missing())
    send("end", status=status)
    exit_process(0)  # no atexit function, thread or buffer of the trial has a word after this
    raise AssertionError("unreachable")


def _judge_apart(payload: dict[str, Any], path: str, send: Send, prepared: Prepared, channel: int) -> NoReturn:
    """Mode ``split``: the solution answers from a process of its own, over ``channel``.

    The test is nowhere on the disk: that process shares the folder, and could read what it is expected to answer.
    """
    if not prepared.is_own_runner:
        _write_text(path, payload["test"])  # pytest itself reads it from there
    facts = facts_of(payload["test"])
    bridge = proxy.install(
        channel,
        named=frozenset(payload["named"]),
        compared=frozenset(payload["compared"]),
        star=lambda exported: sorted(names_to_import(exported, facts.used, facts.bound)),
    )
    send("ready")
    status = prepared.run(payload["test"], path, send, **{name: payload[name] for name in _ASKED_OF_RUN})
    told = bridge.finish()
    _flusher()()
    if bridge.broken:
        send("gone", message=bridge.broken)
    send("coverage", percent=told["percent"], missing=told["missing"])
    send("end", status=status)
    os._exit(SOLUTION_GONE if bridge.broken else 0)


def _flusher() -> Callable[[], None]:
    """Writes out what still waits in the standard streams, as far as they are still good for it."""
    flush_all = [stream.flush for stream in (sys.stdout, sys.stderr) if stream is not None]

    def flush() -> None:
        for flush_one in flush_all:
            with contextlib.suppress(BaseException):
                flush_one()

    return flush


def _write_text(path: str, text: str) -> None:
    Path(path).write_bytes(text.encode("utf-8"))


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
