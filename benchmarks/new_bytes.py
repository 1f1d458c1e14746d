"""What of a folder is new beside an earlier one: by whole files, as LFS sends them, and by content-defined chunks.

The chunks are cut as storages with chunk deduplication do it (a gear hash, 64 KB on average, 8 to 128 KB).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

_LEAST, _MOST = 8 * 1024, 128 * 1024
_MASK = np.uint64(0xFFFF000000000000)
_GEAR = np.array([random.Random(value).getrandbits(64) for value in range(256)], dtype=np.uint64)


def new_file_bytes(old: Path, new: Path) -> int:
    """Bytes of files whose content the old folder does not have under any name."""
    known = {_digest(path.read_bytes()) for path in _files(old)}
    return sum(path.stat().st_size for path in _files(new) if _digest(path.read_bytes()) not in known)


def new_chunk_bytes(old: Path, new: Path) -> int:
    """Bytes of chunks that the old folder does not have."""
    known = {_digest(chunk) for path in _files(old) for chunk in _chunks(path)}
    return sum(len(chunk) for path in _files(new) for chunk in _chunks(path) if _digest(chunk) not in known)


def _chunks(path: Path) -> Iterator[bytes]:
    content = path.read_bytes()
    start = 0
    for end in _cuts(np.frombuffer(content, dtype=np.uint8), _GEAR):
        yield content[start:end]
        start = end


@numba.njit(cache=False)
def _cuts(content: NDArray[np.uint8], gear: NDArray[np.uint64]) -> list[int]:  # pragma: no cover - compiled
    cuts = []
    start = 0
    hashed = np.uint64(0)
    for index in range(len(content)):
        hashed = (hashed << np.uint64(1)) + gear[content[index]]
        length = index + 1 - start
        if length >= _MOST or (length >= _LEAST and hashed & _MASK == 0):
            cuts.append(index + 1)
            start = index + 1
            hashed = np.uint64(0)
    if start < len(content):
        cuts.append(len(content))
    return cuts


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
