"""No trick of a solution makes a ``pass``, and what it was is said."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kodcode_hub.verification.private_folder import private_folder
from kodcode_hub.verification.protocol import Limits, Sandbox
from kodcode_hub.verification.subprocess_sandbox import SubprocessSandbox
from tests.verification.hostile_programs import HOSTILE
from tests.verification.sandboxes import is_running, run_trial, wait_until

TEST_ADD = "import solution\n\ndef test_a():\n    assert solution.add(1, 2) == 3\n"


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_program_is_called_what_it_is(sandbox: Sandbox, name: str) -> None:
    """Defects 29, 31: no exit code, printed text or planted file counts."""
    program = HOSTILE[name]

    verdict = run_trial(sandbox, program.solution, program.test)

    assert verdict.verdict in program.verdicts.split(), verdict.message


def test_the_caller_outlives_a_trial_that_kills_whom_it_can(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    solution = """
        import os, signal
        def add(a, b):
            os.kill(os.getppid(), signal.SIGSTOP)
            os.kill(os.getppid(), signal.SIGKILL)
            while True: pass
    """
    verdict = run_trial(make_sandbox(Limits(timeout_s=2.0)), solution, TEST_ADD)

    assert verdict.verdict in ("tampered", "timeout")


@pytest.mark.skipif(os.geteuid() == 0, reason="the kernel does not limit the processes of root")
def test_the_number_of_processes_is_limited(make_sandbox: Callable[[Limits], Sandbox]) -> None:
    solution = "import os, time\ndef add(a, b):\n    for _ in range(3000):\n        if os.fork() == 0: time.sleep(60)\n"

    verdict = run_trial(make_sandbox(Limits(processes=20)), solution, TEST_ADD)

    assert verdict.verdict == "fail"
    assert "BlockingIOError" in verdict.message


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


def test_the_end_of_the_caller_is_the_end_of_every_trial_process(tmp_path: Path) -> None:
    """Defect 33: what a killed run leaves is cleared by the next, and a trial that still runs is not."""
    pids, scratch = tmp_path / "pids", tmp_path / "scratch"
    solution = (
        "import os, time\n"
        "for new_session in (False, True):\n"
        "    if os.fork() == 0:\n"
        "        if new_session: os.setsid()\n"
        "        break\n"
        f"with open({str(pids)!r}, 'a') as file: file.write(f'{{os.getpid()}}\\n')\n"
        "while True: time.sleep(1)\n"
    )
    program = (
        "import asyncio, sys, pathlib\n"
        "from tests.verification.sandboxes import SANDBOXES\n"
        "from kodcode_hub.verification.protocol import Limits\n"
        "sandbox = SANDBOXES['subprocess'](Limits(), pathlib.Path(sys.argv[1]))\n"
        "asyncio.run(sandbox.run(sys.argv[2], 'import solution'))\n"
    )
    root = Path(__file__).parents[2]
    caller = subprocess.Popen([sys.executable, "-c", program, str(scratch), solution], cwd=root)
    try:
        wait_until(lambda: pids.exists() and pids.read_text().count("\n") == 3)
    finally:
        caller.kill()
        caller.wait()

    trial_pids = [int(pid) for pid in pids.read_text().split()]
    wait_until(lambda: not any(map(is_running, trial_pids)))
    assert len(list(scratch.iterdir())) == 1
    next_one = SubprocessSandbox(scratch=scratch)
    with private_folder(scratch) as live:
        assert (next_one.clear_leftovers(), list(scratch.iterdir())) == (1, [live])
