"""``kodcode verify --explain``: one row, and everything that is known of its trial."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.files.rows import display_name
from kodcode_hub.pipeline.verify_record import Record, verify_record
from kodcode_hub.pipeline.verify_rows import VerifyRow, read_verify_rows
from kodcode_hub.pipeline.verify_sandbox import OpenSandbox, VerifySandbox, VerifySettings, opened_sandbox
from kodcode_hub.verification.protocol import Environment, Limits


@dataclass(frozen=True, slots=True)
class Explanation:
    """One row's trial."""

    row: VerifyRow
    record: Record
    """The line that ``kodcode verify`` would write."""
    reason: str
    """Why this mode."""
    missing_lines: list[int]
    """Lines of the solution that were not run, from 1."""
    output: str
    """Its beginning, as long as the limits keep it."""
    report: list[dict[str, Any]]
    """The messages that the trial sent, in order."""
    limits: Limits
    environment: Environment

    def as_json(self) -> dict[str, Any]:
        """The record, and behind it the rest."""
        return self.record | {
            "reason": self.reason,
            "missing_lines": self.missing_lines,
            "output": self.output,
            "report": self.report,
            "limits": asdict(self.limits),
            "environment": asdict(self.environment),
        }


def explain_row(
    source: Path | str, identity: str, *, settings: VerifySettings, open_sandbox: OpenSandbox[VerifySandbox]
) -> Explanation:
    """Run the one row with this id.

    Raises:
        InputError: ``source`` cannot be read up to this row, or has none of this id.
        IsolationError, InterpreterError, SandboxError: as :func:`~kodcode_hub.pipeline.verify_file.verify_file`.
    """
    row = _row_with_id(source, identity)
    with opened_sandbox(settings, open_sandbox) as sandbox:
        return asyncio.run(explain_trial(row, sandbox, settings))


async def explain_trial(row: VerifyRow, sandbox: VerifySandbox, settings: VerifySettings) -> Explanation:
    """Run one trial and keep everything that is heard of it.

    Raises:
        SandboxError: the sandbox itself broke.
    """
    explained = await sandbox.explain(row.solution, row.test)
    return Explanation(
        row,
        verify_record(row.id, explained.verdict),
        explained.reason,
        explained.missing_lines,
        explained.output,
        explained.report,
        settings.limits,
        sandbox.environment,
    )


def _row_with_id(source: Path | str, identity: str) -> VerifyRow:
    first = ""
    for row in read_verify_rows(source):
        first = first or row.id
        if row.id == identity:
            return row
    raise InputError(f"{display_name(source)} has no row with the id {identity!r}; that of the first one is {first!r}")
