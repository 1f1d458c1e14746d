"""What the kernel holds one process of a trial to, and all that it starts."""

from __future__ import annotations

import contextlib
import math
import resource
from pathlib import Path
from typing import Any

_MEBIBYTE = 1 << 20
_DESCRIPTORS = 1024
_NO_CORE = 1
"""Bytes; with 0 a program of the host that handles cores would still be started, outside of every isolation."""
_BEYOND_THE_LIMIT = 64
"""The watch ends a trial that has more processes than it may; the kernel only keeps it from many more until then."""
_OTHERS_TO_COME = 512
"""Tasks of the same user that may be added while a worker lives. Without a bound a bomb makes room for the next one."""
_LAST_TO_LIVE_FIRST_TO_DIE = "1000"


def apply_limits(job: dict[str, Any], *, counted_alone: bool, tasks_at_start: int) -> None:
    """Set the resource limits of this process and of all that it will start.

    CPU time counts from here.

    Args:
        job: ``timeout_s``, ``memory_mb``, ``file_mb``, ``processes``.
        counted_alone: the user's processes are counted in a namespace in which only this worker runs.
        tasks_at_start: ``count_tasks()`` of the time when the worker began.
    """
    _cap(resource.RLIMIT_CORE, _NO_CORE)
    _cap(resource.RLIMIT_AS, int(job["memory_mb"]) * _MEBIBYTE)
    _cap(resource.RLIMIT_FSIZE, int(job["file_mb"]) * _MEBIBYTE)
    _cap(resource.RLIMIT_NOFILE, _DESCRIPTORS)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = math.ceil(used.ru_utime + used.ru_stime + float(job["timeout_s"]) + 1)
    _cap(resource.RLIMIT_CPU, cpu_s, hard=cpu_s + 1)
    # The kernel counts all tasks of the user, not those of the trial: leave room for what runs already.
    others = 0 if counted_alone else min(count_tasks(), tasks_at_start + _OTHERS_TO_COME)
    _cap(resource.RLIMIT_NPROC, others + int(job["processes"]) + _BEYOND_THE_LIMIT)
    with contextlib.suppress(OSError):  # not on this system, or not ours to set
        Path("/proc/self/oom_score_adj").write_text(_LAST_TO_LIVE_FIRST_TO_DIE, encoding="ascii")


def _cap(kind: int, soft: int, *, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted, soft = min(wanted, ceiling), min(soft, ceiling)
    with contextlib.suppress(OSError, ValueError):  # macOS knows RLIMIT_AS, and refuses it
        resource.setrlimit(kind, (soft, wanted))


def count_tasks() -> int:
    """Processes and threads of all users."""
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[2])
    except (OSError, IndexError, ValueError):
        return 1024
