"""Starts a trial's processes, listens to them, ends them at their limits. Blocks: a running trial has a thread."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.errors import SandboxError
from kodcode_hub.verification.report import Ending, Limit

_WARDEN = Path(__file__).parent / "inside" / "trial_warden.py"

_START_LIMIT_S = 60.0
_KILL_LIMIT_S = 5.0
_MOST_OUTPUT = 64 << 20
_MOST_REPORT = 64 << 20
_PIECE = 1 << 16
_MOST_PIECES_LEFT = 1024
_SHOWN_OUTPUT = 2000


class Leash:
    """The pipe that holds a trial: cutting it ends the trial, and so does the death of this process."""

    def __init__(self) -> None:
        self.read_end, self._write_end = os.pipe()
        self._lock = threading.Lock()
        self._is_cut = False

    def send(self, line: bytes) -> None:
        """Write the job, unless the leash is cut already."""
        with self._lock:
            if not self._is_cut:
                os.write(self._write_end, line)

    def cut(self) -> None:
        """End the trial now. From any thread, any number of times."""
        with self._lock:
            if not self._is_cut:
                self._is_cut = True
                os.close(self._write_end)

    def close(self) -> None:
        """Cut it and give back what is left of it. Once, by the thread that ran the trial."""
        self.cut()
        os.close(self.read_end)


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that came out of a trial."""

    report: bytes
    output: bytes
    ending: Ending


def run_processes(
    python: str, folder: Path, variables: dict[str, str], job: dict[str, Any], *, leash: Leash, output_kb: int
) -> Heard:
    """Run one trial to its end: no process of it is alive afterwards.

    Args:
        python: the interpreter for the trial.
        folder: where the warden starts.
        variables: the whole environment of the trial.
        job: what the warden and the runner are told; ``timeout_s`` is also kept here.
        leash: cut by others to end the trial early.
        output_kb: how much of what the trial prints is kept.

    Raises:
        SandboxError: the processes ended before the trial began.
        OSError: they could not be started.
    """
    watch = _Watch(leash, timeout_s=float(job["timeout_s"]), output_kept=output_kb * 1024)
    try:
        warden = watch.start([python, "-s", "-B", str(_WARDEN)], folder, variables)
        try:
            leash.send(json.dumps(job | {"parent": os.getpid()}).encode() + b"\n")
            watch.listen(warden.pid)
        finally:
            leash.cut()
            _, status, used = os.wait4(warden.pid, 0)
            warden.returncode = os.waitstatus_to_exitcode(status)
        return Heard(bytes(watch.report), bytes(watch.output), watch.ending(used.ru_utime + used.ru_stime))
    finally:
        watch.close()


class _Watch:
    """What is known of one running trial, and the three pipes it comes from."""

    def __init__(self, leash: Leash, *, timeout_s: float, output_kept: int) -> None:
        self.report, self.output = bytearray(), bytearray()
        self._status = bytearray()
        self._leash = leash
        self._timeout_s = timeout_s
        self._output_kept = output_kept
        self._output_seen = 0
        self._limit: Limit = ""
        self._ready_at: float | None = None
        self._ended_at = 0.0
        self._deadline = time.monotonic() + _START_LIMIT_S
        self._oom_kills = _oom_kills()
        self._selector = selectors.DefaultSelector()

    def start(self, command: list[str], folder: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
        write_ends: list[int] = []
        try:
            for take in (self._take_report, self._take_status, self._take_output):
                write_ends.append(self._pipe(take))
            report, status, output = write_ends
            return subprocess.Popen(
                [*command, str(report), str(status)],
                stdin=self._leash.read_end,
                stdout=output,
                stderr=output,
                pass_fds=(report, status),
                cwd=folder,
                env=variables,
                start_new_session=True,
            )
        finally:
            for descriptor in write_ends:
                os.close(descriptor)

    def listen(self, warden: int) -> None:
        """Take in what comes until the warden is gone, when its status pipe ends; keep the limits meanwhile."""
        is_cut = False
        while self._is_open(self._take_status):
            now = time.monotonic()
            if not is_cut and (self._limit or now >= self._deadline):
                self._limit = self._limit or "wall"
                self._leash.cut()
                is_cut, self._deadline = True, now + _KILL_LIMIT_S
            elif now >= self._deadline:
                self._kill_hard(warden)
                self._deadline = now + _KILL_LIMIT_S
            for key, _ in self._selector.select(max(0.0, self._deadline - now)):
                self._read(key)
        self._ended_at = time.monotonic()
        self._drain()

    def ending(self, cpu_seconds: float) -> Ending:
        """How it ended, once the warden is reaped."""
        told: dict[str, Any] = {}
        with contextlib.suppress(ValueError):
            for line in bytes(self._status).splitlines():
                told |= json.loads(line)
        code = told.get("exit_code")
        if self._ready_at is None:
            raise SandboxError(self._why_it_never_began(code))
        limit = self._limit
        if not limit and code in (-signal.SIGXCPU, -signal.SIGKILL) and cpu_seconds > self._timeout_s:
            limit = "cpu"
        oom_killed = code == -signal.SIGKILL and not limit and _oom_kills() > self._oom_kills
        seconds, peak_mb = self._ended_at - self._ready_at, told.get("peak_kb", 0) / 1024
        return Ending(code, limit, oom_killed, round(seconds, 6), round(cpu_seconds, 6), round(peak_mb, 3))

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            self._forget(key)
        self._selector.close()

    def _pipe(self, take: Callable[[bytes], None]) -> int:
        """A new pipe that we read; returns its other end."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        self._selector.register(read_end, selectors.EVENT_READ, take)
        return write_end

    def _is_open(self, take: Callable[[bytes], None]) -> bool:
        return any(key.data == take for key in self._selector.get_map().values())

    def _read(self, key: selectors.SelectorKey) -> bytes:
        """What is there now; empty at the end of the pipe, which is then forgotten."""
        piece = os.read(key.fd, _PIECE)
        if piece:
            key.data(piece)
        else:
            self._forget(key)
        return piece

    def _forget(self, key: selectors.SelectorKey) -> None:
        self._selector.unregister(key.fd)
        os.close(key.fd)

    def _drain(self) -> None:
        """Take what still lies in the pipes. Their end does not always come: a process that escaped may hold them."""
        for key in list(self._selector.get_map().values()):
            with contextlib.suppress(BlockingIOError):
                for _ in range(_MOST_PIECES_LEFT):
                    if not self._read(key):
                        break

    def _take_status(self, piece: bytes) -> None:
        self._status += piece

    def _take_report(self, piece: bytes) -> None:
        self.report += piece
        if self._ready_at is None and b"\n" in piece:
            self._ready_at = time.monotonic()
            if not self._limit:
                self._deadline = self._ready_at + self._timeout_s
        if len(self.report) > _MOST_REPORT:
            self._limit = self._limit or "report"

    def _take_output(self, piece: bytes) -> None:
        self._output_seen += len(piece)
        self.output += piece[: max(0, self._output_kept - len(self.output))]
        if self._output_seen > _MOST_OUTPUT:
            self._limit = self._limit or "output"

    def _kill_hard(self, warden: int) -> None:
        """The warden does not answer: something stopped it. Kill it, and the runner's group, from here."""
        with contextlib.suppress(OSError, ValueError, KeyError, IndexError):
            os.killpg(json.loads(bytes(self._status).splitlines()[0])["runner"], signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.kill(warden, signal.SIGKILL)

    def _why_it_never_began(self, exit_code: int | None) -> str:
        if self._limit == "wall":
            return f"the trial's process was not ready within {_START_LIMIT_S:.0f} s: run fewer trials at a time"
        printed = bytes(self.output[-_SHOWN_OUTPUT:]).decode("utf-8", "replace").strip() or "it printed nothing"
        return f"the trial's process ended before the trial began (exit code {exit_code}): {printed}"


def _oom_kills() -> int:
    """How many processes the kernel has killed for want of memory since it started; 0 where it does not count."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0
