"""What people are told of a verdict, for the cases that take no sandbox."""

from __future__ import annotations

from typing import get_args

import pytest

from kodcode_hub.record import TestOutcome, Verdict, VerdictName
from kodcode_hub.space.run_events import OUTCOMES, done_event, summary_of
from kodcode_hub.verification.protocol import Limits
from kodcode_hub.verification.warm_sandbox import Explained

LIMITS = Limits(timeout_s=10, memory_mb=1024)


def outcomes(words: str) -> tuple[TestOutcome, ...]:
    """``passed failed``: one test for each word."""
    return tuple(TestOutcome(f"test_{number}", word) for number, word in enumerate(words.split()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verdict", "summary"),
    [
        (Verdict("pass", 100, outcomes("passed " * 7), seconds=0.123), "All 7 tests passed in 0.12 s"),
        (Verdict("pass", 100, outcomes("passed"), seconds=0.0004), "The only test passed in 0.01 s"),
        (
            Verdict("pass", 100, outcomes("passed skipped xfailed"), seconds=1.5),
            "1 of 3 tests passed in 1.50 s, the others are marked as not to be run, or to fail",
        ),
        (
            Verdict("fail", 90, outcomes("passed failed error"), seconds=1),
            "2 of 3 tests failed in 1.00 s, test_1 first",
        ),
        (Verdict("fail", 90, outcomes("passed failed"), seconds=1), "1 of 2 tests failed in 1.00 s: test_1"),
        (Verdict("fail", 90, outcomes("error"), seconds=1), "The only test failed in 1.00 s: test_0"),
        (Verdict("timeout", seconds=10.01), "The run timed out after 10 s"),
        (
            Verdict("timeout", tests=outcomes("passed failed"), seconds=10.01),
            "The run timed out after 10 s; 1 test had passed by then",
        ),
        (
            Verdict("memory", tests=outcomes("passed passed failed")),
            "The run ran out of memory: it may use 1024 MB; 2 tests had passed by then",
        ),
        (Verdict("no_tests"), "There are no tests that ran and passed: nothing was shown of the solution"),
        (Verdict("error"), "The run ended with an error: no reason was given"),
        (
            Verdict("error", message="killed: it wrote more output than is read after 0 tests"),
            "The run ended with an error: it wrote more output than is read after 0 tests",
        ),
        (
            Verdict("error", message='File "test_solution.py", line 3\n  x\nSyntaxError: invalid syntax'),
            "The run ended with an error in line 3 of the tests: SyntaxError: invalid syntax",
        ),
        (
            Verdict("tampered", message="test_1 was reported more than once"),
            "The run counts as tampered with: the run tried to forge its result, or ended itself: "
            "test_1 was reported more than once",
        ),
    ],
)
def test_a_verdict_is_put_as_one_sentence(verdict: Verdict, summary: str) -> None:
    assert summary_of(verdict, LIMITS) == summary
    assert OUTCOMES[verdict.verdict] in summary


def test_every_verdict_has_a_word() -> None:
    assert set(OUTCOMES) == set(get_args(VerdictName))


def test_what_a_solution_wrote_into_a_message_stays_one_line_and_short() -> None:
    message = "ValueError: \x1b[31m\u202ea\r\nb\0" + "c" * 5000
    summary = summary_of(Verdict("error", message=message), LIMITS)
    assert summary.startswith("The run ended with an error: ValueError: [31m a b c")
    assert len(summary) == 300
    assert summary.isprintable()


def test_lines_that_the_solution_does_not_have_are_not_marked_as_missed() -> None:
    explained = Explained(Verdict("pass"), "", "", [], [9, 3, 0, 2, 2, -1])
    event = done_event("A_1_I", explained, LIMITS, solution="a\nb\nc", solution_lines=[])
    assert event["missing_lines"] == [2, 3]
