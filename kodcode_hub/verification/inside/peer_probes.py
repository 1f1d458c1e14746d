"""Attempts at processes outside of the trial, and at what they listen on."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from . import kernel

_SEIZE = 0x4206
_PROCESS = os.PRIO_PROCESS
_IPC_PRIVATE, _IPC_REMOVE = 0, 0
_PAGE = 4096
_MSG_FASTOPEN = 0x20000000


def _parent(host: Mapping[str, Any]) -> int:
    """Its process id; in a pid namespace one of ours may have the same."""
    pid = int(host["pid"])
    if os.getsid(pid) == os.getsid(0):
        raise ProcessLookupError(errno.ESRCH, "this is a process of the trial")
    return pid


def _signal(host: Mapping[str, Any]) -> None:
    os.kill(_parent(host), 0)


def _signal_by_descriptor(host: Mapping[str, Any]) -> None:
    ours, _other = os.pipe()
    parent = _parent(host)
    fcntl.fcntl(ours, fcntl.F_SETOWN, parent)


def _read_environment(host: Mapping[str, Any]) -> None:
    Path(f"/proc/{_parent(host)}/environ").read_bytes()


def _read_command_line(host: Mapping[str, Any]) -> None:
    Path(f"/proc/{_parent(host)}/cmdline").read_bytes()


def _open_memory(host: Mapping[str, Any]) -> None:
    os.close(os.open(f"/proc/{_parent(host)}/mem", os.O_RDONLY))


def _look_through_root(host: Mapping[str, Any]) -> None:
    os.stat(f"/proc/{_parent(host)}/root/")  # noqa: PTH116


def _trace(host: Mapping[str, Any]) -> None:
    kernel.call("ptrace", _SEIZE, _parent(host), 0, 0)


def _trace_process_one(host: Mapping[str, Any]) -> None:
    kernel.call("ptrace", _SEIZE, 1, 0, 0)


def _renice(host: Mapping[str, Any]) -> None:
    parent = _parent(host)
    os.setpriority(_PROCESS, parent, os.getpriority(_PROCESS, parent))


def _move_to_processors(host: Mapping[str, Any]) -> None:
    parent = _parent(host)
    os.sched_setaffinity(parent, os.sched_getaffinity(parent))


def _limit(host: Mapping[str, Any]) -> None:
    resource.prlimit(_parent(host), resource.RLIMIT_NOFILE)


def _connect_by_tcp(host: Mapping[str, Any]) -> None:
    socket.create_connection(("127.0.0.1", host["tcp_port"])).close()


def _connect_by_sending(host: Mapping[str, Any]) -> None:
    with socket.socket() as opened:
        opened.sendto(b"x", _MSG_FASTOPEN, ("127.0.0.1", host["tcp_port"]))


def _send_by_udp(host: Mapping[str, Any]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.connect(("127.0.0.1", host["udp_port"]))
        for _ in range(2):  # where nobody listens the second is refused
            opened.send(b"x")
            time.sleep(0.01)


def _connect_by_path(host: Mapping[str, Any]) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.connect(host["unix_path"])


def _send_from_a_pair(host: Mapping[str, Any]) -> None:
    ours, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        ours.sendto(b"x", host["unix_path"])
    except OSError as error:
        if error.errno != errno.EPROTOTYPE:  # it was found, and takes connections only
            raise


def _connect_by_name(host: Mapping[str, Any]) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.connect(f"\0{host['abstract_name']}")


def _make_system_v_memory(host: Mapping[str, Any]) -> None:
    segment = kernel.call("shmget", _IPC_PRIVATE, _PAGE, 0o600)
    kernel.call("shmctl", segment, _IPC_REMOVE, None)


def _make_system_v_semaphore(host: Mapping[str, Any]) -> None:
    semaphore = kernel.call("semget", _IPC_PRIVATE, 1, 0o600)
    kernel.call("semctl", semaphore, 0, _IPC_REMOVE, None)


def _make_system_v_queue(host: Mapping[str, Any]) -> None:
    queue = kernel.call("msgget", _IPC_PRIVATE, 0o600)
    kernel.call("msgctl", queue, _IPC_REMOVE, None)


def _make_posix_queue(host: Mapping[str, Any]) -> None:
    name = f"probe-{os.getpid()}".encode("ascii")
    os.close(kernel.call("mq_open", name, os.O_CREAT | os.O_RDWR, 0o600, None))
    kernel.call("mq_unlink", name)


def _write_to_memory(host: Mapping[str, Any]) -> None:
    kernel.call("process_vm_writev", _parent(host), (ctypes.c_uint64 * 2)(), 0, (ctypes.c_uint64 * 2)(), 0, 0)


PROBES: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "signal the parent": _signal,
    "have signals sent to the parent": _signal_by_descriptor,
    "read the parent's environment": _read_environment,
    "read the parent's command line": _read_command_line,
    "open the parent's memory": _open_memory,
    "write to the parent's memory": _write_to_memory,
    "look through the parent's root folder": _look_through_root,
    "trace the parent": _trace,
    "trace process 1": _trace_process_one,
    "renice the parent": _renice,
    "move the parent to other processors": _move_to_processors,
    "ask for the parent's limits": _limit,
    "connect by TCP": _connect_by_tcp,
    "connect by TCP while sending": _connect_by_sending,
    "send by UDP": _send_by_udp,
    "connect to a Unix socket": _connect_by_path,
    "send to a Unix socket from one of a pair": _send_from_a_pair,
    "connect to an abstract Unix socket": _connect_by_name,
    "make System V shared memory": _make_system_v_memory,
    "make a System V semaphore": _make_system_v_semaphore,
    "make a System V queue": _make_system_v_queue,
    "make a POSIX queue": _make_posix_queue,
}
