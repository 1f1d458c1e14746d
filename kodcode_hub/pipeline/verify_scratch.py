"""Where trials that belong to no run folder get their private folders."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kodcode_hub.errors import UsageError
from kodcode_hub.verification.private_folder import clear_leftovers, private_folder

_TRIES = 100


@contextmanager
def temporary_scratch() -> Iterator[Path]:
    """A folder below the system's folder for temporary files, gone at the end; what dead processes left is removed.

    Raises:
        UsageError: the folder for temporary files cannot be used.
    """
    base = Path(tempfile.gettempdir()) / f"kodcode-{os.getuid()}"
    with ExitStack() as stack:
        try:
            scratch = _enter(base, stack)
        except OSError as error:
            raise UsageError(
                f"no folder for the trials can be made at {base}: {error.strerror}; set TMPDIR to a folder of yours"
            ) from error
        yield scratch


def _enter(base: Path, stack: ExitStack) -> Path:
    for _ in range(_TRIES):
        base.mkdir(mode=0o700, exist_ok=True)
        try:
            _require_own(base)
            stack.callback(_remove_if_empty, base)
            clear_leftovers(base)
            return stack.enter_context(private_folder(base))
        except FileNotFoundError:
            continue  # another process, which ended, has just removed the empty folder
    raise FileNotFoundError(f"{base} is removed again and again")


def _require_own(base: Path) -> None:
    """A folder that somebody else made in a place where all may write would give them our trials."""
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise UsageError(f"{base} is not a folder of yours alone: remove it, or set TMPDIR to another place")


def _remove_if_empty(base: Path) -> None:
    with suppress(OSError):
        base.rmdir()
