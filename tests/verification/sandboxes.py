"""The sandboxes under test, and how the tests run a trial in one of them."""

from __future__ import annotations

import asyncio
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Limits, Sandbox
from kodcode_hub.verification.subprocess_sandbox import SubprocessSandbox

MakeSandbox = Callable[[Limits, Path], Sandbox]

SANDBOXES: dict[str, MakeSandbox] = {
    "subprocess": lambda limits, scratch: SubprocessSandbox(limits, scratch=scratch),
}
"""Every implementation of the protocol; the conformance tests run in each of them."""


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


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again, for a minute at most."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.02)
