"""Turns what happened in a trial into the messages that the parent reads.

It is fed by our own runner of items, and is a pytest plugin besides: subtests report through pytest's hooks, and where
pytest's own session must run the tests, all of it comes that way.
"""

from __future__ import annotations

import builtins
import traceback
from typing import TYPE_CHECKING, Any

from .sender import Send

if TYPE_CHECKING:
    import pytest

from .failed_assertions import quote_failed

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

_LONGEST_MESSAGE = 2000


class Problem:
    """What a failure was, in the words that a reader needs."""

    def __init__(self, message: str = "", *, memory: bool = False, missing: str = "") -> None:
        self.message = message
        self.memory = memory
        """Memory ran out."""
        self.missing = missing
        """The module that was not found."""


class PhaseReport:
    """What setup, call or teardown of one test came to; as much of a ``pytest.TestReport`` as is used here.

    ``wasxfail`` exists only where pytest would set it, on a test that was expected to fail.
    """

    wasxfail: str

    def __init__(self, when: str, outcome: str, seconds: float, *, longrepr: str = "") -> None:
        self.when = when
        self.outcome = outcome
        self.duration = seconds
        self.longrepr = longrepr
        self.problem: Problem | None = None


AnyReport = Any
"""A ``PhaseReport``, or a ``pytest.TestReport``."""


class Reporter:
    """One message for each test that ended, for each problem of collection, and for whatever stops the session."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._reports: list[AnyReport] = []
        self._problem: Problem | None = None
        self._running = False
        self.failed = 0
        """Tests of which some phase failed."""
        self.status: int | None = None
        """pytest's exit status, where pytest's own session ran the tests and is over."""

    def problem(self, problem: Problem) -> None:
        """Collection failed somewhere."""
        self._send("problem", message=problem.message, memory=problem.memory, missing=problem.missing)

    def collected(self, count: int) -> None:
        self._send("collected", count=count)

    def start_test(self) -> None:
        self._running = True
        self._reports = []

    def add(self, report: AnyReport) -> None:
        """Take in what one phase, or one subtest, came to."""
        self._reports.append(report)

    def end_test(self, name: str) -> None:
        """``name``: the test's node id behind the file."""
        outcome, decisive = _worst(self._reports)
        bad = outcome in ("failed", "error")
        self.failed += bad
        problem = (getattr(decisive, "problem", None) if bad else None) or Problem()
        message = problem.message or (_reason(decisive) if decisive else "")
        self._send(
            "test",
            name=name,
            outcome=outcome,
            message=message[:_LONGEST_MESSAGE],
            seconds=float(sum(report.duration for report in self._reports)),
            memory=problem.memory,
            missing=problem.missing,
            phase=decisive.when if decisive else "",
        )
        self._running = False

    def stopped(self, error: BaseException) -> None:
        """Something ended the session before its time."""
        problem = describe_exception(error)
        self._send("stopped", message=problem.message, memory=problem.memory, running=self._running)

    def pytest_exception_interact(self, call: pytest.CallInfo[Any], report: AnyReport) -> None:
        if call.excinfo is not None:
            report.problem = self._problem = describe_exception(call.excinfo.value)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome == "failed":
            problem, self._problem = self._problem, None
            self.problem(problem or Problem(str(report.longrepr)[:_LONGEST_MESSAGE]))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected(len(session.items))

    def pytest_runtest_logstart(self) -> None:
        self.start_test()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.add(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.end_test(nodeid.partition("::")[2])

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if type(excinfo.value).__name__ != "Interrupted":  # pytest's own, after an error of collection
            self.stopped(excinfo.value)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.stopped(excinfo.value)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.status = int(exitstatus)


def describe_exception(error: BaseException) -> Problem:
    """The exception's short text, whether memory ran out, and the module that was not found."""
    if type(error).__name__ == "CollectError" and isinstance(error.__cause__, ImportError):
        error = error.__cause__  # pytest wraps import errors in a page of text
    memory = isinstance(error, MemoryError)
    missing = str(error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    if missing.partition(".")[0] in ("solution", "test_solution"):
        missing = ""  # no package: a part of the solution that it does not have
    try:
        text = _text_of(error)
    except BaseException:  # noqa: BLE001 - the text may come from a __str__ of the tested code
        text = f"{type(error).__name__} (its text cannot be made)"
    return Problem(text[:_LONGEST_MESSAGE], memory=memory, missing=missing)


def _text_of(error: BaseException) -> str:
    if type(error).__name__ == "FixtureLookupError":
        return f"fixture {getattr(error, 'argname', '')!r} not found"
    if type(error) is AssertionError:
        text = str(error) if error.args else quote_failed(error, "test_solution")
        return text if text.startswith("assert ") else f"AssertionError: {text}" if text else "AssertionError"
    return "".join(traceback.format_exception_only(type(error), error)).strip()


def _worst(reports: list[AnyReport]) -> tuple[str, AnyReport | None]:
    """The outcome of setup, call and teardown together, and the report that decided it."""
    failed = [report for report in reports if report.outcome == "failed"]
    for report in failed:
        if report.when == "call":
            return "failed", report
    if failed:
        return "error", failed[0]
    own = [report for report in reports if not hasattr(report, "context")]  # subtests can only make it worse
    for report in own:
        if report.outcome == "skipped":
            return ("xfailed" if hasattr(report, "wasxfail") else "skipped"), report
    for report in own:
        if report.when == "call":
            return ("xpassed" if hasattr(report, "wasxfail") else "passed"), report
    return "error", None


def _reason(report: AnyReport) -> str:
    """Why it was skipped, expected to fail, or failed without an exception."""
    reason = getattr(report, "wasxfail", None)
    if reason is None:
        longrepr = report.longrepr
        reason = longrepr[-1] if isinstance(longrepr, tuple) else longrepr  # of file, line, reason
    return str(reason) if reason else ""
