"""The check ``labels``: whether what a row claims of a solution holds for the bytes as they are published.

A claim is compared with the verdict of the published test. Where that is ``fail`` or ``error``, the test is run once
more with the star import before it that KodCode adds to every test without publishing it: what passes then has the
finding ``hidden_import`` and no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kodcode_hub.pipeline.audit_import import STAR_IMPORT, stands_for_solution, with_hidden_import
from kodcode_hub.pipeline.audit_rows import Claim
from kodcode_hub.record import Verdict
from kodcode_hub.verification.protocol import Sandbox

Evidence = dict[str, Any]
"""``{"finding", "column", "message", ...}``: one finding, and what it rests on."""

_MAY_LACK_IMPORT = ("fail", "error")
_SAYS_NOTHING = {
    "timeout": "the time was up: a slower machine, or a solution that is too slow; nothing else was seen",
    "no_tests": "no test ran and passed, so that nothing is known of the solution",
}
"""Verdicts that are findings of their own, and no proof that the label is wrong."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What running one solution against its test gave."""

    claim: Claim
    test: str
    """The test in the form that counts: as published, or with the import where only that passes."""
    published: Verdict
    """Of the published bytes."""
    with_import: Verdict | None
    """Of the same with the star import; None where it was not run."""
    unsteady: bool = False
    """The published bytes passed when they were run again: it was not for want of the import that they failed."""

    @property
    def counting(self) -> Verdict:
        """The verdict of ``test``."""
        return self.with_import if self.needs_import and self.with_import is not None else self.published

    @property
    def needs_import(self) -> bool:
        """Passes with the import alone."""
        return self.with_import is not None and self.with_import.passed and not self.unsteady

    @property
    def missing_package(self) -> str:
        """What the Python of the trials lacks; KodCode's line may be what asks for it. Empty where the test names the
        solution by another module's name, which no package would help.
        """
        lacking = (self.published.missing_package, self.with_import.missing_package if self.with_import else "")
        name = next((name for name in lacking if name), "")
        return "" if name and stands_for_solution(name, self.test, self.claim.solution) else name


async def judge_claim(claim: Claim, test: str, sandbox: Sandbox) -> Judged:
    """Run a solution against its test as published, and with the import where that may be what is missing.

    Raises:
        SandboxError: the sandbox itself broke.
    """
    published = await sandbox.run(claim.solution, test)
    imported = with_hidden_import(test) if _may_lack_import(published) else None
    if imported is None:
        return Judged(claim, test, published, None)
    with_import = await sandbox.run(claim.solution, imported)
    # A verdict that changes by itself would look the same.
    unsteady = with_import.passed and (await sandbox.run(claim.solution, test)).passed
    judged = Judged(claim, test, published, with_import, unsteady)
    return Judged(claim, imported, published, with_import) if judged.needs_import else judged


def label_evidence(judged: Judged) -> Evidence | None:
    """What is wrong with the claim; None where it holds."""
    found = _of_passing(judged) if judged.claim.passes else _of_failing(judged)
    if found is None:
        return None
    name, message = found
    told: Evidence = {"finding": name, "column": judged.claim.column, "message": message}
    if not judged.claim.passes or judged.claim.column != "solution":
        told["claimed"] = judged.claim.passes
    told["verdict"] = judged.published.verdict
    if judged.with_import is not None:
        told["with_import"] = judged.with_import.verdict
    return told | ({"package": judged.missing_package} if name == "missing_package" else {})


def _may_lack_import(verdict: Verdict) -> bool:
    return verdict.verdict in _MAY_LACK_IMPORT and not verdict.missing_package


def _of_passing(judged: Judged) -> tuple[str, str] | None:
    if judged.published.passed:
        return None
    if judged.missing_package:
        return "missing_package", f"the trials' Python has no package for {judged.missing_package!r}"
    if judged.needs_import:
        return "hidden_import", f"as published {_seen(judged.published)}; passes with {STAR_IMPORT!r} before it"
    for verdict in (judged.published, judged.with_import):
        if verdict is not None and verdict.verdict in _SAYS_NOTHING:
            return verdict.verdict, f"{_SAYS_NOTHING[verdict.verdict]} ({verdict.message})"
    return "label_wrong", _what_was_seen(judged)


def _of_failing(judged: Judged) -> tuple[str, str] | None:
    """A response that is said to be wrong: nothing short of a pass speaks against it."""
    if judged.published.passed:
        return "label_wrong", "is said to fail, and passes"
    if judged.needs_import:
        return "hidden_import", f"is said to fail, which it does for want of {STAR_IMPORT!r} alone; with it, it passes"
    return None


def _what_was_seen(judged: Judged) -> str:
    if judged.unsteady:
        return f"{_seen(judged.published)}; run again, it passes: look at it with --checks flaky"
    if judged.with_import is None or judged.with_import.message == judged.published.message:
        return _seen(judged.published)
    return f"{_seen(judged.with_import)} (with {STAR_IMPORT!r} before it; as published {_seen(judged.published)})"


def _seen(verdict: Verdict) -> str:
    return f"{verdict.verdict}: {verdict.message}"
