"""The shingle hashes of many rows in an unnamed temporary file, read back row by row.

A row's texts are needed once more only if another row may be its duplicate; until then 16 bytes a row are held in
memory. The file has no name, so that it vanishes with the process however that ends.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from kodcode_hub.files.atomic import naming_failures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kodcode_hub.decontamination.shingle_hashes import ShingleHashes

_READ_HASHES = 1 << 20
"""Hashes read at a time where all are read (8 MB)."""


class ShinglesByRow(Protocol):
    """Where the hashes of a row's shingles come from: memory (``ShingleHashes``) or a file (``ShingleStore``)."""

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def of(self, position: int) -> NDArray[np.uint64]:
        """The distinct hashes of one row, ascending."""
        ...


class ShingleStore:
    """Takes rows in order, or sets them aside and takes them later; gives back any of them at any time."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.gettempdir())
        with naming_failures(self._folder):
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed by __exit__
        self._starts = array("q")
        self._lengths = array("q")
        self._end = 0

    def __enter__(self) -> ShingleStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._starts)

    def append(self, shingles: ShingleHashes) -> None:
        """Add rows behind the last one."""
        self._lengths.extend((shingles.offsets[1:] - shingles.offsets[:-1]).tolist())
        self._starts.extend((shingles.offsets[:-1] + self._end).tolist())
        self._write(shingles)

    def append_absent(self, rows: int) -> None:
        """Add rows whose hashes come later (:meth:`put`); until then they have none."""
        self._lengths.extend([0] * rows)
        self._starts.extend([0] * rows)

    def put(self, rows: Sequence[int], shingles: ShingleHashes) -> None:
        """The hashes of rows that were absent."""
        offsets = shingles.offsets.tolist()
        for row, start, end in zip(rows, offsets, offsets[1:], strict=False):
            self._starts[row], self._lengths[row] = self._end + start, end - start
        self._write(shingles)

    def of(self, position: int) -> NDArray[np.uint64]:
        """The distinct hashes of one row, ascending."""
        import numpy as np

        return np.frombuffer(self._read(self._starts[position], self._lengths[position]), dtype=np.uint64)

    def batches(self) -> Iterator[ShingleHashes]:
        """All rows in order, some thousands at a time; for rows that were added by :meth:`append` alone."""
        import numpy as np

        from kodcode_hub.decontamination.shingle_hashes import ShingleHashes

        first = 0
        while first < len(self):
            last, size = first, 0
            while last < len(self) and (size == 0 or size + self._lengths[last] <= _READ_HASHES):
                size += self._lengths[last]
                last += 1
            lengths = np.array(self._lengths[first:last], dtype=np.int64)
            offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
            yield ShingleHashes(np.frombuffer(self._read(self._starts[first], size), dtype=np.uint64), offsets)
            first = last

    def _write(self, shingles: ShingleHashes) -> None:
        left = memoryview(shingles.hashes.tobytes())
        self._end += len(shingles.hashes)
        with naming_failures(self._folder):
            while left:
                left = left[self._file.write(left) :]

    def _read(self, start: int, length: int) -> bytes:
        content = os.pread(self._file.fileno(), 8 * length, 8 * start)
        if len(content) != 8 * length:  # never of a local file; a signal or a network may cut a read short
            raise OSError(f"{len(content)} of {8 * length} bytes of a temporary file could be read")
        return content
