"""A build in simulated time: the real tally, traffic and estimate; servers that only take time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from random import Random

from kodcode_hub.endpoints.protocol import Completion
from kodcode_hub.pipeline.pace import Pace, Plan
from kodcode_hub.pipeline.tally import Tally
from kodcode_hub.pipeline.traffic import Traffic
from kodcode_hub.record import Rejected

MODEL = "m"
TOKENS = {"question": 400, "answer": 1000, "complete": 300, "respond": 3000}
TOKENS_PER_SECOND = 50
LONGEST_WAY_S = 200
Asks = list[tuple[str, str]]
"""Step and key of requests that are made together."""


class Forgetful:
    """Outcomes are of no interest here."""

    def keep_outcome(self, stage: str, id_: str, subset: str, reason: str | None, evidence: object) -> None:
        """Forget it."""


@dataclass
class Build:
    """One start, to its end; ``estimates`` are pairs of the moment and what was said then.

    Args:
        known: keys that an earlier start has settled; grows.
        slots: requests that the servers take at a time.
        trial_seconds: how long the sandbox is busy with what an answer brings; one at a time.
        until: when it is killed.
    """

    prompts: dict[str, int]
    known: set[str]
    slots: int = 32
    responses: int = 2
    trial_seconds: float = 0.0
    until: float = float("inf")
    now: float = 0.0
    ended: float = 0.0
    estimates: list[tuple[float, float | None]] = field(default_factory=list)

    def run(self) -> Build:
        """Simulate it."""
        self._tally, self._order = Tally(Forgetful()), count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        earlier = Traffic()
        for key in self.known:
            earlier.begin()
            earlier.end(key.partition("/")[0], MODEL, _completion(key))
        self._traffic = Traffic(earlier.figures)
        self._pace = Pace(Plan(self.prompts, self.responses, restyle=True), self._traffic)
        self._waiting: list[tuple[str, str, Callable[[], None]]] = []
        self._busy, self._sandbox_free, self._left = 0, 0.0, len(self.prompts)
        for subset in self.prompts:
            self._synthesize(subset)
        self._at(0.0, self._report)
        while self._events and self.now < self.until:
            self.now, _, event = heapq.heappop(self._events)
            event()
        return self

    def off_by(self, *, after: float = 0.0) -> list[float]:
        """By what factor each estimate was off, from ``after`` to where the last question went its way alone."""
        wanted = [(at, left) for at, left in self.estimates if after <= at <= self.ended - LONGEST_WAY_S]
        return [(left or 1e-9) / (self.ended - at) for at, left in wanted if left is not None]

    def _report(self) -> None:
        self.estimates.append((self.now, self._pace.seconds_left(self._tally.counts(), now=self.now)))
        if self._left:
            self._at(1.0, self._report)

    def _synthesize(self, subset: str) -> None:
        ids = [f"question/{subset}/{number}" for number in range(self.prompts[subset])]
        self._tally.enter("synthesize", subset, ids)

        def one(id_: str) -> Iterator[Asks]:
            yield [("question", id_)]
            self._tally.keep("synthesize", subset, id_)

        def sift() -> None:
            unique = ids[: len(ids) * 3 // 4]
            self._tally.enter("decontaminate", subset, unique)
            self._tally.sort_out("decontaminate", subset, unique, [])
            self._all(subset, [self._question(subset, id_) for id_ in unique], 64, self._end)

        self._all(subset, [one(id_) for id_ in ids], 256, sift)

    def _question(self, subset: str, id_: str) -> Iterator[Asks]:
        chance = Random(id_)
        self._tally.enter("answer", subset, [id_])
        passed = chance.random() < 0.6
        yield [("answer", f"answer/{id_}/{number}") for number in range(3)]
        if not passed:
            yield [("answer", f"answer/{id_}/{number}") for number in range(3, 10)]
            passed = chance.random() < 0.2
        self._tally.keep("answer", subset, id_)
        self._tally.enter("select", subset, [id_])
        if not passed:
            self._tally.reject("select", subset, Rejected(id_, "no_passing_trial"))
            return
        self._tally.keep("select", subset, id_)
        yield from self._respond(subset, id_)
        self._tally.enter("restyle", subset, [id_])
        yield [("complete", f"complete/{id_}")]
        self._tally.keep("restyle", subset, id_)
        yield from self._respond(subset, f"{id_}/twin")

    def _respond(self, subset: str, id_: str) -> Iterator[Asks]:
        asks = [("respond", f"respond/{id_}/{number}") for number in range(self.responses)]
        self._tally.enter("respond", subset, [key for _, key in asks])
        yield asks
        for _, key in asks:
            self._tally.keep("respond", subset, key)

    def _end(self) -> None:
        self._left -= 1
        self.ended = self.now

    def _all(self, subset: str, ways: Sequence[Iterator[Asks]], limit: int, then: Callable[[], None]) -> None:
        """Go all ways, ``limit`` at a time."""
        rest, left = iter(ways), len(ways)

        def go(way: Iterator[Asks]) -> None:
            nonlocal left
            asks = next(way, None)
            if asks is not None:
                self._ask(asks, lambda: go(way))
                return
            left -= 1
            for following in islice(rest, 1):
                self._at(0.0, partial(go, following))
            if not left:
                then()

        for way in list(islice(rest, limit)):
            go(way)

    def _ask(self, asks: Asks, then: Callable[[], None]) -> None:
        """Settle all ``asks``, in the ledger or at a server; run what answers bring."""
        left = len(asks)

        def settled(step: str) -> None:
            nonlocal left
            left -= 1
            if step == "answer":
                self._sandbox_free = max(self.now, self._sandbox_free) + self.trial_seconds
            if not left:
                self._at(max(0.0, self._sandbox_free - self.now), then)

        for step, key in asks:
            if key in self.known:
                self._traffic.recall(step, MODEL)
                self._at(0.0001, partial(settled, step))
            else:
                self._traffic.begin()
                self._waiting.append((step, key, partial(settled, step)))
        self._serve()

    def _serve(self) -> None:
        while self._waiting and self._busy < self.slots:
            step, key, then = self._waiting.pop(0)
            self._busy += 1
            self._at(_completion(key).completion_tokens / TOKENS_PER_SECOND, partial(self._reply, step, key, then))

    def _reply(self, step: str, key: str, then: Callable[[], None]) -> None:
        self._busy -= 1
        self.known.add(key)
        self._traffic.end(step, MODEL, _completion(key))
        then()
        self._serve()

    def _at(self, seconds: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._order), event))


def _completion(key: str) -> Completion:
    """The same in each start; longer or shorter than others of its step."""
    tokens = int(TOKENS[key.partition("/")[0]] * Random(key).uniform(0.5, 1.5))
    return Completion("", "stop", None, 100, tokens)
