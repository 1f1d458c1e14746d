from __future__ import annotations

import json

import pytest

from kodcode_hub.verification.report import parse_report, readable

NONCE = "0123"


def lines(*messages: dict[str, object], nonce: str = NONCE) -> bytes:
    """The messages as the runner writes them."""
    numbered = ({"nonce": nonce, "seq": number, **message} for number, message in enumerate(messages))
    return b"".join(json.dumps(message).encode() + b"\n" for message in numbered)


READY: dict[str, object] = {"kind": "ready"}
PASSED: dict[str, object] = {
    "kind": "test",
    "name": "test_a",
    "outcome": "passed",
    "message": "",
    "seconds": 0.5,
    "memory": False,
    "phase": "call",
}
END: dict[str, object] = {"kind": "end", "status": 0}


def test_a_whole_report_is_read_to_its_end() -> None:
    report = parse_report(lines(READY, {"kind": "collected", "count": 1}, PASSED, END), NONCE)

    assert (report.ready, report.collected, report.complete, report.forgery) == (True, 1, True, "")
    assert [test.outcome.name for test in report.tests] == ["test_a"]


def test_a_last_line_that_was_cut_off_is_no_forgery() -> None:
    report = parse_report(lines(READY, PASSED, END)[:-1], NONCE)

    assert (report.complete, report.forgery, len(report.tests)) == (False, "", 1)


@pytest.mark.parametrize(
    "forged",
    [
        lines(READY, nonce="other"),
        b"\n",
        b"[]\n",
        b"\xff\xff\n",
        b"[" * 100_000 + b"\n",
        lines(PASSED, READY, PASSED)[len(lines(PASSED)) :],
        lines(READY) + lines(PASSED),
        lines(READY, END, PASSED),
        lines(READY, {"kind": "grade", "value": 1}),
        lines(READY, {**PASSED, "outcome": "excellent"}),
        lines(READY, {"kind": "test"}),
        lines(READY, {**PASSED, "seconds": [1]}),
    ],
    ids=lambda forged: repr(forged[:60]),
)
def test_what_the_runner_does_not_write_is_forged(forged: bytes) -> None:
    assert parse_report(forged, NONCE).forgery


def test_nothing_after_a_forgery_counts() -> None:
    report = parse_report(lines(READY) + b"{}\n" + lines(READY, READY, PASSED, END)[2 * len(lines(READY)) :], NONCE)

    assert (report.tests, report.complete) == ([], False)


def test_text_that_no_store_takes_is_made_readable() -> None:
    assert readable("a\ud800\0b") == "a\\ud800\\x00b"
