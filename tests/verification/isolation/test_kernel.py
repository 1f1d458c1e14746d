from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kodcode_hub.verification.inside import kernel, landlock, syscall_numbers
from tests.verification.isolation.running import run_in


def test_a_call_is_made_and_its_error_told() -> None:
    assert kernel.prctl(39) in (0, 1)  # PR_GET_NO_NEW_PRIVS
    with pytest.raises(OSError, match="umount2: "):
        kernel.unmount("/nowhere/at/all")


def test_a_call_that_the_machine_does_not_have_is_an_error_of_its_own() -> None:
    with pytest.raises(OSError, match="no system call no_such_call"):
        kernel.call("no_such_call")


def test_no_two_calls_have_one_number_and_all_are_below_the_first_unknown() -> None:
    assert len(set(syscall_numbers.numbers().values())) == len(syscall_numbers.numbers())
    assert max(syscall_numbers.numbers().values()) < syscall_numbers.FIRST_UNKNOWN


def test_a_child_dies_with_its_parent_and_orphans_are_adopted() -> None:
    program = """
import os, signal
inside.kernel.adopt_orphans()
ready, tell = os.pipe()
middle = os.fork()
if middle == 0:
    middle = os.getpid()
    if os.fork() == 0:
        inside.kernel.die_with_parent(middle, signal.SIGTERM)
        os.write(tell, b".")
        signal.pause()
    signal.pause()
os.read(ready, 1)
os.kill(middle, signal.SIGKILL)
assert os.waitpid(middle, 0)[1] == signal.SIGKILL
assert os.waitpid(-1, 0)[1] == signal.SIGTERM
"""
    run_in("none", "ordinary", program)


def test_a_child_whose_parent_is_dead_already_leaves() -> None:
    code = f"from kodcode_hub.verification.inside import kernel; kernel.die_with_parent({os.getpid()} + 1, 9)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 1


def test_hidden_processes_keep_their_files_from_others_of_the_same_user() -> None:
    program = """
import os, signal
ready, tell = os.pipe()
child = os.fork()
if child == 0:
    inside.kernel.hide_from_peers()
    os.write(tell, b".")
    signal.pause()
os.read(ready, 1)
try:
    open(f"/proc/{child}/environ", "rb").read()
except PermissionError:
    print("hidden")
os.kill(child, signal.SIGKILL)
"""
    assert run_in("none", "ordinary", program) == "hidden\n"


def test_landlock_leaves_out_paths_that_do_not_exist() -> None:
    if not landlock.abi():
        pytest.skip("the kernel has no Landlock")
    child = os.fork()
    if child == 0:
        code = 1
        try:
            ruleset = landlock.make_ruleset(["/usr", "/nowhere"], ["/dev/null"], tcp=False)
            kernel.drop_privileges()
            landlock.restrict(ruleset)
            os.listdir("/usr")  # noqa: PTH208
            open("/dev/null", "wb").close()  # noqa: PTH123
            try:
                os.listdir("/")  # noqa: PTH208
            except PermissionError:
                code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
