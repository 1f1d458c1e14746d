"""The run folder: one process at a time, one ledger, one release."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kodcode_hub.errors import RunFolderError, UsageError
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

    A command that turns out to be wrong usage before it has begun, which is when its recipe is stored, takes away what
    it made.

    Raises:
        RunFolderError: not writable, used by another process, of another format, or a folder of something else.
    """
    made = _make(path)
    with _locked(path):
        ledger = Ledger(path / LEDGER_NAME)
        refused = False
        try:
            (path / "scratch").mkdir(exist_ok=True)
            yield RunFolder(path, ledger)
        except UsageError:
            refused = ledger.meta("recipe") is None
            raise
        finally:
            ledger.close()
            if refused:
                made.remove()


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


@dataclass(frozen=True, slots=True)
class _Made:
    """What was not there before this command."""

    path: Path
    names: frozenset[str]
    folders: tuple[Path, ...]
    """The run folder and those above it, the innermost first."""

    def remove(self) -> None:
        for name in self.names:
            if name == "scratch":
                shutil.rmtree(self.path / name, ignore_errors=True)
            else:
                (self.path / name).unlink(missing_ok=True)
        for folder in self.folders:
            try:
                folder.rmdir()
            except OSError:
                return  # somebody has put something there meanwhile


def _make(path: Path) -> _Made:
    missing = tuple(folder for folder in (path, *path.parents) if not folder.exists())
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
    return _Made(path, frozenset(_OURS - {"release"} - entries), missing)


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
        if not os.fstat(descriptor).st_nlink:
            raise BlockingIOError  # another command made this folder and has just taken it away
        yield
    except BlockingIOError as error:
        raise RunFolderError(f"--run {path} is in use by another kodcode build: wait for it, or end it") from error
    finally:
        os.close(descriptor)
