"""All processes below this one: finding, measuring, killing and reaping them."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

_FEW = 4
_PAGE_KB = resource.getpagesize() // 1024


def kill_all(kill_at_once: Callable[[], bool]) -> dict[int, tuple[int, resource.struct_rusage]]:
    """Kill and reap until no child is left; for a process that adopts orphans this ends everything that it started.

    Children of a killed child become ours, so that the loop meets them all.

    Args:
        kill_at_once: kills all of them and nothing else, without a race against those that fork; False if it cannot.

    Returns:
        The exit code and resource usage of each child reaped, by process id.
    """
    ended: dict[int, tuple[int, resource.struct_rusage]] = {}
    while True:
        if not kill_at_once():
            _kill_children()
        try:
            pid, status, used = os.wait4(-1, 0)
        except ChildProcessError:
            return ended
        ended[pid] = (os.waitstatus_to_exitcode(status), used)
        ended.update(reap())


def reap() -> dict[int, tuple[int, resource.struct_rusage]]:
    """Those of our children that have ended, reaped, without waiting."""
    ended: dict[int, tuple[int, resource.struct_rusage]] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status, used = os.wait4(-1, os.WNOHANG)
            if not pid:
                break
            ended[pid] = (os.waitstatus_to_exitcode(status), used)
    return ended


def find_all() -> list[int]:
    """The process ids of all descendants; as process 1 of its namespace, all processes but itself."""
    if os.getpid() == 1:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal() and name != "1"]  # noqa: PTH208
    found, unseen = [], _children(os.getpid())
    while unseen:
        pid = unseen.pop()
        found.append(pid)
        unseen += _children(pid)
    return found


def resident_kb(pids: list[int], *, ceiling_kb: int) -> int:
    """The memory of these processes together.

    A page that several share is counted for each as long as that stays below ``ceiling_kb``; above it exactly, for a
    few processes, and for many without what each has from this one, whose forks they are: to look closer takes a lock
    that a process holds while it forks, and this one must not wait.
    """
    each = [_resident_kb(pid) for pid in pids]
    if sum(each) <= ceiling_kb:
        return sum(each)
    if len(pids) <= _FEW:
        return sum(_proportional_kb(pid) for pid in pids)
    own = _resident_kb(os.getpid())
    return own + sum(max(0, kb - own) for kb in each)


def _resident_kb(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_KB
    return 0


def _proportional_kb(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return _resident_kb(pid)


def _kill_children() -> None:
    for child in _children(os.getpid()):
        with contextlib.suppress(OSError):
            if os.getpgid(child) != os.getpgrp():
                os.killpg(os.getpgid(child), signal.SIGKILL)  # atomic: a forking group cannot outrun it
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task")
    try:
        return [
            int(child)
            for task in os.listdir(tasks)  # noqa: PTH208 - a thread of it may have forked
            for child in Path(tasks, task, "children").read_text(encoding="ascii").split()
        ]
    except OSError:
        return _children_by_search(parent)


def _children_by_search(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):  # gone meanwhile
            if int(entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found
