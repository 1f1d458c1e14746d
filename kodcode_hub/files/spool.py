"""Records by bucket, on disk: for sorting what does not fit into memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import BinaryIO, Generic, TypeVar

import pyarrow as pa

T = TypeVar("T")

_CHUNK_BYTES = 32_768
"""Of one bucket, written at once."""


class Spool(Generic[T]):
    """Holds at most 32 kB a bucket in memory (and a record), everything else in a file.

    Args:
        file: binary, open for reading and writing; its content is this spool's own.
    """

    def __init__(self, file: BinaryIO, buckets: int) -> None:
        self._file = file
        self._waiting: list[list[bytes]] = [[] for _ in range(buckets)]
        self._waiting_bytes = [0] * buckets
        self._chunks: list[list[tuple[int, int, int]]] = [[] for _ in range(buckets)]
        self._end = 0

    def put(self, bucket: int, record: T) -> None:
        """Add a record to a bucket; all are put before the first is taken."""
        packed = pickle.dumps(record, pickle.HIGHEST_PROTOCOL)
        self._waiting[bucket].append(packed)
        self._waiting_bytes[bucket] += len(packed)
        if self._waiting_bytes[bucket] >= _CHUNK_BYTES:
            self._write_chunk(bucket)

    def take(self, bucket: int) -> Iterator[T]:
        """The records of a bucket, in the order in which they were put."""
        for offset, packed, size in self._chunks[bucket]:
            self._file.seek(offset)
            chunk = pa.Codec("zstd").decompress(self._file.read(packed), decompressed_size=size, asbytes=True)
            yield from map(pickle.loads, pickle.loads(chunk))
        yield from map(pickle.loads, self._waiting[bucket])

    def _write_chunk(self, bucket: int) -> None:
        chunk = pickle.dumps(self._waiting[bucket], pickle.HIGHEST_PROTOCOL)
        packed: bytes = pa.Codec("zstd", compression_level=1).compress(chunk, asbytes=True)
        self._file.write(packed)
        self._chunks[bucket].append((self._end, len(packed), len(chunk)))
        self._end += len(packed)
        self._waiting[bucket], self._waiting_bytes[bucket] = [], 0
