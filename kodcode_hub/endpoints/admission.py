"""How many requests one server gets at a time: found by asking, and followed as it changes. Pure: the clock comes in.

| what happens | what follows |
|---|---|
| the server tells its limit | so many at once |
| it does not | 64, doubled with each generation of replies that brought 15% more tokens a second than any before |
| it refuses (429, 503) while others are under way | as many as are under way, and within moments back to what it held |
| it holds less than that for a second | what it held; beyond that one more, then two, four ... every half second |
| it refuses and nothing is under way, or says how long to wait | closed for a tenth of the trouble so far, then one |
| it cannot be reached, or fails many times in a row | closed likewise, and one at a time until one is answered |

A refusal now and then, as behind a load balancer, thus costs next to nothing, and a full server is not pestered.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

TICK_S = 0.05
"""Between two steps of growth: a server that refuses does so at once, so that silence for this long is consent."""

PROBE_S = 0.5
"""Between two steps beyond what the server has held."""

HELD_S = 1.0
"""For so long the most that it holds is watched."""

LONGEST_WAIT_S = 20.0
LONGEST_RETRY_AFTER_S = 600.0
FIRST_LIMIT = 64
FAILURES_TO_CLOSE = 8
_WORTH_GROWING = 1.15


@dataclass(slots=True)
class _Generation:
    """Replies since the limit last changed: what a larger one has brought."""

    since: float
    replies: int = 0
    tokens: int = 0
    best: float = 0.0
    """Tokens a second of the best generation so far."""

    def note(self, tokens: int) -> None:
        self.replies += 1
        self.tokens += max(1, tokens)

    def brought_more(self, now: float) -> bool:
        """Whether it was better than those before; a new one begins."""
        pace = self.tokens / max(1e-6, now - self.since)
        better = pace > self.best * _WORTH_GROWING
        self.best = max(pace, self.best)
        self.since, self.replies, self.tokens = now, 0, 0
        return better


@dataclass(slots=True)
class Admission:
    """The limit of one server and how it moves; times are readings of one clock in seconds.

    Args:
        most: requests in flight, whatever the server takes.
        announced: the limit that the server tells of itself, or None.
        now: the time.
    """

    most: int
    announced: int | None
    now: float
    limit: int = field(init=False)
    in_flight: int = field(init=False, default=0)
    closed_until: float = field(init=False, default=0.0)
    _good: int = field(init=False)
    """What the server has held, or what it says it does: growth is fast up to here."""
    _step: int = field(init=False, default=1)
    _grow_at: float = field(init=False, default=0.0)
    _held: int = field(init=False, default=0)
    _held_since: float = field(init=False, default=0.0)
    _was_refused: bool = field(init=False, default=False)
    """Within the time that what is held is watched."""
    _refused_at: float = field(init=False, default=float("-inf"))
    _trouble_since: float | None = field(init=False, default=None)
    _failures: int = field(init=False, default=0)
    _must_prove: bool = field(init=False, default=False)
    _generation: _Generation | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.announced is None:
            self.limit = min(FIRST_LIMIT, self.most)
            self._generation = _Generation(self.now)
        else:
            self.most = self.limit = min(self.announced, self.most)
        self._good = self.limit
        self._held_since = self.now

    def has_room(self, now: float) -> bool:
        """Whether one more request may be sent."""
        return self.in_flight < self.limit and now >= self.closed_until

    def enter(self) -> None:
        """A request is sent."""
        self.in_flight += 1

    def answered(self, now: float, *, sent_at: float, tokens: int) -> None:
        """A request was answered, be it with an error that is its own.

        Args:
            sent_at: when it was sent; what was sent before the trouble began says nothing of its end.
            tokens: of the reply.
        """
        self._held = max(self._held, self.in_flight)
        self.in_flight -= 1
        self._failures = 0
        if self._generation is not None:
            self._generation.note(tokens)
        if self._must_prove:
            self._must_prove, self._grow_at = False, now + TICK_S
        if sent_at > self._refused_at:
            self._trouble_since = None

    def refused(self, now: float, *, retry_after_s: float | None) -> None:
        """The server is busy."""
        self.in_flight -= 1
        self._held = max(self._held, self.in_flight)
        self._generation, self._was_refused = None, True
        wait_s = self._trouble(now)
        if retry_after_s is not None:
            wait_s = max(wait_s, min(retry_after_s, LONGEST_RETRY_AFTER_S))
        if self.in_flight == 0 or retry_after_s:
            self._close_until(now + wait_s)
        if self.limit < self._good:
            self._grow_at = min(self._grow_at, now + wait_s) if self._grow_at > now else now + wait_s

    def failed(self, now: float, *, unreachable: bool) -> None:
        """A request failed and the server may be the reason; after many in a row it is set aside."""
        self.in_flight -= 1
        self._failures += 1
        if unreachable or self._failures >= FAILURES_TO_CLOSE:
            self._close_until(now + self._trouble(now))
            self._must_prove, self.limit = True, 1

    def abandoned(self) -> None:
        """A request was given up by ourselves."""
        self.in_flight -= 1

    def grow(self, now: float) -> None:
        """Somebody waits: let more in, if it is time to."""
        if self.in_flight < self.limit or self._must_prove or now < self.closed_until:
            return
        if self._generation is not None:
            if self._generation.replies >= self.limit and self._generation.brought_more(now):
                self.limit = self._good = min(2 * self.limit, self.most)
            return
        if now - self._held_since >= HELD_S:
            self._learn_what_it_holds(now)
        if now >= self._grow_at and self.limit < self.most:
            self._grow_a_step(now)

    def changes_at(self, now: float) -> float | None:
        """When time alone may let in more; None where only a reply can."""
        if now < self.closed_until:
            return self.closed_until
        if self._must_prove or self._generation is not None or self.limit >= self.most:
            return None
        return max(self._grow_at, now)

    def _grow_a_step(self, now: float) -> None:
        below = self.limit < self._good
        self.limit = min(self.limit + self._step, self._good if below else self.most)
        self._step *= 4 if below else 2
        self._grow_at = now + (TICK_S if self.limit < self._good else PROBE_S)

    def _learn_what_it_holds(self, now: float) -> None:
        if self._was_refused or self._held > self._good:
            self._good = max(1, min(self._held, self.most))
        self._watch_from(now)

    def _watch_from(self, moment: float) -> None:
        self._held, self._held_since, self._was_refused = self.in_flight, moment, False

    def _close_until(self, moment: float) -> None:
        """An outage: what is held begins anew behind it, and what was held before is not forgotten."""
        self.closed_until = max(self.closed_until, moment)
        self._watch_from(self.closed_until)

    def _trouble(self, now: float) -> float:
        """Take back to what is under way; how long to leave the server alone."""
        if self._trouble_since is None:
            self._trouble_since = now
        self._refused_at = now
        self.limit = max(1, min(self.limit, self.in_flight))
        self._step = 1 + self.limit // 32
        wait_s = min(max((now - self._trouble_since) / 10, TICK_S), LONGEST_WAIT_S)
        return wait_s * random.uniform(0.75, 1.25)
