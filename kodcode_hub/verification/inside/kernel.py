"""Calls of the kernel that Python's standard library has no function for."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from . import syscall_numbers

Call = Callable[[], int]

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 32
MS_BIND = 4096
MS_REC = 16384
MS_PRIVATE = 1 << 18
MNT_DETACH = 2

NOBODY = 65534
"""The user and group that own nothing."""
PR_SET_DUMPABLE = 4

_PR_SET_PDEATHSIG = 1
_PR_CAPBSET_DROP = 24
_PR_SET_CHILD_SUBREAPER = 36
_PR_SET_NO_NEW_PRIVS = 38
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION_3 = 0x20080522


def call(name: str, *args: Any) -> int:
    """Make one system call; numbers, bytes (a C string), None (NULL) and ctypes objects may be given.

    Raises:
        OSError: the kernel refused it, or it has no call of this name here (ENOSYS).
    """
    return prepare(name, *args)()


def prepare(name: str, *args: Any) -> Call:
    """A function that makes the call, with all that Python needs for it made now.

    For processes that were just forked, where each page touched costs more than the call.
    """
    number = syscall_numbers.numbers().get(name)
    if number is None:
        raise OSError(errno.ENOSYS, f"this machine has no system call {name}")
    values = (number, *args)
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in values]
    return functools.partial(_checked, name, _libc().syscall, *wide)


def prctl(option: int, *args: int) -> int:
    """One ``prctl(2)``, with the arguments left out being zero; OSError if it is refused."""
    return prepare_prctl(option, *args)()


def prepare_prctl(option: int, *args: int) -> Call:
    """As ``prepare``."""
    return prepare("prctl", *(option, *args, 0, 0, 0, 0)[:5])


def drop_privileges() -> None:
    """Forbid new privileges and give up every capability that this process holds, could take up or could pass on."""
    for step in prepare_to_drop_privileges():
        step()


def forbid_new_privileges() -> None:
    """Let no program started later gain a privilege."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def prepare_to_drop_privileges() -> list[Call]:
    """The calls of ``drop_privileges``, to be made in order."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    return [
        prepare_prctl(_PR_SET_NO_NEW_PRIVS, 1),
        prepare_prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL),
        prepare("capset", header, (ctypes.c_uint32 * 6)()),
    ]


def drop_bounding_set() -> None:
    """Let no program started later gain a capability; what this process holds it keeps.

    Does nothing without CAP_SETPCAP.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # not allowed, or past the last that this kernel knows
            return


def become_nobody() -> None:
    """Change from root to an ordinary user who owns nothing; OSError where that is not allowed or there is no such."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    if sys.platform == "linux":
        prctl(PR_SET_DUMPABLE, 1)  # changing the user has closed the files under /proc/self to us


def die_with_parent(parent_pid: int, signal_number: int) -> None:
    """Have the kernel send us ``signal_number`` when our parent dies; leave at once if it is dead already.

    Changing the user forgets it. ``parent_pid`` is what ``os.getppid()`` says: 0 if the parent is in another pid
    namespace.
    """
    if sys.platform == "linux":
        prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent_pid:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, daemons among them."""
    if sys.platform == "linux":
        prctl(_PR_SET_CHILD_SUBREAPER, 1)


def hide_from_peers() -> None:
    """Close our files under /proc, memory and environment among them, to processes of the same user."""
    prctl(PR_SET_DUMPABLE, 0)


def unshare(flags: int) -> None:
    """Enter new namespaces."""
    call("unshare", flags)


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    """``mount(2)``."""
    call("mount", _text(source), os.fsencode(target), _text(kind), flags, os.fsencode(options))


def unmount(path: str, flags: int = 0) -> None:
    """``umount2(2)``."""
    call("umount2", os.fsencode(path), flags)


def pivot_root(new: str, old: str) -> None:
    """Make ``new`` the root of this mount namespace and put the present one at ``old``."""
    call("pivot_root", os.fsencode(new), os.fsencode(old))


def bring_up_loopback() -> None:
    """Make 127.0.0.1 and ::1 work in a new network namespace."""
    import fcntl
    import socket
    import struct

    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, get_flags, struct.pack("16sh22x", b"lo", 0))
        (flags,) = struct.unpack_from("h", request, 16)
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh22x", b"lo", flags | up))


def _text(value: str | None) -> bytes | None:
    return None if value is None else os.fsencode(value)


def _checked(name: str, function: Any, *args: Any) -> int:
    result: int = function(*args)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


@functools.cache
def _libc() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library
