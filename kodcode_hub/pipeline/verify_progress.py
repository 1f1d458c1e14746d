"""How far a ``kodcode verify`` is, told to a listener about once a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from kodcode_hub.pipeline.verify_record import Figures

_SECONDS_BETWEEN_REPORTS = 1.0


@dataclass(frozen=True, slots=True)
class VerifySnapshot:
    """Where it stands."""

    done: int
    total: int | None
    """Rows in all; None while a pipe is read."""
    verdicts: dict[str, int]
    seconds: float
    """Since the first trial of this start could run."""
    rows_per_second: float
    """Trials run by this start; what an earlier one left does not count."""
    seconds_left: float | None
    """At this pace; None while there is nothing to go by."""


class VerifyListener(Protocol):
    """Someone who shows progress (the terminal)."""

    def update(self, snapshot: VerifySnapshot) -> None:
        """Show ``snapshot``."""
        ...

    def note(self, sentence: str) -> None:
        """Show something that is said once."""
        ...


class VerifyProgress:
    """Reports once a second for as long as ``reporting`` is open, and once at the end."""

    def __init__(self, figures: Figures, listener: VerifyListener | None, *, total: int | None) -> None:
        self.recalled = 0
        """Rows that an earlier start has done."""
        self._figures = figures
        self._listener = listener
        self._total = total
        self._started = monotonic()

    @property
    def done(self) -> int:
        """Rows that have a record."""
        return self._figures.rows

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator[None]:
        """Report until the block ends, then once more."""
        if self._listener is None:
            yield
            return
        task = asyncio.create_task(self._report_for_ever(self._listener))
        try:
            yield
        finally:
            task.cancel()
            self._listener.update(self.snapshot())

    async def _report_for_ever(self, listener: VerifyListener) -> None:
        while True:
            listener.update(self.snapshot())
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)

    def snapshot(self) -> VerifySnapshot:
        """Where it stands now."""
        done = self.done
        seconds = monotonic() - self._started
        pace = (done - self.recalled) / seconds if seconds else 0.0
        left = None if self._total is None or not pace else (self._total - done) / pace
        return VerifySnapshot(done, self._total, self._figures.verdict_counts(), seconds, pace, left)
