"""The run folder: one process at a time, one ledger, one release."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.errors import RunFolderError
from kodcode_hub.ledger.store import Ledger

LEDGER_NAME = "ledger.sqlite"
_LOCK_NAME = "lock"
_OURS = {LEDGER_NAME, f"{LEDGER_NAME}-wal", f"{LEDGER_NAME}-shm", _LOCK_NAME, "release", "scratch"}


@dataclass(frozen=True, slots=True)
class RunFolder:
    """An open run folder."""

    path: Path
    ledger: Ledger

    @property
    def release(self) -> Path:
        """Where the finished build packages its rows."""
        return self.path / "release"

    @property
    def scratch(self) -> Path:
        """Where trials get their private folders."""
        return self.path / "scratch"


@contextmanager
def open_run_folder(path: Path) -> Iterator[RunFolder]:
    """Open ``path`` for writing; it is made if it is not there.

    Raises:
        RunFolderError: not writable, used by another process, of another format, or a folder of something else.
    """
    _make(path)
    with _locked(path):
        ledger = Ledger(path / LEDGER_NAME)
        try:
            (path / "scratch").mkdir(exist_ok=True)
            yield RunFolder(path, ledger)
        finally:
            ledger.close()


def is_running(path: Path) -> bool:
    """True if a process holds the run folder right now."""
    try:
        descriptor = os.open(path / _LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        entries = {entry.name for entry in path.iterdir()}
    except (FileExistsError, NotADirectoryError) as error:
        raise RunFolderError(f"--run {path}: there is a file of that name; name a folder") from error
    except OSError as error:
        raise RunFolderError(
            f"--run {path} cannot be used: {error.strerror}; name a folder that can be written"
        ) from error
    if entries and LEDGER_NAME not in entries and not entries <= _OURS:
        raise RunFolderError(
            f"--run {path} is not empty and not a run folder ({sorted(entries)[0]} is in it): name a new folder"
        )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder; the lock goes with the process, however that ends."""
    try:
        descriptor = os.open(path / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise RunFolderError(
            f"--run {path} cannot be written: {error.strerror}; give write access or name another folder"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise RunFolderError(f"--run {path} is in use by another kodcode build: wait for it, or end it") from error
    finally:
        os.close(descriptor)
