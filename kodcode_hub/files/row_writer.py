"""Rows out: JSON Lines, plain or compressed, or Parquet; told by the name, as for rows in.

Files appear under their name only when they are whole. Standard output (``-``), pipes and devices take JSON Lines, each
line as soon as it is known.
"""

from __future__ import annotations

import errno
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import write_atomically
from kodcode_hub.files.rows import path_kind

if TYPE_CHECKING:
    import pyarrow as pa

OUTPUT_SUFFIXES = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""What the name of a file of written rows may end in."""

_PARQUET_BATCH = 1000
"""Rows that become Arrow data at a time, and so a row group."""


class RowWriter(Protocol):
    """Takes rows in the order in which they are to stand."""

    def write(self, row: Mapping[str, Any]) -> None:
        """Write one row; what cannot be encoded as UTF-8 is written escaped."""
        ...


def is_stream(path: Path | str) -> bool:
    """True for what is written line by line and cannot be replaced as a whole: standard output, pipes, devices.

    Raises:
        UsageError: ``path`` is a folder, or ends in none of :data:`OUTPUT_SUFFIXES`.
        InputError: it cannot be looked at.
    """
    if str(path) == "-" or path_kind(path) == "pipe":
        return True
    if path_kind(path) == "folder":
        raise UsageError(f"cannot write {path}: it is a folder; choose another name")
    if not str(path).lower().endswith(OUTPUT_SUFFIXES):
        raise UsageError(f"cannot write {path}: of an unknown kind; end its name in {', '.join(OUTPUT_SUFFIXES)}")
    return False


@contextmanager
def open_row_writer(path: Path | str, *, schema: Callable[[], pa.Schema]) -> Iterator[RowWriter]:
    """A writer of rows to ``path``; a file takes its name when the block ends well.

    Args:
        path: a file named as in :data:`OUTPUT_SUFFIXES`, ``-``, a pipe or a device.
        schema: of the rows, made only where Parquet is written.

    Raises:
        UsageError: the file cannot be written, or the reader of the pipe is gone.
    """
    if is_stream(path):
        with _unbuffered(path) as stream:
            yield _JsonLines(stream)
        return
    name = str(path).lower()
    with write_atomically(Path(path)) as file:
        if name.endswith(".parquet"):
            with _ParquetRows(file, schema()) as rows:
                yield rows
        else:
            with _compressed(file, name) as stream:
                yield _JsonLines(stream)


@contextmanager
def _unbuffered(path: Path | str) -> Iterator[BinaryIO]:
    """A line is with its reader at once, and nothing is left to be written when the reader is gone."""
    name = "standard output" if str(path) == "-" else str(path)
    try:
        descriptor = os.dup(1) if str(path) == "-" else os.open(path, os.O_WRONLY)
        with open(descriptor, "wb", buffering=0) as stream:  # noqa: PTH123 - a descriptor
            yield cast(BinaryIO, stream)
    except BrokenPipeError as error:
        raise UsageError(f"{name} was closed by its reader; read it to the end") from error
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EACCES, errno.ENXIO):
            raise
        raise UsageError(f"cannot write {name}: {error.strerror}; choose another place") from error


@contextmanager
def _compressed(file: BinaryIO, name: str) -> Iterator[BinaryIO]:
    if name.endswith(".gz"):
        # No name and no time inside: the same rows are the same bytes.
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as stream:
            yield cast(BinaryIO, stream)
    elif name.endswith(".zst"):
        import pyarrow as pa

        copy = os.fdopen(os.dup(file.fileno()), "wb")  # which pyarrow closes at its end
        with pa.CompressedOutputStream(pa.PythonFile(copy, mode="w"), "zstd") as stream:
            yield cast(BinaryIO, stream)
    else:
        yield file


class _JsonLines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, row: Mapping[str, Any]) -> None:
        line = memoryview(json.dumps(row).encode("ascii") + b"\n")
        while line:
            line = line[self._stream.write(line) :]  # a raw descriptor may take a part


class _ParquetRows:
    def __init__(self, file: BinaryIO, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._schema = schema
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._rows: list[Any] = []

    def write(self, row: Mapping[str, Any]) -> None:
        self._rows.append(_encodable(row))
        if len(self._rows) >= _PARQUET_BATCH:
            self._write_group()

    def __enter__(self) -> _ParquetRows:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                if self._rows:
                    self._write_group()
                self._writer.close()
        finally:
            if self._writer.is_open:
                with suppress(OSError, ValueError):  # what is half written is thrown away
                    self._writer.close()
                self._writer.is_open = False  # or it tries again when it is collected

    def _write_group(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows = []


def _encodable(value: object) -> object:
    """The same value, lone surrogates written as escapes: Parquet's text is UTF-8."""
    if isinstance(value, str):
        with suppress(UnicodeEncodeError):
            value.encode("utf-8")
            return value
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {key: _encodable(item) for key, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, list) else value
