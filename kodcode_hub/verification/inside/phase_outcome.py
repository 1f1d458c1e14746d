"""What one phase of a test came to, from the exception that ended it.

The exception may be of the solution's making: nothing here asks it what it is, or whether it is true.
"""

from __future__ import annotations

import builtins
from typing import Any
from unittest import SkipTest

from _pytest.outcomes import Skipped, XFailed

from .reporter import PhaseReport, describe_exception

# The functions below look built-in names up in this copy, whatever the tested code makes of the original.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]


def judge_phase(
    when: str, error: BaseException | None, seconds: float, *, expected: Any = None, doubts_skips: bool = False
) -> PhaseReport:
    """What pytest's ``makereport`` hooks say of one phase: skips first, then expected failures.

    Args:
        expected: pytest's ``Xfail`` of a test that is marked so.
        doubts_skips: the test skips something, so that a skip that the solution raised would be taken for one of its.
    """
    may_skip = not (doubts_skips and comes_from_solution(error))
    if may_skip and is_a(error, SkipTest):
        error = Skipped(str(error))
    report = PhaseReport(when, "passed" if error is None else "failed", seconds)
    if may_skip and type(error) is XFailed:
        report.outcome, report.wasxfail = "skipped", str(error.msg)
    elif may_skip and type(error) is Skipped:
        report.outcome, report.longrepr = "skipped", f"Skipped: {error.msg}"
    else:
        _expect_failure(expected, report, error)
        if report.outcome == "failed" and error is not None:
            report.problem = describe_exception(error)
    return report


def is_a(error: BaseException | None, *kinds: type[BaseException]) -> bool:
    """As ``isinstance``, which believes an object that names another class as its own."""
    return issubclass(type(error), kinds)


def comes_from_solution(error: BaseException | None) -> bool:
    """Whether the solution's code raised it, or let it through."""
    traceback = error.__traceback__ if error is not None else None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename.endswith("/solution.py"):
            return True
        traceback = traceback.tb_next
    return False


def _expect_failure(xfailed: Any, report: PhaseReport, error: BaseException | None) -> None:
    if xfailed is None:
        return
    if error is not None:
        if _is_expected(xfailed.raises, error):
            report.outcome, report.wasxfail = "skipped", xfailed.reason
    elif report.when == "call":
        if xfailed.strict:
            report.outcome, report.longrepr = "failed", f"[XPASS(strict)] {xfailed.reason}"
        else:
            report.wasxfail = xfailed.reason


def _is_expected(raises: Any, error: BaseException) -> bool:
    if raises is None:
        return True
    if isinstance(raises, (type, tuple)):
        return issubclass(type(error), raises)
    return bool(raises.matches(error))
