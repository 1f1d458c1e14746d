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
from kodcode_hub.ledger.figures import count_completions
from kodcode_hub.ledger.pages import Place, Settled, write_pages

_MOST_JOBS_A_COMMIT = 2000
_BETWEEN_COMMITS_S = 0.02
_BETWEEN_FULL_COMMITS_S = 0.15
"""Where many come: a model takes seconds for a reply, so that nobody waits for this one longer than for the next."""

_MANY_JOBS = 8


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
    waiting: asyncio.Future[Place | None] | _Blocked | None = None


_Answer = tuple["asyncio.Future[Place | None]", Place | None]


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
        future: asyncio.Future[Place | None] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(writes, waiting=future))
        await future

    async def keep(self, key: str, settled: Settled) -> Place:
        """Return when this completion is durable; where it stands.

        Raises:
            RunFolderError: it could not be written.
        """
        future: asyncio.Future[Place | None] = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(settled=(key, settled), waiting=future))
        place = await future
        assert place is not None
        return place

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
            places: list[Place] = []
            if connection is not None and self._broken is None:
                places, self._broken = _write(connection, batch)
            _tell(batch, places, self._broken)
            pause_s = _BETWEEN_FULL_COMMITS_S if len(batch) >= _MANY_JOBS else _BETWEEN_COMMITS_S
            next_commit = time.monotonic() + pause_s
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


def _write(connection: sqlite3.Connection, batch: Sequence[_Job]) -> tuple[list[Place], BaseException | None]:
    """Where the batch's completions stand now, or why nothing of it was written."""
    settled = [job.settled for job in batch if job.settled is not None]
    try:
        connection.execute("BEGIN IMMEDIATE")
        for write in (write for job in batch for write in job.writes):
            connection.execute(write.sql, write.parameters)
        places = write_pages(connection, settled)
        count_completions(connection, [item for _, item in settled])
        connection.execute("COMMIT")
    except Exception as error:  # noqa: BLE001 - whatever it is, those who wait must hear of it
        if connection.in_transaction:
            connection.rollback()
        return [], error
    return places, None


def _tell(batch: Sequence[_Job], places: Sequence[Place], error: BaseException | None) -> None:
    """Wake everybody who waits; the futures of one loop together, as each wake-up of a loop costs a system call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Answer]] = {}
    remaining = iter(places)
    for job in batch:
        place = next(remaining, None) if job.settled is not None else None
        if isinstance(job.waiting, _Blocked):
            job.waiting.failure = error
            job.waiting.finished.set()
        elif job.waiting is not None:
            by_loop.setdefault(job.waiting.get_loop(), []).append((job.waiting, place))
    for loop, answers in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answers, error)


def _settle(answers: Sequence[_Answer], error: BaseException | None) -> None:
    for future, place in answers:
        if future.done():
            continue
        if error is None:
            future.set_result(place)
        else:
            future.set_exception(_as_run_folder_error(error))


def _as_run_folder_error(error: BaseException) -> RunFolderError:
    return RunFolderError(
        f"the run's ledger cannot be written: {error}; nothing committed is lost: "
        "make room or give write access, then start the same command again"
    )
