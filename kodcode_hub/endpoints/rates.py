"""A user's limits a minute: held in every window of sixty seconds, not on average. Pure: the clock comes in."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 60.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What a user allows to be sent to one model; None: no limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


@dataclass(slots=True)
class RateWindow:
    """What was sent within the last minute.

    A request counts with all tokens that it may cost until it is answered, and with those that it did cost for a minute
    after that, as nobody knows when within its time a server generated them.
    """

    limits: RateLimits
    _requests: deque[float] = field(default_factory=deque)
    _tokens: deque[tuple[float, int]] = field(default_factory=deque)
    _under_way: int = 0
    """Tokens of requests without an answer."""
    _in_window: int = 0
    """Tokens of those answered within the last minute."""

    def wait_s(self, now: float, tokens: int) -> float | None:
        """How long until a request of at most ``tokens`` may be sent: 0 for now, None where only a reply can tell.

        A request that is larger than the limit itself may go when nothing else counts.
        """
        self._forget(now)
        waits = [0.0]
        most = self.limits.requests_per_minute
        if most is not None and len(self._requests) >= most:
            waits.append(self._requests[0] + WINDOW_S - now)
        most = self.limits.tokens_per_minute
        if most is not None and self._under_way + self._in_window > max(0, most - tokens):
            if not self._tokens:
                return None
            waits.append(self._tokens[0][0] + WINDOW_S - now)
        return max(waits)

    def enter(self, now: float, tokens: int) -> None:
        """A request is sent."""
        if self.limits.requests_per_minute is not None:
            self._requests.append(now)
        self._under_way += tokens

    def leave(self, now: float, *, reserved: int, spent: int) -> None:
        """It was answered, or failed: ``spent`` instead of ``reserved`` tokens."""
        self._under_way -= reserved
        if spent and self.limits.tokens_per_minute is not None:
            self._tokens.append((now, spent))
            self._in_window += spent

    def _forget(self, now: float) -> None:
        while self._requests and self._requests[0] <= now - WINDOW_S:
            self._requests.popleft()
        while self._tokens and self._tokens[0][0] <= now - WINDOW_S:
            self._in_window -= self._tokens.popleft()[1]
