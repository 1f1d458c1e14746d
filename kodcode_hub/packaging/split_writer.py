"""The Parquet files of one split of one config, in bounded memory; the same batches give the same bytes.

Batches become row groups, row groups fill shards. Names carry the number of shards, so shards are written under
working names and renamed at the end.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.packaging.data_file import DataFile
from kodcode_hub.packaging.parquet_file import ParquetFile
from kodcode_hub.schema import Column, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much lies together, in bytes.

    Args:
        batch: Python rows that wait to become Arrow, by the length of their texts.
        row_group: of Arrow data; encoded and uncompressed it is about as much, and at most 100 MB are promised. Who
            wants one row reads its row group.
        shard: of a file, unless a single row group is larger.
        pending: what may wait in memory for all splits of a release; beyond it the fullest one is written out early.
    """

    batch: int = 4_000_000
    row_group: int = 16_000_000
    shard: int = 450_000_000
    pending: int = 256_000_000


DEFAULT_LIMITS = FileLimits()


class SplitWriter:
    """Writes the rows of one split of one config."""

    def __init__(
        self, release: Path, config: str, split: str, columns: Sequence[Column], *, limits: FileLimits
    ) -> None:
        """
        Args:
            release: the folder in which ``data/<config>/`` is made.
            config: its name; also the folder's.
            split: its name; also the beginning of the files'.
            columns: of every batch.
            limits: sizes of row groups and shards.
        """
        self._release, self._config, self._split, self._limits = release, config, split, limits
        self._schema: pa.Schema = arrow_schema(columns)
        self._batches: list[pa.RecordBatch] = []
        self._batches_bytes = 0
        self._hashes: list[str] = []
        self._open: ParquetFile | None = None
        self._done: list[tuple[Path, DataFile]] = []

    @property
    def pending_bytes(self) -> int:
        """How much waits in memory."""
        return self._batches_bytes

    def keep_file(self, path: Path, file: DataFile) -> None:
        """Take over a finished file of an earlier release, byte for byte.

        Raises:
            UsageError: it cannot be copied.
        """
        self.finish_file()
        working = self._working_path()
        with naming_failures(working):
            working.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, working)
        self._done.append((working, file))

    def add(self, batch: pa.RecordBatch, hashes: Sequence[str]) -> None:
        """Take the next rows.

        Args:
            batch: with the schema of the columns.
            hashes: the rows' content hashes.

        Raises:
            UsageError: the file cannot be written.
        """
        if batch.nbytes > self._limits.row_group and batch.num_rows > 1:
            half = batch.num_rows // 2
            self.add(batch.slice(0, half), hashes[:half])
            self.add(batch.slice(half), hashes[half:])
            return
        if self._batches_bytes + batch.nbytes > self._limits.row_group:
            self.flush()
        self._batches.append(batch)
        self._batches_bytes += batch.nbytes
        self._hashes += hashes

    def flush(self) -> None:
        """Write what waits as one row group; memory is free afterwards.

        Raises:
            UsageError: the file cannot be written.
        """
        if not self._batches:
            return
        import pyarrow as pa

        table = pa.Table.from_batches(self._batches, schema=self._schema).combine_chunks()
        if self._open and self._open.size + table.nbytes > self._limits.shard:
            self._finish_shard(waiting=table.num_rows)
        self._open = self._open or ParquetFile(self._working_path(), self._schema)
        self._open.write(table)
        self._batches, self._batches_bytes = [], 0

    def finish_file(self) -> None:
        """Write what waits; the next rows come into a file of their own.

        Raises:
            UsageError: the file cannot be written.
        """
        self.flush()
        self._finish_shard()

    def close(self) -> tuple[DataFile, ...]:
        """Write the rest and give the files their names.

        Raises:
            UsageError: the files cannot be written.
            InputError: a file of an earlier release changed while it was taken over.
        """
        self.finish_file()
        return tuple(self._name_shard(index, path, file) for index, (path, file) in enumerate(self._done))

    def discard(self) -> None:
        """Let go of the open file after an error; the caller removes the folder."""
        if self._open:
            self._open.discard()

    def _working_path(self) -> Path:
        return self._release / "data" / self._config / f"{self._split}-{len(self._done):05d}.working"

    def _finish_shard(self, waiting: int = 0) -> None:
        """``waiting``: how many of the last hashes belong to rows that are not written yet."""
        if self._open is None:
            return
        shard, self._open = self._open, None
        shard.close()
        written = len(self._hashes) - waiting
        hashes, self._hashes = tuple(self._hashes[:written]), self._hashes[written:]
        file = DataFile(self._config, self._split, "", shard.rows, 0, shard.arrow_bytes, "", hashes)
        self._done.append((shard.path, file))

    def _name_shard(self, index: int, working: Path, file: DataFile) -> DataFile:
        path = working.with_name(f"{self._split}-{index:05d}-of-{len(self._done):05d}.parquet")
        with naming_failures(path):
            working.rename(path)
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if file.sha256 not in ("", digest):
            raise InputError(f"{file.path} of the earlier release changed while it was read: start again")
        return replace(file, path=path.relative_to(self._release).as_posix(), bytes=path.stat().st_size, sha256=digest)
