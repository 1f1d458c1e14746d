"""What a trial's processes told: the messages of the runner, and how it ended. Reading them is pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from kodcode_hub.record import TestOutcome

Limit = Literal["", "wall", "cpu", "memory", "processes", "disk", "output", "report"]

_OUTCOMES = frozenset({"passed", "failed", "error", "skipped", "xfailed", "xpassed"})


@dataclass(frozen=True, slots=True)
class Ending:
    """How the trial's processes ended, as seen from outside."""

    exit_code: int | None
    """Of the judging process; negative: the signal that killed it; None: it was still running when the trial ended."""
    limit: Limit = ""
    """Which limit ended it: times, memory, processes and disk of all processes together, bytes of output or report."""
    out_of_memory: bool = False
    """A process of it had nearly all memory that is allowed, or was killed while the kernel counted an OOM kill."""
    seconds: float = 0.0
    """Wall-clock time from the moment the runner was ready for the trial."""
    cpu_seconds: float = 0.0
    """User and system time of all processes of the trial, the start of Python and pytest included."""
    peak_memory_mb: float = 0.0
    """Largest resident set of one process of the trial."""
    solution_exit_code: int | None = None
    """Of the solution's process in mode ``split``; None: it was still running, or there is none."""


@dataclass(frozen=True, slots=True)
class ReportedTest:
    """One test's outcome with what the verdict needs besides."""

    outcome: TestOutcome
    out_of_memory: bool = False
    phase: str = ""
    """Which phase decided: ``setup``, ``call``, ``teardown``."""
    missing_package: str = ""
    """The module that was not found, where that is why it failed."""


@dataclass(slots=True)
class Report:
    """The messages, in order. Where ``forgery`` is not empty the rest is what came before it."""

    ready: bool = False
    tests: list[ReportedTest] = field(default_factory=list)
    collected: int | None = None
    """How many tests pytest found."""
    problems: list[str] = field(default_factory=list)
    """Errors of collection."""
    missing_package: str = ""
    """The module that an error of collection did not find."""
    stopped: str = ""
    """What ended the session before its time, besides errors of collection."""
    stopped_in_test: bool = False
    out_of_memory: bool = False
    solution_gone: str = ""
    """Mode ``split``: how the solution's process left the bridge before it was asked to."""
    coverage: int | None = None
    missing_lines: list[int] = field(default_factory=list)
    """Lines of the solution's statements that were not run."""
    status: int | None = None
    """pytest's exit status, from the message that ends a complete report."""
    forgery: str = ""

    @property
    def complete(self) -> bool:
        """True if the runner came to its end and said so."""
        return self.status is not None


def parse_report(data: bytes, nonce: str) -> Report:
    """Read the lines that came over the report's pipe; the first that the runner did not write ends the reading.

    A last line without its end was cut off by a kill, which is no forgery.
    """
    report = Report()
    for number, line in enumerate(_whole_lines(data)):
        message = _message(line)
        if message is None or message.get("nonce") != nonce:
            report.forgery = "something that the runner did not write came over its report"
        elif report.complete or message.get("seq") != number:
            report.forgery = f"the report is out of sequence at message {number}"
        elif not _take(report, message):
            report.forgery = f"message {number} of the report is malformed"
        if report.forgery:
            break
    return report


def report_messages(data: bytes) -> list[dict[str, Any]]:
    """The messages as they came, without their nonce; for people who look at a trial."""
    found = [message for line in _whole_lines(data) if (message := _message(line)) is not None]
    return [{name: value for name, value in message.items() if name != "nonce"} for message in found]


def readable(text: str) -> str:
    """``text`` without lone surrogates and NUL, so that every store takes it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _whole_lines(data: bytes) -> Iterator[bytes]:
    return iter(data.split(b"\n")[:-1])


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _take(report: Report, message: dict[str, Any]) -> bool:
    """Enter one message into the report; False if it is not one that the runner writes."""
    try:
        match message["kind"]:
            case "ready":
                report.ready = True
            case "test":
                report.tests.append(_test(message))
            case "collected":
                report.collected = int(message["count"])
            case "problem":
                report.problems.append(readable(message["message"]))
                report.missing_package = report.missing_package or readable(message["missing"])
                report.out_of_memory |= message["memory"] is True
            case "stopped":
                report.stopped = report.stopped or readable(message["message"])
                report.stopped_in_test |= message["running"] is True
                report.out_of_memory |= message["memory"] is True
            case "gone":
                report.solution_gone = readable(message["message"])
            case "coverage":
                report.coverage = None if message["percent"] is None else int(message["percent"])
                report.missing_lines = [int(line) for line in message.get("missing", "").split()]
            case "end":
                report.status = int(message["status"])
            case _:
                return False
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    return True


def _test(message: dict[str, Any]) -> ReportedTest:
    if message["outcome"] not in _OUTCOMES:
        raise ValueError(message["outcome"])
    outcome = TestOutcome(
        readable(message["name"]), message["outcome"], readable(message["message"]), round(float(message["seconds"]), 6)
    )
    missing = readable(message.get("missing", ""))
    return ReportedTest(outcome, message["memory"] is True, str(message["phase"]), missing)
