"""The pytest plugin that tells the parent what each test did."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]

Send = Callable[..., None]

_LONGEST_MESSAGE = 2000


class TrialReporter:
    """One message for each test that ended, for each problem of collection, and for whatever stops the session."""

    def __init__(self, send: Send, *, heed_pytest_plugins: bool) -> None:
        """``heed_pytest_plugins``: the test file itself asks for plugins; a solution cannot, through a star import."""
        self._send = send
        self._heed_pytest_plugins = heed_pytest_plugins
        self._reports: list[pytest.TestReport] = []
        self._problem = _Problem()
        self._running = False
        self.status: int | None = None
        """pytest's exit status, once the session is over."""

    def pytest_configure(self, config: pytest.Config) -> None:
        # Set here because the option belongs to the terminal plugin, which is not loaded. Native is the cheapest.
        config.option.tbstyle = "native"
        # pytest 8 asks the terminal plugin to colour what an assertion compared.
        config.get_terminal_writer = _PlainWriter  # type: ignore[method-assign, assignment]
        if not self._heed_pytest_plugins:
            config.pluginmanager.consider_module = lambda mod: None  # type: ignore[method-assign]

    def pytest_exception_interact(self, call: pytest.CallInfo[Any]) -> None:
        if call.excinfo is not None:
            self._problem = describe_exception(call.excinfo.value)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome == "failed":
            problem, self._problem = self._problem, _Problem()
            message = problem.message or str(report.longrepr)[:_LONGEST_MESSAGE]
            self._send("problem", message=message, memory=problem.memory, missing=problem.missing)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._send("collected", count=len(session.items))

    def pytest_runtest_logstart(self) -> None:
        self._running = True
        self._reports = []
        self._problem = _Problem()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        outcome, decisive = _worst(self._reports)
        bad = outcome in ("failed", "error")
        message = (self._problem.message if bad else "") or (_reason(decisive) if decisive else "")
        self._send(
            "test",
            name=nodeid.partition("::")[2],
            outcome=outcome,
            message=message[:_LONGEST_MESSAGE],
            seconds=float(sum(report.duration for report in self._reports)),
            memory=bad and self._problem.memory,
            phase=decisive.when if decisive else "",
        )
        self._running = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if type(excinfo.value).__name__ != "Interrupted":  # pytest's own, after an error of collection
            self._stopped(excinfo.value)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._stopped(excinfo.value)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self.status = int(exitstatus)

    def _stopped(self, error: BaseException) -> None:
        problem = describe_exception(error)
        self._send("stopped", message=problem.message, memory=problem.memory, running=self._running)


class _PlainWriter:
    """The one method that pytest's assertions use of the terminal."""

    def _highlight(self, source: str, lexer: str = "python") -> str:
        return source


class _Problem:
    """What a failure was, in the words that a reader needs."""

    def __init__(self, message: str = "", *, memory: bool = False, missing: str = "") -> None:
        self.message = message
        self.memory = memory
        self.missing = missing


def describe_exception(error: BaseException) -> _Problem:
    """The exception's short text, whether memory ran out, and the module that was not found."""
    if type(error).__name__ == "CollectError" and isinstance(error.__cause__, ImportError):
        error = error.__cause__  # pytest wraps import errors in a page of text
    memory = isinstance(error, MemoryError)
    missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    try:
        text = _text_of(error)
    except BaseException:  # noqa: BLE001 - the text may come from a __str__ of the tested code
        text = f"{type(error).__name__} (its text cannot be made)"
    return _Problem(text[:_LONGEST_MESSAGE], memory=memory, missing=missing)


def _text_of(error: BaseException) -> str:
    if type(error).__name__ == "FixtureLookupError":
        return f"fixture {getattr(error, 'argname', '')!r} not found"
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return text.removeprefix("AssertionError: ") if text.startswith("AssertionError: assert ") else text


def _worst(reports: list[pytest.TestReport]) -> tuple[str, pytest.TestReport | None]:
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


def _reason(report: pytest.TestReport) -> str:
    """Why it was skipped, expected to fail, or failed without an exception."""
    reason = getattr(report, "wasxfail", None)
    if reason is None:
        longrepr = report.longrepr
        reason = longrepr[-1] if isinstance(longrepr, tuple) else longrepr  # of file, line, reason
    return str(reason) if reason else ""
