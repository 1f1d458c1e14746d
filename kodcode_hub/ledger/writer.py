"""One thread writes; everybody else waits for the commit that holds their write.

Whatever has queued up goes into one transaction, so the cost of a sync is shared by all writes of the moment. Commits
that follow one another keep a small distance, so that there is something to share.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from kodcode_hub.errors import RunFolderError
from kodcode_hub.ledger.pages import Settled, write_pages

_MOST_JOBS_A_COMMIT = 2000
_BETWEEN_COMMITS_S = 0.05


@dataclass(frozen=True, slots=True)
class Write:
    """One statement with its parameters."""

    sql: str
    parameters: Sequence[Any] = ()


class _Blocked:
    """A thread that waits for a commit."""

    def __init__(self) -> None:
        self.finished = threading.Event()
        self.failure: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """Statements, or a completion under its key; and who waits for them to be durable, if anybody."""

    writes: Sequence[Write] = ()
    settled: tuple[str, Settled] | None = None
    waiting: asyncio.Future[None] | _Blocked | None = None


class Writer:
    """The only connection that writes to a ledger.

    Args:
        connect: opens the connection; called in the writer's own thread.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._broken: BaseException | None = None
        self._hurried = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def commit(self, *writes: Write) -> None:
        """Return when ``writes`` are durable.

        Raises:
            RunFolderError: they could not be written (disk full, folder gone).
        """
        future = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(writes, waiting=future))
        await future

    async def keep(self, key: str, settled: Settled) -> None:
        """Return when this completion is durable.

        Raises:
            RunFolderError: it could not be written.
        """
        future = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(settled=(key, settled), waiting=future))
        await future

    def enqueue(self, *writes: Write) -> None:
        """Write with the next commit, without waiting for it; a failure shows at the next ``commit`` or at ``close``.

        Raises:
            RunFolderError: an earlier write failed.
        """
        if self._broken is not None:
            raise _as_run_folder_error(self._broken)
        self._jobs.put(_Job(writes))

    def commit_now(self, *writes: Write) -> None:
        """Like ``commit``, for callers outside an event loop: blocks until durable."""
        blocked = _Blocked()
        self._jobs.put(_Job(writes, waiting=blocked))
        self._hurried.set()
        blocked.finished.wait()
        if blocked.failure is not None:
            raise _as_run_folder_error(blocked.failure)

    def close(self) -> None:
        """Commit what is queued and end the thread.

        Raises:
            RunFolderError: something that was enqueued could not be written.
        """
        self._jobs.put(None)
        self._hurried.set()
        self._thread.join()
        if self._broken is not None:
            raise _as_run_folder_error(self._broken)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        try:
            connection = self._connect()
        except (sqlite3.Error, RunFolderError) as failure:
            self._broken = failure
        open_for_jobs, next_commit = True, 0.0
        while open_for_jobs:
            batch, open_for_jobs = self._next_batch(next_commit)
            error = self._broken or (_write(connection, batch) if connection is not None else None)
            self._broken = error
            _tell(batch, error)
            next_commit = time.monotonic() + _BETWEEN_COMMITS_S
        if connection is not None:
            connection.close()

    def _next_batch(self, not_before: float) -> tuple[list[_Job], bool]:
        batch: list[_Job] = []
        job = self._jobs.get()
        # One sleep, not a wait for each job: waking up for every reply would cost more than writing it.
        if (early_s := not_before - time.monotonic()) > 0:
            self._hurried.wait(early_s)
        self._hurried.clear()
        while job is not None:
            batch.append(job)
            if len(batch) >= _MOST_JOBS_A_COMMIT:
                return batch, True
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return batch, True
        return batch, False


def _write(connection: sqlite3.Connection, batch: Sequence[_Job]) -> BaseException | None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for write in (write for job in batch for write in job.writes):
            connection.execute(write.sql, write.parameters)
        write_pages(connection, [job.settled for job in batch if job.settled is not None])
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.rollback()
        return error
    return None


def _tell(batch: Sequence[_Job], error: BaseException | None) -> None:
    """Wake everybody who waits; the futures of one loop together, as each wake-up of a loop costs a system call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for job in batch:
        if isinstance(job.waiting, _Blocked):
            job.waiting.failure = error
            job.waiting.finished.set()
        elif job.waiting is not None:
            by_loop.setdefault(job.waiting.get_loop(), []).append(job.waiting)
    for loop, futures in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: Sequence[asyncio.Future[None]], error: BaseException | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(_as_run_folder_error(error))


def _as_run_folder_error(error: BaseException) -> RunFolderError:
    return RunFolderError(
        f"the run's ledger cannot be written: {error}; nothing committed is lost: "
        "make room or give write access, then start the same command again"
    )
