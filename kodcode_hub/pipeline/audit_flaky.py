"""The check ``flaky``: whether a verdict survives what should not matter.

Each of five reruns has another seed of hashes, another order of the tests and another time zone, all at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from typing import Protocol

from kodcode_hub.pipeline.audit_labels import Evidence, Judged
from kodcode_hub.pipeline.verify_sandbox import VerifySandbox
from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Sandbox
from kodcode_hub.verification.run_conditions import NORMAL, RunConditions

RERUNS = (
    RunConditions(1, 1, "<-11>11"),
    RunConditions(2, 2, "<+1345>-13:45"),
    RunConditions(3, 3, "CET-1CEST,M3.5.0,M10.5.0/3"),
    RunConditions(4, 4, "<+0545>-5:45"),
    RunConditions(5, 5, "EST5EDT,M3.2.0,M11.1.0"),
)
"""Zones in POSIX form, which need no file of the machine: both ends of the day, odd minutes, summer time."""

_NEVER_RUN_AGAIN = ("timeout", "no_tests")


class AuditSandbox(VerifySandbox, Protocol):
    """A sandbox that can be had once more under other conditions."""

    def under(self, conditions: RunConditions, *, workers: int) -> AbstractContextManager[Sandbox]:
        """One that differs in nothing but in ``conditions``."""
        ...


class Reruns:
    """The sandboxes of the reruns. Their places together are about as many as there are workers, since a row is in one
    of them at a time.
    """

    def __init__(self, sandbox: AuditSandbox, after: ExitStack, *, workers: int) -> None:
        """``after`` closes them."""
        places = -(-workers // len(RERUNS))
        self._sandboxes = [after.enter_context(sandbox.under(each, workers=places)) for each in RERUNS]

    async def evidence(self, judged: Judged) -> Evidence | None:
        """What changed the verdict; None where nothing did, or the row is not run again.

        What cannot run here, has no test or exceeds its time is not run again.

        Raises:
            SandboxError: the sandbox itself broke.
        """
        expected = judged.counting
        if judged.missing_package or expected.verdict in _NEVER_RUN_AGAIN:
            return None
        found = [await self._run(sandbox, judged) for sandbox in self._sandboxes]
        changed = [verdict for verdict in found if verdict.verdict != expected.verdict]
        if not changed:
            return None
        return {
            "finding": "flaky",
            "column": judged.claim.column,
            "message": f"{expected.verdict} at first, {changed[0].verdict} in {len(changed)} of {len(found)} reruns: "
            f"{changed[0].message or expected.message}",
            "verdict": expected.verdict,
            "runs": _runs([expected, *found]),
        }

    async def _run(self, sandbox: Sandbox, judged: Judged) -> Verdict:
        verdict = await sandbox.run(judged.claim.solution, judged.test)
        if verdict.verdict != "timeout":
            return verdict
        # A busy machine can hold up any trial once.
        return await sandbox.run(judged.claim.solution, judged.test)


def _runs(verdicts: Sequence[Verdict]) -> list[Evidence]:
    return [
        conditions.as_json() | {"verdict": verdict.verdict, "message": verdict.message}
        for conditions, verdict in zip((NORMAL, *RERUNS), verdicts, strict=True)
    ]
