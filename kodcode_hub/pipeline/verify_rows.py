"""The rows that ``kodcode verify`` reads: checked, and fed to the trials from a thread of their own."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import Row, checked_id, checked_text, display_name, path_kind, read_rows

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class VerifyRow:
    """One trial to run."""

    id: str
    solution: str
    test: str

    @property
    def texts(self) -> tuple[str, ...]:
        """All that is read of the row."""
        return self.id, self.solution, self.test


def read_verify_rows(path: Path | str) -> Iterator[VerifyRow]:
    """The rows of a file, checked one by one; ``test_code``, as KodCode-V1 had it, counts as ``test``.

    Raises:
        InputError: at once if there is no such file; while reading for malformed rows, missing or repeated ids, columns
            that are missing or hold something else than text; at the end if there was no row.
    """
    return _checked(read_rows(reopened(path)), display_name(path))


def count_rows(path: Path | str) -> int | None:
    """How many rows the file has, after all of them were checked; None for a pipe, which can be read only once.

    Raises:
        InputError: as :func:`read_verify_rows`.
    """
    rows = read_verify_rows(path)
    return sum(1 for _ in rows) if str(path) != "-" and path_kind(path) == "file" else None


class RowFeed(Generic[Item]):
    """Rows with their positions from 0, for several takers at once.

    They are read in a thread: a pipe may keep its reader waiting while trials are under way. The thread is a daemon,
    and is left behind where it waits: nothing can wake a read of a pipe.

    Args:
        ahead: how many rows are read before they are asked for.
    """

    def __init__(self, rows: Iterator[Item], *, ahead: int) -> None:
        self.read = 0
        self._rows = rows
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Item | Exception | None] = asyncio.Queue()
        self._room = threading.Semaphore(ahead)
        threading.Thread(target=self._fill, name="rows", daemon=True).start()

    async def take(self) -> tuple[int, Item] | None:
        """The next row; None after the last one.

        Raises:
            InputError: the next row cannot be read.
        """
        item = await self._queue.get()
        if item is None or isinstance(item, Exception):
            self._queue.put_nowait(item)  # for the other takers
            if item is None:
                return None
            raise item
        self._room.release()
        self.read += 1
        return self.read - 1, item

    def _fill(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody takes rows any more
            try:
                for row in self._rows:
                    self._room.acquire()
                    self._hand_over(row)
            except Exception as error:  # noqa: BLE001 - raised where the row was to be taken
                self._hand_over(error)
            else:
                self._hand_over(None)

    def _hand_over(self, item: Item | Exception | None) -> None:
        self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


def _checked(rows: Iterator[tuple[int, Row]], source: str) -> Iterator[VerifyRow]:
    seen: dict[str, int] = {}
    for number, row in rows:
        identity = checked_id(row, number=number, source=source, seen=seen)
        solution = checked_text(row, "solution", number=number, source=source)
        column = "test_code" if row.get("test") is None and "test_code" in row else "test"
        yield VerifyRow(identity, solution, checked_text(row, column, number=number, source=source))


def reopened(path: Path | str) -> Path | str:
    """Standard input by its name where reading may wait; every other path as it is.

    The interpreter closes ``sys.stdin`` at its end, and crashes if a thread still waits in it.
    """
    if str(path) != "-":
        return path
    try:
        mode = os.fstat(0).st_mode
    except OSError as error:
        raise InputError("standard input is closed; give a file, or pipe rows in") from error
    return "/dev/stdin" if stat.S_ISFIFO(mode) or os.isatty(0) else path
