"""POSIX shared memory and semaphores without /dev/shm, which a trial confined by Landlock alone cannot write to.

What ``multiprocessing`` needs of them is kept in the private folder and in memory that forks share. The modules are
changed when they are imported, so that a trial that does not use them pays nothing.
"""

from __future__ import annotations

import ctypes
import errno
import importlib.abc
import importlib.machinery
import mmap
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

_FOLDERS = [""]
"""The one folder, as ``multiprocessing.heap`` wants it."""
_SEMAPHORES: list[mmap.mmap] = []
"""The memory that they lie in must stay as long as the process."""


def install() -> None:
    """Change the modules, those imported already and those to come. Once a process; forks inherit it.

    Semaphores are shared by fork only, as in ``multiprocessing``'s default; others raise PermissionError.
    """
    changes: dict[str, Callable[[Any], None]] = {
        "_posixshmem": _replace_shared_memory,
        "_multiprocessing": _replace_semaphores,
        "multiprocessing.heap": _replace_arenas,
    }
    for name, change in changes.items():
        if name in sys.modules:
            change(sys.modules[name])
    sys.meta_path.insert(0, _Finder(changes))


def keep_in(folder: str) -> None:
    """Keep shared memory in this folder from now on."""
    _FOLDERS[0] = folder


def _replace_shared_memory(module: Any) -> None:
    def shm_open(path: str, flags: int, mode: int = 0o777) -> int:
        return os.open(_path_of(path), flags | os.O_CLOEXEC | os.O_NOFOLLOW, mode)

    def shm_unlink(path: str) -> None:
        os.unlink(_path_of(path))  # noqa: PTH108 - as the function that it stands for

    module.shm_open, module.shm_unlink = shm_open, shm_unlink


def _path_of(name: str) -> str:
    if "/" in name.lstrip("/"):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
    return f"{_FOLDERS[0]}/{name.lstrip('/')}"


def _replace_arenas(module: Any) -> None:
    module.Arena._dir_candidates = _FOLDERS


def _replace_semaphores(module: Any) -> None:
    of_the_system = module.SemLock

    class SemLock:
        """Makes the system's own kind of object over an unnamed semaphore."""

        SEM_VALUE_MAX = of_the_system.SEM_VALUE_MAX

        def __new__(cls, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> Any:
            if not unlink:
                raise PermissionError(errno.EACCES, "only processes that were forked can share semaphores here", name)
            return of_the_system._rebuild(_new_semaphore(value), kind, maxvalue, None)

    module.SemLock = SemLock


def _new_semaphore(value: int) -> int:
    """The address of a ``sem_t`` that later forks share."""
    memory = mmap.mmap(-1, mmap.PAGESIZE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    shared_by_processes = 1
    library = ctypes.CDLL(None, use_errno=True)
    if library.sem_init(ctypes.c_void_p(address), shared_by_processes, ctypes.c_uint(value)) != 0:
        raise OSError(ctypes.get_errno(), "sem_init")
    _SEMAPHORES.append(memory)
    return address


class _Finder(importlib.abc.MetaPathFinder):
    """Finds what the other finders find, and has the modules changed that are to be."""

    def __init__(self, changes: dict[str, Callable[[Any], None]]) -> None:
        self._changes = changes

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        change = self._changes.get(fullname)
        if change is None:
            return None
        others = [finder for finder in sys.meta_path if finder is not self]
        spec = next(filter(None, (finder.find_spec(fullname, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _ChangingLoader(spec.loader, change)
        return spec


class _ChangingLoader(importlib.abc.Loader):
    def __init__(self, loader: Any, change: Callable[[Any], None]) -> None:
        self._loader, self._change = loader, change

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)  # type: ignore[no-any-return]

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._change(module)
