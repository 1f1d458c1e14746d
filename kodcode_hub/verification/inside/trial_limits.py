"""What the kernel does for a trial: limits, death together with the parent, adoption of orphans."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import resource
import sys
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LAST_TO_LIVE_FIRST_TO_DIE = "1000"


def apply_limits(job: dict[str, Any]) -> None:
    """Set the resource limits of this process and of all that it will start.

    CPU time counts from here: what starting Python and pytest took is not the trial's.
    """
    mebibyte = 1 << 20
    _cap(resource.RLIMIT_CORE, 0)
    _cap(resource.RLIMIT_AS, int(job["memory_mb"]) * mebibyte)
    _cap(resource.RLIMIT_FSIZE, int(job["file_mb"]) * mebibyte)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = math.ceil(used.ru_utime + used.ru_stime + float(job["timeout_s"]) + 1)
    _cap(resource.RLIMIT_CPU, cpu_s, hard=cpu_s + 1)
    if os.geteuid() != 0:  # the kernel does not hold root to it
        _cap(resource.RLIMIT_NPROC, _tasks_now() + int(job["processes"]))
    with contextlib.suppress(OSError):  # not on this system, or not ours to set
        Path("/proc/self/oom_score_adj").write_text(_LAST_TO_LIVE_FIRST_TO_DIE, encoding="ascii")


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel send us ``signal_number`` when our parent dies; leave at once if it is dead already."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, daemons among them."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _cap(kind: int, soft: int, *, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(kind)[1]
    wanted = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        wanted, soft = min(wanted, ceiling), min(soft, ceiling)
    with contextlib.suppress(OSError, ValueError):  # macOS knows RLIMIT_AS, and refuses it
        resource.setrlimit(kind, (soft, wanted))


def _tasks_now() -> int:
    # The kernel counts all tasks of the user, not those of the trial: leave room for what runs already.
    try:
        return int(Path("/proc/loadavg").read_text(encoding="ascii").split()[3].partition("/")[2])
    except (OSError, IndexError, ValueError):
        return 1024


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0)))
