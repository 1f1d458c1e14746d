"""Keeps what the index occupies of this process's memory bounded.

tantivy maps its files, and every page that was ever read stays in the process until the system is short of memory:
after thousands of searches the whole index would count as memory in use. Pages that are let go of stay in the system's
cache, so that the next search that needs them finds them there.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import re
from pathlib import Path

MOST_BYTES = 256_000_000
_EVERY = 16
_DONTNEED = 4  # MADV_DONTNEED of Linux
_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r--s|r--p) ")


class MappedMemory:
    """Of one index.

    Args:
        folder: whose files are mapped.
        most: bytes of files in this process's memory from which they are let go of.
    """

    def __init__(self, folder: Path, *, most: int = MOST_BYTES) -> None:
        self._folder, self._most = str(folder.resolve()), most
        self._calls = itertools.count(1)

    def look(self) -> None:
        """To be called after each use; does something after every 16th at most, and nothing but on Linux."""
        if next(self._calls) % _EVERY == 0 and resident_file_bytes() > self._most:
            self.let_go()

    def let_go(self) -> None:
        """Give all pages of the index back. Searches that go on meanwhile read them again."""
        libc = ctypes.CDLL(None, use_errno=True)
        for start, end in self._regions():
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONTNEED)

    def _regions(self) -> list[tuple[int, int]]:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
        found = (_REGION.match(line) for line in lines if f"{self._folder}/" in line)
        return [(int(match[1], 16), int(match[2], 16)) for match in found if match]


def resident_file_bytes() -> int:
    """How much of files this process has in memory; 0 where the system does not tell."""
    try:
        shared = Path("/proc/self/statm").read_text(encoding="ascii").split()[2]
    except OSError:
        return 0
    return int(shared) * os.sysconf("SC_PAGESIZE")
