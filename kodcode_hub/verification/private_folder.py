"""A folder of its own for each trial, gone afterwards whatever the trial did to it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kodcode_hub.verification.inside.kernel import NOBODY

_PREFIX = "trial-"
_TRIES = 10
_TO_PASS_THROUGH = 0o711
_SUBFOLDERS = ("work", "tmp", "shm")
_log = logging.getLogger(__name__)


@contextlib.contextmanager
def private_folder(scratch: Path, prefix: str = _PREFIX) -> Iterator[Path]:
    """A new folder under ``scratch``, locked while it is in use and removed at the end.

    Raises:
        OSError: it cannot be made.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with _new_folder(scratch, prefix) as folder:
        try:
            yield folder
        finally:
            _remove(folder)


@contextlib.contextmanager
def trial_folder(scratch: Path) -> Iterator[Path]:
    """A private folder with ``work``, ``tmp`` and ``shm`` inside, as trials expect it.

    Raises:
        OSError: it cannot be made.
    """
    with private_folder(scratch) as folder:
        for place in (folder, *(folder / name for name in _SUBFOLDERS)):
            place.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                os.chown(place, NOBODY, NOBODY)  # root's trials run as that user, where they are isolated
        yield folder


def reachable_scratch(scratch: Path, isolation: str) -> Path:
    """Where trials with this isolation can have their folders: ``scratch``, unless their user cannot get there.

    Raises:
        OSError: root's place for such trials cannot be made, or is not root's.
    """
    if os.geteuid() != 0 or isolation != "landlock":
        return scratch
    place = Path(tempfile.gettempdir()) / "kodcode-trials"
    place.mkdir(mode=_TO_PASS_THROUGH, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != 0:
        raise PermissionError(errno.EPERM, f"{place} is not root's: remove it")
    place.chmod(_TO_PASS_THROUGH)
    clear_leftovers(place)
    return place


def clear_leftovers(scratch: Path, prefix: str = _PREFIX) -> int:
    """Remove the private folders that a dead run left under ``scratch``; those of a live run are locked, and stay.

    Where anybody may write, what others made stays too: they could put something else in its place.

    Returns:
        How many were removed.
    """
    removed = 0
    is_shared = scratch.exists() and bool(scratch.stat().st_mode & 0o002)
    for folder in sorted(scratch.glob(f"{prefix}*")):
        with contextlib.suppress(OSError), _locked(folder):
            if is_shared and folder.lstat().st_uid != os.geteuid():
                continue
            _remove(folder)
            removed += 1
    return removed


@contextlib.contextmanager
def _new_folder(scratch: Path, prefix: str) -> Iterator[Path]:
    """Made and locked; another one where it was taken for a leftover in between."""
    for left in reversed(range(_TRIES)):
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=scratch)).resolve()
        with contextlib.ExitStack() as lock:
            try:
                lock.enter_context(_locked(folder))
                folder.stat()
            except (BlockingIOError, FileNotFoundError):
                if not left:
                    raise
                continue
            yield folder
            return


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel gives back when this process dies; OSError if another holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
        return
    try:
        _remove_level_by_level(folder)
    except OSError as error:
        _log.warning("the folder %s of a trial cannot be removed (%s); the next start tries again", folder, error)


def _remove_level_by_level(folder: Path) -> None:
    """For folders without permissions, or nested deeper than Python recurses or a path is long: lift what is below."""
    while children := [Path(entry) for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]:
        for child in children:
            child.chmod(0o700)
            for entry in os.scandir(child):
                if entry.is_dir(follow_symlinks=False):
                    Path(entry).chmod(0o700)  # or it cannot be given another parent
                    Path(entry).rename(tempfile.mkdtemp(dir=folder))
                else:
                    Path(entry).unlink()
            child.rmdir()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
