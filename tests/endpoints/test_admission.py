"""How many requests a server gets: simulated servers, whose truth is known, and a clock that the test turns."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

import pytest

from kodcode_hub.endpoints.admission import FAILURES_TO_CLOSE, FIRST_LIMIT, Admission


@dataclass
class Simulated:
    """A server with ``slots``; more are refused at once, or queue. Somebody always waits to send one more request."""

    admission: Admission
    slots: int
    queues: bool = False
    service_s: float = 1.0
    now: float = 0.0
    refusals: int = 0
    replies: int = 0
    busy_seconds: float = 0.0
    refused_by_chance: float = 0.0
    _ends: list[tuple[float, float]] = field(default_factory=list)

    def run_until(self, end: float, *, refuses_all: bool = False) -> None:
        """Let time pass; requests are sent as soon as there is room for them."""
        while self.now < end:
            self._send(refuses_all)
            moments = [self._ends[0][0]] if self._ends else []
            if (change := self.admission.changes_at(self.now)) is not None:
                moments.append(max(change, self.now + 0.001))
            to = min([*moments, end])
            self.busy_seconds += min(len(self._ends), self.slots) * (to - self.now)
            self.now = to
            while self._ends and self._ends[0][0] <= self.now:
                _, sent_at = heapq.heappop(self._ends)
                self.admission.answered(self.now, sent_at=sent_at, tokens=600)
                self.replies += 1

    def _send(self, refuses_all: bool) -> None:
        while True:
            self.admission.grow(self.now)
            if not self.admission.has_room(self.now):
                return
            self.admission.enter()
            if (
                refuses_all
                or random.random() < self.refused_by_chance
                or (not self.queues and len(self._ends) >= self.slots)
            ):
                self.refusals += 1
                self.admission.refused(self.now, retry_after_s=None)
                continue
            waiting = max(0, len(self._ends) + 1 - self.slots)
            service = self.service_s * random.uniform(0.7, 1.3)
            heapq.heappush(self._ends, (self.now + service + waiting / self.slots * self.service_s, self.now))

    def share_busy(self, since: float, busy_before: float) -> float:
        """Of the slots, since a moment."""
        return (self.busy_seconds - busy_before) / (self.now - since) / self.slots


def simulated(slots: int, *, announced: int | None = None, most: int = 512, **changes: object) -> Simulated:
    random.seed(3)
    return Simulated(Admission(most=most, announced=announced, now=0.0), slots, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("slots", [1, 4, 50, 128, 400])
def test_a_server_that_refuses_is_kept_full_and_is_rarely_asked_too_much(slots: int) -> None:
    server = simulated(slots)
    server.run_until(10)
    busy, refusals = server.busy_seconds, server.refusals
    server.run_until(30)
    assert server.share_busy(10, busy) > 0.98
    assert server.refusals - refusals <= 20 * 4, "about one probe a second"


def test_an_announced_limit_is_used_at_once_and_never_passed() -> None:
    server = simulated(128, announced=128)
    server.run_until(0.01)
    assert server.admission.in_flight == 128
    server.run_until(20)
    assert server.refusals == 0
    assert server.share_busy(0, 0.0) > 0.98


def test_our_own_limit_counts_where_it_is_lower() -> None:
    assert simulated(128, announced=128, most=5).admission.limit == 5
    assert simulated(128, most=5).admission.limit == 5


@pytest.mark.parametrize("slots", [100, 300])
def test_a_server_that_queues_gets_more_for_as_long_as_that_helps(slots: int) -> None:
    server = simulated(slots, queues=True, most=2000)
    server.run_until(30)
    assert slots <= server.admission.limit <= 4 * slots
    busy = server.busy_seconds
    server.run_until(60)
    assert server.share_busy(30, busy) > 0.98


def test_a_slow_server_with_few_slots_is_not_buried() -> None:
    server = simulated(4, queues=True, service_s=20.0)
    server.run_until(2000)
    assert server.admission.limit <= 2 * FIRST_LIMIT


@pytest.mark.parametrize("outage_s", [2.0, 60.0])
def test_after_an_outage_the_old_level_is_back_soon(outage_s: float) -> None:
    server = simulated(128, announced=128, service_s=0.5)
    server.run_until(10)
    server.run_until(10 + outage_s, refuses_all=True)
    asked = server.refusals
    back_at = server.now
    server.run_until(back_at + 0.15 * outage_s + 1.0)
    assert server.admission.in_flight >= 126
    assert asked < 128 + 20 * outage_s + 100, "a busy server is left alone"


def test_slots_that_others_take_are_noticed_and_so_is_their_return() -> None:
    server = simulated(128, announced=None)
    server.run_until(10)
    server.slots = 40
    server.run_until(30)
    refusals = server.refusals
    server.run_until(40)
    assert server.admission.in_flight <= 41
    assert server.refusals - refusals <= 40
    server.slots = 128
    server.run_until(60)
    assert server.admission.in_flight >= 126


def test_a_server_is_not_asked_before_the_time_it_named() -> None:
    """Defect 23: Retry-After is honoured."""
    admission = Admission(most=8, announced=8, now=0.0)
    admission.enter()
    admission.enter()
    admission.refused(1.0, retry_after_s=30.0)
    admission.answered(2.0, sent_at=0.0, tokens=1)
    assert not admission.has_room(30.9)
    assert admission.has_room(31.0)


def test_a_lying_retry_after_does_not_close_a_server_for_ever() -> None:
    admission = Admission(most=8, announced=8, now=0.0)
    admission.enter()
    admission.refused(0.0, retry_after_s=1e9)
    assert admission.has_room(600.0)


def test_single_failures_do_not_close_a_server_but_many_in_a_row_do() -> None:
    admission = Admission(most=64, announced=64, now=0.0)
    for step in range(100):
        admission.enter()
        if step % FAILURES_TO_CLOSE == FAILURES_TO_CLOSE - 1:
            admission.answered(float(step), sent_at=float(step), tokens=1)
        else:
            admission.failed(float(step), unreachable=False)
        assert admission.has_room(float(step))
    for _ in range(FAILURES_TO_CLOSE):
        admission.enter()
        admission.failed(200.0, unreachable=False)
    assert not admission.has_room(200.0)


def test_a_server_that_was_set_aside_gets_one_request_until_it_answers_one() -> None:
    admission = Admission(most=64, announced=64, now=0.0)
    for _ in range(3):
        admission.enter()
    for _ in range(3):
        admission.failed(5.0, unreachable=True)
    later = admission.changes_at(5.0)
    assert later is not None
    assert admission.has_room(later)
    admission.enter()
    admission.grow(later + 100.0)
    assert not admission.has_room(later + 100.0), "a server that hangs must not swallow the whole line"
    admission.answered(later + 101.0, sent_at=later, tokens=5)
    now = later + 101.0
    for _ in range(10):
        now += 0.06
        while admission.has_room(now):
            admission.enter()
        admission.grow(now)
    assert admission.limit == 64


def test_waits_for_a_dead_server_grow_with_its_silence_and_are_bounded() -> None:
    admission = Admission(most=4, announced=4, now=0.0)
    now, waits = 0.0, []
    while now < 1000.0:
        admission.enter()
        admission.failed(now, unreachable=True)
        later = admission.changes_at(now)
        assert later is not None
        waits.append(later - now)
        now = later
    assert waits[0] < 0.1
    assert 10.0 < waits[-1] <= 25.0
    assert len(waits) < 150


@pytest.mark.parametrize("share", [0.02, 0.05])
def test_refusals_that_come_by_chance_do_not_idle_a_server(share: float) -> None:
    server = simulated(128, announced=128, service_s=0.5)
    server.refused_by_chance = share
    server.run_until(10)
    busy = server.busy_seconds
    server.run_until(40)
    assert server.share_busy(10, busy) > 0.9


def test_a_long_outage_of_a_server_with_long_replies_brings_few_requests() -> None:
    server = simulated(128, announced=128, service_s=60.0)
    server.run_until(100)
    server.run_until(130, refuses_all=True)
    assert server.refusals < 30 * 20
