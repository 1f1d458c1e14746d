"""What a failed request means."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from kodcode_hub.endpoints.protocol import DeadLetter
from kodcode_hub.endpoints.retry import Retries, RetryPolicy, StopRun, classify, parse_retry_after
from kodcode_hub.endpoints.transport import Cause, Failure

POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("statuses", "decision"),
    [
        ((429, 503), "retry_free"),
        ((408, 424, 500, 502, 504, 520, 599, 204), "retry"),
        ((400, 404, 405, 409, 413, 415, 422, 451, 301, 307), "dead"),
        ((401, 402, 403), "stop_run"),
    ],
)
def test_a_status_decides(statuses: tuple[int, ...], decision: str) -> None:
    """Defect 23: a 4xx is not asked again."""
    assert {classify("status", status) for status in statuses} == {decision}


@pytest.mark.parametrize(
    ("cause", "decision"),
    [("dropped", "retry"), ("timeout", "retry"), ("malformed", "retry"), ("unreachable", "reconnect")],
)
def test_without_an_answer_the_cause_decides(cause: Cause, decision: str) -> None:
    assert classify(cause, None) == decision


def test_waits_double_and_are_capped() -> None:
    assert [POLICY.wait_s(n, None, chance=1.0) for n in (1, 2, 3, 6, 7, 10_000)] == [0.1, 0.2, 0.4, 3.2, 6.4, 20.0]


def test_waits_are_jittered_between_half_and_all() -> None:
    assert POLICY.wait_s(3, None, chance=0.0) == 0.2
    drawn = {POLICY.wait_s(3, None) for _ in range(50)}
    assert len(drawn) > 1
    assert all(0.2 <= wait <= 0.4 for wait in drawn)


def test_a_server_is_not_asked_before_the_time_it_named() -> None:
    """Defect 23: Retry-After is honoured."""
    assert POLICY.wait_s(1, 7.0) == 7.0
    assert POLICY.wait_s(1, 3600.0) == POLICY.max_wait_s
    assert POLICY.wait_s(7, 1.0, chance=1.0) == 6.4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        (" 17 ", 17.0),
        (format_datetime(datetime.fromtimestamp(1_000_030, tz=UTC), usegmt=True), 30.0),
        (format_datetime(datetime.fromtimestamp(900_000, tz=UTC), usegmt=True), 0.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("²", None),
        ("9" * 400, None),
        ("soon\0", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, now=1_000_000.0) == seconds


def test_the_last_attempt_makes_a_dead_letter_with_what_was_seen_last() -> None:
    retries = Retries(POLICY, since=0.0)
    for _ in range(POLICY.attempts - 1):
        assert isinstance(retries.decide(Failure("status", 500, "early"), now=1.0, alive_at=0.0), float)
    dead = retries.decide(Failure("status", 502, "last", body="<html>"), now=1.0, alive_at=0.0)
    assert dead == DeadLetter("last", 502, 8, ("early",) * 7 + ("last",), "<html>")


def test_answers_of_a_busy_server_do_not_count() -> None:
    retries = Retries(POLICY, since=0.0)
    for _ in range(100):
        assert retries.decide(Failure("status", 429, "busy"), now=1.0, alive_at=0.0) == 0.0
    assert isinstance(retries.decide(Failure("status", 500, "failed"), now=1.0, alive_at=0.0), float)


@pytest.mark.parametrize(("cause", "patience_s"), [("unreachable", 60.0), ("status", 900.0)])
def test_a_server_that_answers_nobody_for_too_long_stops_the_run(cause: Cause, patience_s: float) -> None:
    failure = Failure(cause, 503 if cause == "status" else None, "why")
    retries = Retries(POLICY, since=100.0)
    assert isinstance(retries.decide(failure, now=99.0 + patience_s, alive_at=0.0), float)
    assert isinstance(retries.decide(failure, now=5000.0, alive_at=4999.0), float), "others are being answered"
    stopped = retries.decide(failure, now=100.0 + patience_s, alive_at=0.0)
    assert isinstance(stopped, StopRun)
    assert "why" in stopped.reason
