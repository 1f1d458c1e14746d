"""The rule: what was reported, how the process ended and what the test file promises make the verdict. Pure."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable

from kodcode_hub.record import Verdict, VerdictName
from kodcode_hub.verification.expected_tests import Expectations
from kodcode_hub.verification.report import Ending, Limit, Report, ReportedTest

_FAULTS = frozenset(
    {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGABRT, signal.SIGTRAP, signal.SIGSYS}
)
_PYTEST_RAN = frozenset({0, 1, 2, 5})
"""pytest's exit statuses of a session that it did not break in: passed, failed, interrupted, nothing collected."""

Finding = tuple[VerdictName, str]

_LIMITS: dict[Limit, Finding] = {
    "wall": ("timeout", "killed at the limit of wall-clock time"),
    "cpu": ("timeout", "killed at the limit of CPU time"),
    "memory": ("memory", "killed: its processes together used more memory than is allowed"),
    "processes": ("error", "killed: it started more processes than is allowed"),
    "disk": ("error", "killed: it wrote more files than is allowed"),
    "output": ("error", "killed: it wrote more output than is read"),
    "report": ("tampered", "the report is longer than any honest one"),
}


def judge(report: Report, ending: Ending, expected: Expectations) -> Verdict:
    """The verdict of one trial. An exit code never makes a ``pass``: it takes a complete report of a passed test."""
    rules: tuple[Callable[[], Finding | None], ...] = (
        lambda: _forged(report),
        lambda: None if report.complete else _cut_short(report, ending),
        lambda: _solution_gone(report, ending) if report.solution_gone else None,
        lambda: _out_of_memory(report),
        lambda: _not_run(report),
        lambda: _taken_away(report, expected),
        lambda: _brought_in(report, expected),
        lambda: _lacks_package(report),
        lambda: _failed(report),
        lambda: _nothing_passed(report),
    )
    name, message = next((found for rule in rules if (found := rule()) is not None), ("pass", ""))
    return Verdict(
        name,
        report.coverage if report.complete else None,
        tuple(test.outcome for test in report.tests),
        message,
        _missing_package(report) if name == "error" else "",
        seconds=ending.seconds,
        cpu_seconds=ending.cpu_seconds,
        peak_memory_mb=ending.peak_memory_mb,
    )


def _forged(report: Report) -> Finding | None:
    return ("tampered", report.forgery) if report.forgery else None


def _cut_short(report: Report, ending: Ending) -> Finding:
    """The process is gone and its report has no end: a limit, a crash, or its own doing."""
    after = f" after {len(report.tests)} tests"
    found = _stopped_from_outside(report, ending) or _died_of_fault(ending.exit_code)
    if found is not None:
        return found[0], found[1] + after
    how = _how(ending.exit_code)
    return "tampered", f"the process ended itself{how}{after}, before its report was complete"


def _solution_gone(report: Report, ending: Ending) -> Finding:
    """Mode ``split``: the solution's process left before the tests were over."""
    found = _stopped_from_outside(report, ending) or _died_of_fault(ending.solution_exit_code)
    if found is not None:
        return found
    how = _how(ending.solution_exit_code)
    return "tampered", f"the solution's process broke off{how}: {report.solution_gone}"


def _stopped_from_outside(report: Report, ending: Ending) -> Finding | None:
    if ending.limit:
        return _LIMITS[ending.limit]
    return ("memory", "ran out of memory") if report.out_of_memory or ending.out_of_memory else None


def _died_of_fault(code: int | None) -> Finding | None:
    if code is not None and code < 0 and -code in _FAULTS:
        return "error", f"the process died of {signal.Signals(-code).name}"
    return None


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
        return "error", report.problems[0] + _no_package(report.missing_package)
    if report.stopped and report.stopped_in_test:
        return "tampered", f"a test ended the whole session: {report.stopped}"
    if report.stopped:
        return "error", f"the session ended before any test: {report.stopped}"
    if report.status not in _PYTEST_RAN or report.collected is None:
        return "error", f"pytest broke (exit status {report.status})"
    return None


def _taken_away(report: Report, expected: Expectations) -> Finding | None:
    """Tests that were not reported, or reported twice, or skipped although the test file does not skip them."""
    counts = Counter(test.outcome.name for test in report.tests)
    twice = _first([name for name, count in counts.items() if count > 1])
    if twice:
        return "tampered", f"{twice} was reported more than once"
    if len(report.tests) != report.collected:
        return "tampered", f"{report.collected} tests were collected, {len(report.tests)} reported"
    if not report.tests and expected.skips.whole_file:
        return None  # the whole file may have skipped itself
    lost = sorted(expected.names - {name.partition("[")[0] for name in counts})
    if lost:
        return "tampered", f"{lost[0]} is in the test file and was not run"
    skipped = _first([test.outcome.name for test in report.tests if _is_skipped_by_the_run(test, expected)])
    return ("tampered", f"{skipped} was skipped, and not by the test file") if skipped else None


def _brought_in(report: Report, expected: Expectations) -> Finding | None:
    """A test that the test file does not define: it came with the solution, and would count for it."""
    strange = _first([test.outcome.name for test in report.tests if not expected.may_collect(test.outcome.name)])
    return ("tampered", f"{strange} was run and is not in the test file") if strange else None


def _is_skipped_by_the_run(test: ReportedTest, expected: Expectations) -> bool:
    if test.outcome.outcome not in ("skipped", "xfailed", "xpassed"):
        return False
    if expected.may_skip_test(test.outcome.name):
        return False
    function = test.outcome.name.partition("[")[0].rpartition("::")[2]
    no_parameters = expected.parametrized and test.phase == "setup" and "empty parameter set" in test.outcome.message
    return function not in expected.left_to_pytest and not no_parameters


def _lacks_package(report: Report) -> Finding | None:
    """A test failed for want of a package: that says nothing of the solution."""
    name = _missing_package(report)
    if not name:
        return None
    test = next(test for test in report.tests if test.missing_package == name)
    return "error", f"{test.outcome.name}: {test.outcome.message}{_no_package(name)}"


def _missing_package(report: Report) -> str:
    return report.missing_package or _first([test.missing_package for test in report.tests if test.missing_package])


def _no_package(name: str) -> str:
    return f" (the trials' Python has no package for {name!r})" if name else ""


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
