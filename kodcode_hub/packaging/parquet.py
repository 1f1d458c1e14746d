"""Rows into Parquet files, split by split, in bounded memory; the same rows give the same bytes.

Rows become Arrow batches early, batches become row groups, row groups fill shards. Names carry the number of shards, so
shards are written under working names and renamed at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.schema import Column, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ZSTD_LEVEL = 3


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much lies together, in bytes.

    Args:
        batch: Python rows that wait to become Arrow, by the length of their texts.
        row_group: of Arrow data; encoded and uncompressed it is about as much, and at most 100 MB are promised.
        shard: of a file, unless a single row group is larger.
        pending: what may wait in memory for all splits of a release; beyond it the fullest one is written out early.
    """

    batch: int = 4_000_000
    row_group: int = 64_000_000
    shard: int = 450_000_000
    pending: int = 256_000_000


DEFAULT_LIMITS = FileLimits()


@dataclass(frozen=True, slots=True)
class DataFile:
    """One finished Parquet file."""

    config: str
    split: str
    path: str
    """Below the release folder, with forward slashes."""
    rows: int
    bytes: int
    arrow_bytes: int
    """What the rows take in memory as Arrow data."""
    sha256: str


class SplitWriter:
    """Writes the rows of one split of one config.

    Args:
        release: the folder in which ``data/<config>/`` is made.
        config: its name; also the folder's.
        split: its name; also the beginning of the files'.
        columns: what every row consists of; Arrow turns what it does not know into nulls, so check rows before.
        limits: sizes of batches, row groups and shards.
    """

    def __init__(
        self, release: Path, config: str, split: str, columns: Sequence[Column], *, limits: FileLimits
    ) -> None:
        self._release = release
        self._config = config
        self._split = split
        self._limits = limits
        self._schema: pa.Schema = arrow_schema(columns)
        self._rows: list[Mapping[str, Any]] = []
        self._rows_bytes = 0
        self._batches: list[pa.RecordBatch] = []
        self._batches_bytes = 0
        self._shard: _Shard | None = None
        self._done: list[_Shard] = []

    @property
    def pending_bytes(self) -> int:
        """How much waits in memory."""
        return self._rows_bytes + self._batches_bytes

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one row, which fits the columns (``row_check.require_fit``).

        Raises:
            UsageError: the file cannot be written.
        """
        self._rows.append(row)
        self._rows_bytes += _text_length(row)
        if self._rows_bytes >= self._limits.batch:
            self._make_batch()

    def flush(self) -> None:
        """Write what waits as one row group; memory is free afterwards.

        Raises:
            UsageError: the file cannot be written.
        """
        self._make_batch()
        self._write_row_group()

    def close(self) -> tuple[DataFile, ...]:
        """Write the rest and give the files their names.

        Raises:
            UsageError: the files cannot be written.
        """
        self.flush()
        self._finish_shard()
        return tuple(self._name_shard(index, shard) for index, shard in enumerate(self._done))

    def discard(self) -> None:
        """Let go of the open file after an error; the caller removes the folder."""
        if self._shard:
            self._shard.discard()

    @property
    def _folder(self) -> Path:
        return self._release / "data" / self._config

    def _make_batch(self) -> None:
        if self._rows:
            import pyarrow as pa

            batch = pa.RecordBatch.from_pylist(self._rows, schema=self._schema)
            if self._batches_bytes + batch.nbytes > self._limits.row_group:
                self._write_row_group()
            self._batches.append(batch)
            self._batches_bytes += batch.nbytes
            self._rows, self._rows_bytes = [], 0

    def _write_row_group(self) -> None:
        if not self._batches:
            return
        import pyarrow as pa

        table = pa.Table.from_batches(self._batches, schema=self._schema).combine_chunks()
        if self._shard and self._shard.size + table.nbytes > self._limits.shard:
            self._finish_shard()
        self._shard = self._shard or _Shard(self._folder / f"{self._split}-{len(self._done):05d}.working", self._schema)
        self._shard.write(table)
        self._batches, self._batches_bytes = [], 0

    def _finish_shard(self) -> None:
        if self._shard:
            self._shard.close()
            self._done.append(self._shard)
            self._shard = None

    def _name_shard(self, index: int, shard: _Shard) -> DataFile:
        path = self._folder / f"{self._split}-{index:05d}-of-{len(self._done):05d}.parquet"
        with naming_failures(path):
            shard.path.rename(path)
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return DataFile(
            config=self._config,
            split=self._split,
            path=path.relative_to(self._release).as_posix(),
            rows=shard.rows,
            bytes=path.stat().st_size,
            arrow_bytes=shard.arrow_bytes,
            sha256=digest,
        )


class _Shard:
    """One Parquet file being written."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self.rows = 0
        self.arrow_bytes = 0
        with naming_failures(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: BinaryIO = path.open("xb")
        self._writer: pq.ParquetWriter = pq.ParquetWriter(
            self._stream,
            schema,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            write_page_index=True,
            use_content_defined_chunking=True,
        )

    @property
    def size(self) -> int:
        """Bytes written until now."""
        return self._stream.tell()

    def write(self, table: pa.Table) -> None:
        with naming_failures(self.path):
            self._writer.write_table(table, row_group_size=table.num_rows)
        self.rows += table.num_rows
        self.arrow_bytes += table.nbytes

    def close(self) -> None:
        with naming_failures(self.path):
            self._writer.close()
            self._stream.close()

    def discard(self) -> None:
        with suppress(OSError, ValueError):  # the disk may be full, and what is half written is thrown away
            self._writer.close()
        with suppress(OSError):
            self._stream.close()


def _text_length(value: object) -> int:
    """Characters of all texts in ``value``, and a word for everything else."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(map(_text_length, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_text_length, value))
    return 8
