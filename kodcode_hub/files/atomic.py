"""Files and folders that appear under their name only when they are whole, and leave nothing beside them.

What is being written lies beside its target under a hidden name of its own and is locked by its writer; what a
killed writer left can be told by its lock being free, and is removed by the next one that writes the same target.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kodcode_hub.errors import UsageError

_ADVICE = {
    errno.ENOSPC: "free some space there, or choose another place",
    errno.EDQUOT: "free some space there, or choose another place",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EACCES: "give yourself the right to write there, or choose another place",
    errno.EPERM: "give yourself the right to write there, or choose another place",
    errno.EROFS: "choose a place that is not read-only",
    errno.EEXIST: "one of its parents is a file: choose another place",
    errno.ENOTDIR: "one of its parents is a file: choose another place",
    errno.EISDIR: "it is a folder: choose another name",
    errno.ENAMETOOLONG: "choose a shorter name",
}

_WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextmanager
def naming_failures(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the block into one sentence about ``path``.

    Raises:
        UsageError: what the system said, and what to do next.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "choose another place")
        raise UsageError(f"cannot write {path}: {error.strerror or error}; {advice}") from error


@contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """A binary file that takes the name ``path`` when the block ends well, and is removed when it does not.

    Missing parents are made. A symbolic link keeps pointing where it does; a device or a pipe is written to directly,
    since nothing may be renamed over it.

    Raises:
        UsageError: the file cannot be written (no space, no right, read-only, a folder of that name).
    """
    with naming_failures(path):
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with _write_through(path) if path.exists() and not path.is_file() else _write_beside(path) as stream:
        yield stream


@contextmanager
def write_folder_atomically(target: Path) -> Iterator[Path]:
    """An empty folder that takes the place of ``target`` when the block ends well, and is removed when it does not.

    A kill at any moment leaves the old folder or the new one under the name ``target``, or, between two renames,
    neither: then the old one lies beside it, and :func:`repair_folder`, which this function calls first, puts it back.

    Raises:
        UsageError: the folder cannot be written.
    """
    target = target.resolve()
    with naming_failures(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        repair_folder(target)
        folder = _beside(target, ".new")
        folder.mkdir()
        lock = _lock(folder)
    try:
        yield folder
        with naming_failures(target):
            _sync_tree(folder)
            replace_folder(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def replace_folder(new: Path, target: Path) -> None:
    """Rename the folder ``new`` to ``target``, which lies on the same file system; what was there is removed.

    Raises:
        UsageError: it cannot be done; ``target`` is then what it was.
    """
    aside = _aside(target)
    with naming_failures(target):
        if target.exists():
            target.rename(aside)
        try:
            new.rename(target)
        except BaseException:
            if aside.exists() and not target.exists():
                aside.rename(target)
            raise
        sync_folder(target.parent)
        if aside.exists():
            shutil.rmtree(aside)


def repair_folder(target: Path) -> None:
    """Finish or undo what a writer of ``target`` was killed at.

    Raises:
        OSError: the leftovers cannot be moved or removed.
    """
    target = target.resolve()
    aside = _aside(target)
    if aside.is_dir():
        if target.exists() and any(target.iterdir()):
            shutil.rmtree(aside)
        else:
            aside.rename(target)
    _remove_abandoned(target, ".new")


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _write_through(path: Path) -> Iterator[BinaryIO]:
    with _naming_failed_writes(path), path.open("wb") as stream:
        yield stream


@contextmanager
def _write_beside(path: Path) -> Iterator[BinaryIO]:
    with naming_failures(path):
        _remove_abandoned(path, ".part")
        part = _beside(path, ".part")
        stream = _open_new(part)
    try:
        with _naming_failed_writes(path):
            yield stream
        with naming_failures(path):
            stream.flush()
            os.fsync(stream.fileno())
            part.replace(path)
            sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        with suppress(OSError):  # what was left in the buffer of a full disk fails a second time
            stream.close()


@contextmanager
def _naming_failed_writes(path: Path) -> Iterator[None]:
    """As :func:`naming_failures`, but the block also does other things, whose errors are their own."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in _WRITE_ERRORS:
            with naming_failures(path):
                raise
        raise


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            sync_folder(Path(parent, name))
        sync_folder(Path(parent))


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{suffix}")


def _open_new(part: Path) -> BinaryIO:
    stream = part.open("xb")
    fcntl.flock(stream, fcntl.LOCK_EX)
    return stream


def _lock(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _remove_abandoned(path: Path, suffix: str) -> None:
    """Remove what a dead writer of ``path`` left: its lock went with it."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}{re.escape(suffix)}")
    for leftover in [entry for entry in path.parent.iterdir() if pattern.fullmatch(entry.name)]:
        with suppress(BlockingIOError, FileNotFoundError):
            descriptor = os.open(leftover, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink(missing_ok=True)
            finally:
                os.close(descriptor)
