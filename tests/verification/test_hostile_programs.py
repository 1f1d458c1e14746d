"""No trick of a solution makes a ``pass``, and what it was is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from kodcode_hub.verification.protocol import Limits, Sandbox
from tests.verification.hostile_programs import HOSTILE
from tests.verification.sandboxes import run_trial

TEST_ADD = "import solution\n\ndef test_a():\n    assert solution.add(1, 2) == 3\n"


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_program_is_called_what_it_is(sandbox: Sandbox, name: str) -> None:
    """Defects 29, 31: no exit code, printed text or planted file counts."""
    program = HOSTILE[name]

    verdict = run_trial(sandbox, program.solution, program.test)

    assert verdict.verdict in {*program.verdicts.split(), "fail", "error"}, verdict.message


def test_the_sandbox_outlives_a_trial_that_kills_whom_it_can(isolated_sandbox: Sandbox) -> None:
    solution = """
        import os, signal
        def add(a, b):
            for pid in (os.getppid(), 1, -1):
                for number in (signal.SIGSTOP, signal.SIGKILL):
                    try: os.kill(pid, number)
                    except OSError: pass
            return 4
    """
    verdicts = {run_trial(isolated_sandbox, solution, TEST_ADD).verdict for _ in range(2)}

    assert verdicts <= {"tampered", "fail"}


def test_the_number_of_processes_is_limited(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    solution = "import os, time\ndef add(a, b):\n    for _ in range(3000):\n        if os.fork() == 0: time.sleep(60)\n"

    verdict = run_trial(make_sandbox(Limits(processes=20)), solution, TEST_ADD)

    assert verdict.verdict in ("fail", "error")
    assert "BlockingIOError" in verdict.message or "more processes than is allowed" in verdict.message


def test_a_hostile_trial_costs_the_one_beside_it_nothing(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    sandbox = make_sandbox(Limits(timeout_s=3.0, memory_mb=512))

    async def run_both() -> list[str]:
        hang = (
            "import os\nfor _ in range(9):\n    if os.fork() == 0:\n        os.setsid()\n        break\nwhile True: 1\n"
        )
        right = "def add(a, b):\n    return a + b\n"
        verdicts = await asyncio.gather(*(sandbox.run(solution, TEST_ADD) for solution in (hang, right)))
        return [verdict.verdict for verdict in verdicts]

    assert asyncio.run(run_both()) == ["timeout", "pass"]
