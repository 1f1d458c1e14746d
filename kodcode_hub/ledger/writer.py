"""One thread writes; everybody else waits for the commit that holds their write.

Whatever has queued up goes into one transaction, so the cost of a sync is shared by all writes of the moment.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from kodcode_hub.errors import RunFolderError

_MOST_WRITES_A_COMMIT = 2000


@dataclass(frozen=True, slots=True)
class Write:
    """One statement with its parameters."""

    sql: str
    parameters: Sequence[Any] = ()


@dataclass(slots=True)
class _Job:
    writes: Sequence[Write]
    done: Callable[[BaseException | None], None] | None


class Writer:
    """The only connection that writes to a ledger.

    Args:
        connect: opens the connection; called in the writer's own thread.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._broken: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def commit(self, *writes: Write) -> None:
        """Return when ``writes`` are durable.

        Raises:
            RunFolderError: they could not be written (disk full, folder gone).
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()

        def done(error: BaseException | None) -> None:
            loop.call_soon_threadsafe(_settle, future, error)

        self._jobs.put(_Job(writes, done))
        await future

    def enqueue(self, *writes: Write) -> None:
        """Write with the next commit, without waiting for it; a failure shows at the next ``commit`` or at ``close``.

        Raises:
            RunFolderError: an earlier write failed.
        """
        if self._broken is not None:
            raise _as_run_folder_error(self._broken)
        self._jobs.put(_Job(writes, None))

    def commit_now(self, *writes: Write) -> None:
        """Like ``commit``, for callers outside an event loop: blocks until durable."""
        finished = threading.Event()
        failure: list[BaseException] = []

        def done(error: BaseException | None) -> None:
            if error is not None:
                failure.append(error)
            finished.set()

        self._jobs.put(_Job(writes, done))
        finished.wait()
        if failure:
            raise _as_run_folder_error(failure[0])

    def close(self) -> None:
        """Commit what is queued and end the thread.

        Raises:
            RunFolderError: something that was enqueued could not be written.
        """
        self._jobs.put(None)
        self._thread.join()
        if self._broken is not None:
            raise _as_run_folder_error(self._broken)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        try:
            connection = self._connect()
        except (sqlite3.Error, RunFolderError) as failure:
            self._broken = failure
        open_for_jobs = True
        while open_for_jobs:
            batch, open_for_jobs = self._next_batch()
            error = self._broken or (_write(connection, batch) if connection is not None else None)
            self._broken = error
            for job in batch:
                if job.done is not None:
                    job.done(error)
        if connection is not None:
            connection.close()

    def _next_batch(self) -> tuple[list[_Job], bool]:
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if self._jobs.empty() or len(batch) >= _MOST_WRITES_A_COMMIT:
                return batch, True
            job = self._jobs.get()
        return batch, False


def _write(connection: sqlite3.Connection, batch: Sequence[_Job]) -> BaseException | None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            for write in job.writes:
                connection.execute(write.sql, write.parameters)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        return error
    return None


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(_as_run_folder_error(error))


def _as_run_folder_error(error: BaseException) -> RunFolderError:
    return RunFolderError(
        f"the run's ledger cannot be written: {error}; nothing committed is lost: "
        "make room or give write access, then start the same command again"
    )
