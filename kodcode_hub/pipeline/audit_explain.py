"""``kodcode audit --explain``: one row, what is wrong with it, and everything that is known of its trials."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.audit_file import Audit
from kodcode_hub.pipeline.audit_flaky import AuditSandbox
from kodcode_hub.pipeline.audit_import import STAR_IMPORT, with_hidden_import
from kodcode_hub.pipeline.audit_rows import AuditRow, read_audit_rows
from kodcode_hub.pipeline.audit_source import AuditSource
from kodcode_hub.pipeline.verify_explain import Explanation, explain_trial
from kodcode_hub.pipeline.verify_record import Record
from kodcode_hub.pipeline.verify_rows import VerifyRow
from kodcode_hub.pipeline.verify_sandbox import OpenSandbox, VerifySettings, opened_sandbox

_REMEDIES = {
    "hidden_import": f"It would pass with {STAR_IMPORT!r} as a line of its own, as kodcode build writes it.",
    "missing_package": "Install the package for another Python and give that by --python; until then nothing is known.",
    "no_tests": "It would pass with a test that runs: functions whose names begin with test.",
    "timeout": "A longer --timeout shows whether it is slow or never ends.",
    "flaky": "The test must not depend on the order of sets or of tests, on the time zone, or on chance.",
    "label_wrong": "Solution and test contradict each other; the messages above say which of both to look at.",
}
"""What would make a row pass, or at least say more."""


@dataclass(frozen=True, slots=True)
class AuditExplanation:
    """One row."""

    record: Record
    """The line that ``kodcode audit`` would write."""
    published: Explanation
    """The trial of the published bytes."""
    with_import: Explanation | None
    """That with the star import; None where the test has it, or needs none."""

    @property
    def remedies(self) -> list[str]:
        """A sentence for each finding."""
        return [_REMEDIES[name] for name in self.record["findings"]]

    def as_json(self) -> dict[str, Any]:
        """The line, and behind it the trials."""
        with_import = self.with_import.as_json() if self.with_import else None
        return {
            **self.record,
            "remedies": self.remedies,
            "published": self.published.as_json(),
            "with_import": with_import,
        }


def explain_audit(
    source: AuditSource,
    identity: str,
    *,
    settings: VerifySettings,
    open_sandbox: OpenSandbox[AuditSandbox],
    checks: tuple[str, ...],
) -> AuditExplanation:
    """Audit the one row with this id.

    Raises:
        InputError: ``source`` cannot be read up to this row, or has none of this id.
        IsolationError, InterpreterError, SandboxError: as :func:`~kodcode_hub.pipeline.audit_file.audit_dataset`.
    """
    row = _row_with_id(source, identity)
    with opened_sandbox(settings, open_sandbox) as sandbox, ExitStack() as after:
        audit = Audit(sandbox, checks, after, workers=1)
        return asyncio.run(_explain(row, audit, sandbox, settings))


async def _explain(row: AuditRow, audit: Audit, sandbox: AuditSandbox, settings: VerifySettings) -> AuditExplanation:
    record = await audit.record(row)
    published = await explain_trial(VerifyRow(row.id, row.solution, row.test), sandbox, settings)
    imported = with_hidden_import(row.test) if published.record["verdict"] != "pass" else None
    if imported is None:
        return AuditExplanation(record, published, None)
    with_import = await explain_trial(VerifyRow(row.id, row.solution, imported), sandbox, settings)
    return AuditExplanation(record, published, with_import)


def _row_with_id(source: AuditSource, identity: str) -> AuditRow:
    first = ""
    for row in read_audit_rows(source):
        first = first or row.id
        if row.id == identity:
            return row
    raise InputError(f"{source.name} has no row with the id {identity!r}; that of the first one is {first!r}")
