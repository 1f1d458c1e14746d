"""``kodcode verify``: a file of rows, each run once, into a file of records in the same order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from kodcode_hub.errors import InputError, UsageError
from kodcode_hub.files.rows import display_name, is_same_file
from kodcode_hub.pipeline.verify_output import open_output
from kodcode_hub.pipeline.verify_pass import Pass, say_what_is_known
from kodcode_hub.pipeline.verify_progress import VerifyListener, VerifyProgress
from kodcode_hub.pipeline.verify_record import Figures, Record, verify_record
from kodcode_hub.pipeline.verify_rows import VerifyRow, count_rows, read_verify_rows
from kodcode_hub.pipeline.verify_sandbox import (
    OpenSandbox,
    VerifySandbox,
    VerifySettings,
    conditions_of,
    opened_sandbox,
)


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
    open_sandbox: OpenSandbox[VerifySandbox],
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
    refuse_same_file(source, out)
    with open_output(out) as output:
        total = count_rows(source)
        with opened_sandbox(settings, open_sandbox) as sandbox:
            output.begin(conditions_of(settings, sandbox))
            say_what_is_known(output.journal, listener)
            figures, isolation = Figures(), sandbox.isolation
            progress = VerifyProgress(figures, listener, total=total)

            async def verify(row: VerifyRow) -> Record:
                return verify_record(row.id, await sandbox.run(row.solution, row.test))

            every = Pass(output, verify, lambda _, record: figures.add(record), progress)
            asyncio.run(every.run(rows, workers=settings.workers))
        if total not in (None, figures.rows):
            raise InputError(
                f"{display_name(source)} changed while it was read ({total} rows, then {figures.rows}); start again"
            )
        output.finish(figures.rows)
    return VerifyResult(figures, isolation, monotonic() - started)


def refuse_same_file(source: Path | str, out: Path | str) -> None:
    """Raise a UsageError where writing ``out`` would overwrite ``source``."""
    if is_same_file(out, source):
        raise UsageError(f"--out {out} is the input itself: give it another name")
