"""A file that counts what is read of it: what a client read after it had hashed the file is what it sent."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any


class CountedFile(io.BufferedReader):
    """An open file for ``CommitOperationAdd``, which hashes it when it is made; ``read_bytes`` counts from then on."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        super().__init__(io.FileIO(path, "rb"))
        self.read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        content = super().read(size)
        self.read_bytes += len(content)
        return content

    def readinto(self, buffer: Any, /) -> int:
        """Read, and count."""
        size = super().readinto(buffer)
        self.read_bytes += size
        return size

    def __iter__(self) -> CountedFile:
        return self

    def __next__(self) -> bytes:
        """Blocks instead of lines: what is sent is no text."""
        block = self.read(1 << 16)
        if not block:
            raise StopIteration
        return block
