"""``kodcode verify``: a file of rows, each run once, into a file of records in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import display_name, is_same_file
from kodcode_hub.pipeline.concurrency import run_together
from kodcode_hub.pipeline.tally import ConservationError
from kodcode_hub.pipeline.verify_journal import Journal
from kodcode_hub.pipeline.verify_output import Output, open_output
from kodcode_hub.pipeline.verify_progress import VerifyListener, VerifyProgress
from kodcode_hub.pipeline.verify_record import Figures, verify_record
from kodcode_hub.pipeline.verify_rows import RowFeed, VerifyRow, count_rows, read_verify_rows
from kodcode_hub.pipeline.verify_sandbox import (
    OpenSandbox,
    VerifySandbox,
    VerifySettings,
    conditions_of,
    opened_sandbox,
)

_SECONDS_BETWEEN_SYNCS = 0.5


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """What a finished verification did."""

    figures: Figures
    isolation: str
    seconds: float
    """Wall-clock time of this start, its self-test included."""

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode verify`` (INTERFACE.md, section 2)."""
        return {
            "rows": self.figures.rows,
            "verdicts": self.figures.verdict_counts(),
            "missing_packages": self.figures.missing_counts(),
            "isolation": self.isolation,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.figures.cpu_seconds, 3),
            "modes": dict(sorted(self.figures.modes.items())),
            "assurances": dict(sorted(self.figures.assurances.items())),
        }


def verify_file(
    source: Path | str,
    out: Path | str,
    *,
    settings: VerifySettings,
    open_sandbox: OpenSandbox,
    listener: VerifyListener | None = None,
) -> VerifyResult:
    """Run every row of ``source`` and write its record to ``out``; go on where an earlier start was stopped.

    Args:
        source: a file of rows with an id, ``solution`` and ``test``; ``-`` is standard input.
        out: a file of records, which appears when it is whole; ``-``, pipes and devices get each record at once.
        settings: limits, mode, isolation and the like.
        open_sandbox: makes the only thing that touches the machine.
        listener: is told the progress about once a second.

    Raises:
        InputError: ``source`` cannot be read, or a row cannot be used; what was verified before is kept.
        UsageError: ``out`` cannot be written, or is ``source``.
        IsolationError: trials cannot be isolated, and the settings do not say ``none``.
        InterpreterError: the Python for trials does not start, or lacks pytest or coverage.
        SandboxError: the sandbox broke; what was verified before is kept.
    """
    started = monotonic()
    rows = read_verify_rows(source)
    _refuse_same_file(source, out)
    with open_output(out) as output:
        total = count_rows(source)
        with opened_sandbox(settings, open_sandbox) as sandbox:
            output.begin(conditions_of(settings, sandbox))
            _say_what_is_known(output.journal, listener)
            figures, isolation = Figures(), sandbox.isolation
            verification = _Verification(output, sandbox, figures, VerifyProgress(figures, listener, total=total))
            asyncio.run(verification.run(rows, workers=settings.workers))
        if total not in (None, figures.rows):
            raise InputError(
                f"{display_name(source)} changed while it was read ({total} rows, then {figures.rows}); start again"
            )
        output.finish(figures.rows)
    return VerifyResult(figures, isolation, monotonic() - started)


@dataclass(frozen=True, slots=True)
class _Verification:
    output: Output
    sandbox: VerifySandbox
    figures: Figures
    progress: VerifyProgress

    async def run(self, rows: Iterator[VerifyRow], *, workers: int) -> None:
        """Every row once; the first error ends all."""
        feed = RowFeed(rows, ahead=2 * workers)
        async with self.progress.reporting(), _synced(self.output.journal):
            await run_together([lambda: self._work(feed)] * workers)
        if self.figures.rows != feed.read:
            raise ConservationError(f"{feed.read} rows in, {self.figures.rows} records out")

    async def _work(self, feed: RowFeed) -> None:
        while (taken := await feed.take()) is not None:
            position, row = taken
            record = self.output.recall(position, row)
            if record is not None:
                self.progress.recalled += 1
            else:
                await self.output.has_room(position)
                record = verify_record(row.id, await self.sandbox.run(row.solution, row.test))
                self.output.put(position, row, record)
            self.figures.add(record)


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


def _say_what_is_known(journal: Journal | None, listener: VerifyListener | None) -> None:
    if journal is None or listener is None:
        return
    if journal.known:
        listener.note(f"going on: {journal.known} verdicts of an earlier start are kept")
    if journal.unused:
        listener.note(
            f"{journal.unused} verdicts of an earlier start do not count, for they were made under other conditions "
            f"({'; '.join(journal.differences)})"
        )


def _refuse_same_file(source: Path | str, out: Path | str) -> None:
    if is_same_file(out, source):
        raise UsageError(f"--out {out} is the input itself: give it another name")
