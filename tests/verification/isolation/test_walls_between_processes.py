"""A trial's two processes, and a trial and its zygote, cannot reach each other though they are of one user."""

from __future__ import annotations

import pytest

from tests.verification.isolation.running import TIERS, USERS, run_in

ATTEMPTS = """
import os, resource, signal, struct

def attempts(pid, deadly):
    siginfo = struct.pack("iii", deadly, 0, -1) + bytes(116)
    yield "kill", lambda: os.kill(pid, deadly)
    yield "kill a thread", lambda: inside.kernel.call("tkill", pid, deadly)
    yield "queue a signal", lambda: inside.kernel.call("rt_sigqueueinfo", pid, deadly, siginfo)
    yield "signal by descriptor", lambda: signal.pidfd_send_signal(os.pidfd_open(pid), deadly)
    yield "memory", lambda: open(f"/proc/{pid}/mem", "rb")
    yield "environment", lambda: open(f"/proc/{pid}/environ", "rb").read()
    yield "a descriptor", lambda: os.stat(f"/proc/{pid}/fd/1")
    yield "root folder", lambda: os.listdir(f"/proc/{pid}/root")
    yield "memory map", lambda: open(f"/proc/{pid}/maps").read()
    yield "processors", lambda: os.sched_setaffinity(pid, {0})
    yield "priority", lambda: os.setpriority(os.PRIO_PROCESS, pid, 19)
    yield "limits", lambda: resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))
    yield "trace", lambda: inside.kernel.call("ptrace", 0x4206, pid, 0, 0)

def reached(pid, deadly=signal.SIGKILL):
    for name, attempt in attempts(pid, deadly):
        try:
            attempt()
        except OSError:
            continue
        yield name
"""


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("tier", TIERS)
def test_one_process_of_a_trial_cannot_reach_the_other(tier: str, user: str) -> None:
    assert run_in(tier, user, f"{ATTEMPTS}\nprint(*reached(peer), sep=', ')", peer=True) == "\n"


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("tier", TIERS)
def test_a_trial_cannot_reach_its_zygote(tier: str, user: str) -> None:
    assert run_in(tier, user, f"{ATTEMPTS}\nprint(*reached(os.getppid()), sep=', ')") == "\n"


def test_the_attempts_succeed_where_nothing_is_isolated() -> None:
    program = f"""{ATTEMPTS}
child = os.fork()
if child == 0:
    while True:
        signal.pause()
harmless = 0
print({{name for name, _ in attempts(child, harmless)}} - set(reached(child, harmless)))
os.kill(child, signal.SIGKILL)
"""
    assert run_in("none", "ordinary", program) == "set()\n"


@pytest.mark.parametrize("tier", TIERS)
def test_a_trial_may_signal_and_see_its_own_children(tier: str) -> None:
    program = """
import os, signal
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGKILL)
assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""
    run_in(tier, "ordinary", program, peer=True)


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("tier", TIERS)
def test_a_trial_has_no_privileges_and_its_programs_gain_none(tier: str, user: str) -> None:
    program = """
import subprocess, sys
def privileges(status):
    return [line.split()[1].lstrip("0") or "0" for line in status.splitlines() if line.startswith(("Cap", "NoNew"))]
print(*privileges(open("/proc/self/status").read()))
if tier.name == "namespaces":
    assert privileges(subprocess.check_output(["cat", "/proc/self/status"], text=True)) == ["0"] * 5 + ["1"]
"""
    inheritable, permitted, effective, bounding, ambient, no_new = run_in(tier, user, program).split()
    assert (inheritable, permitted, effective, ambient, no_new) == ("0", "0", "0", "0", "1")
    assert bounding == "0" or (tier, user) == ("landlock", "ordinary")  # taking it away is a privilege itself
