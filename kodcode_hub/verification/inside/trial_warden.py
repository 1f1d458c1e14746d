"""Started once for each trial: forks the runner, waits for it, and leaves no process of it behind.

    python -s -B trial_warden.py REPORT_FD STATUS_FD

Standard input is the leash: one line with the job as JSON, then nothing. When it is closed, by whoever started us or by
the kernel because that process is dead, the trial is over. Untrusted code runs in the runner and its descendants only,
in another session: what it does to its process group does not reach us, and what it leaves behind becomes our child,
because we adopt orphans. Written to STATUS_FD, a line each: the runner's process id, and, when nothing of the trial is
alive any more, how the runner ended and the most memory that one process had.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kodcode_hub.verification.inside import trial_limits
else:
    import trial_limits

_LEASH = 0


def main() -> None:
    """Run one trial; returns only by leaving the process."""
    report, status = int(sys.argv[1]), int(sys.argv[2])
    job = json.loads(_read_line(_LEASH))
    wake = _wake_on(signal.SIGCHLD, signal.SIGTERM)
    trial_limits.adopt_orphans()
    trial_limits.die_with_parent(job["parent"], signal.SIGTERM)
    warden = os.getpid()
    runner = os.fork()
    if runner == 0:
        os.close(status)
        _become_runner(job, report, warden, wake)
    os.close(report)
    _tell(status, {"runner": runner})
    exit_code = _wait(runner, wake)
    reaped = _kill_descendants()
    if exit_code is None:
        exit_code = reaped.get(runner)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak_kb = used.ru_maxrss // 1024 if sys.platform == "darwin" else used.ru_maxrss
    _tell(status, {"exit_code": exit_code, "peak_kb": peak_kb})
    os._exit(0)


def _become_runner(job: dict[str, Any], report: int, warden: int, wake: tuple[int, int]) -> None:
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor in wake:
        os.close(descriptor)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, _LEASH)
    os.close(nothing)
    trial_limits.die_with_parent(warden, signal.SIGKILL)
    importlib.import_module("trial_runner").run_trial(job, report)


def _wait(runner: int, wake: tuple[int, int]) -> int | None:
    """The runner's exit code (negative: the signal that killed it), or None when the leash was cut first."""
    poll = select.poll()
    poll.register(_LEASH, select.POLLIN | select.POLLHUP)
    poll.register(wake[0], select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == _LEASH:
                return None
            if signal.SIGTERM in os.read(wake[0], 4096):  # our parent is dead
                return None
        ended = _reap()
        if runner in ended:
            return ended[runner]


def _kill_descendants() -> dict[int, int]:
    """Kill and reap until no child is left. Children of a killed child become ours, so that the loop meets them all."""
    ended: dict[int, int] = {}
    while True:
        for child in _children():
            with contextlib.suppress(OSError):
                if os.getpgid(child) != os.getpgrp():
                    os.killpg(os.getpgid(child), signal.SIGKILL)  # atomic: a forking group cannot outrun it
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return ended
        ended[pid] = os.waitstatus_to_exitcode(status)
        ended.update(_reap())


def _reap() -> dict[int, int]:
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = os.waitstatus_to_exitcode(found[1])
    return ended


def _children() -> list[int]:
    me = os.getpid()
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/{me}/task/{me}/children").read_text(encoding="ascii").split()]
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # gone meanwhile
            if int(entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]) == me:
                found.append(int(entry.parent.name))
    return found


def _wake_on(*numbers: int) -> tuple[int, int]:
    """A pipe to which each of these signals writes its number."""
    wake = os.pipe()
    os.set_blocking(wake[1], False)
    for number in numbers:
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(wake[1], warn_on_full_buffer=False)
    return wake


def _read_line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(1)  # cut before it began
        line += byte
    return line


def _tell(descriptor: int, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        os.write(descriptor, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
