"""The filter of system calls: what a trial never needs, and what the other walls leave open, is refused.

Ordinary Python, numpy, threads, subprocess, asyncio and multiprocessing by fork find everything that they use.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from enum import Enum
from typing import NamedTuple

from . import kernel, syscall_numbers
from .filter_program import Block, allow, answer, decide, if_null, pick, refuse_bits


class Signals(Enum):
    """To whom signals may be sent, where Landlock does not see to it."""

    TO_ALL = 1
    NOT_TO_PROCESS_ONE = 2
    TO_ITSELF = 3


_REFUSED = """
mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
statmount listmount unshare setns
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd
kexec_load kexec_file_load reboot init_module finit_module delete_module bpf perf_event_open userfaultfd
add_key request_key keyctl open_by_handle_at name_to_handle_at fanotify_init fanotify_mark lookup_dcookie
swapon swapoff quotactl quotactl_fd acct nfsservctl uselib sysfs ustat _sysctl
settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname syslog vhangup iopl ioperm modify_ldt
shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv msgctl
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
io_setup mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages
"""
# As on a kernel without them, so that programs take the older way. The flags of clone3 lie in memory, where a filter
# cannot read them; RLIMIT_AS does not count the memory of memfd; what io_uring does, no filter sees.
_ABSENT = "clone3 memfd_create memfd_secret io_uring_setup io_uring_enter io_uring_register"
# Landlock has no say in these, and they reach all files of the same user. Success is pretended, or shutil.copy fails.
_MODES = "chmod fchmod fchmodat fchmodat2"
_OWNERS_AND_ATTRIBUTES = """
chown lchown fchown fchownat file_setattr
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
"""
_WATCHING = "inotify_init inotify_init1"
_CONNECTING = "connect bind listen accept accept4"
_ABOUT_A_PROCESS = "sched_setaffinity sched_setscheduler sched_setparam sched_setattr"
_SIGNALS_BY_OTHER_WAYS = "rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal"

_NEW_NAMESPACE_OR_SIBLING = 0x7E020000 | 0x8000  # CLONE_NEW*, CLONE_PARENT
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX = 8, 10, 15  # they send signals past kill()
_FIOSETOWN, _SIOCSPGRP = 0x8901, 0x8902
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FS_IOC_SETFLAGS, _FS_IOC_FSSETXATTR = 0x40086602, 0x401C5820
_MSG_FASTOPEN = 0x20000000  # connects past Landlock
_PR_SET_MM = 35
_RLIMIT_CORE = 4  # a limit of 1 keeps cores from the host's handler too, a limit of 0 only from files
_STREAM, _DATAGRAM, _SEQPACKET = 1, 2, 5
_UNIX, _INET, _INET6 = 1, 2, 10
_WITHOUT_FLAGS = 0xF
_ANY, _TCP, _UDP = 0, 6, 17
_QUERY_PERSONALITY = 0xFFFFFFFF
_EVERYBODY = 0xFFFFFFFF
_TRUNCATE, _ACCESS_MODE = 0o1000, 3
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_OWN_ID = 0x7FFFFF01
"""Stands in a program for the process that installs it; above every process id."""
_SET_MODE_FILTER = 1
_SPECULATION_ALLOWED = 4


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


class Openings(NamedTuple):
    """What a filter leaves open of the things that some trials may do."""

    sockets: bool
    """TCP, UDP and Unix sockets may be made; else only connected pairs."""
    attributes: bool = True
    """Modes, times and owners of files may be changed, and folders watched."""
    truncation: bool = True
    """Files may be cut short by those who may only read them."""
    signals: Signals = Signals.TO_ALL


def install(openings: Openings) -> None:
    """Filter the system calls of this process and its descendants from now on; ``no_new_privs`` must be set.

    Raises:
        OSError: the kernel has no filters, or this machine's calls are not known here.
    """
    prepare(openings)()


def prepare(openings: Openings) -> kernel.Call:
    """A function that does it in the process that calls it, a fork of this one. Errors as ``install``."""
    program, own_id_at = _compiled(openings)
    install_it = kernel.prepare("seccomp", _SET_MODE_FILTER, _SPECULATION_ALLOWED, ctypes.byref(program))
    if not own_id_at:
        return install_it

    def name_itself_and_install() -> int:
        for position in own_id_at:
            program.instructions[position].k = os.getpid()
        return install_it()

    return name_itself_and_install


def _compiled(openings: Openings) -> tuple[_Program, list[int]]:
    """The program, and where in it the own process id belongs."""
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise OSError(errno.ENOSYS, f"no filter of system calls is known for {platform.machine()}")
    named = _always() | _signalling(openings.signals) | (_sockets() if openings.sockets else _pairs_only())
    if not openings.attributes:
        named |= _without_attributes()
    if not openings.truncation:
        named |= _without_truncation()
    numbers = syscall_numbers.numbers()
    blocks = {numbers[name]: block for name, block in named.items() if name in numbers}
    unknown = answer(errno.ENOSYS)
    instructions = decide(architecture, blocks, beyond=syscall_numbers.FIRST_UNKNOWN, unknown=unknown)
    array = (_Instruction * len(instructions))(*[_Instruction(*instruction) for instruction in instructions])
    own_id_at = [position for position, instruction in enumerate(instructions) if instruction.value == _OWN_ID]
    return _Program(len(array), array), own_id_at


def _always() -> dict[str, Block]:
    refused, absent, pretended = answer(errno.EPERM), answer(errno.ENOSYS), answer(0)
    only_itself = pick(0, [0], allow(), refused)
    any_limit_but_for_cores = pick(1, [_RLIMIT_CORE], if_null(2, allow(), pretended), allow())
    return {
        **dict.fromkeys(_REFUSED.split(), refused),
        **dict.fromkeys(_ABSENT.split(), absent),
        **dict.fromkeys(_ABOUT_A_PROCESS.split(), only_itself),
        "prlimit64": pick(0, [0], any_limit_but_for_cores, refused),
        "setrlimit": pick(0, [_RLIMIT_CORE], pretended, allow()),
        "setpriority": pick(0, [0], pick(1, [0], allow(), refused), refused),
        "ioprio_set": pick(0, [1], pick(1, [0], allow(), refused), refused),
        "clone": refuse_bits(0, _NEW_NAMESPACE_OR_SIBLING, refused, allow()),
        "setsid": pretended,  # a scheduler that shares by session counts what a trial starts as one
        "personality": pick(0, [0, _QUERY_PERSONALITY], allow(), refused),
        "prctl": pick(0, [kernel.PR_SET_DUMPABLE, _PR_SET_MM], refused, allow()),
        "fcntl": pick(1, [_F_SETOWN, _F_SETSIG, _F_SETOWN_EX], refused, allow()),
        "ioctl": pick(1, [_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP], refused, allow()),
    }


def _sockets() -> dict[str, Block]:
    refused = answer(errno.EACCES)
    protocols = pick(2, [_ANY, _TCP, _UDP], allow(), refused)
    internet = pick(1, [_STREAM, _DATAGRAM], protocols, refused, mask=_WITHOUT_FLAGS)
    unix = pick(1, [_STREAM, _DATAGRAM, _SEQPACKET], allow(), refused, mask=_WITHOUT_FLAGS)
    return {
        "socket": pick(0, [_UNIX], unix, pick(0, [_INET, _INET6], internet, refused)),
        "sendto": refuse_bits(3, _MSG_FASTOPEN, refused, allow()),
        "sendmsg": refuse_bits(2, _MSG_FASTOPEN, refused, allow()),
        "sendmmsg": refuse_bits(3, _MSG_FASTOPEN, refused, allow()),
    }


def _pairs_only() -> dict[str, Block]:
    """A datagram socket, though one of a pair, can be sent from to any other: only streams make pairs."""
    refused = answer(errno.EACCES)
    unix = pick(1, [_STREAM, _SEQPACKET], allow(), refused, mask=_WITHOUT_FLAGS)
    return {
        **dict.fromkeys(_CONNECTING.split(), refused),
        "socket": refused,
        "socketpair": pick(0, [_UNIX], unix, refused),
        "sendto": if_null(4, allow(), refused),
    }


def _without_attributes() -> dict[str, Block]:
    """Success is not pretended where a time of now is asked for by path: Path.touch would not make the file then."""
    refused, pretended = answer(errno.EPERM), answer(0)
    flags = [_TIOCSTI, _TIOCLINUX, _FIOSETOWN, _SIOCSPGRP, _FS_IOC_SETFLAGS, _FS_IOC_FSSETXATTR]
    return {
        **dict.fromkeys(_MODES.split(), pretended),
        **dict.fromkeys(("utime", "utimes"), if_null(1, refused, pretended)),
        "futimesat": if_null(2, refused, pretended),
        "utimensat": if_null(1, pretended, if_null(2, refused, pretended)),
        **dict.fromkeys(_OWNERS_AND_ATTRIBUTES.split() + _WATCHING.split(), refused),
        "ioctl": pick(1, flags, refused, allow()),
    }


def _without_truncation() -> dict[str, Block]:
    refused = answer(errno.EACCES)
    mask = _TRUNCATE | _ACCESS_MODE
    return {
        "truncate": refused,
        "open": pick(1, [_TRUNCATE], refused, allow(), mask=mask),
        "openat": pick(2, [_TRUNCATE], refused, allow(), mask=mask),
        "openat2": answer(errno.ENOSYS),
    }


def _signalling(signals: Signals) -> dict[str, Block]:
    refused = answer(errno.EPERM)
    if signals is Signals.TO_ALL:
        return {}
    if signals is Signals.TO_ITSELF:
        itself = pick(0, [_OWN_ID], allow(), refused)
        by_id = {"kill": itself, "tgkill": itself, "tkill": refused}
    else:
        by_id = dict.fromkeys(("kill", "tkill", "tgkill"), pick(0, [1, _EVERYBODY], refused, allow()))
    return by_id | dict.fromkeys(_SIGNALS_BY_OTHER_WAYS.split(), refused)
