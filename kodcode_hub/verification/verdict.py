"""The rule: what was reported, how the process ended and what the test file promises make the verdict. Pure."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable

from kodcode_hub.record import Verdict, VerdictName
from kodcode_hub.verification.expected_tests import Expectations
from kodcode_hub.verification.report import Ending, Report, ReportedTest

_FAULTS = frozenset(
    {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS}
)
_PYTEST_RAN = frozenset({0, 1, 2, 5})
"""pytest's exit statuses of a session that it did not break in: passed, failed, interrupted, nothing collected."""

Finding = tuple[VerdictName, str]


def judge(report: Report, ending: Ending, expected: Expectations) -> Verdict:
    """The verdict of one trial. An exit code never makes a ``pass``: it takes a complete report of a passed test."""
    rules: tuple[Callable[[], Finding | None], ...] = (
        lambda: _forged(report),
        lambda: None if report.complete else _cut_short(report, ending),
        lambda: _out_of_memory(report),
        lambda: _not_run(report),
        lambda: _taken_away(report, expected),
        lambda: _failed(report),
        lambda: _nothing_passed(report),
    )
    name, message = next((found for rule in rules if (found := rule()) is not None), ("pass", ""))
    return Verdict(
        name,
        report.coverage if report.complete else None,
        tuple(test.outcome for test in report.tests),
        message,
        seconds=ending.seconds,
        cpu_seconds=ending.cpu_seconds,
        peak_memory_mb=ending.peak_memory_mb,
    )


def _forged(report: Report) -> Finding | None:
    return ("tampered", report.forgery) if report.forgery else None


def _cut_short(report: Report, ending: Ending) -> Finding:
    """The process is gone and its report has no end: a limit, a crash, or its own doing."""
    code = ending.exit_code
    after = f" after {len(report.tests)} tests"
    if ending.limit == "wall":
        return "timeout", f"killed at the limit of wall-clock time{after}"
    if ending.limit == "cpu":
        return "timeout", f"killed at the limit of CPU time{after}"
    if report.out_of_memory or ending.oom_killed:
        return "memory", f"ran out of memory{after}"
    if ending.limit == "output":
        return "error", f"killed: it wrote more output than is read{after}"
    if ending.limit == "report":
        return "tampered", "the report is longer than any honest one"
    if code is not None and code < 0 and -code in _FAULTS:
        return "error", f"the process died of {signal.Signals(-code).name}{after}"
    return "tampered", f"the process ended itself{_how(code)}{after}, before its report was complete"


def _how(code: int | None) -> str:
    if code is None:
        return ""
    return f" by signal {-code}" if code < 0 else f" with exit code {code}"


def _out_of_memory(report: Report) -> Finding | None:
    for test in report.tests:
        if test.out_of_memory:
            return "memory", f"{test.outcome.name}: {test.outcome.message}"
    return ("memory", _first(report.problems) or report.stopped) if report.out_of_memory else None


def _not_run(report: Report) -> Finding | None:
    """Collection failed, or something ended the session early."""
    if report.problems:
        name = report.missing_package
        return "error", report.problems[0] + (f" (the trials' Python has no package for {name!r})" if name else "")
    if report.stopped and report.stopped_in_test:
        return "tampered", f"a test ended the whole session: {report.stopped}"
    if report.stopped:
        return "error", f"the session ended before any test: {report.stopped}"
    if report.status not in _PYTEST_RAN or report.collected is None:
        return "error", f"pytest broke (exit status {report.status})"
    return None


def _taken_away(report: Report, expected: Expectations) -> Finding | None:
    """Tests that were not reported, or reported twice, or skipped although the test file skips nothing."""
    counts = Counter(test.outcome.name for test in report.tests)
    twice = _first([name for name, count in counts.items() if count > 1])
    if twice:
        return "tampered", f"{twice} was reported more than once"
    if len(report.tests) != report.collected:
        return "tampered", f"{report.collected} tests were collected, {len(report.tests)} reported"
    if not report.tests and expected.may_skip:
        return None  # the whole file may have skipped itself
    lost = sorted(expected.names - {name.partition("[")[0] for name in counts})
    if lost:
        return "tampered", f"{lost[0]} is in the test file and was not run"
    skipped = _first([test.outcome.name for test in report.tests if _is_skipped_by_the_run(test, expected)])
    return ("tampered", f"{skipped} was skipped, and the test file skips nothing") if skipped else None


def _is_skipped_by_the_run(test: ReportedTest, expected: Expectations) -> bool:
    if test.outcome.outcome not in ("skipped", "xfailed", "xpassed") or expected.may_skip:
        return False
    function = test.outcome.name.partition("[")[0].rpartition("::")[2]
    no_parameters = expected.parametrized and test.phase == "setup" and "empty parameter set" in test.outcome.message
    return function not in expected.left_to_pytest and not no_parameters


def _failed(report: Report) -> Finding | None:
    failed = [test.outcome for test in report.tests if test.outcome.outcome in ("failed", "error")]
    if not failed:
        return None
    return "fail", f"{len(failed)} of {len(report.tests)} tests failed; {failed[0].name}: {failed[0].message}"


def _nothing_passed(report: Report) -> Finding | None:
    if any(test.outcome.outcome == "passed" for test in report.tests):
        return None
    return "no_tests", f"none of {len(report.tests)} tests ran and passed"


def _first(texts: list[str]) -> str:
    return texts[0] if texts else ""
