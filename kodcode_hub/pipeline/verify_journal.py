"""The memory of a ``kodcode verify`` (or ``audit``) that may be killed: a file beside its output, until that is whole.

One JSON object a line: ``{"kodcode_verify": CONDITIONS}`` at the start of each run, ``{"key", "record"}`` for each
verdict. A key is the hash of a row and of the conditions under which it was run, so that a verdict counts only for what
it was made of: the same row, limits, mode, isolation, Python and packages. Verdicts of other conditions stay in the
file, unused, until the output is whole; whoever goes back to those conditions finds them again.

A verdict is written when it is known, which makes it safe from the death of this process, and synced to the disk about
twice a second, which makes it safe from that of the machine. What a death left of a last line is cut off.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from kodcode_hub.errors import UsageError
from kodcode_hub.files.atomic import naming_failures, sync_folder
from kodcode_hub.pipeline.verify_record import Record
from kodcode_hub.record import content_hash

Conditions = Mapping[str, Any]
"""Everything besides the row that can change its verdict."""


@contextmanager
def open_journal(output: Path, *, command: str = "verify") -> Iterator[Journal]:
    """The journal of ``output``, locked; made where there is none, and removed again if no verdict is in it.

    Args:
        output: the file that will be whole at the end.
        command: of ``kodcode``; one does not take what another has left.

    Raises:
        UsageError: it cannot be written, another process uses it, or the file of its name is something else.
    """
    output = output.resolve()
    path = output.with_name(f".{output.name}.partial")
    with naming_failures(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = _open_locked(path, output, command)
    with open(descriptor, "r+b", buffering=0) as file, path.open("rb") as reader:  # noqa: PTH123 - a descriptor
        journal = Journal(path, cast(BinaryIO, file), reader, command)
        try:
            yield journal
            journal.sync()
        finally:
            if journal.is_empty:
                journal.remove()


class Journal:
    """Verdicts on disk. An offset, in bytes, tells where in the file a record lies."""

    def __init__(self, path: Path, file: BinaryIO, reader: BinaryIO, command: str) -> None:
        self.path = path
        self._command = command
        self._mark = f"kodcode_{command}"
        self.unused = 0
        """Verdicts that were made under other conditions."""
        self.differences: list[str] = []
        """In what the last of those conditions differed."""
        self._file = file
        self._reader = reader
        self._end = 0
        self._synced = 0
        self._conditions = ""
        self._known: dict[str, int] = {}
        self.is_empty = os.fstat(file.fileno()).st_size == 0
        """No verdict of any conditions lies in the file."""

    def begin(self, conditions: Conditions) -> None:
        """Load the verdicts that were made under ``conditions``, and note these for those to come.

        Raises:
            UsageError: the file is something else than a journal, or cannot be written.
        """
        self._conditions = content_hash(conditions)
        self._load(conditions)
        with naming_failures(self.path):
            self._file.truncate(self._end)
            self._write({self._mark: conditions})
            sync_folder(self.path.parent)

    @property
    def known(self) -> int:
        """How many verdicts of these conditions no row has taken yet."""
        return len(self._known)

    def key(self, *row: str) -> str:
        """The key of a row, given by its texts."""
        return content_hash(self._conditions, *row)

    def take(self, key: str) -> int | None:
        """The offset of an earlier verdict; None where there is none."""
        return self._known.pop(key, None)

    def append(self, key: str, record: Record) -> int:
        """Write a verdict; its offset.

        Raises:
            UsageError: the file cannot be written.
        """
        with naming_failures(self.path):
            offset = self._write({"key": key, "record": record})
        self.is_empty = False
        return offset

    def read(self, offset: int) -> Record:
        """The record at an offset."""
        self._reader.seek(offset)
        record: Record = json.loads(self._reader.readline())["record"]
        return record

    def sync(self) -> None:
        """Make what was written safe from the death of the machine; may be called in another thread.

        Raises:
            UsageError: the disk failed.
        """
        end = self._end
        if end > self._synced:
            with naming_failures(self.path):
                os.fsync(self._file.fileno())
            self._synced = end

    def remove(self) -> None:
        """The output is whole: the journal goes."""
        self.path.unlink(missing_ok=True)

    def _load(self, conditions: Conditions) -> None:
        """Note where the verdicts of ``conditions`` lie, and where the last whole line ends."""
        first_bytes = json.dumps({self._mark: {}})[:-2].encode()
        if not first_bytes.startswith(self._reader.read(len(first_bytes))):
            raise UsageError(
                f"{self.path} is not a journal of kodcode {self._command}: move it away, or choose another --out"
            )
        self._reader.seek(0)
        theirs: Conditions = {}
        last = conditions
        are_ours = False
        for line in self._reader:
            if not line.endswith(b"\n"):
                break
            match _decoded(line):
                case {self._mark: dict(other)}:
                    theirs, are_ours = other, content_hash(other) == self._conditions
                case {"key": str(key), "record": dict()} if are_ours:
                    self._known[key] = self._end
                case {"key": str(), "record": dict()}:
                    self.unused += 1
                    last = theirs
            self._end += len(line)
        self.differences = _differences(last, conditions)
        self.is_empty = not self._known and not self.unused

    def _write(self, entry: Mapping[str, Any]) -> int:
        offset = end = self._end
        line = memoryview(json.dumps(entry).encode("ascii") + b"\n")
        try:
            while line:
                written = os.pwrite(self._file.fileno(), line, end)
                line, end = line[written:], end + written
        except OSError:
            with suppress(OSError):
                self._file.truncate(offset)  # what fitted of the line
            raise
        self._end = end
        return offset


def _open_locked(path: Path, output: Path, command: str) -> int:
    """Lock the file that has the name now: one that was waited for may have been removed by then."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise UsageError(
                f"{output} is being written by another kodcode {command}: wait for it, or end it"
            ) from error
        except OSError:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _decoded(line: bytes) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None  # damaged by a crash of the machine: what it said is run again


def _differences(theirs: Conditions, ours: Conditions) -> list[str]:
    then, now = _flat(theirs), _flat(ours)
    names = [name for name in {**now, **then} if then.get(name) != now.get(name)]
    return [f"{name} was {then.get(name)}, is {now.get(name)}" for name in names]


def _flat(conditions: Conditions) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in conditions.items():
        flat |= _flat(value) if isinstance(value, Mapping) else {name: value}
    return flat
