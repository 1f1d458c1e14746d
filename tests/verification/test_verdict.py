from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import pytest

from kodcode_hub.record import TestOutcome
from kodcode_hub.verification.expected_tests import Expectations
from kodcode_hub.verification.report import Ending, Report, ReportedTest
from kodcode_hub.verification.skip_marks import Skips
from kodcode_hub.verification.verdict import judge

NOTHING_EXPECTED = Expectations()
WELL = Ending(exit_code=0)


def a_test(outcome: Any, name: str = "test_a", *, out_of_memory: bool = False, phase: str = "call") -> ReportedTest:
    return ReportedTest(TestOutcome(name, outcome, "because"), out_of_memory, phase)


def a_report(*tests: ReportedTest, **changes: Any) -> Report:
    """A complete report of these tests."""
    fields: dict[str, Any] = {"ready": True, "collected": len(tests), "status": 0, "coverage": 50}
    return Report(tests=list(tests), **(fields | changes))


def verdict_of(report: Report, ending: Ending = WELL, expected: Expectations = NOTHING_EXPECTED) -> str:
    return judge(report, ending, expected).verdict


def test_a_pass_takes_one_test_that_passed_and_none_that_failed() -> None:
    skipping = Expectations(skips=Skips(frozenset({"test_a", "test_b"})))

    assert verdict_of(a_report(a_test("passed"))) == "pass"
    assert verdict_of(a_report(a_test("passed"), a_test("failed", "test_b"))) == "fail"
    assert verdict_of(a_report(a_test("passed"), a_test("error", "test_b"))) == "fail"
    assert verdict_of(a_report(a_test("passed"), a_test("skipped", "test_b")), expected=skipping) == "pass"
    assert verdict_of(a_report()) == "no_tests"
    for outcome in ("skipped", "xfailed", "xpassed"):
        assert verdict_of(a_report(a_test(outcome)), expected=skipping) == "no_tests"


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 5])
def test_an_exit_status_alone_never_makes_a_pass(status: int) -> None:
    """Defect 29: missing plugins, no tests and internal errors were all called a failure, and 0 a pass."""
    assert verdict_of(a_report(status=status)) == ("error" if status in (3, 4) else "no_tests")
    assert verdict_of(a_report(a_test("passed"), status=None)) == "tampered"


@pytest.mark.parametrize(
    ("ending", "verdict"),
    [
        (Ending(-signal.SIGKILL, "wall"), "timeout"),
        (Ending(137, "wall"), "timeout"),
        (Ending(None, "wall"), "timeout"),
        (Ending(-signal.SIGXCPU, "cpu"), "timeout"),
        (Ending(-signal.SIGKILL, out_of_memory=True), "memory"),
        (Ending(1, out_of_memory=True), "memory"),
        (Ending(-signal.SIGKILL), "tampered"),
        (Ending(-signal.SIGTERM), "tampered"),
        (Ending(-signal.SIGSEGV), "error"),
        (Ending(-signal.SIGABRT), "error"),
        (Ending(-signal.SIGKILL, "output"), "error"),
        (Ending(-signal.SIGKILL, "report"), "tampered"),
        (Ending(0), "tampered"),
        (Ending(1), "tampered"),
        (Ending(None), "tampered"),
    ],
)
def test_a_report_without_an_end_is_judged_by_how_the_process_ended(ending: Ending, verdict: str) -> None:
    """Defect 30 among them: a hang that had to be killed is a timeout, whatever its exit code."""
    judged = judge(a_report(a_test("passed"), status=None), ending, NOTHING_EXPECTED)

    assert (judged.verdict, judged.coverage, len(judged.tests)) == (verdict, None, 1)


def test_a_complete_report_counts_although_the_limit_came_a_moment_later() -> None:
    assert verdict_of(a_report(a_test("passed")), Ending(-signal.SIGKILL, "wall")) == "pass"


def test_a_forgery_is_tampering_whatever_else_is_true() -> None:
    report = a_report(a_test("passed"), forgery="a line without the nonce")

    assert verdict_of(report) == verdict_of(report, Ending(None, "wall")) == "tampered"


def test_memory_is_named_before_the_failure_that_it_caused() -> None:
    assert verdict_of(a_report(a_test("failed", out_of_memory=True))) == "memory"
    assert verdict_of(a_report(problems=["MemoryError"], out_of_memory=True, status=2)) == "memory"
    assert verdict_of(a_report(a_test("passed"), status=None, out_of_memory=True)) == "memory"


def test_an_error_of_collection_is_an_error_and_names_the_missing_package() -> None:
    judged = judge(
        a_report(problems=["No module named 'x.y'"], missing_package="x.y", status=2), WELL, NOTHING_EXPECTED
    )

    assert judged.verdict == "error"
    assert judged.message == "No module named 'x.y' (the trials' Python has no package for 'x.y')"


def test_a_session_that_a_test_ended_is_tampering_and_one_that_never_began_an_error() -> None:
    assert verdict_of(a_report(stopped="Exit: 0", stopped_in_test=True, status=2)) == "tampered"
    assert verdict_of(a_report(stopped="SystemExit: 0", status=3)) == "error"


def test_tests_that_are_not_reported_were_taken_away() -> None:
    expected = Expectations(names=frozenset({"test_a", "TestC::test_b"}))
    report = a_report(a_test("passed", "test_a[1]"), a_test("passed", "TestC::test_b"))

    assert verdict_of(report, expected=expected) == "pass"
    assert verdict_of(a_report(a_test("passed", "test_a[1]")), expected=expected) == "tampered"
    assert verdict_of(a_report(), expected=expected) == "tampered"
    assert verdict_of(a_report(), expected=replace(expected, skips=Skips(whole_file=True))) == "no_tests"


def test_a_test_reported_twice_or_collected_and_not_reported_is_tampering() -> None:
    assert verdict_of(a_report(a_test("failed"), a_test("passed"))) == "tampered"
    assert verdict_of(a_report(a_test("passed"), collected=2)) == "tampered"


def test_a_skip_that_the_test_file_does_not_make_is_tampering() -> None:
    report = a_report(a_test("passed", "test_0"), a_test("skipped"))

    assert verdict_of(report) == "tampered"
    assert verdict_of(report, expected=Expectations(skips=Skips(frozenset({"test_a"})))) == "pass"
    assert verdict_of(report, expected=Expectations(skips=Skips(frozenset({"test_0"})))) == "tampered"
    assert verdict_of(report, expected=Expectations(left_to_pytest=frozenset({"test_a"}))) == "pass"


def test_a_test_that_the_test_file_does_not_define_is_tampering_whatever_it_did() -> None:
    expected = Expectations(collectable=frozenset({"test_a"}))

    assert verdict_of(a_report(a_test("passed", "test_a[1]")), expected=expected) == "pass"
    for outcome in ("passed", "failed"):
        report = a_report(a_test("passed", "test_a[1]"), a_test(outcome, "test_b"))
        assert verdict_of(report, expected=expected) == "tampered"


def test_a_test_without_parameters_may_be_skipped_by_pytest_but_not_by_the_solution() -> None:
    def report(phase: str) -> Report:
        skipped = ReportedTest(TestOutcome("test_a[NOTSET]", "skipped", "got empty parameter set for (x)"), phase=phase)
        return a_report(a_test("passed", "test_0"), skipped)

    assert verdict_of(report("setup"), expected=Expectations(parametrized=True)) == "pass"
    assert verdict_of(report("call"), expected=Expectations(parametrized=True)) == "tampered"
    assert verdict_of(report("setup")) == "tampered"


def test_measures_are_those_of_the_ending() -> None:
    judged = judge(a_report(a_test("passed")), Ending(0, "", False, 1.5, 0.5, 30.0), NOTHING_EXPECTED)

    assert (judged.seconds, judged.cpu_seconds, judged.peak_memory_mb, judged.coverage) == (1.5, 0.5, 30.0, 50)
    assert (judged.mode, judged.isolation, judged.assurance) == ("same", "none", "none")
