"""One pass over rows: each becomes a record once, or is recalled from an earlier start; the first error ends all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from kodcode_hub.pipeline.concurrency import run_together
from kodcode_hub.pipeline.tally import ConservationError
from kodcode_hub.pipeline.verify_journal import Journal
from kodcode_hub.pipeline.verify_output import JournalledRow, Output
from kodcode_hub.pipeline.verify_progress import VerifyListener, VerifyProgress
from kodcode_hub.pipeline.verify_record import Record
from kodcode_hub.pipeline.verify_rows import RowFeed

_SECONDS_BETWEEN_SYNCS = 0.5

Row = TypeVar("Row", bound=JournalledRow)


@dataclass(frozen=True, slots=True)
class Pass(Generic[Row]):
    """What a pass needs besides the rows."""

    output: Output
    make: Callable[[Row], Awaitable[Record]]
    count: Callable[[int, Record], None]
    """Takes each record with its position, in the order in which they are made."""
    progress: VerifyProgress

    async def run(self, rows: Iterator[Row], *, workers: int) -> None:
        """Every row once, ``workers`` at a time.

        Raises:
            ConservationError: more or fewer records than rows.
        """
        feed = RowFeed(rows, ahead=2 * workers)
        async with self.progress.reporting(), _synced(self.output.journal):
            await run_together([lambda: self._work(feed)] * workers)
        if self.progress.done != feed.read:
            raise ConservationError(f"{feed.read} rows in, {self.progress.done} records out")

    async def _work(self, feed: RowFeed[Row]) -> None:
        while (taken := await feed.take()) is not None:
            position, row = taken
            record = self.output.recall(position, row)
            if record is not None:
                self.progress.recalled += 1
            else:
                await self.output.has_room(position)
                record = await self.make(row)
                self.output.put(position, row, record)
            self.count(position, record)


def say_what_is_known(journal: Journal | None, listener: VerifyListener | None) -> None:
    """Tell whoever watches what an earlier start has left."""
    if journal is None or listener is None:
        return
    if journal.known:
        listener.note(f"going on: {journal.known} verdicts of an earlier start are kept")
    if journal.unused:
        listener.note(
            f"{journal.unused} verdicts of an earlier start do not count, for they were made under other conditions "
            f"({'; '.join(journal.differences)})"
        )


@asynccontextmanager
async def _synced(journal: Journal | None) -> AsyncIterator[None]:
    """Sync the journal again and again while the block runs."""
    if journal is None:
        yield
        return
    task = asyncio.create_task(_sync_for_ever(journal))
    try:
        yield
    finally:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _sync_for_ever(journal: Journal) -> None:
    while True:
        await asyncio.sleep(_SECONDS_BETWEEN_SYNCS)
        await asyncio.to_thread(journal.sync)
