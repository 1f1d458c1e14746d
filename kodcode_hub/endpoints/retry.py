"""What a failed request means: asked again, given up, or the end of the run.

| what happened | decision |
|---|---|
| 429, 503 | ``retry_free``: the server is busy; asked again without counting an attempt |
| 408, 424, 5xx, dropped connection, idle timeout, malformed answer | ``retry``: some attempts, then a dead letter |
| refused connection, no such host | ``reconnect``: for a bounded time, then the run stops |
| 401, 402, 403 | ``stop_run``: nothing will be answered until somebody acts |
| other 4xx, redirects | ``dead``: this request will never be answered |
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal

from kodcode_hub.endpoints.protocol import DeadLetter
from kodcode_hub.endpoints.transport import Cause, Failure

Decision = Literal["retry_free", "retry", "reconnect", "dead", "stop_run"]

_MOST_ERRORS = 20
"""Kept of one request; the last ones."""

_BUSY = frozenset({429, 503})
_CREDENTIALS_REFUSED = frozenset({401, 403})
_PAYMENT_WANTED = 402
_PASSING = frozenset({408, 424})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try again; times in seconds.

    Busy and unreachable servers are waited for elsewhere (``admission.py``): here is how long that may last.

    Args:
        attempts: requests sent before a failing one becomes a dead letter; answers of a busy server do not count.
        first_wait_s: wait after the first failure; doubled by each further one.
        max_wait_s: longest wait, also where the server asks for more.
        opening_s: how long an endpoint may take to be reached when it is opened.
        unreachable_s: how long it may be out of reach later on before the run stops.
        busy_s: how long it may turn away everything before the run stops.
    """

    attempts: int = 8
    first_wait_s: float = 0.1
    max_wait_s: float = 20.0
    opening_s: float = 5.0
    unreachable_s: float = 60.0
    busy_s: float = 900.0

    def wait_s(self, failures: int, retry_after_s: float | None, *, chance: float | None = None) -> float:
        """Seconds to wait after the ``failures``-th failure in a row (from 1).

        Between half and all of the doubled wait, so that requests which failed together do not come back together;
        never less than the server asked for, unless that exceeds ``max_wait_s``.

        Args:
            chance: 0 to 1, the random part; drawn where it is not given.
        """
        drawn = random.random() if chance is None else chance
        doubled = min(self.max_wait_s, self.first_wait_s * 2.0 ** min(failures - 1, 30))
        wait = doubled * (0.5 + 0.5 * drawn)
        return wait if retry_after_s is None else max(wait, min(retry_after_s, self.max_wait_s))


@dataclass(frozen=True, slots=True)
class StopRun:
    """The endpoint cannot be used at all; ``reason`` continues the sentence "endpoint X ..."."""

    reason: str
    credentials_refused: bool = False


@dataclass(slots=True)
class Retries:
    """The failures of one request so far, and what follows from the next one.

    Args:
        since: clock reading (seconds) at which the request was first sent.
    """

    policy: RetryPolicy
    since: float
    sent: int = 0
    counted: int = 0
    failures: int = 0
    errors: list[str] = field(default_factory=list)

    def decide(self, failure: Failure, *, now: float, alive_at: float) -> float | DeadLetter | StopRun:
        """What to do after ``failure``: wait so many seconds, give the request up, or stop the run.

        Args:
            now: clock reading in seconds.
            alive_at: when the endpoint last answered any request; while it answers others, a busy or unreachable
                moment of this one does not stop the run.
        """
        self.failures += 1
        self.sent += failure.cause != "unreachable"
        decision = classify(failure.cause, failure.status)
        if decision != "retry_free":
            self.errors = [*self.errors[1 - _MOST_ERRORS :], failure.error]
        silent_s = now - max(self.since, alive_at)
        match decision:
            case "stop_run" if failure.status == _PAYMENT_WANTED:
                return StopRun(f"wants to be paid ({failure.error})")
            case "stop_run":
                return StopRun(f"refused our credentials ({failure.error})", credentials_refused=True)
            case "dead":
                return self._dead(failure)
            case "retry":
                self.counted += 1
                if self.counted >= self.policy.attempts:
                    return self._dead(failure)
            case "reconnect" if silent_s >= self.policy.unreachable_s:
                return StopRun(f"is unreachable ({failure.error})")
            case "retry_free" if silent_s >= self.policy.busy_s:
                return StopRun(f"has been too busy to answer anything for {silent_s:.0f} s ({failure.error})")
            case "retry_free" | "reconnect":
                # It goes back into line, which knows when the server takes something again.
                return 0.0
        return self.policy.wait_s(self.counted, failure.retry_after_s)

    def _dead(self, failure: Failure) -> DeadLetter:
        return DeadLetter(failure.error, failure.status, self.sent, tuple(self.errors), failure.body)


def classify(cause: Cause, status: int | None) -> Decision:
    """The decision for one failure, by the table of this module."""
    if cause == "unreachable":
        return "reconnect"
    if cause != "status" or status is None:
        return "retry"
    if status in _CREDENTIALS_REFUSED or status == _PAYMENT_WANTED:
        return "stop_run"
    if status in _BUSY:
        return "retry_free"
    return "retry" if status in _PASSING or status >= 500 or status < 300 else "dead"


def parse_retry_after(header: str | None, *, now: float) -> float | None:
    """Seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3: seconds or a date); None where it says nothing.

    Args:
        now: seconds since the epoch.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
