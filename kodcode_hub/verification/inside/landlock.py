"""Landlock: what an ordinary process can deny to itself, for ever, of the file system, TCP and its user's processes."""

from __future__ import annotations

import ctypes
import functools
import os
import stat
import struct
import sys
from collections.abc import Callable, Iterable

from . import kernel

NEWEST_ABI_KNOWN = 7

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_CHARACTER_DEVICE, _MAKE_BLOCK_DEVICE = 1 << 6, 1 << 11
_TRUNCATE, _DEVICE_IOCTL = 1 << 14, 1 << 15
# All rights of an ABI from the first version on are the bits below this one.
_FILE_RIGHTS_END = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 7: 16}
_TO_READ = _EXECUTE | _READ_FILE | _READ_DIR
_RIGHTS_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL
_TCP_ABI, _BIND_AND_CONNECT = 4, 3
_SCOPES_ABI, _ABSTRACT_SOCKETS_AND_SIGNALS, _SIGNALS = 6, 3, 2
_QUIET_ABI, _NO_LOG = 7, 1
_GET_VERSION = 1
_BENEATH_PATH = 1


@functools.cache
def abi() -> int:
    """The version that the kernel speaks, 0 where there is none."""
    try:
        return min(kernel.call("landlock_create_ruleset", None, 0, _GET_VERSION), NEWEST_ABI_KNOWN)
    except OSError:
        return 0


def enclose_signals() -> None:
    """Put this process, with what it starts from now on, into a domain beyond which its signals do not reach.

    Raises:
        OSError: the kernel's Landlock does not know of signals, or ``no_new_privs`` is not set.
    """
    packed = struct.pack("3Q", 0, 0, _SIGNALS)
    ruleset = kernel.call("landlock_create_ruleset", packed, len(packed), 0)
    try:
        prepare(ruleset)()
    finally:
        os.close(ruleset)


def make_ruleset(readable: Iterable[str], writable: Iterable[str], *, tcp: bool) -> int:
    """A descriptor of the rules that deny all but what lies at or below these paths, for ``restrict``.

    Paths that do not exist are left out.

    Args:
        readable: may be read and executed.
        writable: may also be written, made and removed; no device nodes can be made.
        tcp: ports may be bound and connected to.

    Raises:
        OSError: the kernel has no Landlock.
    """
    version = abi()
    all_rights = (1 << _FILE_RIGHTS_END.get(version, 13)) - 1
    attributes = [all_rights]
    if version >= _TCP_ABI:
        attributes.append(0 if tcp else _BIND_AND_CONNECT)
    if version >= _SCOPES_ABI:
        attributes.append(_ABSTRACT_SOCKETS_AND_SIGNALS)
    packed = struct.pack(f"{len(attributes)}Q", *attributes)
    ruleset = kernel.call("landlock_create_ruleset", packed, len(packed), 0)
    for path in readable:
        _allow(ruleset, path, _TO_READ)
    for path in writable:
        _allow(ruleset, path, all_rights & ~(_MAKE_CHARACTER_DEVICE | _MAKE_BLOCK_DEVICE))
    return ruleset


def restrict(ruleset: int) -> None:
    """Confine this process and its descendants for ever, in a domain of their own; closes the descriptor.

    Processes outside the domain cannot be traced, and from ABI 6 on not be signalled or reached by abstract sockets.

    Raises:
        OSError: ``no_new_privs`` is not set.
    """
    prepare(ruleset)()
    os.close(ruleset)


def prepare(ruleset: int) -> kernel.Call:
    """A function that confines the process that calls it, a fork of this one; the descriptor it has to close itself."""
    return kernel.prepare("landlock_restrict_self", ruleset, _NO_LOG if abi() >= _QUIET_ABI else 0)


def prepare_to_allow_reading(ruleset: int, folder: str) -> Callable[[], None]:
    """A function that adds one more folder, as the process that calls it, a fork of this one, finds it."""
    rule = bytearray(struct.pack("=Qi", _TO_READ, -1))
    shared = (ctypes.c_char * len(rule)).from_buffer(rule)
    add_rule = kernel.prepare("landlock_add_rule", ruleset, _BENEATH_PATH, shared, 0)

    def allow() -> None:
        descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        rule[-4:] = descriptor.to_bytes(4, sys.byteorder)
        add_rule()
        os.close(descriptor)

    return allow


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= _RIGHTS_OF_A_FILE
        rule = struct.pack("=Qi", rights, descriptor)
        kernel.call("landlock_add_rule", ruleset, _BENEATH_PATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)
