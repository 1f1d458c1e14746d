"""The sandboxes under test, and how the tests run a trial in one of them."""

from __future__ import annotations

import asyncio
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Limits, Sandbox
from kodcode_hub.verification.self_test import IsolationName, run_self_test
from kodcode_hub.verification.warm_sandbox import ModeAsked, WarmSandbox

MakeSandbox = Callable[..., WarmSandbox]


def _make(isolation: IsolationName, mode: ModeAsked, limits: Limits, scratch: Path, workers: int = 2) -> WarmSandbox:
    return WarmSandbox(limits, scratch=scratch, workers=workers, mode=mode, isolation=isolation)


SANDBOXES: dict[str, MakeSandbox] = {
    "namespaces": partial(_make, "namespaces", "auto"),
    "namespaces, same": partial(_make, "namespaces", "same"),
    "landlock": partial(_make, "landlock", "auto"),
    "landlock, same": partial(_make, "landlock", "same"),
    "none": partial(_make, "none", "auto"),
}
"""Every tier and mode; the conformance tests run in each of them that this machine offers."""
ISOLATED: Sequence[str] = [name for name in SANDBOXES if name != "none"]


@cache
def why_not(name: str) -> str:
    """Why this sandbox is not offered here; empty where it is. What the probes say, not what the kernel is called."""
    tier = name.partition(",")[0]
    if tier == "none":
        return ""
    with TemporaryDirectory() as scratch:
        return run_self_test(tier, sys.executable, Path(scratch)).problem  # type: ignore[arg-type]


def run_trial(sandbox: Sandbox, solution: str, test: str) -> Verdict:
    """The verdict; both texts may be indented as a whole."""
    return asyncio.run(sandbox.run(textwrap.dedent(solution), textwrap.dedent(test)))


def outcomes(verdict: Verdict) -> dict[str, str]:
    """What each test did, by name."""
    return {test.name: test.outcome for test in verdict.tests}


def is_running(pid: int) -> bool:
    """True for a process that lives; one that is dead and waits to be reaped does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in ("Z", "X")


def descendants(pid: int) -> set[int]:
    """The process ids of everything below ``pid`` that lives."""
    found: set[int] = set()
    unseen = [pid]
    while unseen:
        # A process may end between one look and the next, and its folder with it.
        with suppress(OSError):
            for task in Path(f"/proc/{unseen.pop()}/task").glob("*/children"):
                with suppress(OSError):
                    unseen += [child for child in map(int, task.read_text().split()) if is_running(child)]
        found.update(unseen)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again, for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.02)
