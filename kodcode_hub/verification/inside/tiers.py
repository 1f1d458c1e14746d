"""The ways to isolate a worker and its trials, from the strongest to none."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from . import kernel, landlock, namespaces, private_shm, seccomp
from .seccomp import Openings, Signals

_SCOPES_ABI = 6
_TRUNCATION_ABI = 3
_READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/fonts"),
    *("/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/dev/random", "/dev/urandom"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat"),
)
_OWN_PROCESS = "/proc/self"
_WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


class Tier(Protocol):
    """What isolates a worker, in the order in which it is called."""

    name: str
    is_process_one: bool
    """The zygote is process 1 of a pid namespace of its own."""

    def leave_host(self, shown: Sequence[str]) -> None:
        """In the launcher, before the zygote is forked, with one thread.

        Args:
            shown: folders and files that trials may read besides the system's.

        Raises:
            OSError: this machine does not allow it.
        """

    def become_init(self) -> None:
        """In the zygote, first of all; OSError as ``leave_host``."""

    def open_folder(self, given: str, disk_mb: int) -> str:
        """In the zygote, before each trial: the path of its private folder, with ``work``, ``tmp`` and ``shm`` inside.

        Args:
            given: a folder made for it, with these inside, in tiers that have no file system of their own.
            disk_mb: what the files may take, in tiers that have.
        """

    def close_folder(self) -> None:
        """In the zygote, after each trial, when nothing of it runs any more."""

    def kill_at_once(self) -> bool:
        """In launcher or zygote: kill all that it has started, and nothing else, without a race; False where that needs
        a search.
        """

    def confine(self, folder: str, *, peer: bool) -> None:
        """In a process of a trial: before it reads an untrusted byte, with one thread, after its limits are set.

        Args:
            folder: what ``open_folder`` said.
            peer: the trial has another process, which this one must not reach.
        """


class Namespaces:
    """A file system, processes and a network of its own for the worker; Landlock and seccomp close what is left."""

    name = "namespaces"
    is_process_one = True

    def __init__(self) -> None:
        self._ruleset = -1
        self._drop_privileges: list[kernel.Call] = []
        self._restrict: kernel.Call = _not_ready
        self._filter_calls: kernel.Call = _not_ready

    def leave_host(self, shown: Sequence[str]) -> None:
        namespaces.leave_host(shown)

    def become_init(self) -> None:
        namespaces.become_init()
        self._drop_privileges = kernel.prepare_to_drop_privileges()
        signals = Signals.TO_ALL if landlock.abi() >= _SCOPES_ABI else Signals.NOT_TO_PROCESS_ONE
        self._filter_calls = seccomp.prepare(Openings(sockets=True, signals=signals))

    def open_folder(self, given: str, disk_mb: int) -> str:
        folder = namespaces.open_private(disk_mb)
        if landlock.abi():
            self._ruleset = landlock.make_ruleset(("/",), (folder, "/dev"), tcp=True)
            self._restrict = landlock.prepare(self._ruleset)
        return folder

    def close_folder(self) -> None:
        namespaces.close_private()
        if landlock.abi():
            os.close(self._ruleset)

    def kill_at_once(self) -> bool:
        return os.getpid() == 1 and _kill_all_in_reach()

    def confine(self, folder: str, *, peer: bool) -> None:
        for step in self._drop_privileges:
            step()
        if landlock.abi():
            self._restrict()
            os.close(self._ruleset)
        elif peer:  # else its domain keeps the other process out, and the zygote can measure this one
            kernel.hide_from_peers()
        self._filter_calls()


class Landlock:
    """An ordinary user's own means: Landlock for files and processes, seccomp for what it leaves open."""

    name = "landlock"
    is_process_one = False

    def __init__(self) -> None:
        self._is_enclosed = False
        self._readable: list[str] = []
        self._allow_own_process: Callable[[], object] = _not_ready
        self._ruleset = -1
        self._drop_privileges: list[kernel.Call] = []
        self._restrict: kernel.Call = _not_ready
        self._filter_calls: kernel.Call = _not_ready

    def leave_host(self, shown: Sequence[str]) -> None:
        if not landlock.abi():
            raise OSError(errno.ENOSYS, "the kernel has no Landlock")
        if os.geteuid() == 0:
            _leave_root()
        self._readable = _outermost((*_READABLE, *shown))
        self._enclose_signals()

    def become_init(self) -> None:
        private_shm.install()
        kernel.drop_bounding_set()
        self._enclose_signals()
        self._drop_privileges = kernel.prepare_to_drop_privileges()
        openings = Openings(
            sockets=False,
            attributes=False,
            truncation=landlock.abi() >= _TRUNCATION_ABI,
            signals=Signals.TO_ALL if landlock.abi() >= _SCOPES_ABI else Signals.TO_ITSELF,
        )
        self._filter_calls = seccomp.prepare(openings)

    def _enclose_signals(self) -> None:
        """Confine our own signals to what we start from here on: a signal to all then reaches just that."""
        if landlock.abi() >= _SCOPES_ABI:
            kernel.forbid_new_privileges()
            landlock.enclose_signals()
            self._is_enclosed = True

    def open_folder(self, given: str, disk_mb: int) -> str:
        private_shm.keep_in(f"{given}/shm")
        self._ruleset = landlock.make_ruleset(self._readable, (given, *_WRITABLE_DEVICES), tcp=False)
        self._allow_own_process = landlock.prepare_to_allow_reading(self._ruleset, _OWN_PROCESS)
        self._restrict = landlock.prepare(self._ruleset)
        return given

    def close_folder(self) -> None:
        """The parent, which made the folder, removes it."""
        os.close(self._ruleset)

    def kill_at_once(self) -> bool:
        return self._is_enclosed and _kill_all_in_reach()

    def confine(self, folder: str, *, peer: bool) -> None:
        for step in self._drop_privileges:
            step()
        self._allow_own_process()
        self._restrict()
        os.close(self._ruleset)
        self._filter_calls()


class Nothing:
    """No isolation: for code that is trusted."""

    name = "none"
    is_process_one = False

    def leave_host(self, shown: Sequence[str]) -> None:
        """Everything stays in reach."""

    def become_init(self) -> None:
        """There is nothing to set up."""

    def open_folder(self, given: str, disk_mb: int) -> str:
        return given

    def close_folder(self) -> None:
        """The parent, which made the folder, removes it."""

    def kill_at_once(self) -> bool:
        return False

    def confine(self, folder: str, *, peer: bool) -> None:
        """Nothing is denied."""


def _outermost(paths: Iterable[str]) -> list[str]:
    """Those that exist, as they are without links, and that do not lie below another: each costs at every trial."""
    kept: list[Path] = []
    for path in sorted({Path(path).resolve() for path in paths}):
        if path.exists() and not any(path.is_relative_to(folder) for folder in kept):
            kept.append(path)
    return [str(path) for path in kept]


def _not_ready() -> int:
    raise RuntimeError("become_init was not called")


TIERS: dict[str, Tier] = {tier.name: tier for tier in (Namespaces(), Landlock(), Nothing())}


def _kill_all_in_reach() -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    return True


def _leave_root() -> None:
    """Go on as an ordinary user: the kernel does not hold root's processes to a number."""
    kernel.become_nobody()
    for needed in (sys.executable, os.__file__):
        if not os.access(needed, os.R_OK):
            raise OSError(
                errno.EACCES,
                f"root's trials run as an ordinary user here, who cannot read {needed}; "
                "take an interpreter that all can read, or run as an ordinary user",
            )
