"""What goes wrong between the server and its clients, on demand."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Literal

from tests.hub_server.answers import Answer, Refusal

FaultKind = Literal[
    "error_500", "error_503", "rate_limited", "drop_before", "drop_after", "corrupt", "truncate", "unauthorized"
]
REFUSALS: dict[FaultKind, Refusal] = {
    "error_500": Refusal(500, "Internal Error - We're working hard to fix this as soon as possible!"),
    "error_503": Refusal(503, "Service Unavailable"),
    # No wait is asked for: the newer clients add a second of their own.
    "rate_limited": Refusal(429, "Too Many Requests", headers={"RateLimit": '"api";r=0;t=0', "Retry-After": "0"}),
    "unauthorized": Refusal(401, "Invalid credentials in Authorization header"),
}
"""Faults that answer in place of the server; nothing of the request is carried out."""


@dataclass(slots=True)
class Rule:
    """Requests that a fault is meant for: ``at`` is the index of the first among those of ``request_kind``."""

    kind: FaultKind
    at: int
    request_kind: str | None
    times: int
    seen: int = 0

    def strikes(self, request_kind: str) -> bool:
        """Whether the next request, of ``request_kind``, meets the fault."""
        if self.request_kind not in (None, request_kind):
            return False
        self.seen += 1
        return self.at < self.seen <= self.at + self.times


class Faults:
    """The armed rules, and how many requests met one.

    ``error_500``, ``error_503``, ``rate_limited`` and ``unauthorized`` answer with that status, and ``drop_before``
    closes the connection; the request is not carried out. ``drop_after`` carries it out and closes the connection
    without an answer. ``corrupt`` flips bits in three bytes of the answer's body, ``truncate`` closes the connection
    at half of it; both leave answers without a body as they are.
    """

    def __init__(self) -> None:
        """Without any rule."""
        self.hits = 0
        self._rules: list[Rule] = []
        self._lock = Lock()

    def arm(self, kind: FaultKind, *, at: int | None = None, request_kind: str | None = None, times: int = 1) -> None:
        """Add a rule: ``times`` requests in a row from the one with index ``at`` (0 is the next) meet the fault.

        With ``request_kind`` only requests of that kind count. The first matching rule wins.
        """
        with self._lock:
            self._rules.append(Rule(kind, at or 0, request_kind, times))

    def clear(self) -> None:
        """Forget all rules and ``hits``."""
        with self._lock:
            self._rules.clear()
            self.hits = 0

    def draw(self, request_kind: str) -> FaultKind | None:
        """The fault that the next request meets; every request is drawn for once, in order."""
        with self._lock:
            struck = [rule.kind for rule in self._rules if rule.strikes(request_kind)]
            self.hits += bool(struck)
            return struck[0] if struck else None


def corrupted(body: bytes) -> bytes:
    """``body`` with one bit flipped at a quarter, a half and three quarters of it."""
    flipped = bytearray(body)
    for position in {len(body) * quarter // 4 for quarter in (1, 2, 3)} if body else ():
        flipped[position] ^= 1
    return bytes(flipped)


def refusal_of(fault: FaultKind | None) -> Answer | None:
    """The answer that a fault gives in place of the server, if it is of that sort."""
    return REFUSALS[fault].answer() if fault in REFUSALS else None
