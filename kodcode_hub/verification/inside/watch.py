"""Waits for the end of one trial, holds it to what the kernel does not count, and leaves none of its processes."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import select
import socket
import sys
import time
from typing import Any

from . import descendants
from .tiers import Tier
from .trial import SOLUTION_GONE

_LOOK_S = 0.1
_SLOWEST_LOOK_S = 0.5
_LOOKS_SHARE = 0.05
"""Looking may take a twentieth of the time."""
_SOLUTION_ENDS_WITHIN_S = 2.0
_MOST_FILES = 20_000


class Watch:
    """One running trial, seen from its zygote."""

    def __init__(
        self,
        job: dict[str, Any],
        pids: tuple[int, int],
        folder: str,
        channel: socket.socket,
        lifeline: int,
        tier: Tier,
    ) -> None:
        self._job, self._folder, self._tier = job, folder, tier
        self._judge, self._solution = pids
        self._channel, self._lifeline = channel, lifeline
        self._ended: dict[int, tuple[int, resource.struct_rusage]] = {}
        self._limit = ""
        self._is_over = False
        self._next_look = time.monotonic() + _LOOK_S

    def wait_for_end(self) -> dict[str, Any] | None:
        """How it ended, when nothing of it is alive any more; None when the worker has to end with it."""
        goes_on = self._wait()
        if goes_on and self._solution and self._exit_code(self._judge) == SOLUTION_GONE:
            self._await_solution()
        self._ended.update(descendants.kill_all(self._tier.kill_at_once))
        return self._ending() if goes_on else None

    def _wait(self) -> bool:
        """Until the judging process has ended, a limit was hit, or the trial was cut; False when the worker ends."""
        poll = select.poll()
        poll.register(self._channel, select.POLLIN | select.POLLHUP)
        poll.register(self._lifeline, select.POLLIN | select.POLLHUP)
        with _process_descriptor(self._judge) as judge:
            if judge >= 0:
                poll.register(judge, select.POLLIN)
            while True:
                wait_s = max(0.0, self._next_look - time.monotonic()) if judge >= 0 else 0.01
                spoke = {descriptor for descriptor, _ in poll.poll(wait_s * 1000)}
                if self._lifeline in spoke:
                    return False
                if self._channel.fileno() in spoke:
                    data = self._channel.recv(4096)
                    if not data:
                        return False
                    if any(json.loads(line).get("cut") == self._job["trial"] for line in data.splitlines()):
                        return True
                if judge in spoke or judge < 0 or time.monotonic() >= self._next_look:
                    self._ended.update(descendants.reap())
                if self._judge in self._ended:
                    return True
                if time.monotonic() >= self._next_look and self._is_over_a_limit():
                    return True

    def _is_over_a_limit(self) -> bool:
        begun = time.monotonic()
        pids = descendants.find_all()
        if len(pids) > int(self._job["processes"]):
            self._limit = "processes"
            return True
        memory_kb = int(self._job["memory_mb"]) * 1024
        if descendants.resident_kb(pids, ceiling_kb=memory_kb) > memory_kb:
            self._limit = "memory"
        elif not self._tier.is_process_one and is_beyond(self._folder, int(self._job["disk_mb"]) << 20):
            self._limit = "disk"  # in a namespace the folder is a file system of that size
        took = time.monotonic() - begun
        self._next_look = begun + took + min(_SLOWEST_LOOK_S, max(_LOOK_S, took / _LOOKS_SHARE))
        return bool(self._limit)

    def _await_solution(self) -> None:
        """Let the solution's process end by itself: how it does says why it left the bridge."""
        deadline = time.monotonic() + _SOLUTION_ENDS_WITHIN_S
        while self._solution not in self._ended and time.monotonic() < deadline:
            self._ended.update(descendants.reap())
            time.sleep(0.001)

    def _exit_code(self, pid: int) -> int | None:
        return self._ended[pid][0] if pid in self._ended else None

    def _ending(self) -> dict[str, Any]:
        used = [usage for _, usage in self._ended.values()]
        peak = max((usage.ru_maxrss for usage in used), default=0)
        return {
            "trial": self._job["trial"],
            "exit_code": self._exit_code(self._judge),
            "solution_exit_code": self._exit_code(self._solution) if self._solution else None,
            "limit": self._limit,
            "cpu_seconds": sum(usage.ru_utime + usage.ru_stime for usage in used),
            "peak_kb": peak // 1024 if sys.platform == "darwin" else peak,
        }


class _process_descriptor(contextlib.AbstractContextManager[int]):
    """A descriptor that becomes readable when the process ends; -1 where the system has none."""

    def __init__(self, pid: int) -> None:
        self._descriptor = -1
        with contextlib.suppress(OSError, AttributeError):
            self._descriptor = os.pidfd_open(pid)

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)


def is_beyond(folder: str, most_bytes: int) -> bool:
    """True where what lies in ``folder`` takes more than ``most_bytes``, or is more or deeper than any trial needs."""
    total, files, unseen = 0, 0, [folder]
    while unseen:
        try:
            with os.scandir(unseen.pop()) as found:
                for entry in found:
                    files += 1
                    total += _bytes_of(entry)
                    if total > most_bytes or files > _MOST_FILES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        unseen.append(entry.path)
        except OSError as error:  # it is gone meanwhile, closed to us, or deeper than a path is long
            if error.errno == errno.ENAMETOOLONG:
                return True
    return False


def _bytes_of(entry: os.DirEntry[str]) -> int:
    """On the disk; 0 for what is gone meanwhile."""
    try:
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except FileNotFoundError:
        return 0
