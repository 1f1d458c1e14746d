"""Rows that are read several times: from a file, or from a copy of what came through a pipe; and their ids."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kodcode_hub.errors import InputError
from kodcode_hub.files.atomic import naming_failures
from kodcode_hub.files.rows import Row, checked_id, checked_text, display_name, path_kind, read_rows
from kodcode_hub.files.spool import Spool

if TYPE_CHECKING:
    from typing import BinaryIO

_BATCH_ROWS = 2048
_BATCH_CHARACTERS = 4_000_000


@dataclass(frozen=True, slots=True)
class RowSource:
    """Rows that can be read several times."""

    name: str
    """For messages."""
    rows: Callable[[], Iterator[tuple[int, Row]]]
    """All of them with their numbers, from the first."""


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some consecutive rows."""

    numbers: list[int]
    """As ``read_rows`` counts them."""
    ids: list[str]
    texts: list[str]
    rows: list[Row]


@contextmanager
def open_source(path: Path | str) -> Iterator[RowSource]:
    """A file as it lies there; standard input and pipes by a copy, packed, in an unnamed temporary file.

    Raises:
        InputError: there is no such file, or it is of an unknown kind; of a pipe, whatever is wrong with its rows.
    """
    if str(path) != "-" and path_kind(path) != "pipe":
        read_rows(path)
        yield RowSource(display_name(path), lambda: read_rows(path))
        return
    with tempfile.TemporaryFile() as file:
        spool: Spool[tuple[int, Row]] = Spool(cast("BinaryIO", file), buckets=1)
        with naming_failures(Path(tempfile.gettempdir())):
            for numbered in read_rows(path):
                spool.put(0, numbered)
        yield RowSource(display_name(path), lambda: spool.take(0))


def row_batches(source: RowSource, *, column: str, only_kept: bool = False) -> Iterator[RowBatch]:
    """The rows in batches of some thousands; whether ids are unique is left to :class:`IdList`.

    Args:
        source: of the rows.
        column: that holds the text.
        only_kept: leave out rows that ``kodcode dedup`` has marked as duplicates.

    Raises:
        InputError: malformed rows, a missing or empty id, no such column, or something else than text in it.
    """
    batch, characters = RowBatch([], [], [], []), 0
    for number, row in source.rows():
        if only_kept and row.get("duplicate_of") is not None:
            continue
        text = checked_text(row, column, number=number, source=source.name)
        batch.numbers.append(number)
        batch.ids.append(id_of(row, number=number, source=source.name))
        batch.texts.append(text)
        batch.rows.append(row)
        characters += len(text)
        if len(batch.ids) >= _BATCH_ROWS or characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = RowBatch([], [], [], []), 0
    if batch.ids:
        yield batch


def id_of(row: Row, *, number: int, source: str) -> str:
    """The id of one row.

    Raises:
        InputError: it has none, or an empty one.
    """
    return checked_id(row, number=number, source=source, seen={})


class IdList:
    """The ids of rows in order: their bytes and 24 more each, where a dictionary takes some 200."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("q", [0])
        self._hashes = array("q")
        self._numbers = array("q")

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, row: int) -> str:
        return self._bytes[self._ends[row] : self._ends[row + 1]].decode("utf-8", "surrogatepass")

    def add(self, identity: str, number: int) -> None:
        """The id of the next row, and the row's number."""
        self._bytes += identity.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))
        self._hashes.append(hash(identity))
        self._numbers.append(number)

    def require_unique(self, first: int, *, source: str) -> None:
        """Check the ids from row ``first`` on, which are those of one file.

        Raises:
            InputError: two rows have the same id; the message names both.
        """
        import numpy as np

        hashes = np.array(self._hashes[first:], dtype=np.int64)
        order = np.argsort(hashes, kind="stable")
        alike = np.flatnonzero(np.diff(hashes[order]) == 0)
        repeated = [
            (later, earlier)
            for earlier, later in zip((order[alike] + first).tolist(), (order[alike + 1] + first).tolist(), strict=True)
            if self[earlier] == self[later]
        ]
        if repeated:
            later, earlier = min(repeated)
            raise InputError(
                f"{source}: rows {self._numbers[earlier]} and {self._numbers[later]} have the same id "
                f"{self[later]!r}; ids must be unique"
            )
