"""The texts of one trial: what of them crosses to its processes, and what comes back in messages. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from kodcode_hub.record import TestOutcome, Verdict
from kodcode_hub.verification.expected_tests import Expectations
from kodcode_hub.verification.split_plan import SplitPlan


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a trial crosses to the worker, and what is expected of it."""

    solution: str
    test: str
    plan: SplitPlan
    mode: Literal["split", "same"]
    expected: Expectations


def payloads_of(texts: Texts, nonce: str, test_order: int | None = None) -> list[dict[str, Any]]:
    """For the judging process, and for the solution's, which sees neither test, order nor nonce."""
    judging: dict[str, Any] = {
        "nonce": nonce,
        "test": texts.test,
        "heed_pytest_plugins": texts.expected.heeds_plugins,
        "test_order": test_order,
    }
    if texts.mode == "same":
        return [judging | {"solution": texts.solution}]
    read = {"named": sorted(texts.plan.named), "compared": sorted(texts.plan.compared)}
    return [judging | read, {"solution": texts.solution}]


def why_no_text(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return f"not text that a file can hold: {error.reason} at character {error.start}"
    return ""


def without_path(verdict: Verdict, folder: str) -> Verdict:
    """The same verdict, its texts without the name of the private folder, which may be another in each run."""

    def shorten(text: str) -> str:
        return text.replace(f"{folder}/", "").replace(folder, ".")

    def shortened(test: TestOutcome) -> TestOutcome:
        return replace(test, message=shorten(test.message)) if folder in test.message else test

    return replace(verdict, message=shorten(verdict.message), tests=tuple(shortened(test) for test in verdict.tests))
