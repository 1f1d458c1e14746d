"""Death at any moment: of a zygote, a launcher, the caller. No verdict is lost or invented, and nothing lives on."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kodcode_hub.errors import SandboxError
from kodcode_hub.verification.private_folder import clear_leftovers, private_folder
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import WarmSandbox
from tests.verification.sandboxes import SANDBOXES, descendants, is_running, run_trial, wait_until, why_not

TEST = "from solution import f\n\ndef test_a():\n    assert f() == 1\n"
ROOT = Path(__file__).parents[2]
KILLS, SEED = 6, 11


def test_killed_workers_lose_no_verdict_and_invent_none(make_sandbox: Callable[[Limits], WarmSandbox]) -> None:
    sandbox = make_sandbox(Limits(timeout_s=20.0))
    right, wrong = "import time\ntime.sleep(0.02)\ndef f(): return 1\n", "def f(): return 2\n"
    over = threading.Event()
    killed: list[int] = []

    def kill_now_and_then() -> None:
        moments = random.Random(SEED)
        while len(killed) < KILLS and not over.wait(moments.uniform(0.3, 4.0)):
            mine = sorted(descendants(os.getpid()) - set(killed))
            if mine:
                killed.append(moments.choice(mine))
                with suppress(ProcessLookupError):
                    os.kill(killed[-1], signal.SIGKILL)

    async def run_all() -> list[str]:
        found: list[str] = []
        for number in range(2000):
            for _ in range(5):  # killing the same trial three times in a row is an error, and no verdict
                with suppress(SandboxError):
                    found.append((await sandbox.run(right if number % 2 else wrong, TEST)).verdict)
                    break
            if len(killed) == KILLS and number % 2:
                break
        return found

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    try:
        verdicts = asyncio.run(run_all())
    finally:
        over.set()
        killer.join()

    assert len(killed) >= 3, f"seed {SEED}"
    assert set(verdicts[1::2]) <= {"pass", "tampered"}  # a judging process that was killed looks like one that left
    assert "pass" in verdicts[1::2]
    assert set(verdicts[0::2]) <= {"fail", "tampered"}


@pytest.mark.parametrize("name", list(SANDBOXES))
def test_the_end_of_the_caller_is_the_end_of_every_trial_process(name: str, tmp_path: Path) -> None:
    """Defect 33: what a killed run leaves is cleared by the next, and a trial that still runs is not."""
    if problem := why_not(name):
        pytest.skip(problem)
    scratch = tmp_path / "scratch"
    solution = (
        "import os, time\n"
        "for new_session in (False, True):\n"
        "    if os.fork() == 0:\n"
        "        if new_session: os.setsid()\n"
        "        break\n"
        "while True: time.sleep(1)\n"
    )
    program = (
        "import asyncio, sys, pathlib\n"
        "from tests.verification.sandboxes import SANDBOXES\n"
        "from kodcode_hub.verification.protocol import Limits\n"
        "sandbox = SANDBOXES[sys.argv[1]](Limits(), pathlib.Path(sys.argv[2]))\n"
        "asyncio.run(sandbox.run(sys.argv[3], 'import solution'))\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", program, name, str(scratch), solution], cwd=ROOT)
    try:
        processes = 6 if ", same" in name or name == "none" else 5
        wait_until(lambda: len(descendants(caller.pid)) >= min(processes, 5))
        family = descendants(caller.pid)
    finally:
        caller.kill()
        caller.wait()

    wait_until(lambda: not any(map(is_running, family)))
    left = list(scratch.glob("*"))
    with private_folder(scratch) as live:
        assert (clear_leftovers(scratch), list(scratch.iterdir())) == (len(left), [live])


def test_a_trial_that_ends_the_launcher_is_not_a_verdict(tmp_path: Path) -> None:
    with SANDBOXES["none"](Limits(), tmp_path) as sandbox:
        run_trial(sandbox, "def f(): return 1\n", TEST)
        for pid in descendants(os.getpid()):
            os.kill(pid, signal.SIGKILL)

        assert run_trial(sandbox, "def f(): return 1\n", TEST).passed
