"""Where records go: into a file that a journal makes resumable, or line by line to a reader who waits."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kodcode_hub.files.row_writer import RowWriter, is_stream, open_row_writer
from kodcode_hub.pipeline.tally import ConservationError
from kodcode_hub.pipeline.verify_journal import Conditions, Journal, open_journal
from kodcode_hub.pipeline.verify_record import Record, record_schema

if TYPE_CHECKING:
    import pyarrow as pa

REORDER_WINDOW = 256
"""How many rows at most may be finished before the first one that is not, where output is written at once."""

_MISSING = -1


class JournalledRow(Protocol):
    """A row that can be told from all others."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is read of the row, its id first: a record counts for these."""
        ...


class Output(Protocol):
    """Takes one record for each position from 0, in any order, and puts them in order."""

    journal: Journal | None

    def begin(self, conditions: Conditions) -> None:
        """Look for what is known under ``conditions``; called before anything else."""
        ...

    def recall(self, position: int, row: JournalledRow) -> Record | None:
        """The record that an earlier start wrote for this row; it has then been put in its place."""
        ...

    async def has_room(self, position: int) -> None:
        """Return when a record of this position may be made."""
        ...

    def put(self, position: int, row: JournalledRow, record: Record) -> None:
        """Take the record of a position; from here on it is not lost."""
        ...

    def finish(self, rows: int) -> None:
        """All positions below ``rows`` were put: make the output whole."""
        ...


@contextmanager
def open_output(
    path: Path | str, *, schema: Callable[[], pa.Schema] = record_schema, command: str = "verify"
) -> Iterator[Output]:
    """The output that ``path`` asks for.

    Args:
        path: a file, ``-``, a pipe or a device.
        schema: of the records, for Parquet.
        command: of ``kodcode``, which makes them.

    Raises:
        UsageError: it cannot be written.
    """
    if is_stream(path):
        with open_row_writer(path, schema=schema) as writer:
            yield StreamedOutput(writer)
    else:
        with open_journal(Path(path), command=command) as journal:
            yield JournalledOutput(Path(path), journal, schema)


class JournalledOutput:
    """Keeps records in a journal as they come, and copies them in order when all are there."""

    def __init__(self, path: Path, journal: Journal, schema: Callable[[], pa.Schema]) -> None:
        self._schema = schema
        self.journal: Journal | None = journal
        self._journal = journal
        self._path = path
        self._offsets = array("q")

    def begin(self, conditions: Conditions) -> None:
        self._journal.begin(conditions)

    def recall(self, position: int, row: JournalledRow) -> Record | None:
        offset = self._journal.take(self._key(row))
        if offset is None:
            return None
        self._place(position, offset)
        return self._journal.read(offset)

    async def has_room(self, position: int) -> None:
        """Always: finished records lie on disk."""

    def put(self, position: int, row: JournalledRow, record: Record) -> None:
        self._place(position, self._journal.append(self._key(row), record))

    def finish(self, rows: int) -> None:
        if len(self._offsets) != rows or _MISSING in self._offsets:
            raise ConservationError(f"{rows} rows in, but not as many records out")
        with open_row_writer(self._path, schema=self._schema) as writer:
            for offset in self._offsets:
                writer.write(self._journal.read(offset))
        self._journal.remove()

    def _key(self, row: JournalledRow) -> str:
        return self._journal.key(*row.texts)

    def _place(self, position: int, offset: int) -> None:
        self._offsets.extend(_MISSING for _ in range(len(self._offsets), position + 1))
        if self._offsets[position] != _MISSING:
            raise ConservationError(f"position {position} has a record already")
        self._offsets[position] = offset


class StreamedOutput:
    """Writes a record as soon as all before it are written."""

    def __init__(self, writer: RowWriter) -> None:
        self.journal: Journal | None = None
        self._writer = writer
        self._waiting: dict[int, Record] = {}
        self._written = 0
        self._moved = asyncio.Event()

    def begin(self, conditions: Conditions) -> None:
        """Nothing is known of what an earlier start wrote to its reader."""

    def recall(self, position: int, row: JournalledRow) -> Record | None:
        return None

    async def has_room(self, position: int) -> None:
        while position >= self._written + REORDER_WINDOW:
            self._moved.clear()
            await self._moved.wait()

    def put(self, position: int, row: JournalledRow, record: Record) -> None:
        if position < self._written or position in self._waiting:
            raise ConservationError(f"position {position} has a record already")
        self._waiting[position] = record
        while self._written in self._waiting:
            self._writer.write(self._waiting.pop(self._written))
            self._written += 1
        self._moved.set()

    def finish(self, rows: int) -> None:
        if self._written != rows:
            raise ConservationError(f"{rows} rows in, {self._written} records out")


class UnwrittenOutput:
    """Counts records, for those who want figures alone."""

    def __init__(self) -> None:
        self.journal: Journal | None = None
        self._taken = 0

    def begin(self, conditions: Conditions) -> None:
        """Nothing is kept."""

    def recall(self, position: int, row: JournalledRow) -> Record | None:
        return None

    async def has_room(self, position: int) -> None:
        """Always: records are not held."""

    def put(self, position: int, row: JournalledRow, record: Record) -> None:
        self._taken += 1

    def finish(self, rows: int) -> None:
        if self._taken != rows:
            raise ConservationError(f"{rows} rows in, {self._taken} records out")
