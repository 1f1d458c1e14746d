"""``kodcode audit``: a dataset's rows, run as they are published, and what is wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from kodcode_hub.errors import InputError
from kodcode_hub.pipeline.audit_checks import DEFAULT_CHECKS
from kodcode_hub.pipeline.audit_flaky import RERUNS, AuditSandbox, Reruns
from kodcode_hub.pipeline.audit_labels import judge_claim, label_evidence
from kodcode_hub.pipeline.audit_record import AuditFigures, audit_record, audit_schema
from kodcode_hub.pipeline.audit_rows import AuditRow, choose_rows, read_audit_rows
from kodcode_hub.pipeline.audit_source import AuditSource
from kodcode_hub.pipeline.verify_file import refuse_same_file
from kodcode_hub.pipeline.verify_journal import Conditions
from kodcode_hub.pipeline.verify_output import Output, UnwrittenOutput, open_output
from kodcode_hub.pipeline.verify_pass import Pass, say_what_is_known
from kodcode_hub.pipeline.verify_progress import VerifyListener, VerifyProgress
from kodcode_hub.pipeline.verify_record import Record
from kodcode_hub.pipeline.verify_sandbox import OpenSandbox, VerifySettings, conditions_of, opened_sandbox


@dataclass(frozen=True, slots=True)
class AuditResult:
    """What a finished audit found."""

    figures: AuditFigures
    checks: tuple[str, ...]
    isolation: str
    seconds: float
    """Wall-clock time of this start, its self-test included."""

    def as_json(self) -> dict[str, Any]:
        """The JSON answer of ``kodcode audit`` (INTERFACE.md, section 2)."""
        verdicts = self.figures.verdicts
        return {
            "rows": self.figures.rows,
            "findings": self.figures.finding_counts(),
            "checks": list(self.checks),
            "rows_with_findings": self.figures.rows_with_findings,
            "verdicts": verdicts.verdict_counts(),
            "missing_packages": verdicts.missing_counts(),
            "isolation": self.isolation,
            "seconds": round(self.seconds, 3),
            "modes": dict(sorted(verdicts.modes.items())),
            "assurances": dict(sorted(verdicts.assurances.items())),
        }


def audit_dataset(
    source: AuditSource,
    out: Path | str | None,
    *,
    settings: VerifySettings,
    open_sandbox: OpenSandbox[AuditSandbox],
    checks: tuple[str, ...] = DEFAULT_CHECKS,
    sample: int | None = None,
    listener: VerifyListener | None = None,
) -> AuditResult:
    """Audit every row of ``source``, or a sample; go on where an earlier start was stopped.

    Args:
        source: from :func:`~kodcode_hub.pipeline.audit_source.find_source`.
        out: a file of lines, as that of ``verify_file``; None writes none, and then nothing is kept on the way.
        settings: limits, mode, isolation and the like.
        open_sandbox: makes the only thing that touches the machine.
        checks: names out of :data:`~kodcode_hub.pipeline.audit_checks.CHECKS`.
        sample: how many rows; None for all.
        listener: is told the progress about once a second.

    Raises:
        InputError, UsageError, IsolationError, InterpreterError, SandboxError: as
            :func:`~kodcode_hub.pipeline.verify_file.verify_file`.
    """
    started = monotonic()
    for file in source.files if out is not None else ():
        refuse_same_file(file, out or "")
    with _opened_output(out) as output:
        chosen = choose_rows(source, sample=sample)
        with opened_sandbox(settings, open_sandbox) as sandbox, ExitStack() as after:
            output.begin(_conditions(settings, sandbox, checks))
            say_what_is_known(output.journal, listener)
            figures = AuditFigures()
            progress = VerifyProgress(figures.verdicts, listener, total=chosen.total)
            audit = Audit(sandbox, checks, after, workers=settings.workers)
            rows = read_audit_rows(source, chosen)
            asyncio.run(Pass(output, audit.record, figures.add, progress).run(rows, workers=settings.workers))
        if chosen.total not in (None, figures.rows):
            raise InputError(
                f"{source.name} changed while it was read ({chosen.total} rows, then {figures.rows}); start again"
            )
        output.finish(figures.rows)
    return AuditResult(figures, checks, sandbox.isolation, monotonic() - started)


class Audit:
    """The checks on one row after the other."""

    def __init__(self, sandbox: AuditSandbox, checks: tuple[str, ...], after: ExitStack, *, workers: int) -> None:
        """``after`` closes what the checks open."""
        self._sandbox = sandbox
        self._checks_labels = "labels" in checks
        self._reruns = Reruns(sandbox, after, workers=workers) if "flaky" in checks else None

    async def record(self, row: AuditRow) -> Record:
        """The line of one row.

        Raises:
            SandboxError: the sandbox itself broke.
        """
        own, *responses = row.claims
        judged = await judge_claim(own, row.test, self._sandbox)
        evidence = []
        if self._checks_labels:
            others = [await judge_claim(claim, row.test, self._sandbox) for claim in responses]
            evidence += [label_evidence(each) for each in (judged, *others)]
        if self._reruns is not None:
            evidence.append(await self._reruns.evidence(judged))
        return audit_record(row.id, judged.published, [entry for entry in evidence if entry is not None])


@contextmanager
def _opened_output(out: Path | str | None) -> Iterator[Output]:
    if out is None:
        yield UnwrittenOutput()
    else:
        with open_output(out, schema=audit_schema, command="audit") as output:
            yield output


def _conditions(settings: VerifySettings, sandbox: AuditSandbox, checks: tuple[str, ...]) -> Conditions:
    reruns = [each.as_json() for each in RERUNS] if "flaky" in checks else []
    return {**conditions_of(settings, sandbox), "checks": list(checks), "reruns": reruns}
