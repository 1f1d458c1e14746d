"""The three forms in which rows are stored, decoded one by one; which file has which form is decided in ``rows.py``."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, cast

from kodcode_hub.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PARQUET_BATCH = 256
"""Rows decoded at a time: whole questions with all their trials are some 50 KB each."""


def json_lines(path: Path | None, name: str) -> Iterator[tuple[int, object]]:
    """One JSON value a line, with the number of the line; None is standard input."""
    with _reading(path, name) as stream:
        # Binary lines end at \n alone: str.splitlines would also cut at U+2028 inside of a text.
        for number, line in enumerate(stream, start=1):
            content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
            if not content.isspace() and content:
                yield number, _decode(content, name, line=number)


def json_array(path: Path, name: str) -> Iterator[tuple[int, object]]:
    """The members of one JSON array, counted from 1."""
    with _reading(path, name) as stream:
        content = stream.read().removeprefix(_BYTE_ORDER_MARK)
    if not content.strip():
        return
    value = _decode(content, name, line=None)
    if not isinstance(value, list):
        raise InputError(f"{name} does not hold a JSON array of rows; one object a line belongs into a .jsonl file")
    yield from enumerate(value, start=1)


def parquet_rows(path: Path, name: str) -> Iterator[tuple[int, object]]:
    """The rows of a Parquet file, counted from 1 over all row groups."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if len(set(names)) < len(names):
                raise InputError(f"{name} has two columns of the same name: {', '.join(names)}")
            for batch in file.iter_batches(batch_size=_PARQUET_BATCH):
                for row in _batch_rows(batch, name, first=number + 1):
                    number += 1
                    yield number, row
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name} cannot be read as Parquet: {_one_line(error)}") from error


def _batch_rows(batch: pa.RecordBatch, name: str, *, first: int) -> list[dict[str, Any]]:
    try:
        return cast("list[dict[str, Any]]", batch.to_pylist())
    except UnicodeDecodeError:
        for index in range(batch.num_rows):
            try:
                batch.slice(index, 1).to_pylist()
            except UnicodeDecodeError as error:
                raise InputError(f"{name}, row {first + index} holds text that is not UTF-8: {error.reason}") from error
        raise


@contextmanager
def _reading(path: Path | None, name: str) -> Iterator[BinaryIO]:
    """The file's bytes, decompressed; what goes wrong in opening or reading them becomes an InputError."""
    try:
        if path is None:
            if sys.stdin is None:
                raise InputError("standard input is closed; give a file, or pipe rows in")
            yield sys.stdin.buffer
        else:
            with _open(path) as stream:
                yield stream
    except (OSError, EOFError, zlib.error) as error:
        # Truncated and damaged gzip raise any of the three, a damaged zstd frame an OSError without errno.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else _one_line(error)
        raise InputError(f"{name} cannot be read: {reason}") from error


def _open(path: Path) -> BinaryIO:
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if suffix == ".zst":
        import pyarrow as pa

        return cast(BinaryIO, io.BufferedReader(pa.input_stream(str(path), compression="zstd")))
    return path.open("rb")


def _decode(content: bytes, name: str, *, line: int | None) -> object:
    """The JSON value in ``content``: one line of a file, or (``line`` None) all of it."""
    try:
        return json.loads(
            content.decode("utf-8"), object_pairs_hook=_object_without_repeats, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        at = line or content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{name}, line {at} is not UTF-8: byte 0x{content[error.start]:02x}, {error.reason}"
        ) from error
    except json.JSONDecodeError as error:
        at = line or error.lineno
        raise InputError(
            f"{name}: malformed JSON at line {at}, column {error.colno}: {error.msg}{_hint(error, line)}"
        ) from error
    except RecursionError as error:
        raise InputError(f"{name}: malformed JSON at line {line or 1}: nested too deeply") from error
    except ValueError as error:
        raise InputError(f"{name}: malformed JSON at line {line or 1}: {_one_line(error)}") from error


def _hint(error: json.JSONDecodeError, line: int | None) -> str:
    if line is None and error.msg == "Extra data":
        return " (one object a line belongs into a .jsonl file)"
    if line == 1 and error.doc.strip() in ("[", "{"):
        return " (a JSON array belongs into a .json file)"
    return ""


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {repeated!r} occurs twice in one object")
    return row


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; write null")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
