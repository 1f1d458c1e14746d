"""Progress while a build runs: told to a listener, and noted in the ledger for ``kodcode status``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from kodcode_hub.ledger.figures import StageCount
from kodcode_hub.ledger.store import Ledger
from kodcode_hub.pipeline.tally import Tally

_SECONDS_BETWEEN_REPORTS = 1.0


Counts = dict[tuple[str, str], tuple[int, StageCount]]
"""``(stage, subset)`` to entered and left, in the order of the stages."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a build stands."""

    counts: Counts
    seconds: float
    """Since this start."""
    seconds_left: float | None
    """Estimated from the questions done so far; None while there is nothing to go by."""


class ProgressListener(Protocol):
    """Someone who shows progress (the terminal)."""

    def update(self, snapshot: Snapshot) -> None:
        """Show ``snapshot``; called about once a second and once at the end."""
        ...


class Progress:
    """Reports once a second for as long as ``reporting`` is open.

    Args:
        prompts: how many prompts the build asks in all; the measure of what is left.
    """

    def __init__(self, tally: Tally, ledger: Ledger, listener: ProgressListener | None, *, prompts: int) -> None:
        self._tally = tally
        self._ledger = ledger
        self._listener = listener
        self._pace = Pace(prompts)
        self._started = monotonic()

    @asynccontextmanager
    async def reporting(self) -> AsyncIterator[None]:
        """Report until the block ends, then once more."""
        task = asyncio.create_task(self._report_for_ever())
        try:
            yield
        finally:
            task.cancel()
            self._report()

    async def _report_for_ever(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(_SECONDS_BETWEEN_REPORTS)

    def _report(self) -> None:
        snapshot = self._snapshot()
        self._ledger.set_meta("entered", self._tally.entered())
        self._ledger.set_meta("seconds_left", snapshot.seconds_left)
        if self._listener is not None:
            self._listener.update(snapshot)

    def _snapshot(self) -> Snapshot:
        counts = self._tally.counts()
        seconds = monotonic() - self._started
        return Snapshot(counts, seconds, self._pace.seconds_left(counts, seconds=seconds))


@dataclass(slots=True)
class Pace:
    """How fast the slow part of a build goes: from the first question answered to the last."""

    prompts: int
    _answering_since: float | None = None

    def seconds_left(self, counts: Counts, *, seconds: float) -> float | None:
        """What is left at the pace so far; None while there is nothing to go by.

        Args:
            counts: as in :class:`Snapshot`.
            seconds: since the start.
        """
        entered, answered = _total(counts, "answer")
        if not entered:
            return None
        if self._answering_since is None:
            self._answering_since = seconds
        finished = _total(counts, "select")[1].left + answered.left - answered.kept
        if not finished:
            return None
        # Subsets that are still being synthesized bring more questions, in the share that came through so far.
        synthesized, clean = _total(counts, "synthesize")[1], _total(counts, "decontaminate")[1]
        to_come = (self.prompts - synthesized.left) * clean.kept / max(1, synthesized.left)
        pace = (seconds - self._answering_since) / finished
        return round(max(0.0, clean.kept + to_come - finished) * pace, 1)


def _total(counts: Counts, stage: str) -> tuple[int, StageCount]:
    """Entered and left, over all subsets."""
    entered, total = 0, StageCount()
    for (name, _), (number, count) in counts.items():
        if name == stage:
            entered += number
            total.merge(count)
    return entered, total
