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


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a build stands."""

    counts: dict[tuple[str, str], tuple[int, StageCount]]
    """``(stage, subset)`` to entered and left, in the order of the stages."""
    seconds: float
    """Since this start."""
    seconds_left: float | None
    """Estimated from the prompts and questions done so far; None while there is nothing to go by."""


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
        self._prompts = prompts
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
        return Snapshot(counts, seconds, estimate_seconds_left(counts, seconds=seconds, prompts=self._prompts))


def estimate_seconds_left(
    counts: dict[tuple[str, str], tuple[int, StageCount]], *, seconds: float, prompts: int
) -> float | None:
    """What is left at the pace so far.

    A prompt counts as done when it was rejected on its way to a triplet, or its question went through ``select``.
    """
    done = sum(
        sum(count.rejected.values()) + (count.kept if stage == "select" else 0)
        for (stage, _), (_, count) in counts.items()
        if stage in {"synthesize", "annotate", "deduplicate", "decontaminate", "answer", "select"}
    )
    if not done:
        return None
    return round(max(0, prompts - done) * seconds / done, 1)
