"""Attempts at the kernel: privileges, namespaces, mounts, and calls that no trial needs."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping
from typing import Any

from . import kernel

_PROCESS_KEYRING = -2
_OTHER_USER = 12_345
_ADDR_NO_RANDOMIZE = 0x0040000
_ALL_PACKETS = 0x0300
# mov eax, 20 (getpid of 32-bit programs); int 0x80; ret
_CALL_OF_32_BITS = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"


def _mount(host: Mapping[str, Any]) -> None:
    folder = tempfile.mkdtemp()
    kernel.mount("tmpfs", folder, "tmpfs")
    kernel.unmount(folder)


def _open_file_system(host: Mapping[str, Any]) -> None:
    os.close(kernel.call("fsopen", b"tmpfs", 0))


def _enter_user_namespace(host: Mapping[str, Any]) -> None:
    kernel.unshare(kernel.CLONE_NEWUSER)


def _enter_network_namespace(host: Mapping[str, Any]) -> None:
    kernel.unshare(kernel.CLONE_NEWNET)


def _clone_into_namespace(host: Mapping[str, Any]) -> None:
    _wait_for(kernel.call("clone", kernel.CLONE_NEWUSER | signal.SIGCHLD, 0, 0, 0, 0))


def _clone_by_structure(host: Mapping[str, Any]) -> None:
    arguments = (ctypes.c_uint64 * 8)(kernel.CLONE_NEWUSER, 0, 0, 0, signal.SIGCHLD)
    _wait_for(kernel.call("clone3", arguments, ctypes.sizeof(arguments)))


def _change_root(host: Mapping[str, Any]) -> None:
    os.chroot("/")


def _become_another(host: Mapping[str, Any]) -> None:
    os.setuid(0 if os.getuid() else _OTHER_USER)


def _make_raw_socket(host: Mapping[str, Any]) -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


def _make_packet_socket(host: Mapping[str, Any]) -> None:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, _ALL_PACKETS).close()


def _make_vsock(host: Mapping[str, Any]) -> None:
    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()


def _make_netlink_socket(host: Mapping[str, Any]) -> None:
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


def _make_crypto_socket(host: Mapping[str, Any]) -> None:
    socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET).close()


def _make_anonymous_file(host: Mapping[str, Any]) -> None:
    os.close(os.memfd_create("probe"))


def _make_ring(host: Mapping[str, Any]) -> None:
    os.close(kernel.call("io_uring_setup", 1, (ctypes.c_uint64 * 15)()))


def _load_program(host: Mapping[str, Any]) -> None:
    array_of_one = (ctypes.c_uint32 * 32)(2, 4, 4, 1)
    os.close(kernel.call("bpf", 0, array_of_one, ctypes.sizeof(array_of_one)))


def _count_events(host: Mapping[str, Any]) -> None:
    software_task_clock = (ctypes.c_uint32 * 32)(1, 128, 1)
    os.close(kernel.call("perf_event_open", software_task_clock, 0, -1, -1, 0))


def _handle_faults(host: Mapping[str, Any]) -> None:
    user_mode_only = 1
    os.close(kernel.call("userfaultfd", user_mode_only | os.O_CLOEXEC))


def _keep_a_key(host: Mapping[str, Any]) -> None:
    kernel.call("add_key", b"user", b"probe", b"x", 1, _PROCESS_KEYRING)


def _take_handle(host: Mapping[str, Any]) -> None:
    handle = (ctypes.c_uint32 * 34)(128)
    kernel.call("name_to_handle_at", -100, b"/usr", handle, ctypes.byref(ctypes.c_int()), 0)


def _read_kernel_log(host: Mapping[str, Any]) -> None:
    size_of_buffer = 10
    kernel.call("syslog", size_of_buffer, None, 0)


def _change_personality(host: Mapping[str, Any]) -> None:
    kernel.call("personality", _ADDR_NO_RANDOMIZE)


def _watch_file_system(host: Mapping[str, Any]) -> None:
    report_ids = 0x200
    os.close(kernel.call("fanotify_init", report_ids, os.O_RDONLY))


def _call_as_32_bits(host: Mapping[str, Any]) -> None:
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "only on x86_64")
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(_CALL_OF_32_BITS)
    answer = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    if answer != os.getpid():
        raise OSError(errno.ENOSYS, "no calls of 32 bits")


def _wait_for(child: int) -> None:
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


PROBES: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "mount a file system": _mount,
    "open a file system": _open_file_system,
    "enter a user namespace": _enter_user_namespace,
    "enter a network namespace": _enter_network_namespace,
    "clone into a namespace": _clone_into_namespace,
    "clone into a namespace by clone3": _clone_by_structure,
    "change the root folder": _change_root,
    "become another user": _become_another,
    "make a raw socket": _make_raw_socket,
    "make a packet socket": _make_packet_socket,
    "make a socket to the hypervisor": _make_vsock,
    "make a netlink socket": _make_netlink_socket,
    "make a crypto socket": _make_crypto_socket,
    "make a file in memory": _make_anonymous_file,
    "use io_uring": _make_ring,
    "load a BPF map": _load_program,
    "count events of the processor": _count_events,
    "handle page faults": _handle_faults,
    "keep a key in the kernel": _keep_a_key,
    "take the handle of a file": _take_handle,
    "read the kernel's log": _read_kernel_log,
    "change the personality": _change_personality,
    "watch a file system": _watch_file_system,
    "call the kernel as a 32-bit program": _call_as_32_bits,
}
