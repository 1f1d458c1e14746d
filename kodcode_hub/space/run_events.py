"""What is told of a run, as JSON: its events, and one sentence for people. Pure."""

from __future__ import annotations

import re
from typing import Any, Final

from kodcode_hub.pipeline.verify_record import verify_record
from kodcode_hub.record import Verdict, VerdictName
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import Explained

OUTCOMES: Final[dict[VerdictName, str]] = {
    "pass": "passed",
    "fail": "failed",
    "error": "error",
    "timeout": "timed out",
    "memory": "out of memory",
    "no_tests": "no tests",
    "tampered": "tampered",
}
"""The verdicts in the words of the page; each stands in the summary of a run with that verdict."""

_LONGEST_SUMMARY = 300
_PLACE = re.compile(r'File "(test_)?solution\.py", line (\d{1,7})$', re.MULTILINE)


def queued_event(ahead: int) -> dict[str, Any]:
    """The run waits, and so many are served before it."""
    return {"state": "queued", "ahead": ahead}


def running_event() -> dict[str, Any]:
    """The run has its place."""
    return {"state": "running"}


def refused_event(message: str) -> dict[str, Any]:
    """There is no verdict, and the message says why."""
    return {"state": "refused", "message": message}


def done_event(
    identity: str, explained: Explained, limits: Limits, *, solution: str, solution_lines: list[str]
) -> dict[str, Any]:
    """The run's verdict, and all that is shown of it.

    Args:
        identity: the row's id.
        explained: what was heard of the run.
        limits: what it was allowed.
        solution: what was run.
        solution_lines: the same as HTML, a text for each line.
    """
    last = solution.count("\n") + 1
    return {
        "state": "done",
        "outcome": OUTCOMES[explained.verdict.verdict],
        "summary": summary_of(explained.verdict, limits),
        "record": verify_record(identity, explained.verdict),
        "output": explained.output,
        "missing_lines": sorted({line for line in explained.missing_lines if 1 <= line <= last}),
        "solution_lines": solution_lines,
    }


def summary_of(verdict: Verdict, limits: Limits) -> str:
    """One sentence on how the run ended, with the outcome's word in it."""
    match verdict.verdict:
        case "pass":
            text = _passed(verdict)
        case "fail":
            text = _failed(verdict)
        case "timeout":
            text = f"The run timed out after {limits.timeout_s:g} s{_passed_before(verdict)}"
        case "memory":
            text = f"The run ran out of memory: it may use {limits.memory_mb} MB{_passed_before(verdict)}"
        case "no_tests":
            text = "There are no tests that ran and passed: nothing was shown of the solution"
        case "tampered":
            text = (
                f"The run counts as tampered with: the run tried to forge its result, or ended itself: {_why(verdict)}"
            )
        case "error":
            text = _error(verdict)
    return _one_line(text)


def _passed(verdict: Verdict) -> str:
    count, passed = len(verdict.tests), verdict.tests_passed
    if passed < count:
        return (
            f"{passed} of {count} tests passed in {_time(verdict)}, the others are marked as not to be run, or to fail"
        )
    return f"{f'All {count} tests' if count > 1 else 'The only test'} passed in {_time(verdict)}"


def _failed(verdict: Verdict) -> str:
    names = [test.name for test in verdict.tests if test.outcome in ("failed", "error")]
    if len(verdict.tests) == 1:
        return f"The only test failed in {_time(verdict)}: {names[0]}"
    first = f", {names[0]} first" if len(names) > 1 else f": {names[0]}"
    return f"{len(names)} of {len(verdict.tests)} tests failed in {_time(verdict)}{first}"


def _passed_before(verdict: Verdict) -> str:
    passed = verdict.tests_passed
    return f"; {passed} {'test' if passed == 1 else 'tests'} had passed by then" if passed else ""


def _error(verdict: Verdict) -> str:
    if verdict.missing_package:
        return (
            f"The run ended with an error: the package {verdict.missing_package!r} is not installed where solutions run"
        )
    place = _PLACE.search(verdict.message)
    if place is None:
        return f"The run ended with an error: {_why(verdict)}"
    where = "the tests" if place[1] else "the solution"
    return f"The run ended with an error in line {place[2]} of {where}: {verdict.message.splitlines()[-1]}"


def _why(verdict: Verdict) -> str:
    return verdict.message.removeprefix("killed: ") or "no reason was given"


def _time(verdict: Verdict) -> str:
    return f"{max(verdict.seconds, 0.01):.2f} s"


def _one_line(text: str) -> str:
    """Without line ends, control characters and what turns the direction of text; a solution can write part of it."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= _LONGEST_SUMMARY else f"{words[: _LONGEST_SUMMARY - 1]}…"
