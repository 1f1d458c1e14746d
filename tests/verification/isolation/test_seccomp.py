"""The variants of the filter that the newest kernels have no need of, and what the others refuse by argument."""

from __future__ import annotations

import pytest

from tests.verification.isolation.running import TIERS, run_in

WITH = """
import os, signal
def install(**openings):
    inside.kernel.drop_privileges()
    inside.seccomp.install(inside.seccomp.Openings(**openings))
def refused(attempt):
    try:
        attempt()
    except OSError as error:
        return error.errno
    return 0
"""


def test_without_scopes_of_landlock_a_trial_can_signal_only_itself() -> None:
    program = f"""{WITH}
child = os.fork()
if child == 0:
    signal.pause()
parent = os.getpid()
killer = os.fork()
if killer == 0:
    install(sockets=False, signals=inside.seccomp.Signals.TO_ITSELF)
    tries = [lambda pid=pid: os.kill(pid, 0) for pid in (child, parent, 0, -1, 1)]
    tries += [lambda: signal.pidfd_send_signal(os.pidfd_open(child), 0), lambda: inside.kernel.call("tkill", child, 0)]
    tries += [lambda: inside.kernel.call("rt_sigqueueinfo", child, 0, bytes(128))]
    print([refused(attempt) for attempt in tries], refused(lambda: os.kill(os.getpid(), 0)), flush=True)
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    signal.raise_signal(signal.SIGUSR1)
assert os.waitpid(killer, 0)[1] == signal.SIGUSR1
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
"""
    assert run_in("none", "ordinary", program) == f"{[1] * 8} 0\n"


def test_without_scopes_of_landlock_process_one_is_spared() -> None:
    program = f"""{WITH}
install(sockets=True, signals=inside.seccomp.Signals.NOT_TO_PROCESS_ONE)
print([refused(lambda pid=pid: os.kill(pid, 0)) for pid in (1, -1)], refused(lambda: os.kill(os.getpid(), 0)))
"""
    assert run_in("none", "root", program) == "[1, 1] 0\n"


def test_without_the_right_to_truncate_of_landlock_files_that_are_only_read_stay_whole() -> None:
    program = f"""{WITH}
install(sockets=False, truncation=False)
canary = host["canary"]
print(refused(lambda: os.truncate(canary, 0)), refused(lambda: os.open(canary, os.O_RDONLY | os.O_TRUNC)))
print(os.stat(canary).st_size)
open(host["folder"] + "/given/new", "w").close()
"""
    assert run_in("none", "ordinary", program) == "13 13\n7\n"


def test_modes_and_times_seem_to_change_where_landlock_has_no_say_in_them() -> None:
    program = """
import os, pathlib
file = pathlib.Path("file")
file.write_text("x")
before = file.stat()
file.chmod(0o777)
os.utime(file, (7, 7))
assert (file.stat().st_mode, file.stat().st_mtime) == (before.st_mode, before.st_mtime)
now, watch = lambda: os.utime(file), lambda: inside.kernel.call("inotify_init1", 0)
for change in (now, watch, lambda: os.chown(file, os.getuid(), -1), lambda: os.setxattr(file, "user.a", b"1")):
    try:
        change()
    except OSError as error:
        print(error.errno)
"""
    assert run_in("landlock", "ordinary", program) == "1\n1\n1\n1\n"


@pytest.mark.parametrize("tier", TIERS)
def test_arguments_decide_where_a_call_is_needed_and_dangerous(tier: str) -> None:
    program = f"""{WITH}
import fcntl, socket, termios
pair = socket.socketpair()
print(*[
    refused(lambda: inside.kernel.call("clone", 0x10000000 | 17, 0, 0, 0, 0)),
    refused(lambda: inside.kernel.call("clone", 0x8000 | 17, 0, 0, 0, 0)),
    refused(lambda: inside.kernel.call("clone3", bytes(64), 64)),
    refused(lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x")),
    refused(lambda: fcntl.fcntl(0, fcntl.F_SETOWN, 1)),
    refused(lambda: inside.kernel.prctl(4, 1)),
    refused(lambda: pair[0].sendmsg([b"x"], [], 0x20000000)) if tier.name == "namespaces" else 13,
    refused(lambda: inside.kernel.call("prlimit64", os.getppid(), 7, None, None)),
    refused(lambda: inside.kernel.call("personality", 0xFFFFFFFF)),
])
"""
    assert run_in(tier, "ordinary", program) == "1 1 38 1 1 1 13 1 0\n"


def test_with_landlock_alone_only_streams_make_pairs() -> None:
    program = f"""{WITH}
import socket
socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
ours, theirs = socket.socketpair()
ours.sendall(b"x"), theirs.recv(1)
print(*[
    refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)),
    refused(lambda: socket.socket()),
    refused(lambda: ours.connect("anywhere")),
    refused(lambda: ours.bind("anywhere")),
    refused(lambda: ours.listen()),
])
"""
    assert run_in("landlock", "ordinary", program) == "13 13 13 13 13\n"


@pytest.mark.parametrize("tier", TIERS)
def test_the_limit_on_cores_stays_as_it_was_set(tier: str) -> None:
    program = """
import resource
before = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
inside.kernel.call("setrlimit", resource.RLIMIT_CORE, bytes(16))
assert resource.getrlimit(resource.RLIMIT_CORE) == before == (1, 1)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
assert resource.getrlimit(resource.RLIMIT_NOFILE) == (100, 100)
"""
    run_in(tier, "ordinary", program, before="import resource\nresource.setrlimit(resource.RLIMIT_CORE, (1, 1))")
